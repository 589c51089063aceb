package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Max pooling, forward: what does not depend on the element type. */
abstract class MaxPool extends PoolJob {
  final PoolPhases phases = new PoolPhases();

  private final int lanes;
  private Tensor x;
  private Tensor y;
  private ArgMax argmax;

  MaxPool(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, buffers);
    this.lanes = lanes;
  }

  final void run(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    this.x = x;
    this.y = y;
    this.argmax = argmax;
    setSizes(spec.window(), x.shape(), y.shape());
    phases.set(columns, lanes);
    try {
      run(workers, rows.outputs);
    } finally {
      this.x = null; // the thread keeps the job, which must not keep tensors
      this.y = null;
      this.argmax = null;
    }
  }

  @Override
  final void compute(PoolBuffers scratch, long plane, int count, int from, int to) {
    int top = rows.firstInput(from);
    int bottom = count == 1 ? rows.endInput(to) : rows.size; // planes are staged whole
    int outputs = elements(count, from, to, columns.outputs);
    Object input = array(scratch, 0, elements(count, top, bottom, columns.size) + 4L * lanes);
    Object output = array(scratch, 1, outputs + (long) lanes);
    int[] places = scratch.ints(0, outputs + (long) PoolPlaces.ROOM);
    load(x, rows.size, columns.size, plane, count, top, bottom, input);
    pool(scratch, count, from, to, top, bottom - top);
    store(output, y, rows.outputs, columns.outputs, plane, count, from, to);
    if (argmax != null) {
      long at = (plane * rows.outputs + from) * columns.outputs;
      PoolPlaces.store(scratch, places, argmax, at, outputs);
    }
  }

  /**
   * Pools rows {@code from} to {@code to} of the output into array 1, and their winners' places
   * into int array 0.
   *
   * @param top the image row that array 0 begins with
   * @param staged rows of each plane in array 0
   */
  abstract void pool(PoolBuffers scratch, int count, int from, int to, int top, int staged);
}
