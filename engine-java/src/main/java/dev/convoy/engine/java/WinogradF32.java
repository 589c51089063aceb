package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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
final class WinogradF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private static final float ONE = 1;
  private static final float QUARTER = ONE / 4;
  private static final float SIXTH = ONE / 6;

  private WinogradF32() {}

  static void sixInputs(
      float[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      float[] to,
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
      FloatVector d0 = FloatVector.fromArray(SPECIES, from, at);
      FloatVector d1 = FloatVector.fromArray(SPECIES, from, at + tap1);
      FloatVector d2 = FloatVector.fromArray(SPECIES, from, at + tap2);
      FloatVector d3 = FloatVector.fromArray(SPECIES, from, at + tap3);
      FloatVector d4 = FloatVector.fromArray(SPECIES, from, at + tap4);
      FloatVector d5 = FloatVector.fromArray(SPECIES, from, at + tap5);
      d0.mul(4).add(d2.mul(-5).add(d4)).intoArray(to, o);
      d5.add(d3.mul(-5).add(d1.mul(4))).intoArray(to, o + 5 * plane);
      FloatVector even = d4.sub(d2.mul(4));
      FloatVector odd = d3.sub(d1.mul(4));
      even.add(odd).intoArray(to, o + plane);
      even.sub(odd).intoArray(to, o + 2 * plane);
      even = d4.sub(d2);
      odd = d3.sub(d1).mul(2);
      even.add(odd).intoArray(to, o + 3 * plane);
      even.sub(odd).intoArray(to, o + 4 * plane);
    }
  }

  static void stridedInputs(
      float[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      float[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    int tap2 = tap[2];
    int tap3 = tap[3];
    int tap4 = tap[4];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      FloatVector d2 = FloatVector.fromArray(SPECIES, from, at + tap2);
      FloatVector.fromArray(SPECIES, from, at).sub(d2).intoArray(to, o);
      d2.intoArray(to, o + plane);
      FloatVector.fromArray(SPECIES, from, at + tap4).sub(d2).intoArray(to, o + 2 * plane);
      FloatVector.fromArray(SPECIES, from, at + tap1).intoArray(to, o + 3 * plane);
      FloatVector.fromArray(SPECIES, from, at + tap3).intoArray(to, o + 4 * plane);
    }
  }

  static void spreadInputs(
      float[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      float[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    int tap2 = tap[2];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      FloatVector d1 = FloatVector.fromArray(SPECIES, from, at + tap1);
      FloatVector d2 = FloatVector.fromArray(SPECIES, from, at + tap2);
      FloatVector.fromArray(SPECIES, from, at).sub(d1).intoArray(to, o);
      d1.intoArray(to, o + plane);
      d2.sub(d1).intoArray(to, o + 2 * plane);
      d2.intoArray(to, o + 3 * plane);
    }
  }

  static void threeWeights(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector g0 = FloatVector.fromArray(SPECIES, from, i);
      FloatVector g1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector g2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      g0.mul(QUARTER).intoArray(to, o);
      g2.intoArray(to, o + 5 * stride);
      FloatVector even = g0.add(g2).mul(-SIXTH);
      FloatVector odd = g1.mul(-SIXTH);
      even.add(odd).intoArray(to, o + stride);
      even.sub(odd).intoArray(to, o + 2 * stride);
      even = g0.mul(SIXTH / 4).add(g2.mul(SIXTH));
      odd = g1.mul(SIXTH / 2);
      even.add(odd).intoArray(to, o + 3 * stride);
      even.sub(odd).intoArray(to, o + 4 * stride);
    }
  }

  static void fiveWeights(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector g0 = FloatVector.fromArray(SPECIES, from, i);
      FloatVector g1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector g2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      FloatVector g3 = FloatVector.fromArray(SPECIES, from, i + 3 * step);
      FloatVector g4 = FloatVector.fromArray(SPECIES, from, i + 4 * step);
      g0.mul(QUARTER).intoArray(to, o);
      g4.intoArray(to, o + 5 * stride);
      FloatVector even = g0.add(g2).add(g4).mul(-SIXTH);
      FloatVector odd = g1.add(g3).mul(-SIXTH);
      even.add(odd).intoArray(to, o + stride);
      even.sub(odd).intoArray(to, o + 2 * stride);
      even = g0.mul(SIXTH / 4).add(g2.mul(SIXTH)).add(g4.mul(4 * SIXTH));
      odd = g1.mul(SIXTH / 2).add(g3.mul(2 * SIXTH));
      even.add(odd).intoArray(to, o + 3 * stride);
      even.sub(odd).intoArray(to, o + 4 * stride);
    }
  }

  static void fourOutputs(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
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
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, from1 + i);
      FloatVector m2 = FloatVector.fromArray(SPECIES, from, from2 + i);
      FloatVector m3 = FloatVector.fromArray(SPECIES, from, from3 + i);
      FloatVector m4 = FloatVector.fromArray(SPECIES, from, from4 + i);
      FloatVector even = m1.add(m2);
      FloatVector far2 = m3.add(m4);
      FloatVector.fromArray(SPECIES, from, at + i).add(even).add(far2).intoArray(to, o);
      far2.mul(4).add(even).intoArray(to, o + 2 * stride);
      FloatVector odd = m1.sub(m2);
      far2 = m3.sub(m4);
      far2.mul(2).add(odd).intoArray(to, o + stride);
      far2.mul(8)
          .add(odd)
          .add(FloatVector.fromArray(SPECIES, from, from5 + i))
          .intoArray(to, o + 3 * stride);
    }
  }

  static void twoOutputs(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector m2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      FloatVector m3 = FloatVector.fromArray(SPECIES, from, i + 3 * step);
      FloatVector m4 = FloatVector.fromArray(SPECIES, from, i + 4 * step);
      FloatVector.fromArray(SPECIES, from, i).add(m1.add(m2)).add(m3.add(m4)).intoArray(to, o);
      m3.sub(m4)
          .mul(2)
          .add(m1.sub(m2))
          .add(FloatVector.fromArray(SPECIES, from, i + 5 * step))
          .intoArray(to, o + stride);
    }
  }

  static void fourGradients(
      float[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      float[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    int tap2 = tap[2];
    int tap3 = tap[3];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      FloatVector y0 = FloatVector.fromArray(SPECIES, from, at);
      FloatVector y1 = FloatVector.fromArray(SPECIES, from, at + tap1);
      FloatVector y2 = FloatVector.fromArray(SPECIES, from, at + tap2);
      FloatVector y3 = FloatVector.fromArray(SPECIES, from, at + tap3);
      y0.intoArray(to, o);
      y3.intoArray(to, o + 5 * plane);
      FloatVector even = y0.add(y2);
      FloatVector odd = y1.add(y3);
      even.add(odd).intoArray(to, o + plane);
      even.sub(odd).intoArray(to, o + 2 * plane);
      even = y2.mul(4).add(y0);
      odd = y3.mul(4).add(y1).mul(2);
      even.add(odd).intoArray(to, o + 3 * plane);
      even.sub(odd).intoArray(to, o + 4 * plane);
    }
  }

  static void twoGradients(
      float[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      float[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      FloatVector y0 = FloatVector.fromArray(SPECIES, from, at);
      FloatVector y1 = FloatVector.fromArray(SPECIES, from, at + tap1);
      y0.intoArray(to, o);
      y1.intoArray(to, o + 5 * plane);
      y0.add(y1).intoArray(to, o + plane);
      y0.sub(y1).intoArray(to, o + 2 * plane);
      FloatVector twice = y1.add(y1);
      y0.add(twice).intoArray(to, o + 3 * plane);
      y0.sub(twice).intoArray(to, o + 4 * plane);
    }
  }

  static void threeSums(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector u1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector u2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      FloatVector u3 = FloatVector.fromArray(SPECIES, from, i + 3 * step);
      FloatVector u4 = FloatVector.fromArray(SPECIES, from, i + 4 * step);
      FloatVector near = u1.add(u2).mul(-SIXTH);
      FloatVector far2 = u3.add(u4).mul(SIXTH);
      FloatVector.fromArray(SPECIES, from, i).add(far2).mul(QUARTER).add(near).intoArray(to, o);
      FloatVector.fromArray(SPECIES, from, i + 5 * step)
          .add(far2)
          .add(near)
          .intoArray(to, o + 2 * stride);
      u2.sub(u1).mul(SIXTH).add(u3.sub(u4).mul(SIXTH / 2)).intoArray(to, o + stride);
    }
  }

  static void fiveSums(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector u1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector u2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      FloatVector u3 = FloatVector.fromArray(SPECIES, from, i + 3 * step);
      FloatVector u4 = FloatVector.fromArray(SPECIES, from, i + 4 * step);
      FloatVector near = u1.add(u2).mul(-SIXTH);
      FloatVector far2 = u3.add(u4).mul(SIXTH);
      FloatVector.fromArray(SPECIES, from, i).add(far2).mul(QUARTER).add(near).intoArray(to, o);
      near.add(far2).intoArray(to, o + 2 * stride);
      FloatVector.fromArray(SPECIES, from, i + 5 * step)
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
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector g0 = FloatVector.fromArray(SPECIES, from, i);
      FloatVector g2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      g0.intoArray(to, o);
      g0.add(g2).intoArray(to, o + stride);
      g2.intoArray(to, o + 2 * stride);
      FloatVector.fromArray(SPECIES, from, i + step).intoArray(to, o + 3 * stride);
    }
  }

  static void stridedOutputs(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector.fromArray(SPECIES, from, i)
          .add(m1)
          .add(FloatVector.fromArray(SPECIES, from, i + 3 * step))
          .intoArray(to, o);
      FloatVector.fromArray(SPECIES, from, i + 2 * step)
          .add(m1)
          .add(FloatVector.fromArray(SPECIES, from, i + 4 * step))
          .intoArray(to, o + stride);
    }
  }

  static void stridedGradients(
      float[] from,
      int first,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      float[] to,
      int index,
      int plane) {
    int tap1 = tap[1];
    for (int i = start; i < end; i++) {
      int at = first + begin[i];
      int o = index + into[i];
      FloatVector y0 = FloatVector.fromArray(SPECIES, from, at);
      FloatVector y1 = FloatVector.fromArray(SPECIES, from, at + tap1);
      y0.intoArray(to, o);
      y0.add(y1).intoArray(to, o + plane);
      y1.intoArray(to, o + 2 * plane);
      y0.intoArray(to, o + 3 * plane);
      y1.intoArray(to, o + 4 * plane);
    }
  }

  static void stridedSums(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector u1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector.fromArray(SPECIES, from, i).add(u1).intoArray(to, o);
      FloatVector.fromArray(SPECIES, from, i + 3 * step)
          .add(FloatVector.fromArray(SPECIES, from, i + 4 * step))
          .intoArray(to, o + stride);
      FloatVector.fromArray(SPECIES, from, i + 2 * step).add(u1).intoArray(to, o + 2 * stride);
    }
  }

  static void spreadOutputs(
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += next, o += far) {
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector.fromArray(SPECIES, from, i).add(m1).intoArray(to, o);
      FloatVector.fromArray(SPECIES, from, i + 3 * step).intoArray(to, o + stride);
      FloatVector.fromArray(SPECIES, from, i + 2 * step).add(m1).intoArray(to, o + 2 * stride);
      FloatVector.fromArray(SPECIES, from, i + 4 * step).intoArray(to, o + 3 * stride);
    }
  }

  /**
   * The last of the transforms to a tile's outputs, which come to lie one after the other: outputs
   * {@code e} of vector {@code i} at {@code index + 2 * i * LANES + e}, {@code e + 2} and so on.
   */
  static void twoOutputsTurned(float[] from, int at, int step, float[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 2 * LANES) {
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector m2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      FloatVector m3 = FloatVector.fromArray(SPECIES, from, i + 3 * step);
      FloatVector m4 = FloatVector.fromArray(SPECIES, from, i + 4 * step);
      FloatVector y0 = FloatVector.fromArray(SPECIES, from, i).add(m1.add(m2)).add(m3.add(m4));
      FloatVector y1 =
          m3.sub(m4).mul(2).add(m1.sub(m2)).add(FloatVector.fromArray(SPECIES, from, i + 5 * step));
      LanesF32.LOWER
          .selectFrom(y0.reinterpretAsInts(), y1.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, o);
      LanesF32.UPPER
          .selectFrom(y0.reinterpretAsInts(), y1.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, o + LANES);
    }
  }

  /** The same of four outputs. */
  static void fourOutputsTurned(float[] from, int at, int step, float[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 4 * LANES) {
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector m2 = FloatVector.fromArray(SPECIES, from, i + 2 * step);
      FloatVector m3 = FloatVector.fromArray(SPECIES, from, i + 3 * step);
      FloatVector m4 = FloatVector.fromArray(SPECIES, from, i + 4 * step);
      FloatVector near = m1.add(m2);
      FloatVector far = m3.add(m4);
      FloatVector y0 = FloatVector.fromArray(SPECIES, from, i).add(near).add(far);
      FloatVector y2 = far.mul(4).add(near);
      near = m1.sub(m2);
      far = m3.sub(m4);
      FloatVector y1 = far.mul(2).add(near);
      FloatVector y3 = far.mul(8).add(near).add(FloatVector.fromArray(SPECIES, from, i + 5 * step));
      IntVector i0 = y0.reinterpretAsInts();
      IntVector i1 = y1.reinterpretAsInts();
      IntVector i2 = y2.reinterpretAsInts();
      IntVector i3 = y3.reinterpretAsInts();
      IntVector even = LanesF32.LOWER.selectFrom(i0, i2);
      IntVector odd = LanesF32.LOWER.selectFrom(i1, i3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o + LANES);
      even = LanesF32.UPPER.selectFrom(i0, i2);
      odd = LanesF32.UPPER.selectFrom(i1, i3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o + 2 * LANES);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o + 3 * LANES);
    }
  }

  /** The same of a tile of stride 2. */
  static void stridedOutputsTurned(
      float[] from, int at, int step, float[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 2 * LANES) {
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, i + step);
      FloatVector y0 =
          FloatVector.fromArray(SPECIES, from, i)
              .add(m1)
              .add(FloatVector.fromArray(SPECIES, from, i + 3 * step));
      FloatVector y1 =
          FloatVector.fromArray(SPECIES, from, i + 2 * step)
              .add(m1)
              .add(FloatVector.fromArray(SPECIES, from, i + 4 * step));
      LanesF32.LOWER
          .selectFrom(y0.reinterpretAsInts(), y1.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, o);
      LanesF32.UPPER
          .selectFrom(y0.reinterpretAsInts(), y1.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoArray(to, o + LANES);
    }
  }

  /** The same of its gradient. */
  static void spreadOutputsTurned(
      float[] from, int at, int step, float[] to, int index, int count) {
    for (int n = 0, i = at, o = index; n < count; n++, i += LANES, o += 4 * LANES) {
      FloatVector m1 = FloatVector.fromArray(SPECIES, from, i + step);
      IntVector i0 = FloatVector.fromArray(SPECIES, from, i).add(m1).reinterpretAsInts();
      IntVector i1 = FloatVector.fromArray(SPECIES, from, i + 3 * step).reinterpretAsInts();
      IntVector i2 = FloatVector.fromArray(SPECIES, from, i + 2 * step).add(m1).reinterpretAsInts();
      IntVector i3 = FloatVector.fromArray(SPECIES, from, i + 4 * step).reinterpretAsInts();
      IntVector even = LanesF32.LOWER.selectFrom(i0, i2);
      IntVector odd = LanesF32.LOWER.selectFrom(i1, i3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o + LANES);
      even = LanesF32.UPPER.selectFrom(i0, i2);
      odd = LanesF32.UPPER.selectFrom(i1, i3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o + 2 * LANES);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, o + 3 * LANES);
    }
  }
}
