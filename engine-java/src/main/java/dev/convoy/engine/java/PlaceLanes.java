package dev.convoy.engine.java;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** What winners' places are between bytes and the elements' type: {@code int}s for both types. */
final class PlaceLanes {
  /** As many as a vector has floats. */
  static final VectorSpecies<Integer> F32 = ofLanes(FloatVector.SPECIES_PREFERRED.length());

  static final VectorSpecies<Integer> F64 = ofLanes(DoubleVector.SPECIES_PREFERRED.length());

  static final VectorOperators.Conversion<Integer, Byte> TO_BYTE = VectorOperators.I2B;

  private PlaceLanes() {}

  private static VectorSpecies<Integer> ofLanes(int lanes) {
    return VectorSpecies.of(int.class, VectorShape.forBitSize(Math.max(64, lanes * Integer.SIZE)));
  }
}
