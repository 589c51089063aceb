package dev.convoy.engine.java;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Which lanes to select from two vectors that follow each other. Indices are integers as wide as
 * the elements, and what they select from must be seen as integers too: a vector of doubles would
 * be converted anew for each use, in a dozen instructions with a branch among them.
 */
final class LanesF64 {
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Each lane's own number. */
  static final LongVector IOTA;

  /** What lies before each lane; before the first, the second vector's. */
  static final LongVector BEFORE;

  /** What lies after each lane; after the last, the second vector's. */
  static final LongVector AFTER;

  /** Every other lane of both. */
  static final LongVector EVEN;

  static final LongVector ODD;

  /** The lanes of both in turn: the lower halves. */
  static final LongVector LOWER;

  /** The same of the upper halves. */
  static final LongVector UPPER;

  static { // from arrays: each kind of operation on vectors would cost the first call a millisecond
    var iota = new long[LANES];
    var before = new long[LANES];
    var after = new long[LANES];
    var even = new long[LANES];
    var odd = new long[LANES];
    var lower = new long[LANES];
    var upper = new long[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      iota[lane] = lane;
      before[lane] = iota[lane] == 0 ? LANES : iota[lane] - 1;
      after[lane] = iota[lane] + 1;
      even[lane] = 2 * iota[lane];
      odd[lane] = even[lane] + 1;
      lower[lane] = iota[lane] % 2 * LANES + iota[lane] / 2;
      upper[lane] = lower[lane] + LANES / 2;
    }
    IOTA = LongVector.fromArray(SPECIES, iota, 0);
    BEFORE = LongVector.fromArray(SPECIES, before, 0);
    AFTER = LongVector.fromArray(SPECIES, after, 0);
    EVEN = LongVector.fromArray(SPECIES, even, 0);
    ODD = LongVector.fromArray(SPECIES, odd, 0);
    LOWER = LongVector.fromArray(SPECIES, lower, 0);
    UPPER = LongVector.fromArray(SPECIES, upper, 0);
  }

  private LanesF64() {}
}
