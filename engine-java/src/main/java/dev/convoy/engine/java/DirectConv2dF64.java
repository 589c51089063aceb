package dev.convoy.engine.java;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Convolution from the band itself, without a column matrix, in vectors of neighbouring pixels. */
final class DirectConv2dF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private DirectConv2dF64() {}

  /**
   * The pixels of a block for one filter.
   *
   * @param weights from {@code first} on, one for each of the block's tap places
   * @param to row of the block's columns, from {@code index} on
   */
  static void outputs(
      PackColumns block, double[] band, double[] weights, int first, double[] to, int index) {
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
          four(block, band, from0, from1, from2, from3, weights, first, to, to0, to1, to2, to3);
          waiting = 0;
        }
      }
    }
    if (waiting > 0) {
      four(block, band, from0, from1, from2, from3, weights, first, to, to0, to1, to2, to3);
    }
  }

  private static void four(
      PackColumns block,
      double[] band,
      int from0,
      int from1,
      int from2,
      int from3,
      double[] weights,
      int first,
      double[] to,
      int to0,
      int to1,
      int to2,
      int to3) {
    int[] place = block.place;
    int places = block.places;
    DoubleVector sum0 = DoubleVector.zero(SPECIES);
    DoubleVector sum1 = sum0;
    DoubleVector sum2 = sum0;
    DoubleVector sum3 = sum0;
    for (int tap = 0; tap < places; tap++) {
      DoubleVector weight = DoubleVector.broadcast(SPECIES, weights[first + tap]);
      int at = place[tap];
      sum0 = weight.fma(DoubleVector.fromArray(SPECIES, band, at + from0), sum0);
      sum1 = weight.fma(DoubleVector.fromArray(SPECIES, band, at + from1), sum1);
      sum2 = weight.fma(DoubleVector.fromArray(SPECIES, band, at + from2), sum2);
      sum3 = weight.fma(DoubleVector.fromArray(SPECIES, band, at + from3), sum3);
    }
    sum0.intoArray(to, to0);
    sum1.intoArray(to, to1);
    sum2.intoArray(to, to2);
    sum3.intoArray(to, to3);
  }

  /**
   * The pixels of a block for four filters. A vector of pixels that is read serves all of them.
   *
   * @param last the last filter's place among the four; where there are fewer it is done again
   * @param far from one filter's row of outputs to the next's
   */
  static void outputsOfFour(
      PackColumns block,
      double[] band,
      double[] weights,
      int first,
      int last,
      double[] to,
      int index,
      int far) {
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
          sixteen(
              block, band, from0, from1, from2, from3, weights, first, last, to, to0, to1, to2, to3,
              far);
          waiting = 0;
        }
      }
    }
    if (waiting > 0) {
      sixteen(
          block, band, from0, from1, from2, from3, weights, first, last, to, to0, to1, to2, to3,
          far);
    }
  }

  private static void sixteen(
      PackColumns block,
      double[] band,
      int from0,
      int from1,
      int from2,
      int from3,
      double[] weights,
      int first,
      int last,
      double[] to,
      int to0,
      int to1,
      int to2,
      int to3,
      int far) {
    int[] place = block.place;
    int places = block.places;
    int w1 = first + Math.min(1, last) * places;
    int w2 = first + Math.min(2, last) * places;
    int w3 = first + last * places;
    DoubleVector sum00 = DoubleVector.zero(SPECIES);
    DoubleVector sum01 = DoubleVector.zero(SPECIES);
    DoubleVector sum02 = DoubleVector.zero(SPECIES);
    DoubleVector sum03 = DoubleVector.zero(SPECIES);
    DoubleVector sum10 = DoubleVector.zero(SPECIES);
    DoubleVector sum11 = DoubleVector.zero(SPECIES);
    DoubleVector sum12 = DoubleVector.zero(SPECIES);
    DoubleVector sum13 = DoubleVector.zero(SPECIES);
    DoubleVector sum20 = DoubleVector.zero(SPECIES);
    DoubleVector sum21 = DoubleVector.zero(SPECIES);
    DoubleVector sum22 = DoubleVector.zero(SPECIES);
    DoubleVector sum23 = DoubleVector.zero(SPECIES);
    DoubleVector sum30 = DoubleVector.zero(SPECIES);
    DoubleVector sum31 = DoubleVector.zero(SPECIES);
    DoubleVector sum32 = DoubleVector.zero(SPECIES);
    DoubleVector sum33 = DoubleVector.zero(SPECIES);
    for (int tap = 0; tap < places; tap++) {
      int at = place[tap];
      DoubleVector pixels0 = DoubleVector.fromArray(SPECIES, band, at + from0);
      DoubleVector pixels1 = DoubleVector.fromArray(SPECIES, band, at + from1);
      DoubleVector pixels2 = DoubleVector.fromArray(SPECIES, band, at + from2);
      DoubleVector pixels3 = DoubleVector.fromArray(SPECIES, band, at + from3);
      DoubleVector weight = DoubleVector.broadcast(SPECIES, weights[first + tap]);
      sum00 = weight.fma(pixels0, sum00);
      sum01 = weight.fma(pixels1, sum01);
      sum02 = weight.fma(pixels2, sum02);
      sum03 = weight.fma(pixels3, sum03);
      weight = DoubleVector.broadcast(SPECIES, weights[w1 + tap]);
      sum10 = weight.fma(pixels0, sum10);
      sum11 = weight.fma(pixels1, sum11);
      sum12 = weight.fma(pixels2, sum12);
      sum13 = weight.fma(pixels3, sum13);
      weight = DoubleVector.broadcast(SPECIES, weights[w2 + tap]);
      sum20 = weight.fma(pixels0, sum20);
      sum21 = weight.fma(pixels1, sum21);
      sum22 = weight.fma(pixels2, sum22);
      sum23 = weight.fma(pixels3, sum23);
      weight = DoubleVector.broadcast(SPECIES, weights[w3 + tap]);
      sum30 = weight.fma(pixels0, sum30);
      sum31 = weight.fma(pixels1, sum31);
      sum32 = weight.fma(pixels2, sum32);
      sum33 = weight.fma(pixels3, sum33);
    }
    sum00.intoArray(to, to0);
    sum01.intoArray(to, to1);
    sum02.intoArray(to, to2);
    sum03.intoArray(to, to3);
    sum10.intoArray(to, to0 + far);
    sum11.intoArray(to, to1 + far);
    sum12.intoArray(to, to2 + far);
    sum13.intoArray(to, to3 + far);
    sum20.intoArray(to, to0 + 2 * far);
    sum21.intoArray(to, to1 + 2 * far);
    sum22.intoArray(to, to2 + 2 * far);
    sum23.intoArray(to, to3 + 2 * far);
    sum30.intoArray(to, to0 + 3 * far);
    sum31.intoArray(to, to1 + 3 * far);
    sum32.intoArray(to, to2 + 3 * far);
    sum33.intoArray(to, to3 + 3 * far);
  }
}
