package dev.convoy.engine.java;

import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/**
 * Max pooling, backward to all tied maxima, which are found by comparing with the output: what does
 * not depend on the element type.
 */
abstract class MaxPoolMask extends PoolJob {
  private Tensor x;
  private Tensor y;
  private Tensor dy;
  private Tensor dx;

  MaxPoolMask(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, lanes, buffers);
  }

  /** That of a type. */
  static MaxPoolMask of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 -> new MaxPoolMaskF32(buffers);
      case F64 -> new MaxPoolMaskF64(buffers);
    };
  }

  /** Spreads the gradients; false if the pooling is too large. */
  final boolean run(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    if (!setSizes(spec.window(), x.shape(), y.shape())) {
      return false;
    }
    this.x = x;
    this.y = y;
    this.dy = dy;
    this.dx = dx;
    try {
      runBackward(workers);
    } finally {
      this.x = null; // the thread keeps the job, which must not keep tensors
      this.y = null;
      this.dy = null;
      this.dx = null;
    }
    return true;
  }

  @Override
  final void compute(PoolBuffers scratch, long plane, int count, int from, int to) {
    int first = Math.max(0, from - grid.rowReach);
    int end = Math.clamp(to, first, rows.outputs);
    int top = grid.firstImageRow(from);
    int bottom = Math.max(top, grid.endImageRow(to));
    long inputs = elements(count, top, bottom, columns.size) + 4L * lanes;
    long outputs = elements(count, first, end, columns.outputs) + 2L * lanes;
    Object gradients = array(scratch, 0, outputs);
    Object result = array(scratch, 1, inputs);
    Object maxima = array(scratch, 2, outputs);
    load(dy, rows.outputs, columns.outputs, plane, count, first, end, gradients);
    load(y, rows.outputs, columns.outputs, plane, count, first, end, maxima);
    load(x, rows.size, columns.size, plane, count, top, bottom, result);
    unpool(scratch, count, from, to, first, end);
    store(result, dx, rows.size, columns.size, plane, count, top, bottom);
  }

  /**
   * Computes what lies in the image of the phases' rows {@code from} to {@code to} of its gradient,
   * into array 1, which holds those rows of the image. Array 0 holds the output's gradient, array 2
   * the output.
   *
   * @param first the output row that arrays 0 and 2 begin with
   * @param end behind the last
   */
  abstract void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end);
}
