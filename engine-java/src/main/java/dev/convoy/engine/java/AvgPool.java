package dev.convoy.engine.java;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Average pooling, forward: what does not depend on the element type. */
abstract class AvgPool extends PoolJob {
  final PoolDivisor divisor = new PoolDivisor();

  private Tensor x;
  private Tensor y;

  AvgPool(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, lanes, buffers);
  }

  /** That of a type. */
  static AvgPool of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 -> new AvgPoolF32(buffers);
      case F64 -> new AvgPoolF64(buffers);
    };
  }

  /** Pools; false if the pooling is too large. */
  final boolean run(Workers workers, AvgPool2dSpec spec, Tensor x, Tensor y) {
    if (!setSizes(spec.window(), x.shape(), y.shape())) {
      return false;
    }
    this.x = x;
    this.y = y;
    divisor.set(spec, rows, columns, lanes);
    try {
      runForward(workers);
    } finally {
      this.x = null; // the thread keeps the job, which must not keep tensors
      this.y = null;
    }
    return true;
  }

  @Override
  final void compute(PoolBuffers scratch, long plane, int count, int from, int to) {
    int top = rows.firstInput(from);
    int bottom = count == 1 ? rows.endInput(to) : rows.size; // planes are staged whole
    Object input = array(scratch, 0, elements(count, top, bottom, columns.size) + 4L * lanes);
    Object output = array(scratch, 1, elements(count, from, to, columns.outputs) + 2L * lanes);
    load(x, rows.size, columns.size, plane, count, top, bottom, input);
    pool(scratch, count, from, to, top, bottom);
    store(output, y, rows.outputs, columns.outputs, plane, count, from, to);
  }

  /**
   * Pools rows {@code from} to {@code to} of the output into array 1.
   *
   * @param top the image row that array 0 begins with
   * @param bottom behind the last
   */
  abstract void pool(PoolBuffers scratch, int count, int from, int to, int top, int bottom);
}
