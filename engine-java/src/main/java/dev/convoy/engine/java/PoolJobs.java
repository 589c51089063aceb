package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/**
 * One calling thread's pooling jobs for one element type. Each pooling is offered to the kernels
 * made for windows like its own, and what they leave to those for any; these return false if it is
 * too large for them too.
 */
record PoolJobs(
    PoolTiles tiles,
    PoolSliding sliding,
    PoolWhole whole,
    MaxPool maxPool,
    MaxPoolBackward maxPoolBackward,
    MaxPoolMask maxPoolMask,
    AvgPool avgPool,
    AvgPoolBackward avgPoolBackward) {

  static PoolJobs of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 ->
          new PoolJobs(
              new PoolTilesF32(buffers),
              new PoolSlidingF32(buffers),
              new PoolWholeF32(),
              new MaxPoolF32(buffers),
              new MaxPoolBackwardF32(buffers),
              new MaxPoolMaskF32(buffers),
              new AvgPoolF32(buffers),
              new AvgPoolBackwardF32(buffers));
      case F64 ->
          new PoolJobs(
              new PoolTilesF64(buffers),
              new PoolSlidingF64(buffers),
              new PoolWholeF64(),
              new MaxPoolF64(buffers),
              new MaxPoolBackwardF64(buffers),
              new MaxPoolMaskF64(buffers),
              new AvgPoolF64(buffers),
              new AvgPoolBackwardF64(buffers));
    };
  }

  boolean maxPool2d(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    return tiles.max(workers, spec, x, y, argmax)
        || sliding.max(workers, spec, x, y, argmax)
        || maxPool.run(workers, spec, x, y, argmax);
  }

  boolean maxPool2dBackward(
      Workers workers, MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    return tiles.maxBackward(workers, spec, dy, argmax, dx)
        || sliding.maxBackward(workers, spec, dy, argmax, dx)
        || maxPoolBackward.run(workers, spec, dy, argmax, dx);
  }

  boolean avgPool2d(Workers workers, AvgPool2dSpec spec, Tensor x, Tensor y) {
    return tiles.average(workers, spec, x, y)
        || sliding.average(workers, spec, x, y)
        || whole.average(workers, spec, x, y)
        || avgPool.run(workers, spec, x, y);
  }

  boolean avgPool2dBackward(Workers workers, AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    return tiles.averageBackward(workers, spec, dy, dx)
        || sliding.averageBackward(workers, spec, dy, dx)
        || whole.averageBackward(workers, spec, dy, dx)
        || avgPoolBackward.run(workers, spec, dy, dx);
  }
}
