package dev.convoy.engine.java;

/**
 * Where a row lies so that each tap of all windows is contiguous, whatever the stride. The padded
 * row's columns are dealt out to as many phases as the stride: column {@code c} to place {@code c /
 * stride} of phase {@code c % stride}. Tap {@code t} of window {@code o} is then at {@code tapAt[t]
 * + o}.
 */
final class PoolPhases {
  private static final int[] NONE = {};

  /** Phases that taps fall in; others are not kept. */
  int count;

  int stride;

  /** Columns of the image. */
  int width;

  /** Where a tap of the first window is. */
  int[] tapAt = NONE;

  /** A phase's first column in the image. */
  int[] firstColumn = NONE;

  /** Where each phase begins, with padding left of the image. */
  int[] begin = NONE;

  /** Where the first column in the image is. */
  int[] imageBegin = NONE;

  /** Behind the last column in the image. */
  int[] imageEnd = NONE;

  /** Behind what windows read: at the image's end or, with padding right of it, behind. */
  int[] end = NONE;

  private int pitch;

  /**
   * Lays out the phases.
   *
   * @param lanes of the vectors that may run over a phase's end
   */
  void set(PoolAxis columns, int lanes) {
    stride = columns.stride;
    width = columns.size;
    count = (int) Math.min(stride, columns.reach() + 1);
    long written = Math.ceilDiv((long) columns.before + width, stride);
    long read = columns.outputs + columns.reach() / stride;
    pitch = Math.toIntExact(Math.max(written, read) + 2L * lanes);
    Math.multiplyExact(count, pitch);
    if (tapAt.length < columns.kernel) {
      tapAt = new int[columns.kernel];
    }
    for (int tap = 0; tap < columns.kernel; tap++) {
      long column = (long) tap * columns.dilation;
      tapAt[tap] = (int) (column % stride * pitch + column / stride);
    }
    if (begin.length < count) {
      firstColumn = new int[count];
      begin = new int[count];
      imageBegin = new int[count];
      imageEnd = new int[count];
      end = new int[count];
    }
    for (int phase = 0; phase < count; phase++) {
      int padding = columns.before - phase;
      firstColumn[phase] = Math.floorMod(-padding, stride);
      begin[phase] = phase * pitch;
      imageBegin[phase] = begin[phase] + Math.ceilDiv(padding, stride);
      imageEnd[phase] = begin[phase] + (int) Math.ceilDiv((long) padding + width, stride);
      end[phase] = Math.max(imageEnd[phase], begin[phase] + (int) read);
    }
  }

  /** Elements of all phases together. */
  int length() {
    return count * pitch;
  }

  /**
   * Whether even and odd columns are dealt to two phases.
   *
   * @see #evenPhase
   */
  boolean alternates() {
    return stride == 2 && count == 2;
  }

  /** The phase of the image's even columns, where phases alternate. */
  int evenPhase() {
    return firstColumn[0];
  }
}
