package dev.convoy.engine.java;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's transforms along one axis, see {@link WinogradTransform}. Most do {@code count}
 * vectors: element {@code e} of vector {@code i} is read at {@code at + e * step + i * next}, and
 * written at {@code index + e * stride + i * far}. Inputs, and the gradients of outputs, go from
 * the band to the points' matrices without being laid out as tiles first: rows of the band are
 * transformed whole, then what they hold of each tile. Their vectors are listed: vector {@code i}
 * is read at {@code first + begin[i] + tap[e]}, in the order in which what is written past an end
 * is put right.
 */
final class WinogradF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private static final double ONE = 1;
  private static final double QUARTER = ONE / 4;
  private static final double SIXTH = ONE / 6;

  private WinogradF64() {}

  static void sixInputs(
      double[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      double[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    int tap2 = tap[2];
    int tap3 = tap[3];
    int tap4 = tap[4];
    int tap5 = tap[5];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      DoubleVector d0 = DoubleVector.fromArray(SPECIES, from, at);
      DoubleVector d1 = DoubleVector.fromArray(SPECIES, from, at + tap1);
      DoubleVector d2 = DoubleVector.fromArray(SPECIES, from, at + tap2);
      DoubleVector d3 = DoubleVector.fromArray(SPECIES, from, at + tap3);
      DoubleVector d4 = DoubleVector.fromArray(SPECIES, from, at + tap4);
      DoubleVector d5 = DoubleVector.fromArray(SPECIES, from, at + tap5);
      d0.mul(4).add(d2.mul(-5).add(d4)).intoArray(to, o);
      d5.add(d3.mul(-5).add(d1.mul(4))).intoArray(to, o + 5 * plane);
      DoubleVector even = d4.sub(d2.mul(4));
      DoubleVector odd = d3.sub(d1.mul(4));
      even.add(odd).intoArray(to, o + plane);
      even.sub(odd).intoArray(to, o + 2 * plane);
      even = d4.sub(d2);
      odd = d3.sub(d1).mul(2);
      even.add(odd).intoArray(to, o + 3 * plane);
      even.sub(odd).intoArray(to, o + 4 * plane);
    }
  }

  static void stridedInputs(
      double[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      double[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    int tap2 = tap[2];
    int tap3 = tap[3];
    int tap4 = tap[4];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      DoubleVector d2 = DoubleVector.fromArray(SPECIES, from, at + tap2);
      DoubleVector.fromArray(SPECIES, from, at).sub(d2).intoArray(to, o);
      d2.intoArray(to, o + plane);
      DoubleVector.fromArray(SPECIES, from, at + tap4).sub(d2).intoArray(to, o + 2 * plane);
      DoubleVector.fromArray(SPECIES, from, at + tap1).intoArray(to, o + 3 * plane);
      DoubleVector.fromArray(SPECIES, from, at + tap3).intoArray(to, o + 4 * plane);
    }
  }

  static void spreadInputs(
      double[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      double[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    int tap2 = tap[2];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      DoubleVector d1 = DoubleVector.fromArray(SPECIES, from, at + tap1);
      DoubleVector d2 = DoubleVector.fromArray(SPECIES, from, at + tap2);
      DoubleVector.fromArray(SPECIES, from, at).sub(d1).intoArray(to, o);
      d1.intoArray(to, o + plane);
      d2.sub(d1).intoArray(to, o + 2 * plane);
      d2.intoArray(to, o + 3 * plane);
    }
  }

  static void threeWeights(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector g0 = DoubleVector.fromArray(SPECIES, from, i);
      DoubleVector g1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector g2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      g0.mul(QUARTER).intoArray(to, o);
      g2.intoArray(to, o + 5 * stride);
      DoubleVector even = g0.add(g2).mul(-SIXTH);
      DoubleVector odd = g1.mul(-SIXTH);
      even.add(odd).intoArray(to, o + stride);
      even.sub(odd).intoArray(to, o + 2 * stride);
      even = g0.mul(SIXTH / 4).add(g2.mul(SIXTH));
      odd = g1.mul(SIXTH / 2);
      even.add(odd).intoArray(to, o + 3 * stride);
      even.sub(odd).intoArray(to, o + 4 * stride);
    }
  }

  static void fiveWeights(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector g0 = DoubleVector.fromArray(SPECIES, from, i);
      DoubleVector g1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector g2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      DoubleVector g3 = DoubleVector.fromArray(SPECIES, from, i + 3 * step);
      DoubleVector g4 = DoubleVector.fromArray(SPECIES, from, i + 4 * step);
      g0.mul(QUARTER).intoArray(to, o);
      g4.intoArray(to, o + 5 * stride);
      DoubleVector even = g0.add(g2).add(g4).mul(-SIXTH);
      DoubleVector odd = g1.add(g3).mul(-SIXTH);
      even.add(odd).intoArray(to, o + stride);
      even.sub(odd).intoArray(to, o + 2 * stride);
      even = g0.mul(SIXTH / 4).add(g2.mul(SIXTH)).add(g4.mul(4 * SIXTH));
      odd = g1.mul(SIXTH / 2).add(g3.mul(2 * SIXTH));
      even.add(odd).intoArray(to, o + 3 * stride);
      even.sub(odd).intoArray(to, o + 4 * stride);
    }
  }

  static void fourOutputs(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    int from1 = at + step;
    int from2 = from1 + step;
    int from3 = from2 + step;
    int from4 = from3 + step;
    int from5 = from4 + step;
    int i = 0;
    for (int n = 0, o = index; n < count; n++, i += next, o += far) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, from1 + i);
      DoubleVector m2 = DoubleVector.fromArray(SPECIES, from, from2 + i);
      DoubleVector m3 = DoubleVector.fromArray(SPECIES, from, from3 + i);
      DoubleVector m4 = DoubleVector.fromArray(SPECIES, from, from4 + i);
      DoubleVector even = m1.add(m2);
      DoubleVector far2 = m3.add(m4);
      DoubleVector.fromArray(SPECIES, from, at + i).add(even).add(far2).intoArray(to, o);
      far2.mul(4).add(even).intoArray(to, o + 2 * stride);
      DoubleVector odd = m1.sub(m2);
      far2 = m3.sub(m4);
      far2.mul(2).add(odd).intoArray(to, o + stride);
      far2.mul(8)
          .add(odd)
          .add(DoubleVector.fromArray(SPECIES, from, from5 + i))
          .intoArray(to, o + 3 * stride);
    }
  }

  static void twoOutputs(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector m2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      DoubleVector m3 = DoubleVector.fromArray(SPECIES, from, i + 3 * step);
      DoubleVector m4 = DoubleVector.fromArray(SPECIES, from, i + 4 * step);
      DoubleVector.fromArray(SPECIES, from, i).add(m1.add(m2)).add(m3.add(m4)).intoArray(to, o);
      m3.sub(m4)
          .mul(2)
          .add(m1.sub(m2))
          .add(DoubleVector.fromArray(SPECIES, from, i + 5 * step))
          .intoArray(to, o + stride);
    }
  }

  static void fourGradients(
      double[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      double[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    int tap2 = tap[2];
    int tap3 = tap[3];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      DoubleVector y0 = DoubleVector.fromArray(SPECIES, from, at);
      DoubleVector y1 = DoubleVector.fromArray(SPECIES, from, at + tap1);
      DoubleVector y2 = DoubleVector.fromArray(SPECIES, from, at + tap2);
      DoubleVector y3 = DoubleVector.fromArray(SPECIES, from, at + tap3);
      y0.intoArray(to, o);
      y3.intoArray(to, o + 5 * plane);
      DoubleVector even = y0.add(y2);
      DoubleVector odd = y1.add(y3);
      even.add(odd).intoArray(to, o + plane);
      even.sub(odd).intoArray(to, o + 2 * plane);
      even = y2.mul(4).add(y0);
      odd = y3.mul(4).add(y1).mul(2);
      even.add(odd).intoArray(to, o + 3 * plane);
      even.sub(odd).intoArray(to, o + 4 * plane);
    }
  }

  static void twoGradients(
      double[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      double[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      DoubleVector y0 = DoubleVector.fromArray(SPECIES, from, at);
      DoubleVector y1 = DoubleVector.fromArray(SPECIES, from, at + tap1);
      y0.intoArray(to, o);
      y1.intoArray(to, o + 5 * plane);
      y0.add(y1).intoArray(to, o + plane);
      y0.sub(y1).intoArray(to, o + 2 * plane);
      DoubleVector twice = y1.add(y1);
      y0.add(twice).intoArray(to, o + 3 * plane);
      y0.sub(twice).intoArray(to, o + 4 * plane);
    }
  }

  static void threeSums(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector u1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector u2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      DoubleVector u3 = DoubleVector.fromArray(SPECIES, from, i + 3 * step);
      DoubleVector u4 = DoubleVector.fromArray(SPECIES, from, i + 4 * step);
      DoubleVector near = u1.add(u2).mul(-SIXTH);
      DoubleVector far2 = u3.add(u4).mul(SIXTH);
      DoubleVector.fromArray(SPECIES, from, i).add(far2).mul(QUARTER).add(near).intoArray(to, o);
      DoubleVector.fromArray(SPECIES, from, i + 5 * step)
          .add(far2)
          .add(near)
          .intoArray(to, o + 2 * stride);
      u2.sub(u1).mul(SIXTH).add(u3.sub(u4).mul(SIXTH / 2)).intoArray(to, o + stride);
    }
  }

  static void fiveSums(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector u1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector u2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      DoubleVector u3 = DoubleVector.fromArray(SPECIES, from, i + 3 * step);
      DoubleVector u4 = DoubleVector.fromArray(SPECIES, from, i + 4 * step);
      DoubleVector near = u1.add(u2).mul(-SIXTH);
      DoubleVector far2 = u3.add(u4).mul(SIXTH);
      DoubleVector.fromArray(SPECIES, from, i).add(far2).mul(QUARTER).add(near).intoArray(to, o);
      near.add(far2).intoArray(to, o + 2 * stride);
      DoubleVector.fromArray(SPECIES, from, i + 5 * step)
          .add(far2.mul(4))
          .add(near)
          .intoArray(to, o + 4 * stride);
      near = u2.sub(u1).mul(SIXTH);
      far2 = u3.sub(u4).mul(SIXTH);
      near.add(far2.mul(ONE / 2)).intoArray(to, o + stride);
      near.add(far2.mul(2)).intoArray(to, o + 3 * stride);
    }
  }

  static void stridedWeights(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector g0 = DoubleVector.fromArray(SPECIES, from, i);
      DoubleVector g2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      g0.intoArray(to, o);
      g0.add(g2).intoArray(to, o + stride);
      g2.intoArray(to, o + 2 * stride);
      DoubleVector.fromArray(SPECIES, from, i + step).intoArray(to, o + 3 * stride);
    }
  }

  static void stridedOutputs(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector.fromArray(SPECIES, from, i)
          .add(m1)
          .add(DoubleVector.fromArray(SPECIES, from, i + 3 * step))
          .intoArray(to, o);
      DoubleVector.fromArray(SPECIES, from, i + 2 * step)
          .add(m1)
          .add(DoubleVector.fromArray(SPECIES, from, i + 4 * step))
          .intoArray(to, o + stride);
    }
  }

  static void stridedGradients(
      double[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      double[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      DoubleVector y0 = DoubleVector.fromArray(SPECIES, from, at);
      DoubleVector y1 = DoubleVector.fromArray(SPECIES, from, at + tap1);
      y0.intoArray(to, o);
      y0.add(y1).intoArray(to, o + plane);
      y1.intoArray(to, o + 2 * plane);
      y0.intoArray(to, o + 3 * plane);
      y1.intoArray(to, o + 4 * plane);
    }
  }

  static void stridedSums(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector u1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector.fromArray(SPECIES, from, i).add(u1).intoArray(to, o);
      DoubleVector.fromArray(SPECIES, from, i + 3 * step)
          .add(DoubleVector.fromArray(SPECIES, from, i + 4 * step))
          .intoArray(to, o + stride);
      DoubleVector.fromArray(SPECIES, from, i + 2 * step).add(u1).intoArray(to, o + 2 * stride);
    }
  }

  static void spreadOutputs(
      double[] from,
      int at,
      int step,
      int next,
      double[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector.fromArray(SPECIES, from, i).add(m1).intoArray(to, o);
      DoubleVector.fromArray(SPECIES, from, i + 3 * step).intoArray(to, o + stride);
      DoubleVector.fromArray(SPECIES, from, i + 2 * step).add(m1).intoArray(to, o + 2 * stride);
      DoubleVector.fromArray(SPECIES, from, i + 4 * step).intoArray(to, o + 3 * stride);
    }
  }

  /**
   * The last of the transforms to a tile's outputs, which come to lie one after the other: outputs
   * {@code e} of vector {@code i} at {@code index + 2 * i * LANES + e}, {@code e + 2} and so on.
   */
  static void twoOutputsTurned(double[] from, int at, int step, double[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 2 * LANES) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector m2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      DoubleVector m3 = DoubleVector.fromArray(SPECIES, from, i + 3 * step);
      DoubleVector m4 = DoubleVector.fromArray(SPECIES, from, i + 4 * step);
      DoubleVector y0 = DoubleVector.fromArray(SPECIES, from, i).add(m1.add(m2)).add(m3.add(m4));
      DoubleVector y1 =
          m3.sub(m4)
              .mul(2)
              .add(m1.sub(m2))
              .add(DoubleVector.fromArray(SPECIES, from, i + 5 * step));
      LanesF64.LOWER
          .selectFrom(y0.reinterpretAsLongs(), y1.reinterpretAsLongs())
          .reinterpretAsDoubles()
          .intoArray(to, o);
      LanesF64.UPPER
          .selectFrom(y0.reinterpretAsLongs(), y1.reinterpretAsLongs())
          .reinterpretAsDoubles()
          .intoArray(to, o + LANES);
    }
  }

  /** The same of four outputs. */
  static void fourOutputsTurned(
      double[] from, int at, int step, double[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 4 * LANES) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector m2 = DoubleVector.fromArray(SPECIES, from, i + 2 * step);
      DoubleVector m3 = DoubleVector.fromArray(SPECIES, from, i + 3 * step);
      DoubleVector m4 = DoubleVector.fromArray(SPECIES, from, i + 4 * step);
      DoubleVector near = m1.add(m2);
      DoubleVector far = m3.add(m4);
      DoubleVector y0 = DoubleVector.fromArray(SPECIES, from, i).add(near).add(far);
      DoubleVector y2 = far.mul(4).add(near);
      near = m1.sub(m2);
      far = m3.sub(m4);
      DoubleVector y1 = far.mul(2).add(near);
      DoubleVector y3 =
          far.mul(8).add(near).add(DoubleVector.fromArray(SPECIES, from, i + 5 * step));
      LongVector i0 = y0.reinterpretAsLongs();
      LongVector i1 = y1.reinterpretAsLongs();
      LongVector i2 = y2.reinterpretAsLongs();
      LongVector i3 = y3.reinterpretAsLongs();
      LongVector even = LanesF64.LOWER.selectFrom(i0, i2);
      LongVector odd = LanesF64.LOWER.selectFrom(i1, i3);
      LanesF64.LOWER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o);
      LanesF64.UPPER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o + LANES);
      even = LanesF64.UPPER.selectFrom(i0, i2);
      odd = LanesF64.UPPER.selectFrom(i1, i3);
      LanesF64.LOWER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o + 2 * LANES);
      LanesF64.UPPER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o + 3 * LANES);
    }
  }

  /** The same of a tile of stride 2. */
  static void stridedOutputsTurned(
      double[] from, int at, int step, double[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 2 * LANES) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, i + step);
      DoubleVector y0 =
          DoubleVector.fromArray(SPECIES, from, i)
              .add(m1)
              .add(DoubleVector.fromArray(SPECIES, from, i + 3 * step));
      DoubleVector y1 =
          DoubleVector.fromArray(SPECIES, from, i + 2 * step)
              .add(m1)
              .add(DoubleVector.fromArray(SPECIES, from, i + 4 * step));
      LanesF64.LOWER
          .selectFrom(y0.reinterpretAsLongs(), y1.reinterpretAsLongs())
          .reinterpretAsDoubles()
          .intoArray(to, o);
      LanesF64.UPPER
          .selectFrom(y0.reinterpretAsLongs(), y1.reinterpretAsLongs())
          .reinterpretAsDoubles()
          .intoArray(to, o + LANES);
    }
  }

  /** The same of its gradient. */
  static void spreadOutputsTurned(
      double[] from, int at, int step, double[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 4 * LANES) {
      DoubleVector m1 = DoubleVector.fromArray(SPECIES, from, i + step);
      LongVector i0 = DoubleVector.fromArray(SPECIES, from, i).add(m1).reinterpretAsLongs();
      LongVector i1 = DoubleVector.fromArray(SPECIES, from, i + 3 * step).reinterpretAsLongs();
      LongVector i2 =
          DoubleVector.fromArray(SPECIES, from, i + 2 * step).add(m1).reinterpretAsLongs();
      LongVector i3 = DoubleVector.fromArray(SPECIES, from, i + 4 * step).reinterpretAsLongs();
      LongVector even = LanesF64.LOWER.selectFrom(i0, i2);
      LongVector odd = LanesF64.LOWER.selectFrom(i1, i3);
      LanesF64.LOWER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o);
      LanesF64.UPPER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o + LANES);
      even = LanesF64.UPPER.selectFrom(i0, i2);
      odd = LanesF64.UPPER.selectFrom(i1, i3);
      LanesF64.LOWER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o + 2 * LANES);
      LanesF64.UPPER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, o + 3 * LANES);
    }
  }
}
