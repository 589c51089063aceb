package dev.convoy.engine.java;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gradients of depthwise convolution from the band: of the input for stride 2, and of the weights.
 * Those of stride 1 with respect to the input are convolutions, {@link DepthwiseF64}.
 */
final class DepthwiseBackwardF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private DepthwiseBackwardF64() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, counted with the padding so that the first of a pair
   * is even, of as many pairs of columns as the band has outputs.
   *
   * @param width from a row to the next, whole pairs of vectors
   */
  static void spread(
      DepthwiseBand band,
      double[] dy,
      int pairs,
      double[] weights,
      int first,
      double[] to,
      int index,
      int width) {
    for (int column = 0; column < band.columns.outputs; column += LANES) {
      spreadStrip(dy, column, band.pitch, pairs, weights, first, to, index + 2 * column, width);
    }
  }

  private static void spreadStrip(
      double[] dy,
      int from,
      int pitch,
      int pairs,
      double[] weights,
      int first,
      double[] to,
      int index,
      int width) {
    DoubleVector w00 = DoubleVector.broadcast(SPECIES, weights[first]);
    DoubleVector w01 = DoubleVector.broadcast(SPECIES, weights[first + 1]);
    DoubleVector w02 = DoubleVector.broadcast(SPECIES, weights[first + 2]);
    DoubleVector w10 = DoubleVector.broadcast(SPECIES, weights[first + 3]);
    DoubleVector w11 = DoubleVector.broadcast(SPECIES, weights[first + 4]);
    DoubleVector w12 = DoubleVector.broadcast(SPECIES, weights[first + 5]);
    DoubleVector w20 = DoubleVector.broadcast(SPECIES, weights[first + 6]);
    DoubleVector w21 = DoubleVector.broadcast(SPECIES, weights[first + 7]);
    DoubleVector w22 = DoubleVector.broadcast(SPECIES, weights[first + 8]);
    DoubleVector before = DoubleVector.fromArray(SPECIES, dy, from);
    DoubleVector here = DoubleVector.fromArray(SPECIES, dy, from + 1);
    DoubleVector evenAbove = w20.fma(here, w22.mul(before));
    DoubleVector oddAbove = w21.mul(here);
    int at = from;
    for (int pair = 0, out = index; pair < pairs; pair++, out += 2 * width) {
      at += pitch;
      before = DoubleVector.fromArray(SPECIES, dy, at);
      here = DoubleVector.fromArray(SPECIES, dy, at + 1);
      DoubleVector even = w00.fma(here, w02.fma(before, evenAbove));
      DoubleVector odd = w01.fma(here, oddAbove);
      LanesF64.LOWER
          .selectFrom(even.reinterpretAsLongs(), odd.reinterpretAsLongs())
          .reinterpretAsDoubles()
          .intoArray(to, out);
      LanesF64.UPPER
          .selectFrom(even.reinterpretAsLongs(), odd.reinterpretAsLongs())
          .reinterpretAsDoubles()
          .intoArray(to, out + LANES);
      even = w10.fma(here, w12.mul(before));
      odd = w11.mul(here);
      LanesF64.LOWER
          .selectFrom(even.reinterpretAsLongs(), odd.reinterpretAsLongs())
          .reinterpretAsDoubles()
          .intoArray(to, out + width);
      LanesF64.UPPER
          .selectFrom(even.reinterpretAsLongs(), odd.reinterpretAsLongs())
          .reinterpretAsDoubles()
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
      DepthwiseBand band, double[] from, int rows, double[] dy, double[] sums, int index) {
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
      double[] band,
      int from,
      int pitch,
      int rows,
      double[] dy,
      int start,
      int width,
      int columns,
      double[] sums,
      int index) {
    int at = from;
    DoubleVector left = DoubleVector.fromArray(SPECIES, band, at);
    DoubleVector centre = DoubleVector.fromArray(SPECIES, band, at + 1);
    DoubleVector right = DoubleVector.fromArray(SPECIES, band, at + 2);
    DoubleVector second = DoubleVector.fromArray(SPECIES, dy, start);
    DoubleVector sum00 = second.mul(left);
    DoubleVector sum01 = second.mul(centre);
    DoubleVector sum02 = second.mul(right);
    at += pitch;
    left = DoubleVector.fromArray(SPECIES, band, at);
    centre = DoubleVector.fromArray(SPECIES, band, at + 1);
    right = DoubleVector.fromArray(SPECIES, band, at + 2);
    DoubleVector third = second;
    second = DoubleVector.fromArray(SPECIES, dy, start + width);
    sum00 = second.fma(left, sum00);
    sum01 = second.fma(centre, sum01);
    sum02 = second.fma(right, sum02);
    DoubleVector sum10 = third.mul(left);
    DoubleVector sum11 = third.mul(centre);
    DoubleVector sum12 = third.mul(right);
    DoubleVector sum20 = DoubleVector.zero(SPECIES);
    DoubleVector sum21 = DoubleVector.zero(SPECIES);
    DoubleVector sum22 = DoubleVector.zero(SPECIES);
    for (int row = 2, g = start + 2 * width; row < rows; row++, g += width) {
      at += pitch;
      left = DoubleVector.fromArray(SPECIES, band, at);
      centre = DoubleVector.fromArray(SPECIES, band, at + 1);
      right = DoubleVector.fromArray(SPECIES, band, at + 2);
      sum20 = third.fma(left, sum20);
      sum21 = third.fma(centre, sum21);
      sum22 = third.fma(right, sum22);
      third = second;
      sum10 = third.fma(left, sum10);
      sum11 = third.fma(centre, sum11);
      sum12 = third.fma(right, sum12);
      second = DoubleVector.fromArray(SPECIES, dy, g);
      sum00 = second.fma(left, sum00);
      sum01 = second.fma(centre, sum01);
      sum02 = second.fma(right, sum02);
    }
    at += pitch;
    left = DoubleVector.fromArray(SPECIES, band, at);
    centre = DoubleVector.fromArray(SPECIES, band, at + 1);
    right = DoubleVector.fromArray(SPECIES, band, at + 2);
    sum20 = third.fma(left, sum20);
    sum21 = third.fma(centre, sum21);
    sum22 = third.fma(right, sum22);
    sum10 = second.fma(left, sum10);
    sum11 = second.fma(centre, sum11);
    sum12 = second.fma(right, sum12);
    at += pitch;
    sum20 = second.fma(DoubleVector.fromArray(SPECIES, band, at), sum20);
    sum21 = second.fma(DoubleVector.fromArray(SPECIES, band, at + 1), sum21);
    sum22 = second.fma(DoubleVector.fromArray(SPECIES, band, at + 2), sum22);
    // Only the lanes that exist: what others see may be infinite or NaN.
    VectorMask<Double> lanes = VectorMask.fromLong(SPECIES, -1L >>> (Long.SIZE - columns));
    DoubleVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
  }

  /**
   * Rows of stride 2, or one row.
   *
   * @param next from a window's left element to its middle one
   * @param afterNext to its right one
   * @param columns as many as are left, up to a vector's
   */
  private static void weightsStripApart(
      double[] band,
      int from,
      int next,
      int afterNext,
      int pitch,
      int rows,
      double[] dy,
      int start,
      int width,
      int columns,
      double[] sums,
      int index) {
    DoubleVector sum00 = DoubleVector.zero(SPECIES);
    DoubleVector sum01 = DoubleVector.zero(SPECIES);
    DoubleVector sum02 = DoubleVector.zero(SPECIES);
    DoubleVector sum10 = DoubleVector.zero(SPECIES);
    DoubleVector sum11 = DoubleVector.zero(SPECIES);
    DoubleVector sum12 = DoubleVector.zero(SPECIES);
    DoubleVector sum20 = DoubleVector.zero(SPECIES);
    DoubleVector sum21 = DoubleVector.zero(SPECIES);
    DoubleVector sum22 = DoubleVector.zero(SPECIES);
    int at = from;
    DoubleVector left = DoubleVector.fromArray(SPECIES, band, at);
    DoubleVector centre = DoubleVector.fromArray(SPECIES, band, at + next);
    DoubleVector right = DoubleVector.fromArray(SPECIES, band, at + afterNext);
    for (int row = 0, g = start; row < rows; row++, g += width) {
      DoubleVector gradient = DoubleVector.fromArray(SPECIES, dy, g);
      sum00 = gradient.fma(left, sum00);
      sum01 = gradient.fma(centre, sum01);
      sum02 = gradient.fma(right, sum02);
      at += pitch;
      sum10 = gradient.fma(DoubleVector.fromArray(SPECIES, band, at), sum10);
      sum11 = gradient.fma(DoubleVector.fromArray(SPECIES, band, at + next), sum11);
      sum12 = gradient.fma(DoubleVector.fromArray(SPECIES, band, at + afterNext), sum12);
      at += pitch;
      left = DoubleVector.fromArray(SPECIES, band, at);
      centre = DoubleVector.fromArray(SPECIES, band, at + next);
      right = DoubleVector.fromArray(SPECIES, band, at + afterNext);
      sum20 = gradient.fma(left, sum20);
      sum21 = gradient.fma(centre, sum21);
      sum22 = gradient.fma(right, sum22);
    }
    // Only the lanes that exist: what others see may be infinite or NaN.
    VectorMask<Double> lanes = VectorMask.fromLong(SPECIES, -1L >>> (Long.SIZE - columns));
    DoubleVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
  }
}
