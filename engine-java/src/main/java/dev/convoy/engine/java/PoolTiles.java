package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * Pooling by windows of 2×2 that tile the image, done where the tensors lie: what does not depend
 * on the element type.
 *
 * <p>A piece is so many rows of windows, whatever plane they are of. Vectors may run over a row's
 * end, since the row behind it is computed later. Only a piece's last rows, behind which another
 * thread may be at work or the tensor ends, go through scratch memory.
 */
abstract class PoolTiles implements Workers.Job {
  private static final int PIECE_BYTES = 256 << 10;

  private enum Operation {
    MAX,
    MAX_GRADIENT,
    AVERAGE,
    AVERAGE_GRADIENT
  }

  /** Elements of a row of the image, and windows. */
  int width;

  int outputs;

  /**
   * Rows of windows that fit in a vector, one or two; the window that the second of two vectors of
   * the image begins with, and how many bytes behind the first: in the next row of windows, or in
   * this one. Not left to the kernels: what the compiler has seen one of two answers to, it starts
   * anew for the other.
   */
  int together;

  int next;
  long second;

  private final int lanes;
  private final int bytes;
  private final ThreadLocal<PoolBuffers> buffers;
  private final PoolAxis rows = new PoolAxis();
  private final PoolAxis columns = new PoolAxis();

  private Operation operation;
  private MemorySegment image;
  private MemorySegment pooled;
  private MemorySegment places;
  private int divisor;
  private long windowRows;
  private int rowsPerPiece;

  PoolTiles(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    this.lanes = lanes;
    this.bytes = dtype.bytes();
    this.buffers = buffers;
  }

  /** That of a type. */
  static PoolTiles of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 -> new PoolTilesF32(buffers);
      case F64 -> new PoolTilesF64(buffers);
    };
  }

  /** Finds maxima; false if the pooling is of another kind. */
  final boolean max(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    if (lanes < Long.BYTES || !setSizes(spec.window(), x.shape(), y.shape())) {
      return false;
    }
    places = argmax == null ? null : argmax.segment();
    run(workers, Operation.MAX, x, y);
    return true;
  }

  /** Gives gradients to the winners; false if the pooling is of another kind. */
  final boolean maxBackward(
      Workers workers, MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    if (lanes < Long.BYTES || !setSizes(spec.window(), dx.shape(), dy.shape()) || leavesSome()) {
      return false;
    }
    places = argmax.segment();
    run(workers, Operation.MAX_GRADIENT, dx, dy);
    return true;
  }

  /** Finds averages; false if the pooling is of another kind. */
  final boolean average(Workers workers, AvgPool2dSpec spec, Tensor x, Tensor y) {
    if (!setSizes(spec.window(), x.shape(), y.shape()) || !dividesExactly(spec)) {
      return false;
    }
    run(workers, Operation.AVERAGE, x, y);
    return true;
  }

  /** Spreads averages' gradients; false if the pooling is of another kind. */
  final boolean averageBackward(Workers workers, AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    if (!setSizes(spec.window(), dx.shape(), dy.shape()) || leavesSome() || !dividesExactly(spec)) {
      return false;
    }
    run(workers, Operation.AVERAGE_GRADIENT, dx, dy);
    return true;
  }

  private boolean setSizes(Window window, Shape images, Shape pooled) {
    rows.setRows(window, images, pooled);
    columns.setColumns(window, images, pooled);
    width = images.w();
    outputs = pooled.w();
    windowRows = (long) images.n() * images.c() * pooled.h();
    return rows.tiles(2) && columns.tiles(2);
  }

  /** Whether some of the image is in no window. */
  private boolean leavesSome() {
    return rows.size > 2 * rows.outputs || width > 2 * outputs;
  }

  /** Whether one may as well multiply, which is quicker. */
  private boolean dividesExactly(AvgPool2dSpec spec) {
    divisor = spec.divisorOverride() > 0 ? spec.divisorOverride() : 4;
    return Integer.bitCount(divisor) == 1;
  }

  private void run(Workers workers, Operation operation, Tensor image, Tensor pooled) {
    this.operation = operation;
    this.image = image.segment();
    this.pooled = pooled.segment();
    boolean pairs = width <= lanes;
    boolean forward = isForward();
    together = pairs ? 2 : 1;
    // A gradient's second vector may not go past the end of the row.
    int half = forward ? lanes / 2 : Math.min(lanes / 2, outputs - lanes / 2);
    next = pairs ? outputs : half;
    second = 2L * bytes * (pairs ? width : half);
    rowsPerPiece = Math.max(1, PIECE_BYTES / bytes / (2 * width + outputs));
    try {
      workers.run(Math.toIntExact(Math.ceilDiv(windowRows, rowsPerPiece)), this);
    } finally {
      this.image = null; // the thread keeps the job, which must not keep tensors
      this.pooled = null;
      places = null;
    }
  }

  private boolean isForward() {
    return operation == Operation.MAX || operation == Operation.AVERAGE;
  }

  @Override
  public final void run(int piece) {
    long begin = (long) piece * rowsPerPiece;
    long end = Math.min(windowRows, begin + rowsPerPiece);
    long safe = Math.max(begin, end - (Math.ceilDiv(lanes, outputs) - 1));
    boolean even = rows.size == 2 * rows.outputs;
    for (long row = begin, next; row < safe; row = next) {
      next = even ? safe : Math.min(safe, (row / rows.outputs + 1) * rows.outputs);
      compute(image, imageAt(row), pooled, row * outputs, places, (int) (next - row));
    }
    for (long row = safe; row < end; row++) {
      computeInScratch(row);
    }
  }

  /** The element of the image that a row of windows begins with. */
  private long imageAt(long row) {
    return (row / rows.outputs * rows.size + row % rows.outputs * 2) * width;
  }

  private void computeInScratch(long row) {
    PoolBuffers scratch = buffers.get();
    MemorySegment ofImage = scratch.memory(0, (4L * width + 2L * lanes) * bytes);
    MemorySegment ofPooled = scratch.memory(1, 2L * lanes * bytes);
    MemorySegment ofPlaces = places == null ? null : scratch.memory(2, 2L * lanes);
    long imageAt = imageAt(row) * bytes;
    long pooledAt = row * outputs;
    boolean forward = isForward();
    if (forward) {
      MemorySegment.copy(image, imageAt, ofImage, 0, 2L * width * bytes);
    } else {
      MemorySegment.copy(pooled, pooledAt * bytes, ofPooled, 0, (long) outputs * bytes);
      if (places != null) {
        MemorySegment.copy(places, pooledAt, ofPlaces, 0, outputs);
      }
    }
    compute(ofImage, 0, ofPooled, 0, ofPlaces, 1);
    if (forward) {
      MemorySegment.copy(ofPooled, 0, pooled, pooledAt * bytes, (long) outputs * bytes);
      if (places != null) {
        MemorySegment.copy(ofPlaces, 0, places, pooledAt, outputs);
      }
    } else {
      MemorySegment.copy(ofImage, 0, image, imageAt, 2L * width * bytes);
    }
  }

  private void compute(
      MemorySegment image,
      long imageAt,
      MemorySegment pooled,
      long pooledAt,
      MemorySegment places,
      int rows) {
    long at = imageAt * bytes;
    long to = pooledAt * bytes;
    switch (operation) {
      case MAX -> {
        if (!finiteMax(image, at, pooled, to, places, pooledAt, rows)) {
          max(image, at, pooled, to, places, pooledAt, rows);
        }
      }
      case MAX_GRADIENT -> maxGradient(pooled, to, places, pooledAt, image, at, rows);
      case AVERAGE -> average(image, at, divisor, pooled, to, rows);
      case AVERAGE_GRADIENT -> averageGradient(pooled, to, divisor, image, at, rows);
    }
  }

  /**
   * Finds the maxima of so many rows of windows and, unless {@code places} is null, their places.
   * Offsets, here and below, are in bytes.
   *
   * @return whether all but each window's first element are finite; if not, what it found means
   *     nothing
   */
  abstract boolean finiteMax(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int rows);

  /** The same of any numbers. */
  abstract void max(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int rows);

  /** Gives the gradients of rows of windows to the winners, and zero to the rest. */
  abstract void maxGradient(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int rows);

  /** Finds the averages of so many rows of windows. */
  abstract void average(
      MemorySegment image, long imageAt, int divisor, MemorySegment y, long yAt, int rows);

  /** Spreads the averages' gradients of so many rows of windows. */
  abstract void averageGradient(
      MemorySegment dy, long dyAt, int divisor, MemorySegment dx, long dxAt, int rows);
}
