package dev.convoy.engine.java;

import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradient with respect to a bias: {@code dy} summed over all but channels, each channel by one
 * thread. Used by one calling thread at a time.
 */
final class Conv2dBias {
  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Workers.Job sums = this::sum;

  // The call under way.
  private MemorySegment dy;
  private MemorySegment db;
  private DType dtype;
  private boolean accumulate;
  private int images;
  private int filters;
  private int plane;

  Conv2dBias(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  void backward(Tensor dys, Tensor dbs, boolean accumulates) {
    dtype = dys.dtype();
    accumulate = accumulates;
    images = dys.shape().n();
    filters = dys.shape().c();
    plane = Math.multiplyExact(dys.shape().h(), dys.shape().w());
    try {
      dy = dys.segment();
      db = dbs.segment();
      workers.run(filters, sums);
    } finally {
      dy = null;
      db = null;
    }
  }

  private void sum(int filter) {
    GemmPanels panels = scratch.get().panels(dtype);
    long first = (long) filter * plane;
    panels.sum(dy, first, (long) filters * plane, images, plane, db, filter, accumulate);
  }
}
