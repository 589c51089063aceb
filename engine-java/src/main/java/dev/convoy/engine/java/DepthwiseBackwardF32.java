package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gradients of depthwise convolution from the band: of the input for stride 2, and of the weights.
 * Those of stride 1 with respect to the input are convolutions, {@link DepthwiseF32}.
 */
final class DepthwiseBackwardF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private DepthwiseBackwardF32() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, counted with the padding so that the first of a pair
   * is even, of as many pairs of columns as the band has outputs.
   *
   * @param width from a row to the next, whole pairs of vectors
   */
  static void spread(
      DepthwiseBand band,
      float[] dy,
      int pairs,
      float[] weights,
      int first,
      float[] to,
      int index,
      int width) {
    for (int column = 0; column < band.columns.outputs; column += LANES) {
      spreadStrip(dy, column, band.pitch, pairs, weights, first, to, index + 2 * column, width);
    }
  }

  private static void spreadStrip(
      float[] dy,
      int from,
      int pitch,
      int pairs,
      float[] weights,
      int first,
      float[] to,
      int index,
      int width) {
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    FloatVector before = FloatVector.fromArray(SPECIES, dy, from);
    FloatVector here = FloatVector.fromArray(SPECIES, dy, from + 1);
    FloatVector evenAbove = w20.fma(here, w22.mul(before));
    FloatVector oddAbove = w21.mul(here);
    int at = from;
    for (int pair = 0, out = index; pair < pairs; pair++, out += 2 * width) {
      at += pitch;
      before = FloatVector.fromArray(SPECIES, dy, at);
      here = FloatVector.fromArray(SPECIES, dy, at + 1);
      FloatVector even = w00.fma(here, w02.fma(before, evenAbove));
      FloatVector odd = w01.fma(here, oddAbove);
      LanesF32.LOWER
          .selectFrom(even.reinterpretAsInts(), odd.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, out);
      LanesF32.UPPER
          .selectFrom(even.reinterpretAsInts(), odd.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, out + LANES);
      even = w10.fma(here, w12.mul(before));
      odd = w11.mul(here);
      LanesF32.LOWER
          .selectFrom(even.reinterpretAsInts(), odd.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, out + width);
      LanesF32.UPPER
          .selectFrom(even.reinterpretAsInts(), odd.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, out + width + LANES);
      evenAbove = w20.fma(here, w22.mul(before));
      oddAbove = w21.mul(here);
    }
  }

  /**
   * Adds the sums of {@code dy} times what its windows see at each of nine taps.
   *
   * @param dy rows without gaps
   * @param sums a vector for each tap, from {@code index} on
   */
  static void weights(
      DepthwiseBand band, float[] from, int rows, float[] dy, float[] sums, int index) {
    int columns = band.columns.outputs;
    for (int column = 0; column < columns; column += LANES) {
      int left = Math.min(columns - column, LANES);
      if (band.columns.stride == 1 && rows > 1) {
        weightsStrip(from, column, band.pitch, rows, dy, column, columns, left, sums, index);
      } else {
        boolean next = band.columns.stride == 1;
        weightsStripApart(
            from,
            column,
            next ? 1 : band.lane,
            next ? 2 : 1,
            band.pitch,
            rows,
            dy,
            column,
            columns,
            left,
            sums,
            index);
      }
    }
  }

  /**
   * Two rows or more of stride 1.
   *
   * @param columns as many as are left, up to a vector's
   */
  private static void weightsStrip(
      float[] band,
      int from,
      int pitch,
      int rows,
      float[] dy,
      int start,
      int width,
      int columns,
      float[] sums,
      int index) {
    int at = from;
    FloatVector left = FloatVector.fromArray(SPECIES, band, at);
    FloatVector centre = FloatVector.fromArray(SPECIES, band, at + 1);
    FloatVector right = FloatVector.fromArray(SPECIES, band, at + 2);
    FloatVector second = FloatVector.fromArray(SPECIES, dy, start);
    FloatVector sum00 = second.mul(left);
    FloatVector sum01 = second.mul(centre);
    FloatVector sum02 = second.mul(right);
    at += pitch;
    left = FloatVector.fromArray(SPECIES, band, at);
    centre = FloatVector.fromArray(SPECIES, band, at + 1);
    right = FloatVector.fromArray(SPECIES, band, at + 2);
    FloatVector third = second;
    second = FloatVector.fromArray(SPECIES, dy, start + width);
    sum00 = second.fma(left, sum00);
    sum01 = second.fma(centre, sum01);
    sum02 = second.fma(right, sum02);
    FloatVector sum10 = third.mul(left);
    FloatVector sum11 = third.mul(centre);
    FloatVector sum12 = third.mul(right);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    for (int row = 2, g = start + 2 * width; row < rows; row++, g += width) {
      at += pitch;
      left = FloatVector.fromArray(SPECIES, band, at);
      centre = FloatVector.fromArray(SPECIES, band, at + 1);
      right = FloatVector.fromArray(SPECIES, band, at + 2);
      sum20 = third.fma(left, sum20);
      sum21 = third.fma(centre, sum21);
      sum22 = third.fma(right, sum22);
      third = second;
      sum10 = third.fma(left, sum10);
      sum11 = third.fma(centre, sum11);
      sum12 = third.fma(right, sum12);
      second = FloatVector.fromArray(SPECIES, dy, g);
      sum00 = second.fma(left, sum00);
      sum01 = second.fma(centre, sum01);
      sum02 = second.fma(right, sum02);
    }
    at += pitch;
    left = FloatVector.fromArray(SPECIES, band, at);
    centre = FloatVector.fromArray(SPECIES, band, at + 1);
    right = FloatVector.fromArray(SPECIES, band, at + 2);
    sum20 = third.fma(left, sum20);
    sum21 = third.fma(centre, sum21);
    sum22 = third.fma(right, sum22);
    sum10 = second.fma(left, sum10);
    sum11 = second.fma(centre, sum11);
    sum12 = second.fma(right, sum12);
    at += pitch;
    sum20 = second.fma(FloatVector.fromArray(SPECIES, band, at), sum20);
    sum21 = second.fma(FloatVector.fromArray(SPECIES, band, at + 1), sum21);
    sum22 = second.fma(FloatVector.fromArray(SPECIES, band, at + 2), sum22);
    // Only the lanes that exist: what others see may be infinite or NaN.
    VectorMask<Float> lanes = VectorMask.fromLong(SPECIES, -1L >>> (Long.SIZE - columns));
    FloatVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
  }

  /**
   * Rows of stride 2, or one row.
   *
   * @param next from a window's left element to its middle one
   * @param afterNext to its right one
   * @param columns as many as are left, up to a vector's
   */
  private static void weightsStripApart(
      float[] band,
      int from,
      int next,
      int afterNext,
      int pitch,
      int rows,
      float[] dy,
      int start,
      int width,
      int columns,
      float[] sums,
      int index) {
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum02 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum12 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    int at = from;
    FloatVector left = FloatVector.fromArray(SPECIES, band, at);
    FloatVector centre = FloatVector.fromArray(SPECIES, band, at + next);
    FloatVector right = FloatVector.fromArray(SPECIES, band, at + afterNext);
    for (int row = 0, g = start; row < rows; row++, g += width) {
      FloatVector gradient = FloatVector.fromArray(SPECIES, dy, g);
      sum00 = gradient.fma(left, sum00);
      sum01 = gradient.fma(centre, sum01);
      sum02 = gradient.fma(right, sum02);
      at += pitch;
      sum10 = gradient.fma(FloatVector.fromArray(SPECIES, band, at), sum10);
      sum11 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + next), sum11);
      sum12 = gradient.fma(FloatVector.fromArray(SPECIES, band, at + afterNext), sum12);
      at += pitch;
      left = FloatVector.fromArray(SPECIES, band, at);
      centre = FloatVector.fromArray(SPECIES, band, at + next);
      right = FloatVector.fromArray(SPECIES, band, at + afterNext);
      sum20 = gradient.fma(left, sum20);
      sum21 = gradient.fma(centre, sum21);
      sum22 = gradient.fma(right, sum22);
    }
    // Only the lanes that exist: what others see may be infinite or NaN.
    VectorMask<Float> lanes = VectorMask.fromLong(SPECIES, -1L >>> (Long.SIZE - columns));
    FloatVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
  }
}
