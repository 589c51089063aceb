package dev.convoy.engine.java;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Average pooling, backward: what does not depend on the element type. */
abstract class AvgPoolBackward extends PoolJob {
  final PoolDivisor divisor = new PoolDivisor();

  private Tensor dy;
  private Tensor dx;

  AvgPoolBackward(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, lanes, buffers);
  }

  /** That of a type. */
  static AvgPoolBackward of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 -> new AvgPoolBackwardF32(buffers);
      case F64 -> new AvgPoolBackwardF64(buffers);
    };
  }

  /** Spreads the gradients; false if the pooling is too large. */
  final boolean run(Workers workers, AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    if (!setSizes(spec.window(), dx.shape(), dy.shape())) {
      return false;
    }
    this.dy = dy;
    this.dx = dx;
    divisor.set(spec, rows, columns, lanes);
    try {
      runBackward(workers);
    } finally {
      this.dy = null; // the thread keeps the job, which must not keep tensors
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
    Object input = array(scratch, 0, elements(count, first, end, columns.outputs) + 2L * lanes);
    Object output = array(scratch, 1, elements(count, top, bottom, columns.size) + 2L * lanes);
    load(dy, rows.outputs, columns.outputs, plane, count, first, end, input);
    unpool(scratch, count, from, to, first, end);
    store(output, dx, rows.size, columns.size, plane, count, top, bottom);
  }

  /**
   * Computes what lies in the image of the phases' rows {@code from} to {@code to} of its gradient,
   * into array 1.
   *
   * @param first the output row that array 0, the output's gradient, begins with
   * @param end behind the last
   */
  abstract void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end);
}
