package dev.convoy.engine.ffm;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/** Max and average pooling: planes, shared between the workers. */
final class Pooling {
  private enum Operation {
    MAX,
    MAX_BACKWARD,
    MAX_BACKWARD_TIES,
    AVG,
    AVG_BACKWARD
  }

  private final Workers workers;
  private final PoolPlan.Cache plans = new PoolPlan.Cache();
  private final ThreadLocal<Call> calls = ThreadLocal.withInitial(Call::new);

  Pooling(Workers workers) {
    this.workers = workers;
  }

  void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    PoolPlan plan = plans.get(spec.window(), x.shape(), y.shape(), false, 0);
    MemorySegment places = argmax == null ? MemorySegment.NULL : argmax.segment();
    run(Operation.MAX, x.dtype(), plan, x.segment(), y.segment(), places, null);
  }

  void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    PoolPlan plan = plans.get(spec.window(), dx.shape(), dy.shape(), false, 0);
    run(
        Operation.MAX_BACKWARD,
        dx.dtype(),
        plan,
        dy.segment(),
        argmax.segment(),
        dx.segment(),
        null);
  }

  void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    PoolPlan plan = plans.get(spec.window(), dx.shape(), dy.shape(), false, 0);
    run(
        Operation.MAX_BACKWARD_TIES,
        dx.dtype(),
        plan,
        x.segment(),
        y.segment(),
        dy.segment(),
        dx.segment());
  }

  void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
    PoolPlan plan =
        plans.get(
            spec.window(), x.shape(), y.shape(), spec.countIncludePad(), spec.divisorOverride());
    run(Operation.AVG, x.dtype(), plan, x.segment(), y.segment(), null, null);
  }

  void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    PoolPlan plan =
        plans.get(
            spec.window(), dx.shape(), dy.shape(), spec.countIncludePad(), spec.divisorOverride());
    run(Operation.AVG_BACKWARD, dx.dtype(), plan, dy.segment(), dx.segment(), null, null);
  }

  private void run(
      Operation operation,
      DType dtype,
      PoolPlan plan,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment d) {
    Call call = calls.get();
    call.operation = operation;
    call.single = dtype == DType.F32;
    call.plan = plan;
    call.a = a;
    call.b = b;
    call.c = c;
    call.d = d;
    try {
      workers.run(plan.pieces(), call);
    } finally {
      call.release();
    }
  }

  /** One call under way; each calling thread has one and uses it again. */
  private static final class Call implements Workers.Job {
    private Operation operation;
    private boolean single;
    private PoolPlan plan;
    private MemorySegment a; // the C function's tensors, in its order
    private MemorySegment b;
    private MemorySegment c;
    private MemorySegment d;

    @Override
    public void run(int piece) {
      MemorySegment sizes = plan.sizes();
      long first = plan.firstPlane(piece);
      long last = plan.firstPlane(piece + 1);
      try {
        if (single) {
          runF32(sizes, first, last);
        } else {
          runF64(sizes, first, last);
        }
      } catch (Throwable e) {
        throw SharedLibrary.rethrown(e);
      }
    }

    private void runF32(MemorySegment sizes, long first, long last) throws Throwable {
      switch (operation) {
        case MAX -> PoolBindings.MAX_F32.invokeExact(sizes, first, last, a, b, c);
        case MAX_BACKWARD -> PoolBindings.MAX_BACKWARD_F32.invokeExact(sizes, first, last, a, b, c);
        case MAX_BACKWARD_TIES ->
            PoolBindings.MAX_BACKWARD_TIES_F32.invokeExact(sizes, first, last, a, b, c, d);
        case AVG -> PoolBindings.AVG_F32.invokeExact(sizes, first, last, a, b);
        case AVG_BACKWARD -> PoolBindings.AVG_BACKWARD_F32.invokeExact(sizes, first, last, a, b);
      }
    }

    private void runF64(MemorySegment sizes, long first, long last) throws Throwable {
      switch (operation) {
        case MAX -> PoolBindings.MAX_F64.invokeExact(sizes, first, last, a, b, c);
        case MAX_BACKWARD -> PoolBindings.MAX_BACKWARD_F64.invokeExact(sizes, first, last, a, b, c);
        case MAX_BACKWARD_TIES ->
            PoolBindings.MAX_BACKWARD_TIES_F64.invokeExact(sizes, first, last, a, b, c, d);
        case AVG -> PoolBindings.AVG_F64.invokeExact(sizes, first, last, a, b);
        case AVG_BACKWARD -> PoolBindings.AVG_BACKWARD_F64.invokeExact(sizes, first, last, a, b);
      }
    }

    /** So that a thread that pools no more keeps no tensor's memory alive. */
    private void release() {
      plan = null;
      a = null;
      b = null;
      c = null;
      d = null;
    }
  }
}
