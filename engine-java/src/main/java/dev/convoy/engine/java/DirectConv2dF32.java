package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Convolution from the band itself, without a column matrix, in vectors of neighbouring pixels. */
final class DirectConv2dF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private DirectConv2dF32() {}

  /**
   * The pixels of a block for one filter.
   *
   * @param weights from {@code first} on, one for each of the block's tap places
   * @param to row of the block's columns, from {@code index} on
   */
  static void outputs(
      PackColumns block, float[] band, float[] weights, int first, float[] to, int index) {
    // Several vectors at a time. At the end the last of them again, in order, since a vector that
    // runs past its row's end is put right by the next.
    int[] from = block.vectors.tileFrom;
    int[] into = block.vectors.tileTo;
    int last = block.vectors.tileVectors - DirectConv2d.VECTORS;
    for (int i = 0; i < last + DirectConv2d.VECTORS; i += DirectConv2d.VECTORS) {
      int v = Math.min(i, last);
      four(
          block,
          band,
          from[v],
          from[v + 1],
          from[v + 2],
          from[v + 3],
          weights,
          first,
          to,
          index + into[v],
          index + into[v + 1],
          index + into[v + 2],
          index + into[v + 3]);
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
      float[] to,
      int to0,
      int to1,
      int to2,
      int to3) {
    int[] place = block.place;
    int places = block.places;
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int tap = 0; tap < places; tap++) {
      FloatVector weight = FloatVector.broadcast(SPECIES, weights[first + tap]);
      int at = place[tap];
      sum0 = weight.fma(FloatVector.fromArray(SPECIES, band, at + from0), sum0);
      sum1 = weight.fma(FloatVector.fromArray(SPECIES, band, at + from1), sum1);
      sum2 = weight.fma(FloatVector.fromArray(SPECIES, band, at + from2), sum2);
      sum3 = weight.fma(FloatVector.fromArray(SPECIES, band, at + from3), sum3);
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
      float[] band,
      float[] weights,
      int first,
      int last,
      float[] to,
      int index,
      int far) {
    int[] from = block.vectors.tileFrom;
    int[] into = block.vectors.tileTo;
    int end = block.vectors.tileVectors - DirectConv2d.VECTORS;
    for (int i = 0; i < end + DirectConv2d.VECTORS; i += DirectConv2d.VECTORS) {
      int v = Math.min(i, end);
      sixteen(
          block,
          band,
          from[v],
          from[v + 1],
          from[v + 2],
          from[v + 3],
          weights,
          first,
          last,
          to,
          index + into[v],
          index + into[v + 1],
          index + into[v + 2],
          index + into[v + 3],
          far);
    }
  }

  private static void sixteen(
      PackColumns block,
      float[] band,
      int from0,
      int from1,
      int from2,
      int from3,
      float[] weights,
      int first,
      int last,
      float[] to,
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
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum02 = FloatVector.zero(SPECIES);
    FloatVector sum03 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum12 = FloatVector.zero(SPECIES);
    FloatVector sum13 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    FloatVector sum23 = FloatVector.zero(SPECIES);
    FloatVector sum30 = FloatVector.zero(SPECIES);
    FloatVector sum31 = FloatVector.zero(SPECIES);
    FloatVector sum32 = FloatVector.zero(SPECIES);
    FloatVector sum33 = FloatVector.zero(SPECIES);
    for (int tap = 0; tap < places; tap++) {
      int at = place[tap];
      FloatVector pixels0 = FloatVector.fromArray(SPECIES, band, at + from0);
      FloatVector pixels1 = FloatVector.fromArray(SPECIES, band, at + from1);
      FloatVector pixels2 = FloatVector.fromArray(SPECIES, band, at + from2);
      FloatVector pixels3 = FloatVector.fromArray(SPECIES, band, at + from3);
      FloatVector weight = FloatVector.broadcast(SPECIES, weights[first + tap]);
      sum00 = weight.fma(pixels0, sum00);
      sum01 = weight.fma(pixels1, sum01);
      sum02 = weight.fma(pixels2, sum02);
      sum03 = weight.fma(pixels3, sum03);
      weight = FloatVector.broadcast(SPECIES, weights[w1 + tap]);
      sum10 = weight.fma(pixels0, sum10);
      sum11 = weight.fma(pixels1, sum11);
      sum12 = weight.fma(pixels2, sum12);
      sum13 = weight.fma(pixels3, sum13);
      weight = FloatVector.broadcast(SPECIES, weights[w2 + tap]);
      sum20 = weight.fma(pixels0, sum20);
      sum21 = weight.fma(pixels1, sum21);
      sum22 = weight.fma(pixels2, sum22);
      sum23 = weight.fma(pixels3, sum23);
      weight = FloatVector.broadcast(SPECIES, weights[w3 + tap]);
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
