package dev.convoy.engine.java;

import dev.convoy.DType;

/** One calling thread's pooling jobs for one element type, one of each kind. */
record PoolJobs(
    MaxPool maxPool,
    MaxPoolBackward maxPoolBackward,
    MaxPoolMask maxPoolMask,
    AvgPool avgPool,
    AvgPoolBackward avgPoolBackward) {

  static PoolJobs of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 ->
          new PoolJobs(
              new MaxPoolF32(buffers),
              new MaxPoolBackwardF32(buffers),
              new MaxPoolMaskF32(buffers),
              new AvgPoolF32(buffers),
              new AvgPoolBackwardF32(buffers));
      case F64 ->
          new PoolJobs(
              new MaxPoolF64(buffers),
              new MaxPoolBackwardF64(buffers),
              new MaxPoolMaskF64(buffers),
              new AvgPoolF64(buffers),
              new AvgPoolBackwardF64(buffers));
    };
  }
}
