package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Convolution from the band itself, without a column matrix, in vectors of neighbouring pixels. */
final class DirectConv2dF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private DirectConv2dF32() {}

  /**
   * The pixels of a block for one filter.
   *
   * @param weights from {@code first} on, one for each of the block's tap places
   * @param to row of the block's columns, from {@code index} on
   */
  static void outputs(
      PackColumns block,
      float[] band,
      float[] weights,
      int first,
      float bias,
      float[] to,
      int index) {
    // Four vectors at a time. At the end the last four again, in order, since a vector that runs
    // past its row's end is put right by the next.
    int from0 = block.source[0];
    int from1 = from0;
    int from2 = from0;
    int from3 = from0;
    int to0 = index;
    int to1 = index;
    int to2 = index;
    int to3 = index;
    int waiting = 0;
    for (int segment = 0; segment < block.segments; segment++) {
      for (int i = 0; i < block.length[segment]; i += LANES) {
        from0 = from1;
        from1 = from2;
        from2 = from3;
        from3 = block.source[segment] + i;
        to0 = to1;
        to1 = to2;
        to2 = to3;
        to3 = index + block.column[segment] + i;
        if (++waiting == 4) {
          four(
              block, band, from0, from1, from2, from3, weights, first, bias, to, to0, to1, to2,
              to3);
          waiting = 0;
        }
      }
    }
    if (waiting > 0) {
      four(block, band, from0, from1, from2, from3, weights, first, bias, to, to0, to1, to2, to3);
    }
  }

  private static void four(
      PackColumns block,
      float[] band,
      int from0,
      int from1,
      int from2,
      int from3,
      float[] weights,
      int first,
      float bias,
      float[] to,
      int to0,
      int to1,
      int to2,
      int to3) {
    int[] place = block.place;
    int places = block.places;
    FloatVector sum0 = FloatVector.broadcast(SPECIES, bias);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int tap = 0; tap < places; tap++) {
      FloatVector weight = FloatVector.broadcast(SPECIES, weights[first + tap]);
      int at = place[tap];
      sum0 = weight.fma(load(band, at + from0), sum0);
      sum1 = weight.fma(load(band, at + from1), sum1);
      sum2 = weight.fma(load(band, at + from2), sum2);
      sum3 = weight.fma(load(band, at + from3), sum3);
    }
    sum0.intoArray(to, to0);
    sum1.intoArray(to, to1);
    sum2.intoArray(to, to2);
    sum3.intoArray(to, to3);
  }

  /**
   * Adds the sums of {@code dy} times the pixels under each of the block's tap places.
   *
   * @param dy the block's columns
   * @param room four vectors' room
   */
  static void weights(
      PackColumns block, float[] band, float[] dy, float[] sums, int index, float[] room) {
    for (int tap = 0; tap < block.places; tap += 4) {
      four(block, band, dy, tap, room);
      int some = Math.min(4, block.places - tap);
      for (int i = 0; i < some; i++) {
        sums[index + tap + i] += GemmOutputF32.total(room, i * LANES);
      }
    }
  }

  private static void four(PackColumns block, float[] band, float[] dy, int tap, float[] room) {
    int last = block.places - 1;
    int at0 = block.place[tap];
    int at1 = block.place[Math.min(tap + 1, last)];
    int at2 = block.place[Math.min(tap + 2, last)];
    int at3 = block.place[Math.min(tap + 3, last)];
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int segment = 0; segment < block.segments; segment++) {
      int from = block.source[segment];
      int column = block.column[segment];
      int length = block.length[segment];
      int i = 0;
      for (; i <= length - LANES; i += LANES) {
        FloatVector gradient = load(dy, column + i);
        int at = from + i;
        sum0 = gradient.fma(load(band, at + at0), sum0);
        sum1 = gradient.fma(load(band, at + at1), sum1);
        sum2 = gradient.fma(load(band, at + at2), sum2);
        sum3 = gradient.fma(load(band, at + at3), sum3);
      }
      if (i < length) {
        // Both factors, since what lies past the row's end may be infinite or NaN.
        VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << (length - i)) - 1);
        FloatVector gradient = FloatVector.fromArray(SPECIES, dy, column + i, rest);
        int at = from + i;
        sum0 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + at0, rest), sum0);
        sum1 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + at1, rest), sum1);
        sum2 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + at2, rest), sum2);
        sum3 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + at3, rest), sum3);
      }
    }
    sum0.intoArray(room, 0);
    sum1.intoArray(room, LANES);
    sum2.intoArray(room, 2 * LANES);
    sum3.intoArray(room, 3 * LANES);
  }

  private static FloatVector load(float[] array, int index) {
    return FloatVector.fromArray(SPECIES, array, index);
  }
}
