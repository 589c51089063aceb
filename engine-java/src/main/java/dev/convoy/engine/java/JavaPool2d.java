package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import jdk.incubator.vector.VectorShape;

/**
 * Pooling. Each calling thread has jobs of its own, and uses them again. Windows too large for them
 * are left to plain loops, and so are doubles where vectors have but two of them: those have no
 * masks that the compiler knows.
 */
final class JavaPool2d {
  private static final boolean VECTORS_OF_DOUBLES =
      VectorShape.preferredShape().vectorBitSize() > 2 * Double.SIZE;

  private final Workers workers;
  private final LoopPool2d loops;
  private final ThreadLocal<PoolBuffers> buffers = ThreadLocal.withInitial(PoolBuffers::new);
  private final ThreadLocal<PoolJobs> jobsF32 =
      ThreadLocal.withInitial(() -> new PoolJobs(DType.F32, buffers));
  private final ThreadLocal<PoolJobs> jobsF64 =
      ThreadLocal.withInitial(() -> new PoolJobs(DType.F64, buffers));

  JavaPool2d(Workers workers) {
    this.workers = workers;
    loops = new LoopPool2d(workers);
  }

  private static boolean inLoops(Tensor tensor) {
    return !VECTORS_OF_DOUBLES && tensor.dtype() == DType.F64;
  }

  private PoolJobs jobs(Tensor tensor) {
    return tensor.dtype() == DType.F32 ? jobsF32.get() : jobsF64.get();
  }

  void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    if (inLoops(x) || !jobs(x).maxPool2d(workers, spec, x, y, argmax)) {
      loops.maxPool2d(spec, x, y, argmax);
    }
  }

  void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    if (inLoops(dy) || !jobs(dy).maxPool2dBackward(workers, spec, dy, argmax, dx)) {
      loops.maxPool2dBackward(spec, dy, argmax, dx);
    }
  }

  void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    if (inLoops(x) || !jobs(x).maxPoolMask().run(workers, spec, x, y, dy, dx)) {
      loops.maxPool2dBackward(spec, x, y, dy, dx);
    }
  }

  void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
    if (inLoops(x) || !jobs(x).avgPool2d(workers, spec, x, y)) {
      loops.avgPool2d(spec, x, y);
    }
  }

  void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    if (inLoops(dy) || !jobs(dy).avgPool2dBackward(workers, spec, dy, dx)) {
      loops.avgPool2dBackward(spec, dy, dx);
    }
  }
}
