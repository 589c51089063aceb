package dev.convoy.engine.java;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Average pooling, backward: what does not depend on the element type. */
abstract class AvgPoolBackward extends PoolJob {
  final PoolPhases phases = new PoolPhases();
  final PoolCover cover = new PoolCover();
  final PoolDivisor divisor = new PoolDivisor();

  private final int lanes;
  private Tensor dy;
  private Tensor dx;

  AvgPoolBackward(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    super(dtype, buffers);
    this.lanes = lanes;
  }

  final void run(Workers workers, AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    this.dy = dy;
    this.dx = dx;
    setSizes(spec.window(), dx.shape(), dy.shape());
    phases.set(columns, lanes);
    cover.set(rows, columns, phases);
    divisor.set(spec, rows, columns, lanes);
    try {
      run(workers, rows.size);
    } finally {
      this.dy = null; // the thread keeps the job, which must not keep tensors
      this.dx = null;
    }
  }

  @Override
  final void compute(PoolBuffers scratch, long plane, int count, int from, int to) {
    int first = rows.firstOutput(from);
    int end = Math.max(first, rows.endOutput(to));
    Object input = array(scratch, 0, elements(count, first, end, columns.outputs) + lanes);
    Object output = array(scratch, 1, elements(count, from, to, columns.size) + 2L * lanes);
    load(dy, rows.outputs, columns.outputs, plane, count, first, end, input);
    unpool(scratch, count, from, to, first, end);
    store(output, dx, rows.size, columns.size, plane, count, from, to);
  }

  /**
   * Computes rows {@code from} to {@code to} of the input's gradient into array 1.
   *
   * @param first the output row that array 0, the output's gradient, begins with
   * @param end behind the last
   */
  abstract void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end);
}
