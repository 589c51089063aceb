package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winners' places, which kernels keep as floats beside the maxima: masks of comparisons so serve
 * both.
 */
final class PoolPlacesF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /** As many lanes; narrower than vectors come, there are none. */
  private static final boolean VECTORS = LANES >= Long.BYTES;

  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  /** The place of what is no output. */
  private static final float NOWHERE = -1;

  private PoolPlacesF32() {}

  /** Packs rows of outputs' places from where they lie in a block. */
  static void pack(
      float[] from, int planes, int planePitch, int rows, int pitch, int width, byte[] to) {
    int target = 0;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * planePitch;
      for (int row = 0; row < rows; row++, at += pitch, target += width) {
        for (int i = 0; VECTORS && i < width; i += LANES) {
          var places =
              FloatVector.fromArray(F, from, at + i)
                  .convertShape(VectorOperators.F2I, PlaceLanes.F32, 0);
          ((ByteVector) places.convertShape(PlaceLanes.TO_BYTE, B, 0)).intoArray(to, target + i);
        }
        for (int i = 0; !VECTORS && i < width; i++) {
          to[target + i] = (byte) (int) from[at + i];
        }
      }
    }
  }

  /** The same for places that need more than a byte. */
  static void pack(
      float[] from, int planes, int planePitch, int rows, int pitch, int width, int[] to) {
    int target = 0;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * planePitch;
      for (int row = 0; row < rows; row++, at += pitch, target += width) {
        for (int i = 0; i < width; i++) {
          to[target + i] = (int) from[at + i];
        }
      }
    }
  }

  /** Unpacks one row, and puts a gap behind it. */
  static void unpack(byte[] from, int at, int count, float[] to, int target, int gap) {
    if (VECTORS) {
      for (int i = 0; i < count; i += LANES) {
        var places =
            ByteVector.fromArray(B, from, at + i)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, PlaceLanes.F32, 0);
        ((FloatVector) places.convertShape(VectorOperators.I2F, F, 0)).intoArray(to, target + i);
      }
    } else {
      for (int i = 0; i < count; i++) {
        to[target + i] = from[at + i] & 0xFF;
      }
    }
    PoolRowsF32.fill(to, target + count, gap, NOWHERE);
  }

  /** The same for places that need more than a byte. */
  static void unpack(int[] from, int at, int count, float[] to, int target, int gap) {
    for (int i = 0; i < count; i++) {
      to[target + i] = from[at + i];
    }
    PoolRowsF32.fill(to, target + count, gap, NOWHERE);
  }

  /** Fills with what is no output. */
  static void clear(float[] to, int at, int count) {
    Arrays.fill(to, at, at + count, NOWHERE);
  }
}
