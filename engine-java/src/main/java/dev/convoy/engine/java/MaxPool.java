package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Max pooling, forward: what does not depend on the element type. */
abstract class MaxPool extends PoolJob {
  private Tensor x;
  private Tensor y;
  private ArgMax argmax;

  MaxPool(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, lanes, buffers);
  }

  /** That of a type. */
  static MaxPool of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 -> new MaxPoolF32(buffers);
      case F64 -> new MaxPoolF64(buffers);
    };
  }

  /** Pools; false if the pooling is too large. */
  final boolean run(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    if (!setSizes(spec.window(), x.shape(), y.shape())) {
      return false;
    }
    this.x = x;
    this.y = y;
    this.argmax = argmax;
    try {
      runForward(workers);
    } finally {
      this.x = null; // the thread keeps the job, which must not keep tensors
      this.y = null;
      this.argmax = null;
    }
    return true;
  }

  @Override
  final void compute(PoolBuffers scratch, long plane, int count, int from, int to) {
    int top = rows.firstInput(from);
    int bottom = count == 1 ? rows.endInput(to) : rows.size; // planes are staged whole
    int inputs = elements(count, top, bottom, columns.size);
    int outputs = elements(count, from, to, columns.outputs);
    Object input = array(scratch, 0, inputs + 4L * lanes);
    Object output = array(scratch, 1, outputs + 2L * lanes);
    load(x, rows.size, columns.size, plane, count, top, bottom, input);
    byte[] bytes = scratch.bytes(outputs + 2L * lanes);
    int[] ints = scratch.ints(outputs + 2L * lanes);
    pool(scratch, count, from, to, top, bottom, argmax != null);
    store(output, y, rows.outputs, columns.outputs, plane, count, from, to);
    if (argmax != null) {
      long at = (plane * rows.outputs + from) * columns.outputs;
      PoolPlaces.store(argmax, at, outputs, bytes, ints);
    }
  }

  /** Whether winners are kept in bytes. */
  final boolean inBytes() {
    return argmax.bytesPerWinner() == 1;
  }

  /**
   * Pools rows {@code from} to {@code to} of the output into array 1, and if asked their winners'
   * places into the bytes or ints.
   *
   * @param top the image row that array 0 begins with
   * @param bottom behind the last
   */
  abstract void pool(
      PoolBuffers scratch, int count, int from, int to, int top, int bottom, boolean places);
}
