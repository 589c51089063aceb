package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Which lanes to select from two vectors that follow each other. Indices are integers as wide as
 * the elements, and what they select from must be seen as integers too: floating indices are
 * converted anew for each use, in a dozen instructions with a branch among them.
 */
final class LanesF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Each lane's own number. */
  static final IntVector IOTA = FloatVector.zero(SPECIES).reinterpretAsInts().addIndex(1);

  /** What lies before each lane; before the first, the second vector's. */
  static final IntVector BEFORE = IOTA.add(-1).blend(LANES, IOTA.eq(0));

  /** What lies after each lane; after the last, the second vector's. */
  static final IntVector AFTER = IOTA.add(1);

  /** Every other lane of both. */
  static final IntVector EVEN = IOTA.mul(2);

  static final IntVector ODD = EVEN.add(1);

  /** The lanes of both in turn: the lower halves. */
  static final IntVector LOWER = IOTA.and(1).mul(LANES).add(IOTA.lanewise(VectorOperators.ASHR, 1));

  /** The same of the upper halves. */
  static final IntVector UPPER = LOWER.add(LANES / 2);

  private LanesF32() {}
}
