package dev.convoy.engine.java;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Which lanes to select from two vectors that follow each other. Indices are integers as wide as
 * the elements, and what they select from must be seen as integers too: a vector of floats would be
 * converted anew for each use, in a dozen instructions with a branch among them.
 */
final class LanesF32 {
  /** Integers as wide as the elements, which what is only moved is loaded and stored as. */
  static final VectorSpecies<Integer> BITS = IntVector.SPECIES_PREFERRED;

  private static final int LANES = BITS.length();

  /** Each lane's own number. */
  static final IntVector IOTA;

  /** What lies before each lane; before the first, the second vector's. */
  static final IntVector BEFORE;

  /** What lies after each lane; after the last, the second vector's. */
  static final IntVector AFTER;

  /** Every other lane of both. */
  static final IntVector EVEN;

  static final IntVector ODD;

  /** The lanes of both in turn: the lower halves. */
  static final IntVector LOWER;

  /** The same of the upper halves. */
  static final IntVector UPPER;

  static { // from arrays: each kind of operation on vectors would cost the first call a millisecond
    var iota = new int[LANES];
    var before = new int[LANES];
    var after = new int[LANES];
    var even = new int[LANES];
    var odd = new int[LANES];
    var lower = new int[LANES];
    var upper = new int[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      iota[lane] = lane;
      before[lane] = iota[lane] == 0 ? LANES : iota[lane] - 1;
      after[lane] = iota[lane] + 1;
      even[lane] = 2 * iota[lane];
      odd[lane] = even[lane] + 1;
      lower[lane] = iota[lane] % 2 * LANES + iota[lane] / 2;
      upper[lane] = lower[lane] + LANES / 2;
    }
    IOTA = IntVector.fromArray(BITS, iota, 0);
    BEFORE = IntVector.fromArray(BITS, before, 0);
    AFTER = IntVector.fromArray(BITS, after, 0);
    EVEN = IntVector.fromArray(BITS, even, 0);
    ODD = IntVector.fromArray(BITS, odd, 0);
    LOWER = IntVector.fromArray(BITS, lower, 0);
    UPPER = IntVector.fromArray(BITS, upper, 0);
  }

  private LanesF32() {}
}
