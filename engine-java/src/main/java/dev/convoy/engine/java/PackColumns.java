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

  /** The line and first output in it of each segment. */
  int[] segmentLine = new int[0];

  int[] segmentStart = new int[0];

  /** Output rows, whole or in part, in order: their image, row and first slot. */
  int lines;

  int[] lineImage = new int[0];
  int[] lineRow = new int[0];
  int[] lineSlot = new int[0];

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

  /** Phases of the columns, each of which has as many of the lanes. */
  int phases;

  /** From a row's first output of a phase to the next phase's, in the band. */
  private int phaseStep;

  /** From one output of a phase to its next. */
  int outputStep;

  /** 2 or 4 if a phase's elements in a row, some apart, go to so many lanes in turn; else 1. */
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

  /**
   * What is written of each segment's tiles: the first row of outputs in a tile and how many, the
   * first output in the row and how many, and where the first goes in the image's first channel.
   */
  int[] outputRow = new int[0];

  int[] outputRows = new int[0];
  int[] outputFrom = new int[0];
  int[] outputLength = new int[0];
  long[] outputPlace = new long[0];

  /** Lists of the vectors that it is worked on in. */
  final BlockVectors vectors = new BlockVectors(this);

  /** Whether the block's lines are all whole. */
  boolean hasWholeLines(Conv2dAxis columns) {
    int last = segments - 1;
    return column[last] + length[last] == lines * columns.outputs;
  }

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
    planLanes(columns, firstOutput(columns), outputsOfRow(columns));
    planSplit(columns);
    phaseStep = slotLength() / phases;
    outputStep = 1;
    planBand(rows, columns, tapRow, tapRows);
  }

  /**
   * The same of a band whose rows are those of the image, without lanes: outputs that are
   * neighbours have a stride between them.
   */
  void planWhole(Conv2dAxis rows, Conv2dAxis columns, long first, int count) {
    planSegments(rows, columns, first, count);
    int from = firstOutput(columns);
    int outputs = outputsOfRow(columns);
    int apart = apart(columns);
    int dilation = columns.dilation / apart;
    if (laneStart.length < columns.taps) {
      laneStart = new long[columns.taps];
      tapOffset = new int[columns.taps];
    }
    for (int tap = 0; tap < columns.taps; tap++) {
      tapOffset[tap] = tap * dilation;
    }
    outputStep = columns.stride / apart;
    phaseStep = 1;
    phases = 1;
    split = 1;
    lanes = 1;
    laneStart[0] = (long) from * columns.stride - columns.before;
    laneLength = (outputs - 1) * outputStep + (columns.taps - 1) * dilation + columns.phases;
    planBand(rows, columns, 0, rows.taps);
  }

  /** From one element to the next of rows of a band without lanes. */
  static int apart(Conv2dAxis columns) {
    return columns.phases > 1 ? 1 : columns.dilation;
  }

  /** The first output of the lines: not the first of all, if there is one piece of a line. */
  private int firstOutput(Conv2dAxis columns) {
    return segments == 1 ? segmentStart[0] % columns.run() : 0;
  }

  /** Outputs of each row of the band, of a phase. */
  private int outputsOfRow(Conv2dAxis columns) {
    return segments == 1 ? length[0] : columns.run();
  }

  private void planBand(Conv2dAxis rows, Conv2dAxis columns, int tapRow, int tapRows) {
    int run = columns.run();
    int from = firstOutput(columns);
    planSlots(rows, tapRow, tapRows);
    for (int i = 0; i < segments; i++) {
      int shift = segmentStart[i] / run * phaseStep + (segmentStart[i] % run - from) * outputStep;
      source[i] = lineSlot[segmentLine[i]] * slotLength() + shift;
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
   * Finds where each segment's tiles are written, and what of them lies in the image.
   *
   * @param outputs of a tile, along an axis
   * @param image elements of an image
   */
  void planOutputs(Conv2dAxis rows, Conv2dAxis columns, int outputs, long image) {
    if (outputPlace.length < segments) {
      outputRow = new int[segments];
      outputRows = new int[segments];
      outputFrom = new int[segments];
      outputLength = new int[segments];
      outputPlace = new long[segments];
    }
    int run = columns.run();
    for (int segment = 0; segment < segments; segment++) {
      int line = segmentLine[segment];
      int start = segmentStart[segment];
      int first = columns.start + start / run + start % run * outputs * columns.step;
      int left = Math.max(first, 0);
      int most = Math.ceilDiv(columns.size - left, columns.step);
      int tile = lineRow[line];
      int top = rows.start + tile % rows.phases + tile / rows.phases * outputs * rows.step;
      int above = Math.max(top, 0);
      int high = Math.ceilDiv(rows.size - above, rows.step);
      outputRow[segment] = above - top;
      outputRows[segment] = Math.min(outputs - (above - top), high);
      outputFrom[segment] = column[segment] * outputs + left - first;
      outputLength[segment] = Math.min(length[segment] * outputs - (left - first), most);
      outputPlace[segment] = lineImage[line] * image + (long) above * columns.size + left;
    }
  }

  private void planSegments(Conv2dAxis rows, Conv2dAxis columns, long first, int count) {
    long pixels = (long) rows.outputs * columns.outputs;
    int image = (int) (first / pixels);
    int row = (int) (first % pixels / columns.outputs);
    int start = (int) (first % columns.outputs);
    int run = columns.run();
    int most = count / run + 2;
    if (column.length < most) {
      growSegments(most);
    }
    segments = 0;
    lines = 0;
    longest = Math.min(run, count);
    runs = 0;
    for (int done = 0; done < count; ) {
      int span = Math.min(run - start % run, count - done);
      if (start == 0 || lines == 0) {
        lineImage[lines] = image;
        lineRow[lines++] = row;
      }
      column[segments] = done;
      length[segments] = span;
      segmentLine[segments] = lines - 1;
      segmentStart[segments] = start;
      segments++;
      long position =
          (rows.start + (long) row * rows.step) * columns.size
              + columns.start
              + (long) start * columns.step;
      addRun(image, position, done, span, columns.step);
      done += span;
      start += span;
      if (start == columns.outputs) {
        start = 0;
        row++;
      }
      if (row == rows.outputs) {
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
    segmentLine = new int[most];
    segmentStart = new int[most];
    lineImage = new int[most];
    lineRow = new int[most];
    lineSlot = new int[most];
    runImage = new int[most];
    runColumn = new int[most];
    runLength = new int[most];
    runPosition = new long[most];
  }

  /** Lanes for outputs {@code from} to {@code from + outputs - 1} of a row, of each phase. */
  private void planLanes(Conv2dAxis axis, int from, int outputs) {
    int taps = axis.taps;
    phases = axis.phases;
    if (laneStart.length < taps * phases) {
      tapOffset = new int[taps * phases];
      laneStart = new long[taps * phases];
    }
    planLanesOfOne(axis, from, outputs);
    int some = lanes;
    lanes *= phases;
    for (int lane = some; lane < lanes; lane++) {
      laneStart[lane] = laneStart[lane - some] + 1;
    }
  }

  private void planLanesOfOne(Conv2dAxis axis, int from, int outputs) {
    int taps = axis.taps;
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
    int some = lanes / phases;
    split = (some == 2 || some == 4) && axis.stride % some == 0 ? some : 1;
    for (int lane = 1; lane < split; lane++) {
      if (laneStart[lane] != laneStart[0] + (long) lane * (axis.stride / some)) {
        split = 1;
      }
    }
  }

  /** Rows of the band, and each line's first. */
  private void planSlots(Conv2dAxis axis, int tapRow, int tapRows) {
    long between = (long) Math.max(0, tapRows - 1) * axis.dilation + 1;
    long shared = 0;
    for (int i = 0; i < lines; i++) {
      shared += startsImage(i) ? between : apartFromLast(axis, i);
    }
    long apart = (long) tapRows * lines;
    int most = Math.toIntExact(Math.min(shared, apart));
    if (slotRow.length < most) {
      slotRow = new int[most];
      slotImage = new int[most];
    }
    long origin = (long) tapRow * axis.dilation - axis.before;
    if (shared <= apart) {
      shareSlots(axis, origin, (int) between);
    } else {
      tapSlots = lines;
      slots = 0;
      for (int tap = 0; tap < tapRows; tap++) {
        for (int i = 0; i < lines; i++) {
          lineSlot[i] = i;
          long row = axis.firstInput(lineRow[i]) + (long) tap * axis.dilation + origin;
          addSlot(axis, lineImage[i], row);
        }
      }
    }
  }

  /** Each image's rows once, which the taps of several output rows share. */
  private void shareSlots(Conv2dAxis axis, long origin, int between) {
    tapSlots = axis.dilation;
    slots = 0;
    for (int i = 0; i < lines; i++) {
      long row = axis.firstInput(lineRow[i]) + origin;
      lineSlot[i] = startsImage(i) ? slots : lineSlot[i - 1] + (int) apartFromLast(axis, i);
      for (int slot = slots - lineSlot[i]; slot < between; slot++) {
        addSlot(axis, lineImage[i], row + slot);
      }
    }
  }

  private void addSlot(Conv2dAxis axis, int image, long row) {
    slotImage[slots] = image;
    slotRow[slots] = row >= 0 && row < axis.inputs ? (int) row : -1;
    slots++;
  }

  private boolean startsImage(int line) {
    return line == 0 || lineImage[line] != lineImage[line - 1];
  }

  /** Rows of the image from the line before. */
  private long apartFromLast(Conv2dAxis axis, int line) {
    return axis.firstInput(lineRow[line]) - axis.firstInput(lineRow[line - 1]);
  }
}
