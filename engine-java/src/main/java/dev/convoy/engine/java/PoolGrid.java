package dev.convoy.engine.java;

/**
 * How a pooling lies in scratch memory so that each tap of all windows is contiguous, whatever the
 * stride, over the ends of rows and planes: one loop then goes over a whole block.
 *
 * <p>The padded image's rows and columns are dealt out to as many phases as the strides: column
 * {@code c} to place {@code c / stride} of phase {@code c % stride}, rows likewise. Rows of outputs
 * have the same pitch. Tap {@code (r, c)} of the output at place {@code i} is then at {@code
 * rowAt[r] + columnAt[c] + i}, and an input at {@code j} of a phase gets its gradient from the
 * outputs at {@code j} less what each tap of the phase is {@code shifted}.
 *
 * <p>What windows read past a row's end is the padding before the next, where there is enough.
 */
final class PoolGrid {
  private static final int[] NONE = {};

  /** Places of all phases together, of the smallest block, that scratch memory is allowed. */
  private static final long MOST_PLACES = 1 << 26;

  /** A place in the window is kept as an element, which holds no more of them exactly. */
  private static final long MOST_TAPS = 1 << 24;

  /** Room between phases, which vectors run over. */
  private static final int ROOM = 128;

  /** The phases that taps fall in; others are not kept. */
  int rowPhases;

  int columnPhases;

  /** Rows and columns, of a phase, from a window's first tap to its last. */
  int rowReach;

  int columnReach;

  /** From one row to the next. */
  int pitch;

  /** Rows of a phase from one plane to the next, where planes are whole. */
  int planeRows;

  /** The phase of a tap, and its rows or columns into it. */
  int[] rowPhase = NONE;

  int[] rowShift = NONE;
  int[] columnPhase = NONE;
  int[] columnShift = NONE;

  /** A phase's first column in the image, and where in the phase the image begins and ends. */
  int[] firstColumn = NONE;

  int[] imageBegin = NONE;
  int[] imageEnd = NONE;

  /** From one phase to the next, in a block of so many rows; see {@link #setRows}. */
  int phasePitch;

  /** Where taps are in a block; see {@link #setRows}. */
  int[] rowAt = NONE;

  int[] columnAt = NONE;

  /** Where rows of taps are once columns are reduced, to one phase for each phase of rows. */
  int[] reducedAt = NONE;

  private PoolAxis rows;
  private PoolAxis columns;

  /** Lays out a pooling; false if it is too large for it. */
  boolean set(PoolAxis rows, PoolAxis columns) {
    this.rows = rows;
    this.columns = columns;
    long width = Math.max(columns.size + (long) columns.before, columns.outputs + columns.reach());
    long height = rows.reach() + rows.stride;
    if (width * height > MOST_PLACES
        || height > MOST_PLACES
        || (long) rows.kernel * columns.kernel > MOST_TAPS) {
      return false;
    }
    rowPhases = (int) Math.min(rows.stride, rows.reach() + 1);
    columnPhases = (int) Math.min(columns.stride, columns.reach() + 1);
    rowReach = (int) (rows.reach() / rows.stride);
    columnReach = (int) (columns.reach() / columns.stride);
    if (rowPhase.length < rows.kernel) {
      rowPhase = new int[rows.kernel];
      rowShift = new int[rows.kernel];
      rowAt = new int[rows.kernel];
      reducedAt = new int[rows.kernel];
    }
    if (columnPhase.length < columns.kernel) {
      columnPhase = new int[columns.kernel];
      columnShift = new int[columns.kernel];
      columnAt = new int[columns.kernel];
    }
    deal(rows, rowPhase, rowShift);
    deal(columns, columnPhase, columnShift);
    pitch = pitch(columns, columnPhases, columnReach);
    planeRows = pitch(rows, rowPhases, rowReach);
    if (firstColumn.length < columnPhases) {
      firstColumn = new int[columnPhases];
      imageBegin = new int[columnPhases];
      imageEnd = new int[columnPhases];
    }
    for (int phase = 0; phase < columnPhases; phase++) {
      firstColumn[phase] = Math.floorMod(phase - columns.before, columns.stride);
      imageBegin[phase] = begin(columns, phase);
      imageEnd[phase] = end(columns, phase);
    }
    return true;
  }

  private static void deal(PoolAxis axis, int[] phases, int[] shifts) {
    for (int tap = 0; tap < axis.kernel; tap++) {
      long place = (long) tap * axis.dilation;
      phases[tap] = (int) (place % axis.stride);
      shifts[tap] = (int) (place / axis.stride);
    }
  }

  /** The image's first place in a phase. */
  private static int begin(PoolAxis axis, int phase) {
    return Math.ceilDiv(axis.before - phase, axis.stride);
  }

  /** Behind the image's last place in a phase. */
  private static int end(PoolAxis axis, int phase) {
    return Math.max(0, (int) Math.ceilDiv((long) axis.before + axis.size - phase, axis.stride));
  }

  /** Places of the image or of outputs, and what windows read beyond them and the next padding. */
  private static int pitch(PoolAxis axis, int phases, int reach) {
    int pitch = axis.outputs;
    int padding = Integer.MAX_VALUE;
    for (int phase = 0; phase < phases; phase++) {
      pitch = Math.max(pitch, end(axis, phase));
      padding = Math.min(padding, begin(axis, phase));
    }
    return Math.max(pitch, axis.outputs + reach - padding);
  }

  /** Lays out a block of so many planes, whose phases have so many rows of each. */
  void setRows(int planes, int phaseRows) {
    long places = (long) planes * phaseRows * pitch + trailing() + pitch + ROOM;
    phasePitch = Math.toIntExact(places);
    for (int tap = 0; tap < rows.kernel; tap++) {
      rowAt[tap] = rowPhase[tap] * columnPhases * phasePitch + rowShift[tap] * pitch;
      reducedAt[tap] = rowPhase[tap] * phasePitch + rowShift[tap] * pitch;
    }
    for (int tap = 0; tap < columns.kernel; tap++) {
      columnAt[tap] = columnPhase[tap] * phasePitch + columnShift[tap];
    }
  }

  /** Places behind the last plane that windows read. */
  int trailing() {
    long lastRow = Math.max(-1, rows.outputs - 1L + rowReach - planeRows);
    return (int) Math.max(0, lastRow * pitch + columns.outputs + columnReach);
  }

  /** Elements of all phases of a block. */
  long phasesLength() {
    return (long) rowPhases * columnPhases * phasePitch;
  }

  /**
   * Places before the first input in a block whose outputs reach into it: tap {@code (r, c)} of the
   * output at {@code j + lead() - rowShift[r] * pitch - columnShift[c]} is the input at {@code j}.
   */
  int lead() {
    return rowReach * pitch + columnReach;
  }

  /** The first tap of a phase from this one on, or behind the last. */
  static int nextTap(int[] phases, int phase, int from, int kernel) {
    int tap = from;
    while (tap < kernel && phases[tap] != phase) {
      tap++;
    }
    return tap;
  }

  int rowStride() {
    return rows.stride;
  }

  int columnStride() {
    return columns.stride;
  }

  /** Rows of the padded image, of the phase that has most. */
  int phaseRows() {
    return (int) Math.ceilDiv((long) rows.before + rows.size, rows.stride);
  }

  /** The row of a phase that is a row of the image or, if that is of another, the next. */
  int phaseRow(int imageRow, int phase) {
    return Math.ceilDiv(imageRow + rows.before - phase, rows.stride);
  }

  int phaseOfRow(int imageRow) {
    return (imageRow + rows.before) % rows.stride;
  }

  /** The first row of the image in rows of phases from this one on. */
  int firstImageRow(int phaseRow) {
    return (int) Math.max(0, (long) phaseRow * rows.stride - rows.before);
  }

  /** Behind the last row of the image in rows of phases before this one. */
  int endImageRow(int phaseRow) {
    return (int) Math.min(rows.size, (long) phaseRow * rows.stride - rows.before);
  }

  /** The phase that the image's even columns are dealt to, or odd ones, of stride 2. */
  int phaseOf(int firstColumn) {
    return this.firstColumn[0] == firstColumn ? 0 : 1;
  }

  /** Whether even and odd columns are dealt to two phases. */
  boolean alternates() {
    return columns.stride == 2 && columnPhases == 2;
  }

  /**
   * Whether all rows of a block are outputs', as densely as in their tensor.
   *
   * @param end behind the last row of the block, where it is of one plane
   */
  boolean isDense(int planes, int end) {
    return pitch == columns.outputs
        && (planes == 1 ? end <= rows.outputs : planeRows == rows.outputs);
  }
}
