package dev.convoy.conformance;

import dev.convoy.DType;

/**
 * How far an engine's answer may be from the reference's: the one place where the suite says so.
 *
 * <p>A sum of {@code L} terms may differ by {@code c · ε · √L · t}, where {@code t} is the largest
 * term's magnitude and {@code ε} the distance from 1 to the next number of the type: rounding
 * errors of a sum behave as a random walk (Higham and Mary, 2019). What only copies (maxima,
 * argmax, gradients of windows that do not overlap) must be exact.
 */
public final class Tolerance {
  /** The factor {@code c} for sums. */
  public static final double SUM = 64;

  /**
   * The factor {@code c} for convolutions that {@link dev.convoy.Engine#explain} says are computed
   * with {@link dev.convoy.Conv2dAlgorithm#WINOGRAD}, whose transforms lose about a digit. A NaN or
   * an infinity may there also spread to the other outputs of its tile.
   */
  public static final double WINOGRAD = 512;

  private enum Kind {
    /** The very bits, but for the many forms of NaN. */
    BITS,
    /** The same number; the zeros are equal. */
    NUMBER,
    SUM
  }

  static final Tolerance BITS = new Tolerance(Kind.BITS, 0);
  static final Tolerance NUMBER = new Tolerance(Kind.NUMBER, 0);

  private final Kind kind;
  private final double scale;

  private Tolerance(Kind kind, double scale) {
    this.kind = kind;
    this.scale = scale;
  }

  /** For a sum of that many terms of at most this magnitude. */
  static Tolerance sum(long terms, double largest) {
    return new Tolerance(Kind.SUM, Math.sqrt((double) Math.max(1, terms)) * largest);
  }

  /** For two answers that may each be off in its own direction. */
  Tolerance twice() {
    return new Tolerance(kind, 2 * scale);
  }

  /** The largest difference allowed, whatever the number. */
  double bound(DType dtype, boolean winograd) {
    double epsilon = dtype == DType.F32 ? Math.ulp(1f) : Math.ulp(1d);
    return (winograd ? WINOGRAD : SUM) * epsilon * scale;
  }

  boolean accepts(double expected, double actual, DType dtype, boolean winograd) {
    if (kind == Kind.BITS) {
      return Double.doubleToLongBits(expected) == Double.doubleToLongBits(actual);
    }
    if (kind == Kind.NUMBER) {
      return expected == actual || (Double.isNaN(expected) && Double.isNaN(actual));
    }
    if (!Double.isFinite(actual)) {
      return Double.compare(expected, actual) == 0 || (winograd && Double.isNaN(actual));
    }
    return Math.abs(expected - actual) <= bound(dtype, winograd);
  }
}
