package dev.convoy.engine.java;

/**
 * Where a block of columns of the (never built) column matrix comes from: column {@code q} is one
 * output pixel, row {@code (c, r, s)} one tap of the kernel on one channel.
 *
 * <p>The pixels that the block's windows touch are first copied into a <em>band</em>, a small image
 * with the padding written out. The columns of a row of the band that lie a stride apart are
 * neighbours there (a <em>lane</em> for each remainder), so that every row of the column matrix is
 * made of contiguous pieces of the band, one for each output row, whatever the stride, padding and
 * dilation.
 */
final class PackColumns {
  /** Pieces of output rows in the block, in order. */
  int segments;

  /** First column of the block, length and offset in the band of each segment. */
  int[] column = new int[0];

  int[] length = new int[0];
  int[] source = new int[0];

  /** No segment is longer. */
  int longest;

  /** The image, output row and first output in it of each segment. */
  int[] segmentImage = new int[0];

  int[] segmentRow = new int[0];
  int[] segmentStart = new int[0];

  /** Rows of the band for one channel: which image, and which row of it or -1 for zeros. */
  int slots;

  int[] slotImage = new int[0];
  int[] slotRow = new int[0];

  /** The band from one tap to the tap below, in slots. */
  int tapSlots;

  /** Lanes of a row of the band: the input's column of their first elements, and their length. */
  int lanes;

  long[] laneStart = new long[0];
  int laneLength;

  /** 2 or 4 if a row's elements, some apart, go to so many lanes in turn; else 1. */
  int split;

  /** Offset of each of a kernel row's taps in a row of the band. */
  int[] tapOffset = new int[0];

  /** Where each tap of each of some channels begins in the band. */
  int places;

  int[] place = new int[0];

  /** Runs of columns that lie at even distances in the tensor that is written. */
  int runs;

  int[] runImage = new int[0];
  int[] runColumn = new int[0];
  int[] runLength = new int[0];
  long[] runPosition = new long[0];

  /** The band from its first tap of a column to each of them, in elements. */
  int[] rowOffset = new int[0];

  /** Vectors that a block of tiles is transformed in: of the band's rows, and then of tiles. */
  int rowVectors;

  int[] rowFrom = new int[0];
  int[] rowTo = new int[0];
  int tileVectors;
  int[] tileFrom = new int[0];
  int[] tileTo = new int[0];

  /** Elements of a row of the band. */
  int slotLength() {
    return lanes * laneLength;
  }

  /** Elements of the band for one channel. */
  long channelLength() {
    return (long) slots * slotLength();
  }

  /**
   * Plans a block.
   *
   * @param rows the vertical axis
   * @param columns the horizontal axis
   * @param first the first column, counting output pixels through all images
   * @param count number of columns
   * @param tapRow the first row of taps
   * @param tapRows number of rows of taps
   */
  void plan(Conv2dAxis rows, Conv2dAxis columns, long first, int count, int tapRow, int tapRows) {
    planSegments(rows, columns, first, count);
    boolean oneRow = segments == 1;
    int from = oneRow ? segmentStart[0] : 0;
    planLanes(columns, from, oneRow ? length[0] : columns.outputs);
    planSplit(columns);
    planSlots(rows, tapRow, tapRows);
    for (int i = 0; i < segments; i++) {
      source[i] = source[i] * slotLength() + segmentStart[i] - from;
    }
  }

  /** Finds where the taps of so many channels, whose band follow each other, begin. */
  void planPlaces(int channels, int rows, int taps) {
    places = channels * rows * taps;
    if (place.length < places) {
      place = new int[places];
    }
    int at = 0;
    for (int channel = 0; channel < channels; channel++) {
      for (int row = 0; row < rows; row++) {
        int start = (channel * slots + row * tapSlots) * slotLength();
        for (int tap = 0; tap < taps; tap++) {
          place[at++] = start + tapOffset[tap];
        }
      }
    }
  }

  /**
   * Lists the vectors of all segments, for loops that need not begin anew for each: segments are
   * short, and a loop of one round costs more to enter than to do.
   *
   * @param taps rows of taps
   */
  void planVectors(int lanes, int taps) {
    int length = slotLength();
    if (rowOffset.length < taps) {
      rowOffset = new int[taps];
    }
    for (int tap = 0; tap < taps; tap++) {
      rowOffset[tap] = tap * tapSlots * length;
    }
    int mostRows = segments * Math.ceilDiv(length, lanes);
    int mostTiles = segments * Math.ceilDiv(longest, lanes);
    if (rowFrom.length < mostRows) {
      rowFrom = new int[mostRows];
      rowTo = new int[mostRows];
    }
    if (tileFrom.length < mostTiles) {
      tileFrom = new int[mostTiles];
      tileTo = new int[mostTiles];
    }
    rowVectors = 0;
    tileVectors = 0;
    for (int segment = 0; segment < segments; segment++) {
      for (int i = 0; i < length; i += lanes) {
        rowFrom[rowVectors] = source[segment] + i;
        rowTo[rowVectors++] = segment * length + i;
      }
      for (int i = 0; i < this.length[segment]; i += lanes) {
        tileFrom[tileVectors] = segment * length + i;
        tileTo[tileVectors++] = column[segment] + i;
      }
    }
  }

  private void planSegments(Conv2dAxis rows, Conv2dAxis columns, long first, int count) {
    long pixels = (long) rows.outputs * columns.outputs;
    int image = (int) (first / pixels);
    int row = (int) (first % pixels / columns.outputs);
    int start = (int) (first % columns.outputs);
    int most = count / columns.outputs + 2;
    if (column.length < most) {
      growSegments(most);
    }
    segments = 0;
    longest = Math.min(columns.outputs, count);
    runs = 0;
    for (int done = 0; done < count; ) {
      int span = Math.min(columns.outputs - start, count - done);
      column[segments] = done;
      length[segments] = span;
      segmentImage[segments] = image;
      segmentRow[segments] = row;
      segmentStart[segments] = start;
      segments++;
      long position =
          (rows.start + (long) row * rows.step) * columns.size
              + columns.start
              + (long) start * columns.step;
      addRun(image, position, done, span, columns.step);
      done += span;
      start = 0;
      if (++row == rows.outputs) {
        row = 0;
        image++;
      }
    }
  }

  private void addRun(int image, long position, int at, int span, int step) {
    int last = runs - 1;
    if (last >= 0
        && step == 1
        && runImage[last] == image
        && runPosition[last] + runLength[last] == position) {
      runLength[last] += span;
      return;
    }
    runImage[runs] = image;
    runPosition[runs] = position;
    runColumn[runs] = at;
    runLength[runs] = span;
    runs++;
  }

  private void growSegments(int most) {
    column = new int[most];
    length = new int[most];
    source = new int[most];
    segmentImage = new int[most];
    segmentRow = new int[most];
    segmentStart = new int[most];
    runImage = new int[most];
    runColumn = new int[most];
    runLength = new int[most];
    runPosition = new long[most];
  }

  /** Lanes for outputs {@code from} to {@code from + outputs - 1} of a row. */
  private void planLanes(Conv2dAxis axis, int from, int outputs) {
    int taps = axis.taps;
    if (tapOffset.length < taps) {
      tapOffset = new int[taps];
      laneStart = new long[taps];
    }
    long origin = (long) from * axis.stride - axis.before;
    // A lane for each remainder of a tap's place by the stride, shared by the taps that have it.
    lanes = 0;
    long shared = outputs + Math.max(0, taps - 1L) * axis.dilation / axis.stride;
    for (int tap = 0; tap < taps; tap++) {
      long place = (long) tap * axis.dilation;
      long start = origin + place % axis.stride;
      int lane = 0;
      while (lane < lanes && laneStart[lane] != start) {
        lane++;
      }
      if (lane == lanes) {
        laneStart[lanes++] = start;
      }
      tapOffset[tap] = lane;
    }
    if (lanes * shared <= (long) taps * outputs) {
      laneLength = (int) shared;
      for (int tap = 0; tap < taps; tap++) {
        long shift = (long) tap * axis.dilation / axis.stride;
        tapOffset[tap] = tapOffset[tap] * laneLength + (int) shift;
      }
      return;
    }
    // Taps so far apart that they share little: a lane for each.
    lanes = taps;
    laneLength = outputs;
    for (int tap = 0; tap < taps; tap++) {
      laneStart[tap] = origin + (long) tap * axis.dilation;
      tapOffset[tap] = tap * outputs;
    }
  }

  private void planSplit(Conv2dAxis axis) {
    split = (lanes == 2 || lanes == 4) && axis.stride % lanes == 0 ? lanes : 1;
    for (int lane = 1; lane < split; lane++) {
      if (laneStart[lane] != laneStart[0] + (long) lane * (axis.stride / lanes)) {
        split = 1;
      }
    }
  }

  /** Rows of the band; leaves each segment's first slot in {@link #source}. */
  private void planSlots(Conv2dAxis axis, int tapRow, int tapRows) {
    long between = (long) Math.max(0, tapRows - 1) * axis.dilation + 1;
    long shared = 0;
    for (int i = 0; i < segments; i++) {
      shared += startsImage(i) ? between : axis.stride;
    }
    long apart = (long) tapRows * segments;
    int most = Math.toIntExact(Math.min(shared, apart));
    if (slotRow.length < most) {
      slotRow = new int[most];
      slotImage = new int[most];
    }
    long origin = (long) tapRow * axis.dilation - axis.before;
    if (shared <= apart) {
      shareSlots(axis, origin, (int) between);
    } else {
      tapSlots = segments;
      slots = 0;
      for (int tap = 0; tap < tapRows; tap++) {
        for (int i = 0; i < segments; i++) {
          source[i] = i;
          long row = (long) segmentRow[i] * axis.stride + (long) tap * axis.dilation + origin;
          addSlot(axis, segmentImage[i], row);
        }
      }
    }
  }

  /** Each image's rows once, which the taps of several output rows share. */
  private void shareSlots(Conv2dAxis axis, long origin, int between) {
    tapSlots = axis.dilation;
    slots = 0;
    for (int i = 0; i < segments; i++) {
      int image = segmentImage[i];
      long row = (long) segmentRow[i] * axis.stride + origin;
      source[i] = startsImage(i) ? slots : source[i - 1] + axis.stride;
      for (int slot = slots - source[i]; slot < between; slot++) {
        addSlot(axis, image, row + slot);
      }
    }
  }

  private void addSlot(Conv2dAxis axis, int image, long row) {
    slotImage[slots] = image;
    slotRow[slots] = row >= 0 && row < axis.inputs ? (int) row : -1;
    slots++;
  }

  private boolean startsImage(int segment) {
    return segment == 0 || segmentImage[segment] != segmentImage[segment - 1];
  }
}
