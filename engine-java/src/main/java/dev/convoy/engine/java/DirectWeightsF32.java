package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gradients with respect to weights, each the sum of {@code dy} times the pixels of the band under
 * its tap. Each weight has a vector of sums, which are added up at the end.
 *
 * <p>Where a vector reaches past what is wanted {@code dy} is taken to be zero, and a pixel too if
 * it may be infinite or NaN.
 */
final class DirectWeightsF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private DirectWeightsF32() {}

  /**
   * The sums of four filters, of pixels that are finite.
   *
   * @param block whose vectors overlap rather than end after a row: {@link
   *     BlockVectors#planOverlapping}
   * @param at the element that the block's gradients begin with, in {@code dy} of the first filter
   * @param far elements from one filter to the next
   * @param last the last filter's place among the four; where there are fewer it is done again
   * @param next sums from one filter to the next
   */
  static void ofFour(
      PackColumns block,
      float[] band,
      MemorySegment dy,
      long at,
      long far,
      int last,
      float[] sums,
      int index,
      int next) {
    for (int tap = 0; tap < block.places; tap += DirectConv2dWeights.TAPS) {
      ofFour(block, band, tap, dy, at, far, last, sums, index + tap * LANES, next);
    }
  }

  private static void ofFour(
      PackColumns block,
      float[] band,
      int tap,
      MemorySegment dy,
      long at,
      long far,
      int last,
      float[] sums,
      int index,
      int next) {
    int[] from = block.vectors.tileFrom;
    int[] to = block.vectors.tileTo;
    long[] keep = block.vectors.tileKeep;
    int count = block.vectors.tileVectors;
    int end = block.places - 1;
    int tap0 = block.place[tap];
    int tap1 = block.place[Math.min(tap + 1, end)];
    int tap2 = block.place[Math.min(tap + 2, end)];
    int tap3 = block.place[Math.min(tap + 3, end)];
    int tap4 = block.place[Math.min(tap + 4, end)];
    MemorySegment memory = Memory.base(dy);
    long at0 = Memory.known(Memory.at(dy) + at * Float.BYTES);
    long at1 = Memory.known(at0 + Math.min(1, last) * far * Float.BYTES);
    long at2 = Memory.known(at0 + Math.min(2, last) * far * Float.BYTES);
    long at3 = Memory.known(at0 + last * far * Float.BYTES);
    int index1 = index + next;
    int index2 = index1 + next;
    int index3 = index2 + next;
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector sum00 = FloatVector.fromArray(SPECIES, sums, index);
    FloatVector sum01 = FloatVector.fromArray(SPECIES, sums, index + LANES);
    FloatVector sum02 = FloatVector.fromArray(SPECIES, sums, index + 2 * LANES);
    FloatVector sum03 = FloatVector.fromArray(SPECIES, sums, index + 3 * LANES);
    FloatVector sum04 = FloatVector.fromArray(SPECIES, sums, index + 4 * LANES);
    FloatVector sum10 = FloatVector.fromArray(SPECIES, sums, index1);
    FloatVector sum11 = FloatVector.fromArray(SPECIES, sums, index1 + LANES);
    FloatVector sum12 = FloatVector.fromArray(SPECIES, sums, index1 + 2 * LANES);
    FloatVector sum13 = FloatVector.fromArray(SPECIES, sums, index1 + 3 * LANES);
    FloatVector sum14 = FloatVector.fromArray(SPECIES, sums, index1 + 4 * LANES);
    FloatVector sum20 = FloatVector.fromArray(SPECIES, sums, index2);
    FloatVector sum21 = FloatVector.fromArray(SPECIES, sums, index2 + LANES);
    FloatVector sum22 = FloatVector.fromArray(SPECIES, sums, index2 + 2 * LANES);
    FloatVector sum23 = FloatVector.fromArray(SPECIES, sums, index2 + 3 * LANES);
    FloatVector sum24 = FloatVector.fromArray(SPECIES, sums, index2 + 4 * LANES);
    FloatVector sum30 = FloatVector.fromArray(SPECIES, sums, index3);
    FloatVector sum31 = FloatVector.fromArray(SPECIES, sums, index3 + LANES);
    FloatVector sum32 = FloatVector.fromArray(SPECIES, sums, index3 + 2 * LANES);
    FloatVector sum33 = FloatVector.fromArray(SPECIES, sums, index3 + 3 * LANES);
    FloatVector sum34 = FloatVector.fromArray(SPECIES, sums, index3 + 4 * LANES);
    for (int i = 0; i < count; i++) {
      long offset = Memory.known((long) to[i] * Float.BYTES);
      FloatVector dy0 = FloatVector.fromMemorySegment(SPECIES, memory, at0 + offset, ORDER);
      FloatVector dy1 = FloatVector.fromMemorySegment(SPECIES, memory, at1 + offset, ORDER);
      FloatVector dy2 = FloatVector.fromMemorySegment(SPECIES, memory, at2 + offset, ORDER);
      FloatVector dy3 = FloatVector.fromMemorySegment(SPECIES, memory, at3 + offset, ORDER);
      int pixel = from[i];
      FloatVector x0 = FloatVector.fromArray(SPECIES, band, tap0 + pixel);
      FloatVector x1 = FloatVector.fromArray(SPECIES, band, tap1 + pixel);
      FloatVector x2 = FloatVector.fromArray(SPECIES, band, tap2 + pixel);
      FloatVector x3 = FloatVector.fromArray(SPECIES, band, tap3 + pixel);
      FloatVector x4 = FloatVector.fromArray(SPECIES, band, tap4 + pixel);
      VectorMask<Float> kept = VectorMask.fromLong(SPECIES, keep[i]);
      dy0 = zero.blend(dy0, kept);
      dy1 = zero.blend(dy1, kept);
      dy2 = zero.blend(dy2, kept);
      dy3 = zero.blend(dy3, kept);
      sum00 = x0.fma(dy0, sum00);
      sum10 = x0.fma(dy1, sum10);
      sum20 = x0.fma(dy2, sum20);
      sum30 = x0.fma(dy3, sum30);
      sum01 = x1.fma(dy0, sum01);
      sum11 = x1.fma(dy1, sum11);
      sum21 = x1.fma(dy2, sum21);
      sum31 = x1.fma(dy3, sum31);
      sum02 = x2.fma(dy0, sum02);
      sum12 = x2.fma(dy1, sum12);
      sum22 = x2.fma(dy2, sum22);
      sum32 = x2.fma(dy3, sum32);
      sum03 = x3.fma(dy0, sum03);
      sum13 = x3.fma(dy1, sum13);
      sum23 = x3.fma(dy2, sum23);
      sum33 = x3.fma(dy3, sum33);
      sum04 = x4.fma(dy0, sum04);
      sum14 = x4.fma(dy1, sum14);
      sum24 = x4.fma(dy2, sum24);
      sum34 = x4.fma(dy3, sum34);
    }
    sum00.intoArray(sums, index);
    sum01.intoArray(sums, index + LANES);
    sum02.intoArray(sums, index + 2 * LANES);
    sum03.intoArray(sums, index + 3 * LANES);
    sum04.intoArray(sums, index + 4 * LANES);
    sum10.intoArray(sums, index1);
    sum11.intoArray(sums, index1 + LANES);
    sum12.intoArray(sums, index1 + 2 * LANES);
    sum13.intoArray(sums, index1 + 3 * LANES);
    sum14.intoArray(sums, index1 + 4 * LANES);
    sum20.intoArray(sums, index2);
    sum21.intoArray(sums, index2 + LANES);
    sum22.intoArray(sums, index2 + 2 * LANES);
    sum23.intoArray(sums, index2 + 3 * LANES);
    sum24.intoArray(sums, index2 + 4 * LANES);
    sum30.intoArray(sums, index3);
    sum31.intoArray(sums, index3 + LANES);
    sum32.intoArray(sums, index3 + 2 * LANES);
    sum33.intoArray(sums, index3 + 3 * LANES);
    sum34.intoArray(sums, index3 + 4 * LANES);
  }

  /** Whether all of so many pixels are finite; what follows in the last vector counts too. */
  static boolean areFinite(float[] band, int length, float[] room) {
    FloatVector zeros = FloatVector.zero(SPECIES);
    for (int i = 0; i < length; i += LANES) {
      zeros = FloatVector.fromArray(SPECIES, band, i).fma(FloatVector.zero(SPECIES), zeros);
    }
    zeros.intoArray(room, 0);
    return GemmOutputF32.total(room, 0) == 0;
  }

  /**
   * The sums of one filter.
   *
   * @param dy the block's columns
   */
  static void ofOne(PackColumns block, float[] band, float[] dy, float[] sums, int index) {
    for (int tap = 0; tap < block.places; tap += DirectConv2dWeights.TAPS) {
      ofOne(block, band, tap, dy, sums, index + tap * LANES);
    }
  }

  private static void ofOne(
      PackColumns block, float[] band, int tap, float[] dy, float[] sums, int index) {
    int last = block.places - 1;
    int tap0 = block.place[tap];
    int tap1 = block.place[Math.min(tap + 1, last)];
    int tap2 = block.place[Math.min(tap + 2, last)];
    int tap3 = block.place[Math.min(tap + 3, last)];
    int tap4 = block.place[Math.min(tap + 4, last)];
    FloatVector sum0 = FloatVector.fromArray(SPECIES, sums, index);
    FloatVector sum1 = FloatVector.fromArray(SPECIES, sums, index + LANES);
    FloatVector sum2 = FloatVector.fromArray(SPECIES, sums, index + 2 * LANES);
    FloatVector sum3 = FloatVector.fromArray(SPECIES, sums, index + 3 * LANES);
    FloatVector sum4 = FloatVector.fromArray(SPECIES, sums, index + 4 * LANES);
    for (int segment = 0; segment < block.segments; segment++) {
      int from = block.source[segment];
      int column = block.column[segment];
      int length = block.length[segment];
      int i = 0;
      for (; i <= length - LANES; i += LANES) {
        FloatVector gradient = FloatVector.fromArray(SPECIES, dy, column + i);
        int at = from + i;
        sum0 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap0), sum0);
        sum1 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap1), sum1);
        sum2 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap2), sum2);
        sum3 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap3), sum3);
        sum4 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap4), sum4);
      }
      if (i < length) {
        VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << (length - i)) - 1);
        FloatVector gradient = FloatVector.fromArray(SPECIES, dy, column + i, rest);
        int at = from + i;
        sum0 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap0, rest), sum0);
        sum1 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap1, rest), sum1);
        sum2 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap2, rest), sum2);
        sum3 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap3, rest), sum3);
        sum4 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + tap4, rest), sum4);
      }
    }
    sum0.intoArray(sums, index);
    sum1.intoArray(sums, index + LANES);
    sum2.intoArray(sums, index + 2 * LANES);
    sum3.intoArray(sums, index + 3 * LANES);
    sum4.intoArray(sums, index + 4 * LANES);
  }
}
