package dev.convoy.engine.java;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * Averages of whole planes, found where the tensors lie: what does not depend on the element type.
 */
abstract class PoolWhole implements Workers.Job {
  private static final int PIECE_BYTES = 256 << 10;

  private final int lanes;
  private final int bytes;
  private final PoolAxis rows = new PoolAxis();
  private final PoolAxis columns = new PoolAxis();
  private final PoolDivisor divisor = new PoolDivisor();

  private MemorySegment image;
  private MemorySegment pooled;
  private boolean forward;
  private long planes;
  private int elements;
  private int planesPerPiece;

  PoolWhole(DType dtype, int lanes) {
    this.lanes = lanes;
    this.bytes = dtype.bytes();
  }

  /** That of a type. */
  static PoolWhole of(DType dtype) {
    return switch (dtype) {
      case F32 -> new PoolWholeF32();
      case F64 -> new PoolWholeF64();
    };
  }

  /** Finds averages; false if the pooling is of another kind. */
  final boolean average(Workers workers, AvgPool2dSpec spec, Tensor x, Tensor y) {
    if (!setSizes(spec.window(), x.shape(), y.shape())) {
      return false;
    }
    forward = true;
    run(workers, spec, x, y);
    return true;
  }

  /** Spreads averages' gradients; false if the pooling is of another kind. */
  final boolean averageBackward(Workers workers, AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    if (!setSizes(spec.window(), dx.shape(), dy.shape())) {
      return false;
    }
    forward = false;
    run(workers, spec, dx, dy);
    return true;
  }

  private boolean setSizes(Window window, Shape images, Shape pooled) {
    rows.setRows(window, images, pooled);
    columns.setColumns(window, images, pooled);
    planes = (long) images.n() * images.c();
    long elements = (long) rows.size * columns.size;
    return rows.isWhole()
        && columns.isWhole()
        && elements >= lanes
        && elements <= Integer.MAX_VALUE - 4 * lanes;
  }

  private void run(Workers workers, AvgPool2dSpec spec, Tensor image, Tensor pooled) {
    this.image = image.segment();
    this.pooled = pooled.segment();
    divisor.set(spec, rows, columns, lanes);
    elements = rows.size * columns.size;
    planesPerPiece = Math.max(1, PIECE_BYTES / bytes / elements);
    try {
      workers.run(Math.toIntExact(Math.ceilDiv(planes, planesPerPiece)), this);
    } finally {
      this.image = null; // the thread keeps the job, which must not keep tensors
      this.pooled = null;
    }
  }

  @Override
  public final void run(int piece) {
    long begin = (long) piece * planesPerPiece;
    int count = (int) Math.min(planesPerPiece, planes - begin);
    long imageAt = begin * elements * bytes;
    if (forward) {
      average(image, imageAt, count, elements, divisor, pooled, begin * bytes);
    } else {
      spread(pooled, begin * bytes, count, elements, divisor, image, imageAt);
    }
  }

  /** Finds the averages of so many planes; offsets are in bytes. */
  abstract void average(
      MemorySegment image,
      long imageAt,
      int planes,
      int elements,
      PoolDivisor divisor,
      MemorySegment y,
      long yAt);

  /** Gives all of a plane's elements their share. */
  abstract void spread(
      MemorySegment dy,
      long dyAt,
      int planes,
      int elements,
      PoolDivisor divisor,
      MemorySegment dx,
      long dxAt);
}
