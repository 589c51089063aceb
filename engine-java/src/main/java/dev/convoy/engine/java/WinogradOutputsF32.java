package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's transforms back to outputs and to the gradients of inputs along one axis, see {@link
 * WinogradTransform}, of {@code count} vectors that lie as those of {@link WinogradWeightsF32}.
 */
final class WinogradOutputsF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private WinogradOutputsF32() {}

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
