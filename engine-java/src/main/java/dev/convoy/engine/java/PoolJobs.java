package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/**
 * One calling thread's pooling jobs for one element type, each made when first asked for, as in
 * {@link Conv2dJobs}: and by its own class, since what a class makes is loaded with it, to be
 * verified. Each pooling is offered to the kernels made for windows like its own, and what they
 * leave to those for any; these return false if it is too large for them too.
 */
final class PoolJobs {
  private final DType dtype;
  private final ThreadLocal<PoolBuffers> buffers;
  private PoolTiles tiles;
  private PoolSliding sliding;
  private PoolWhole whole;
  private MaxPool maxPool;
  private MaxPoolBackward maxPoolBackward;
  private MaxPoolMask maxPoolMask;
  private AvgPool avgPool;
  private AvgPoolBackward avgPoolBackward;

  PoolJobs(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    this.dtype = dtype;
    this.buffers = buffers;
  }

  boolean maxPool2d(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    return tiles().max(workers, spec, x, y, argmax)
        || sliding().max(workers, spec, x, y, argmax)
        || maxPool().run(workers, spec, x, y, argmax);
  }

  boolean maxPool2dBackward(
      Workers workers, MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    return tiles().maxBackward(workers, spec, dy, argmax, dx)
        || sliding().maxBackward(workers, spec, dy, argmax, dx)
        || maxPoolBackward().run(workers, spec, dy, argmax, dx);
  }

  boolean avgPool2d(Workers workers, AvgPool2dSpec spec, Tensor x, Tensor y) {
    return tiles().average(workers, spec, x, y)
        || sliding().average(workers, spec, x, y)
        || whole().average(workers, spec, x, y)
        || avgPool().run(workers, spec, x, y);
  }

  boolean avgPool2dBackward(Workers workers, AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    return tiles().averageBackward(workers, spec, dy, dx)
        || sliding().averageBackward(workers, spec, dy, dx)
        || whole().averageBackward(workers, spec, dy, dx)
        || avgPoolBackward().run(workers, spec, dy, dx);
  }

  private PoolTiles tiles() {
    if (tiles == null) {
      tiles = PoolTiles.of(dtype, buffers);
    }
    return tiles;
  }

  private PoolSliding sliding() {
    if (sliding == null) {
      sliding = PoolSliding.of(dtype, buffers);
    }
    return sliding;
  }

  private PoolWhole whole() {
    if (whole == null) {
      whole = PoolWhole.of(dtype);
    }
    return whole;
  }

  private MaxPool maxPool() {
    if (maxPool == null) {
      maxPool = MaxPool.of(dtype, buffers);
    }
    return maxPool;
  }

  private MaxPoolBackward maxPoolBackward() {
    if (maxPoolBackward == null) {
      maxPoolBackward = MaxPoolBackward.of(dtype, buffers);
    }
    return maxPoolBackward;
  }

  MaxPoolMask maxPoolMask() {
    if (maxPoolMask == null) {
      maxPoolMask = MaxPoolMask.of(dtype, buffers);
    }
    return maxPoolMask;
  }

  private AvgPool avgPool() {
    if (avgPool == null) {
      avgPool = AvgPool.of(dtype, buffers);
    }
    return avgPool;
  }

  private AvgPoolBackward avgPoolBackward() {
    if (avgPoolBackward == null) {
      avgPoolBackward = AvgPoolBackward.of(dtype, buffers);
    }
    return avgPoolBackward;
  }
}
