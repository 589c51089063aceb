package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Max pooling, backward from the winners: what does not depend on the element type. */
abstract class MaxPoolBackward extends PoolJob {
  private static final int MOST_FOR_GATHER = 40;

  private Tensor dy;
  private ArgMax argmax;
  private Tensor dx;

  MaxPoolBackward(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, lanes, buffers);
  }

  /** That of a type. */
  static MaxPoolBackward of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 -> new MaxPoolBackwardF32(buffers);
      case F64 -> new MaxPoolBackwardF64(buffers);
    };
  }

  /** Spreads the gradients; false if the pooling is too large. */
  final boolean run(Workers workers, MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    if (!setSizes(spec.window(), dx.shape(), dy.shape())) {
      return false;
    }
    this.dy = dy;
    this.argmax = argmax;
    this.dx = dx;
    try {
      runBackward(workers);
    } finally {
      this.dy = null; // the thread keeps the job, which must not keep tensors
      this.argmax = null;
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
    int outputs = elements(count, first, end, columns.outputs);
    Object input = array(scratch, 0, outputs + 2L * lanes);
    Object output = array(scratch, 1, elements(count, top, bottom, columns.size) + 2L * lanes);
    byte[] bytes = scratch.bytes(outputs + (long) lanes);
    int[] ints = scratch.ints(outputs + (long) lanes);
    load(dy, rows.outputs, columns.outputs, plane, count, first, end, input);
    long at = (plane * rows.outputs + first) * columns.outputs;
    PoolPlaces.load(argmax, at, outputs, bytes, ints);
    unpool(scratch, count, from, to, first, end);
    store(output, dx, rows.size, columns.size, plane, count, top, bottom);
  }

  /** Whether few enough outputs reach an input, else visiting each output once is faster. */
  final boolean gathers() {
    long vertical = Math.ceilDiv(rows.kernel, rows.stride);
    return vertical * Math.ceilDiv(columns.kernel, columns.stride) <= MOST_FOR_GATHER;
  }

  /** Whether winners are kept in bytes. */
  final boolean inBytes() {
    return argmax.bytesPerWinner() == 1;
  }

  /**
   * Computes what lies in the image of the phases' rows {@code from} to {@code to} of its gradient,
   * into array 1.
   *
   * @param first the output row that array 0, the output's gradient, and the bytes or ints, the
   *     winners' places, begin with
   * @param end behind the last
   */
  abstract void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end);
}
