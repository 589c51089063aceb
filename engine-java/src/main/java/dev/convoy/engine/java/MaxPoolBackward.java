package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Max pooling, backward from the winners: what does not depend on the element type. */
abstract class MaxPoolBackward extends PoolJob {
  final PoolPhases phases = new PoolPhases();
  final PoolCover cover = new PoolCover();

  private final int lanes;
  private Tensor dy;
  private ArgMax argmax;
  private Tensor dx;

  MaxPoolBackward(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, buffers);
    this.lanes = lanes;
  }

  final void run(Workers workers, MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    this.dy = dy;
    this.argmax = argmax;
    this.dx = dx;
    setSizes(spec.window(), dx.shape(), dy.shape());
    phases.set(columns, lanes);
    cover.set(rows, columns, phases);
    try {
      run(workers, rows.size);
    } finally {
      this.dy = null; // the thread keeps the job, which must not keep tensors
      this.argmax = null;
      this.dx = null;
    }
  }

  @Override
  final void compute(PoolBuffers scratch, long plane, int count, int from, int to) {
    int first = rows.firstOutput(from);
    int end = Math.max(first, rows.endOutput(to));
    int gradients = elements(count, first, end, columns.outputs);
    Object input = array(scratch, 0, gradients + 2L * lanes);
    Object output = array(scratch, 1, elements(count, from, to, columns.size) + 2L * lanes);
    int[] places = scratch.ints(0, gradients + Math.max(2L * lanes, PoolPlaces.ROOM));
    load(dy, rows.outputs, columns.outputs, plane, count, first, end, input);
    long at = (plane * rows.outputs + first) * columns.outputs;
    PoolPlaces.load(scratch, argmax, at, gradients, places);
    unpool(scratch, count, from, to, first, end);
    store(output, dx, rows.size, columns.size, plane, count, from, to);
  }

  /**
   * Computes rows {@code from} to {@code to} of the input's gradient into array 1.
   *
   * @param first the output row that array 0, the output's gradient, and int array 0, the winners'
   *     places, begin with
   * @param end behind the last
   */
  abstract void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end);
}
