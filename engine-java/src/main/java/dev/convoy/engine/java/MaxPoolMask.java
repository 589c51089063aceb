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
  final PoolPhases phases = new PoolPhases();
  final PoolCover cover = new PoolCover();

  private final int lanes;
  private Tensor x;
  private Tensor y;
  private Tensor dy;
  private Tensor dx;

  MaxPoolMask(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, buffers);
    this.lanes = lanes;
  }

  final void run(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    this.x = x;
    this.y = y;
    this.dy = dy;
    this.dx = dx;
    setSizes(spec.window(), x.shape(), y.shape());
    phases.set(columns, lanes);
    cover.set(rows, columns, phases);
    try {
      run(workers, rows.size);
    } finally {
      this.x = null; // the thread keeps the job, which must not keep tensors
      this.y = null;
      this.dy = null;
      this.dx = null;
    }
  }

  @Override
  final void compute(PoolBuffers scratch, long plane, int count, int from, int to) {
    int first = rows.firstOutput(from);
    int end = Math.max(first, rows.endOutput(to));
    long inputs = elements(count, from, to, columns.size) + 2L * lanes;
    long outputs = elements(count, first, end, columns.outputs) + 2L * lanes;
    Object gradients = array(scratch, 0, outputs);
    Object result = array(scratch, 1, inputs);
    Object maxima = array(scratch, 2, outputs);
    Object images = array(scratch, 3, inputs);
    load(dy, rows.outputs, columns.outputs, plane, count, first, end, gradients);
    load(y, rows.outputs, columns.outputs, plane, count, first, end, maxima);
    load(x, rows.size, columns.size, plane, count, from, to, images);
    unpool(scratch, count, from, to, first, end);
    store(result, dx, rows.size, columns.size, plane, count, from, to);
  }

  /**
   * Computes rows {@code from} to {@code to} of the input's gradient into array 1. Array 0 holds
   * the output's gradient, array 2 the output, array 3 these rows of the input.
   *
   * @param first the output row that arrays 0 and 2 begin with
   * @param end behind the last
   */
  abstract void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end);
}
