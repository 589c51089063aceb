package dev.convoy.engine.ffm;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/** Bias, ReLU and its gradient: elements or planes, shared between the workers. */
final class Pointwise {
  private static final int MOST_PIECES = 64;

  /** Elements that are worth handing to a thread: some ten microseconds' work. */
  private static final long ELEMENTS_PER_PIECE = 1 << 16;

  private enum Operation {
    RELU,
    RELU_BACKWARD,
    ADD_BIAS
  }

  private final Workers workers;
  private final ThreadLocal<Call> calls = ThreadLocal.withInitial(Call::new);

  Pointwise(Workers workers) {
    this.workers = workers;
  }

  void relu(Tensor x, Tensor y) {
    Call call = begin(Operation.RELU, y);
    call.a = x.segment();
    call.b = y.segment();
    run(call);
  }

  void reluBackward(Tensor y, Tensor dy, Tensor dx) {
    Call call = begin(Operation.RELU_BACKWARD, dx);
    call.a = y.segment();
    call.b = dy.segment();
    call.c = dx.segment();
    run(call);
  }

  void addBias(Tensor b, Tensor y) {
    Shape shape = y.shape();
    Call call = begin(Operation.ADD_BIAS, y);
    call.channels = shape.dim(1);
    call.units = (long) shape.dim(0) * shape.dim(1);
    call.size = shape.elements() / call.units;
    call.a = b.segment();
    call.b = y.segment();
    run(call);
  }

  private Call begin(Operation operation, Tensor output) {
    Call call = calls.get();
    long elements = output.shape().elements();
    call.operation = operation;
    call.single = output.dtype() == DType.F32;
    call.units = elements;
    call.pieces = (int) Math.min(MOST_PIECES, elements / ELEMENTS_PER_PIECE + 1);
    return call;
  }

  private void run(Call call) {
    try {
      workers.run(call.pieces, call);
    } finally {
      call.release();
    }
  }

  /** One call under way; each calling thread has one and uses it again. */
  private static final class Call implements Workers.Job {
    private Operation operation;
    private boolean single;
    private int pieces;
    private long units; // what pieces are made of: elements, or planes of size elements each
    private long size;
    private long channels;
    private MemorySegment a; // the C function's tensors, in its order
    private MemorySegment b;
    private MemorySegment c;

    @Override
    public void run(int piece) {
      long first = at(piece);
      long last = at(piece + 1);
      try {
        if (single) {
          runF32(first, last);
        } else {
          runF64(first, last);
        }
      } catch (Throwable e) {
        throw SharedLibrary.rethrown(e);
      }
    }

    private long at(int piece) {
      return units / pieces * piece + Math.min(piece, units % pieces);
    }

    private void runF32(long first, long last) throws Throwable {
      switch (operation) {
        case RELU -> PointwiseBindings.RELU_F32.invokeExact(first, last, a, b);
        case RELU_BACKWARD -> PointwiseBindings.RELU_BACKWARD_F32.invokeExact(first, last, a, b, c);
        case ADD_BIAS ->
            PointwiseBindings.ADD_BIAS_F32.invokeExact(size, channels, first, last, a, b);
      }
    }

    private void runF64(long first, long last) throws Throwable {
      switch (operation) {
        case RELU -> PointwiseBindings.RELU_F64.invokeExact(first, last, a, b);
        case RELU_BACKWARD -> PointwiseBindings.RELU_BACKWARD_F64.invokeExact(first, last, a, b, c);
        case ADD_BIAS ->
            PointwiseBindings.ADD_BIAS_F64.invokeExact(size, channels, first, last, a, b);
      }
    }

    /** So that a thread that calls no more keeps no tensor's memory alive. */
    private void release() {
      a = null;
      b = null;
      c = null;
    }
  }
}
