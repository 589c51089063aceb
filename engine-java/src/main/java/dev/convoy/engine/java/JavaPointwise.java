package dev.convoy.engine.java;

import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.VectorShape;

/**
 * Bias and ReLU. Each calling thread has a job of each kind, and uses it again. As in {@link
 * JavaPool2d}, vectors of but two doubles are not used.
 */
final class JavaPointwise {
  /** Elements of a piece: enough that starting it costs little beside it. */
  private static final long PIECE = 16 << 10;

  private static final boolean VECTORS_OF_DOUBLES =
      VectorShape.preferredShape().vectorBitSize() > 2 * Double.SIZE;

  private final Workers workers;
  private final LoopPointwise loops;
  private final ThreadLocal<Relu> relus = ThreadLocal.withInitial(Relu::new);
  private final ThreadLocal<Bias> biases = ThreadLocal.withInitial(Bias::new);

  JavaPointwise(Workers workers) {
    this.workers = workers;
    loops = new LoopPointwise(workers);
  }

  private static boolean inLoops(Tensor tensor) {
    return !VECTORS_OF_DOUBLES && tensor.dtype() == DType.F64;
  }

  void relu(Tensor x, Tensor y) {
    if (inLoops(x)) {
      loops.relu(x, y);
      return;
    }
    relus.get().run(workers, x, x, y, false);
  }

  void reluBackward(Tensor y, Tensor dy, Tensor dx) {
    if (inLoops(y)) {
      loops.reluBackward(y, dy, dx);
      return;
    }
    relus.get().run(workers, y, dy, dx, true);
  }

  void addBias(Tensor b, Tensor y) {
    if (inLoops(b)) {
      loops.addBias(b, y);
      return;
    }
    biases.get().run(workers, b, y);
  }

  /** ReLU of an input, or its gradient from an output and its gradient. */
  private static final class Relu implements Workers.Job {
    private MemorySegment decides;
    private MemorySegment passes;
    private MemorySegment result;
    private boolean backward;
    private DType dtype;
    private long elements;

    void run(Workers workers, Tensor decides, Tensor passes, Tensor result, boolean backward) {
      this.decides = decides.segment();
      this.passes = passes.segment();
      this.result = result.segment();
      this.backward = backward;
      dtype = result.dtype();
      elements = result.shape().elements();
      try {
        workers.run(Math.toIntExact(Math.ceilDiv(elements, PIECE)), this);
      } finally {
        this.decides = null; // the thread keeps the job, which must not keep memory
        this.passes = null;
        this.result = null;
      }
    }

    @Override
    public void run(int piece) {
      long from = piece * PIECE;
      long to = Math.min(elements, from + PIECE);
      if (dtype == DType.F32) {
        if (backward) {
          PointwiseF32.reluBackward(decides, passes, result, from, to);
        } else {
          PointwiseF32.relu(passes, result, from, to);
        }
      } else if (backward) {
        PointwiseF64.reluBackward(decides, passes, result, from, to);
      } else {
        PointwiseF64.relu(passes, result, from, to);
      }
    }
  }

  /** Adds a bias to lines: of one channel each, or of all channels where they are innermost. */
  private static final class Bias implements Workers.Job {
    private MemorySegment b;
    private MemorySegment y;
    private DType dtype;
    private int channels;
    private boolean innermost;
    private long line;
    private long lines;
    private long linesPerPiece;

    void run(Workers workers, Tensor bias, Tensor output) {
      b = bias.segment();
      y = output.segment();
      dtype = output.dtype();
      channels = output.shape().dim(1);
      long entries = (long) output.shape().dim(0) * channels;
      line = output.shape().elements() / entries;
      innermost = line == 1;
      if (innermost) {
        line = channels;
      }
      lines = output.shape().elements() / line;
      linesPerPiece = Math.ceilDiv(PIECE, line);
      try {
        workers.run(Math.toIntExact(Math.ceilDiv(lines, linesPerPiece)), this);
      } finally {
        b = null; // the thread keeps the job, which must not keep memory
        y = null;
      }
    }

    @Override
    public void run(int piece) {
      long begin = piece * linesPerPiece;
      long end = Math.min(lines, begin + linesPerPiece);
      for (long i = begin; i < end; i++) {
        if (dtype == DType.F32) {
          if (innermost) {
            PointwiseF32.add(b, y, i * line, channels);
          } else {
            PointwiseF32.add(b, (int) (i % channels), y, i * line, line);
          }
        } else if (innermost) {
          PointwiseF64.add(b, y, i * line, channels);
        } else {
          PointwiseF64.add(b, (int) (i % channels), y, i * line, line);
        }
      }
    }
  }
}
