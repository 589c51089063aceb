package dev.convoy.engine.java;

/**
 * Where a reduced row lies so that each tap of all windows is contiguous, whatever the stride. The
 * padded row's columns are dealt out to as many phases as the stride: column {@code c} to place
 * {@code c / stride} of phase {@code c % stride}. Tap {@code t} of window {@code o} is then at
 * {@code tapAt[t] + o}.
 */
final class PoolPhases {
  private static final int[] NONE = {};

  /** Phases that taps fall in; others are not kept. */
  int count;

  /** Where a tap of the first window is. */
  int[] tapAt = NONE;

  private PoolAxis columns;
  private int pitch;

  /**
   * Lays out the phases.
   *
   * @param lanes of the vectors that may run over a phase's end
   */
  void set(PoolAxis columns, int lanes) {
    this.columns = columns;
    int stride = columns.stride;
    count = (int) Math.min(stride, columns.reach() + 1);
    long written = Math.ceilDiv((long) columns.before + columns.size, stride);
    pitch = Math.toIntExact(Math.max(written, placesRead()) + 2L * lanes);
    if (tapAt.length < columns.kernel) {
      tapAt = new int[columns.kernel];
    }
    for (int tap = 0; tap < columns.kernel; tap++) {
      long column = (long) tap * columns.dilation;
      tapAt[tap] = Math.toIntExact(column % stride * pitch + column / stride);
    }
  }

  private long placesRead() {
    return columns.outputs + columns.reach() / columns.stride;
  }

  /** Elements of all phases together. */
  int length() {
    return Math.multiplyExact(count, pitch);
  }

  /** The phase that an image column belongs to. */
  int phase(int column) {
    return (int) ((column + (long) columns.before) % columns.stride);
  }

  /** Where the first column is that belongs to a phase and is not left of this image column. */
  int at(int phase, int column) {
    return phase * pitch
        + (int) Math.ceilDiv(column + (long) columns.before - phase, columns.stride);
  }

  /** The first image column of a phase. */
  int firstColumn(int phase) {
    return Math.floorMod(phase - columns.before, columns.stride);
  }

  /** The place within a phase of its first image column. */
  int firstPlace(int phase) {
    return at(phase, 0) - begin(phase);
  }

  /** Image columns of a phase. */
  int columns(int phase) {
    return at(phase, columns.size) - at(phase, 0);
  }

  /** Where a phase begins. */
  int begin(int phase) {
    return phase * pitch;
  }

  /** Behind what windows read of a phase. */
  int endRead(int phase) {
    return phase * pitch + (int) placesRead();
  }

  int stride() {
    return columns.stride;
  }

  /** Columns of the image. */
  int width() {
    return columns.size;
  }
}
