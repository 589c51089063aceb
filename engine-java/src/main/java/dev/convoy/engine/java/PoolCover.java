package dev.convoy.engine.java;

/**
 * Which outputs reach an input: backward as a gather, so that each input's gradient is written
 * once. In padded columns, tap {@code t} of output {@code o} is column {@code o * stride + t *
 * dilation}; the columns of one phase (remainder by the stride, here 1 or 2) are so reached by the
 * same taps, and by outputs that are contiguous.
 *
 * <p>Outputs' rows are kept with a gap between them, so that what lies left and right of a row is
 * there to be read.
 */
final class PoolCover {
  /** Outputs that reach one input, above which visiting each output is faster. */
  private static final int MOST_FOR_GATHER = 32;

  private PoolAxis rows;
  private PoolAxis columns;

  /** Places between two rows, and before the first. */
  int gap;

  void set(PoolAxis rows, PoolAxis columns) {
    this.rows = rows;
    this.columns = columns;
    long left = columns.reach() / columns.stride;
    long right = (columns.size - 1L + columns.before) / columns.stride - (columns.outputs - 1);
    gap = Math.toIntExact(Math.max(left, Math.max(right, 0)));
  }

  /** Whether gathering is the way for this pooling. */
  boolean gathers() {
    long vertical = Math.ceilDiv(rows.kernel, rows.stride);
    long horizontal = Math.ceilDiv(columns.kernel, columns.stride);
    return columns.stride <= 2 && vertical * horizontal <= MOST_FOR_GATHER;
  }

  /** From one row of outputs to the next. */
  int pitch() {
    return columns.outputs + gap;
  }

  /** Places of so many rows of outputs, with all gaps. */
  long length(int outputRows) {
    return gap + (long) outputRows * pitch();
  }

  /** The last tap that reaches columns of this phase; negative if none does. */
  int lastTap(int phase) {
    if (columns.stride == 1) {
      return columns.kernel - 1;
    }
    if (columns.dilation % 2 == 0) {
      return phase == 0 ? columns.kernel - 1 : -1;
    }
    return columns.kernel - 1 - ((columns.kernel - 1 - phase) & 1);
  }

  /** From one tap that reaches a phase to the next. */
  int tapStep() {
    return columns.stride == 1 || columns.dilation % 2 == 0 ? 1 : 2;
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
