package dev.convoy.engine.ffm;

import dev.convoy.Activation;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.engine.ffm.Conv2dPlan.Operation;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.WeightsCache;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/** Convolution and its gradients: planned in C, then done phase by phase by the workers. */
final class NativeConv2d {
  private final Conv2dPlan.Cache plans;
  private final WeightsCache<MemorySegment> weights;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
  private final ThreadLocal<Call> calls;

  NativeConv2d(EngineConfig config, Workers workers) {
    plans = new Conv2dPlan.Cache(config.algorithm(), config.precise());
    calls = ThreadLocal.withInitial(() -> new Call(workers, scratch));
    weights = new WeightsCache<>(workers, config.weightsCacheBytes());
  }

  void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    int flags = forwardFlags(spec, b != null);
    run(plans.get(Operation.FORWARD, x.dtype(), flags, spec, x.shape(), y.shape()), x, w, b, y);
  }

  void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    int flags = accumulate ? ConvBindings.ACCUMULATE : 0;
    run(
        plans.get(Operation.BACKWARD_INPUT, dx.dtype(), flags, spec, dx.shape(), dy.shape()),
        dx,
        w,
        null,
        dy);
  }

  void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    int flags =
        (accumulate ? ConvBindings.ACCUMULATE : 0)
            | (db != null ? ConvBindings.BIAS : 0)
            | (dw == null ? ConvBindings.NO_WEIGHTS : 0);
    Shape image = dw == null ? dy.shape() : x.shape(); // db alone depends on dy alone
    run(
        plans.get(Operation.BACKWARD_WEIGHTS, dy.dtype(), flags, spec, image, dy.shape()),
        dw == null ? null : x,
        dw,
        db,
        dy);
  }

  /** For F32 with a bias. */
  Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    Shape y = spec.outputShape(x, w);
    Conv2dPlan forward =
        plans.get(Operation.FORWARD, DType.F32, forwardFlags(spec, true), spec, x, y);
    Conv2dPlan input = plans.get(Operation.BACKWARD_INPUT, DType.F32, 0, spec, x, y);
    Conv2dPlan weights =
        plans.get(Operation.BACKWARD_WEIGHTS, DType.F32, ConvBindings.BIAS, spec, x, y);
    return new Conv2dExplanation(
        forward.algorithm(),
        input.algorithm(),
        weights.algorithm(),
        String.join("\n", forward.describe(), input.describe(), weights.describe()));
  }

  private static int forwardFlags(Conv2dSpec spec, boolean bias) {
    return (bias ? ConvBindings.BIAS : 0)
        | (spec.activation() == Activation.RELU ? ConvBindings.RELU : 0);
  }

  /** Tensors by their shape, as the C functions name them, whichever is the output. */
  private void run(Conv2dPlan plan, Tensor x, Tensor w, Tensor b, Tensor y) {
    Call call = calls.get();
    call.plan = plan;
    call.x = segment(x);
    call.w = segment(w);
    call.b = segment(b);
    call.y = segment(y);
    try {
      int first = 0;
      if (plan.laysOutWeights()) {
        call.workspace = weights.get(w, plan.id(), plan.workspaceBytes(), plan.outputs(), call);
        first = call.workspace == null ? 0 : 1;
      }
      if (call.workspace == null) {
        call.workspace = call.own.atLeast(plan.workspaceBytes());
      }
      for (int phase = first; phase < plan.phases(); phase++) {
        call.runPhase(phase);
      }
    } finally {
      call.release();
    }
  }

  private static MemorySegment segment(Tensor tensor) {
    return tensor == null ? MemorySegment.NULL : tensor.segment();
  }

  /** One call under way; each calling thread has one and uses it again. */
  private static final class Call implements Workers.Job, WeightsCache.Layout<MemorySegment> {
    private final Workers workers;
    private final ThreadLocal<Scratch> scratch;
    private final Scratch own = new Scratch();
    private Conv2dPlan plan;
    private int phase;
    private MemorySegment workspace;
    private MemorySegment x;
    private MemorySegment w;
    private MemorySegment b;
    private MemorySegment y;

    Call(Workers workers, ThreadLocal<Scratch> scratch) {
      this.workers = workers;
      this.scratch = scratch;
    }

    private void runPhase(int number) {
      phase = number;
      workers.run(plan.pieces(number), this);
    }

    @Override
    public MemorySegment allocate() {
      return Scratch.allocate(plan.workspaceBytes());
    }

    @Override
    public void fill(MemorySegment memory) {
      workspace = memory;
      runPhase(0);
    }

    @Override
    public void run(int piece) {
      MemorySegment mine = scratch.get().atLeast(plan.scratchBytes());
      try {
        ConvBindings.CONV2D_RUN.invokeExact(
            plan.struct(), phase, piece, x, w, b, y, workspace, mine);
      } catch (Throwable e) {
        throw SharedLibrary.rethrown(e);
      }
    }

    /** So that a thread that calls no more keeps no tensor's memory alive. */
    private void release() {
      plan = null;
      workspace = null;
      x = null;
      w = null;
      b = null;
      y = null;
    }
  }
}
