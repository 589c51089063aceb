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
 * Pooling by small windows that overlap, done where the tensors lie: what does not depend on the
 * element type. A kernel goes down the rows with a vector of columns of the result at a time, or,
 * with a stride of 2, row by row.
 *
 * <p>The work is cut into bands, of some rows of a plane of the result. Vectors may run over a
 * row's end, into rows that are yet to be written, and what they read beyond the image is not
 * looked at. Only where they would leave the tensor, or another thread may be at work, does a band
 * go through scratch memory.
 */
abstract class PoolSliding implements Workers.Job {
  private static final int PIECE_BYTES = 256 << 10;
  private static final int BAND_BYTES = 128 << 10;

  /** Rows and columns of the windows whose gradients are gathered. */
  private static final int MOST_ROWS = 5;

  private enum Operation {
    MAX,
    MAX_GRADIENT,
    MAX_GRADIENT_OF_PAIRS,
    AVERAGE,
    AVERAGE_GRADIENT
  }

  final PoolAxis rows = new PoolAxis();
  final PoolAxis columns = new PoolAxis();
  final PoolDivisor divisor = new PoolDivisor();

  private final int lanes;
  private final int bytes;
  final ThreadLocal<PoolBuffers> buffers;

  private Operation operation;
  private MemorySegment source;
  private MemorySegment target;
  private MemorySegment places;

  /** Whether the places are of the source: it is the winners' gradients. */
  private boolean placesOfSource;

  private long planes;
  private int sourceRows;
  private int sourceWidth;
  private int targetRows;
  private int targetWidth;
  private int rowsPerBand;
  private int bandsPerPlane;
  private int bandsPerPiece;

  /** Columns that vectors read before a row of the source, and behind it. */
  private int before;

  private int behind;

  /** Columns of the target that are computed at a time. */
  private int strip;

  PoolSliding(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    this.lanes = lanes;
    this.bytes = dtype.bytes();
    this.buffers = buffers;
  }

  /** That of a type. */
  static PoolSliding of(DType dtype, ThreadLocal<PoolBuffers> buffers) {
    return switch (dtype) {
      case F32 -> new PoolSlidingF32(buffers);
      case F64 -> new PoolSlidingF64(buffers);
    };
  }

  /** Finds maxima; false if the pooling is of another kind. */
  final boolean max(Workers workers, MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    setSizes(spec.window(), x.shape(), y.shape());
    boolean five = isDense() && rows.kernel == MOST_ROWS && columns.kernel == MOST_ROWS;
    if (lanes < Long.BYTES || !(isThreeByThree() || five)) {
      return false;
    }
    placesOfSource = false;
    places = argmax == null ? null : argmax.segment();
    run(workers, Operation.MAX, x, y);
    return true;
  }

  /** Gives gradients to the winners; false if the pooling is of another kind. */
  final boolean maxBackward(
      Workers workers, MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    setSizes(spec.window(), dx.shape(), dy.shape());
    boolean dense = isDense() && rows.kernel <= MOST_ROWS && columns.kernel <= MOST_ROWS;
    boolean pairs =
        isThreeByThree() && rows.stride == 2 && columns.stride == 2 && columns.size % 2 == 0;
    if (lanes < Long.BYTES || !(dense || pairs)) {
      return false;
    }
    placesOfSource = true;
    places = argmax.segment();
    run(workers, dense ? Operation.MAX_GRADIENT : Operation.MAX_GRADIENT_OF_PAIRS, dy, dx);
    return true;
  }

  /** Finds averages; false if the pooling is of another kind. */
  final boolean average(Workers workers, AvgPool2dSpec spec, Tensor x, Tensor y) {
    setSizes(spec.window(), x.shape(), y.shape());
    if (!isThreeByThree() || !isDense()) {
      return false;
    }
    divisor.set(spec, rows, columns, lanes);
    placesOfSource = false;
    run(workers, Operation.AVERAGE, x, y);
    return true;
  }

  /** Spreads averages' gradients; false if the pooling is of another kind. */
  final boolean averageBackward(Workers workers, AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    setSizes(spec.window(), dx.shape(), dy.shape());
    if (!isThreeByThree() || !isDense()) {
      return false;
    }
    divisor.set(spec, rows, columns, lanes);
    placesOfSource = false;
    rows.turn();
    columns.turn();
    run(workers, Operation.AVERAGE_GRADIENT, dy, dx);
    return true;
  }

  private boolean isThreeByThree() {
    return rows.kernel == 3
        && columns.kernel == 3
        && rows.dilation == 1
        && columns.dilation == 1
        && columns.stride <= 2;
  }

  private boolean isDense() {
    return rows.stride == 1 && columns.stride == 1 && rows.dilation == 1 && columns.dilation == 1;
  }

  private void setSizes(Window window, Shape images, Shape pooled) {
    rows.setRows(window, images, pooled);
    columns.setColumns(window, images, pooled);
    planes = (long) images.n() * images.c();
  }

  private void run(Workers workers, Operation operation, Tensor from, Tensor to) {
    this.operation = operation;
    source = from.segment();
    target = to.segment();
    sourceRows = from.shape().h();
    sourceWidth = from.shape().w();
    targetRows = to.shape().h();
    targetWidth = to.shape().w();
    strip = operation == Operation.MAX_GRADIENT_OF_PAIRS ? 2 * lanes : lanes;
    int last = Math.max(0, targetWidth - strip);
    switch (operation) {
      case MAX_GRADIENT -> {
        before = columns.kernel - 1 - columns.before;
        behind = last - before + lanes + columns.kernel - 1 - sourceWidth;
      }
      case MAX_GRADIENT_OF_PAIRS -> {
        before = 1;
        behind = last / 2 + columns.before / 2 + 1 + lanes - sourceWidth;
      }
      default -> {
        before = columns.before;
        behind = last * columns.stride - before + 3 * lanes - sourceWidth;
      }
    }
    behind = Math.max(0, behind);
    long rowBytes = bytes * ((long) sourceRows * sourceWidth / targetRows + targetWidth);
    rowsPerBand = Math.clamp(BAND_BYTES / rowBytes, 1, targetRows);
    bandsPerPlane = Math.ceilDiv(targetRows, rowsPerBand);
    rowsPerBand = Math.ceilDiv(targetRows, bandsPerPlane);
    bandsPerPiece = (int) Math.max(1, PIECE_BYTES / (rowsPerBand * rowBytes));
    try {
      workers.run(Math.toIntExact(Math.ceilDiv(planes * bandsPerPlane, bandsPerPiece)), this);
    } finally {
      source = null; // the thread keeps the job, which must not keep tensors
      target = null;
      places = null;
    }
  }

  @Override
  public final void run(int piece) {
    long begin = (long) piece * bandsPerPiece;
    long end = Math.min(planes * bandsPerPlane, begin + bandsPerPiece);
    long targetEnd = targetRow(end);
    boolean finite = true;
    for (long band = begin; band < end; band++) {
      long plane = band / bandsPerPlane;
      int from = (int) (band % bandsPerPlane) * rowsPerBand;
      int to = Math.min(targetRows, from + rowsPerBand);
      int top = firstSource(from);
      int bottom = Math.max(top, endSource(to));
      long firstRead = (plane * sourceRows + top) * sourceWidth - before;
      long endRead = (plane * sourceRows + bottom) * sourceWidth + behind;
      long endWritten = (plane * targetRows + to - 1) * targetWidth + Math.max(strip, targetWidth);
      if (operation != Operation.AVERAGE_GRADIENT
          && firstRead >= 0
          && endRead <= planes * sourceRows * sourceWidth
          && endWritten <= targetEnd * targetWidth) {
        finite =
            compute(
                finite,
                source,
                plane * sourceRows * sourceWidth,
                target,
                plane * targetRows * targetWidth,
                places,
                from,
                to);
      } else {
        computeInScratch(plane, from, to, top, bottom);
      }
    }
  }

  /** The row of all planes of the target that a band begins with. */
  private long targetRow(long band) {
    long plane = band / bandsPerPlane;
    return plane * targetRows + band % bandsPerPlane * rowsPerBand;
  }

  private int firstSource(int row) {
    return placesOfSource ? rows.firstOutput(row) : rows.firstInput(row);
  }

  private int endSource(int row) {
    return placesOfSource ? rows.endOutput(row) : rows.endInput(row);
  }

  private void computeInScratch(long plane, int from, int to, int top, int bottom) {
    PoolBuffers scratch = buffers.get();
    long room = before + sourceWidth + behind + 2L * lanes;
    long sourceCount = (long) (bottom - top) * sourceWidth;
    long targetCount = (long) (to - from) * targetWidth;
    long sourceAt = (plane * sourceRows + top) * sourceWidth;
    long targetAt = (plane * targetRows + from) * targetWidth;
    MemorySegment ofSource = scratch.memory(0, (sourceCount + 2 * room) * bytes);
    MemorySegment ofTarget = scratch.memory(1, (targetCount + strip) * bytes);
    MemorySegment ofPlaces =
        places == null ? null : scratch.memory(2, Math.max(sourceCount, targetCount) + 2 * room);
    MemorySegment.copy(source, sourceAt * bytes, ofSource, room * bytes, sourceCount * bytes);
    if (operation == Operation.AVERAGE_GRADIENT) {
      MemorySegment quotients = scratch.memory(2, (sourceCount + 2 * room) * bytes);
      divide(ofSource, quotients, room * bytes, top, bottom);
      ofSource = quotients;
    }
    if (placesOfSource) {
      MemorySegment.copy(places, sourceAt, ofPlaces, room, sourceCount);
    }
    // A plane's beginning, if it lay there whole.
    long ofSourcePlane = room - (long) top * sourceWidth;
    long ofTargetPlane = -(long) from * targetWidth;
    // What lies beside the rows may be no number, and says nothing of the next band.
    compute(true, ofSource, ofSourcePlane, ofTarget, ofTargetPlane, ofPlaces, from, to);
    MemorySegment.copy(ofTarget, 0, target, targetAt * bytes, targetCount * bytes);
    if (!placesOfSource && places != null) {
      MemorySegment.copy(ofPlaces, 0, places, targetAt, targetCount);
    }
  }

  /**
   * Computes rows of one plane; the offsets of planes are in elements.
   *
   * @param finite whether to expect finite numbers, which is faster if there are no others
   * @return whether there were none; maxima are right in any case
   */
  private boolean compute(
      boolean finite,
      MemorySegment source,
      long sourcePlane,
      MemorySegment target,
      long targetPlane,
      MemorySegment places,
      int from,
      int to) {
    int last = Math.max(0, targetWidth - strip);
    long sourceAt = sourcePlane * bytes;
    long targetAt = targetPlane * bytes;
    if (operation == Operation.MAX_GRADIENT_OF_PAIRS) {
      maxGradientOfPairs(source, sourceAt, places, sourcePlane, target, targetAt, from, to);
      return finite;
    }
    if (finite
        && operation == Operation.MAX
        && rows.stride == 2
        && columns.stride == 2
        && stridedMax(source, sourceAt, target, targetAt, places, targetPlane, from, to)) {
      return true;
    }
    boolean all = finite && columns.stride == 1;
    for (int c = 0; c < targetWidth; c += strip) {
      int column = Math.min(c, last);
      switch (operation) {
        case MAX ->
            all =
                max(all, source, sourceAt, target, targetAt, places, targetPlane, column, from, to);
        case MAX_GRADIENT ->
            maxGradient(source, sourceAt, places, sourcePlane, target, targetAt, column, from, to);
        case MAX_GRADIENT_OF_PAIRS -> throw new IllegalStateException("not by vectors of columns");
        case AVERAGE -> average(source, sourceAt, true, target, targetAt, column, from, to);
        case AVERAGE_GRADIENT ->
            average(source, sourceAt, false, target, targetAt, column, from, to);
      }
    }
    return all;
  }

  /**
   * Finds the maxima of the windows from one column on, in rows {@code from} to {@code to} of one
   * plane, and their places unless {@code places} is null. Offsets, here and below, are in bytes
   * and those of planes.
   *
   * @param finite whether to expect finite numbers
   * @return whether finite numbers were expected and there were no others
   */
  abstract boolean max(
      boolean finite,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to);

  /**
   * Finds the maxima of whole rows of 3×3 windows with a stride of 2, expecting finite numbers.
   *
   * @return whether there were no others
   */
  abstract boolean stridedMax(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int from,
      int to);

  /** Finds the gradients of the columns from one on, in rows {@code from} to {@code to}. */
  abstract void maxGradient(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int column,
      int from,
      int to);

  /** The same of whole rows where windows are 3×3 of stride 2: columns are computed in pairs. */
  abstract void maxGradientOfPairs(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int from,
      int to);

  /**
   * Finds the averages of the windows from one column on, in rows {@code from} to {@code to}; or
   * their sums, of what is divided already.
   */
  abstract void average(
      MemorySegment image,
      long imageAt,
      boolean divides,
      MemorySegment y,
      long yAt,
      int column,
      int from,
      int to);

  /** Divides rows {@code from} to {@code to} of a plane by what their windows count. */
  abstract void divide(MemorySegment rows, MemorySegment quotients, long at, int from, int to);

  /**
   * The lanes, as bits, whose columns are in a row.
   *
   * @param first the first lane's column
   * @param step from one lane's to the next
   */
  static long inside(int first, int step, int width) {
    int begin = Math.clamp(Math.ceilDiv(-first, step), 0, Long.SIZE - 1);
    int end = Math.clamp(Math.ceilDiv(width - first, step), 0, Long.SIZE - 1);
    return (1L << end) - 1 & -1L << begin;
  }
}
