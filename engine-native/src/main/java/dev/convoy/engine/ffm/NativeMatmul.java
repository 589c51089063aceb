package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.convoy.Activation;
import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Matrix products: parts of the output, shared between the workers. */
final class NativeMatmul {
  private final Workers workers;
  private final ThreadLocal<Call> calls = ThreadLocal.withInitial(Call::new);

  NativeMatmul(Workers workers) {
    this.workers = workers;
  }

  void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    Call call = calls.get();
    call.a = a.segment();
    call.b = b.segment();
    call.bias = bias == null ? MemorySegment.NULL : bias.segment();
    call.y = y.segment();
    int inner = a.shape().dim(spec.transposeA() ? 0 : 1);
    try {
      workers.run(call.plan(spec, bias != null, inner, y), call);
    } finally {
      call.release();
    }
  }

  /** One call under way; each calling thread has one and uses it again. */
  private static final class Call implements Workers.Job {
    // Places in convoy_matmul_plan, all of it ints.
    private static final int TYPE = 0;
    private static final int FLAGS = 1;
    private static final int ROWS = 2;
    private static final int COLUMNS = 3;
    private static final int INNER = 4;
    private static final int PIECES = 5;
    private static final int INTS = 8;

    private final MemorySegment struct = Arena.ofAuto().allocate(JAVA_INT, INTS);
    private MemorySegment a;
    private MemorySegment b;
    private MemorySegment bias;
    private MemorySegment y;

    /** Plans the product, which takes no longer than to look a plan up, and returns its pieces. */
    int plan(MatmulSpec spec, boolean biased, int inner, Tensor y) {
      struct.setAtIndex(JAVA_INT, TYPE, ConvBindings.type(y.dtype()));
      struct.setAtIndex(JAVA_INT, FLAGS, flags(spec, biased));
      struct.setAtIndex(JAVA_INT, ROWS, y.shape().dim(0));
      struct.setAtIndex(JAVA_INT, COLUMNS, y.shape().dim(1));
      struct.setAtIndex(JAVA_INT, INNER, inner);
      try {
        MemorySegment reason = (MemorySegment) ConvBindings.MATMUL_PLAN.invokeExact(struct);
        if (reason.address() != 0) {
          throw new IllegalStateException(SharedLibrary.string(reason));
        }
      } catch (Throwable e) {
        throw SharedLibrary.rethrown(e);
      }
      return struct.getAtIndex(JAVA_INT, PIECES);
    }

    private static int flags(MatmulSpec spec, boolean biased) {
      return (spec.transposeA() ? ConvBindings.MATMUL_TRANSPOSE_A : 0)
          | (spec.transposeB() ? ConvBindings.MATMUL_TRANSPOSE_B : 0)
          | (biased ? ConvBindings.MATMUL_BIAS : 0)
          | (spec.activation() == Activation.RELU ? ConvBindings.MATMUL_RELU : 0)
          | (spec.accumulate() ? ConvBindings.MATMUL_ACCUMULATE : 0);
    }

    @Override
    public void run(int piece) {
      try {
        ConvBindings.MATMUL_RUN.invokeExact(struct, piece, a, b, bias, y);
      } catch (Throwable e) {
        throw SharedLibrary.rethrown(e);
      }
    }

    /** So that a thread that calls no more keeps no tensor's memory alive. */
    private void release() {
      a = null;
      b = null;
      bias = null;
      y = null;
    }
  }
}
