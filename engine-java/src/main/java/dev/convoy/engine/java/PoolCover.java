package dev.convoy.engine.java;

/**
 * Which outputs reach an input: backward as a gather, so that each input's gradient is written
 * once. Tap {@code t} of output {@code o} is padded column {@code o * stride + t * dilation}. The
 * columns of one phase (see {@link PoolPhases}) are so reached by the same taps, and each tap
 * reaches neighbours from neighbouring outputs.
 *
 * <p>Outputs' rows are kept with a gap between them, so that what lies left and right of a row is
 * there to be read.
 */
final class PoolCover {
  private static final int[] NONE = {};

  /** Outputs that reach one input, above which visiting each output once is faster. */
  private static final int MOST_FOR_GATHER = 32;

  /** Places between two rows, and before the first. */
  int gap;

  /** The last tap that reaches a phase, or less than zero if none does. */
  int[] lastTap = NONE;

  /** The output, negative or not, by whose last tap a phase's first input is reached. */
  int[] firstOutput = NONE;

  /** From one tap that reaches a phase to the one before. */
  int tapStep;

  /** By how much one such tap's output lies behind the other's. */
  int shiftStep;

  private PoolAxis rows;
  private PoolAxis columns;

  void set(PoolAxis rows, PoolAxis columns, PoolPhases phases) {
    this.rows = rows;
    this.columns = columns;
    int stride = columns.stride;
    long left = columns.reach() / stride;
    long right = (columns.size - 1L + columns.before) / stride - (columns.outputs - 1);
    gap = Math.toIntExact(Math.max(left, Math.max(right, 0)));
    int divisor = greatestCommonDivisor(columns.dilation, stride);
    tapStep = stride / divisor;
    shiftStep = columns.dilation / divisor;
    if (lastTap.length < phases.count) {
      lastTap = new int[phases.count];
      firstOutput = new int[phases.count];
    }
    for (int phase = 0; phase < phases.count; phase++) {
      int tap = columns.kernel - 1;
      int end = Math.max(-1, tap - tapStep);
      while (tap > end && (long) tap * columns.dilation % stride != phase) {
        tap--;
      }
      lastTap[phase] = tap > end ? tap : -1;
      long shift = tap > end ? (long) tap * columns.dilation / stride : 0;
      firstOutput[phase] = (int) (phases.imageBegin[phase] - phases.begin[phase] - shift);
    }
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  /** Whether gathering is the way for this pooling. */
  boolean gathers() {
    long vertical = Math.ceilDiv(rows.kernel, rows.stride);
    long horizontal = Math.ceilDiv(columns.kernel, columns.stride);
    return vertical * horizontal <= MOST_FOR_GATHER;
  }

  /** From one row of outputs to the next. */
  int pitch() {
    return columns.outputs + gap;
  }

  /** Places of so many rows of outputs, with all gaps. */
  long length(int outputRows) {
    return gap + (long) outputRows * pitch();
  }

  /**
   * Lists the rows that reach an input row.
   *
   * @param first the output row that the plane's rows begin with
   * @param plane where they begin
   * @param at filled with the places where the rows begin
   * @param taps filled with the taps by which they reach it
   * @return how many they are
   */
  int list(int input, int first, int plane, int[] at, int[] taps) {
    int count = 0;
    int end = rows.endOutput(input + 1);
    for (int output = rows.firstOutput(input); output < end; output++) {
      long distance = input - rows.start(output);
      if (distance % rows.dilation == 0) {
        at[count] = plane + gap + (output - first) * pitch();
        taps[count] = (int) (distance / rows.dilation);
        count++;
      }
    }
    return count;
  }

  /** Most rows that {@link #list} can give. */
  long mostRows() {
    return Math.min(rows.outputs, rows.reach() / rows.stride + 1);
  }
}
