package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's transforms of weights, and back to the gradients of weights, along one axis, see
 * {@link WinogradTransform}, of {@code count} vectors: element {@code e} of vector {@code i} is
 * read at {@code at + e * step + i * next}, and written at {@code index + e * stride + i * far}.
 */
final class WinogradWeightsF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private static final float ONE = 1;
  private static final float QUARTER = ONE / 4;
  private static final float SIXTH = ONE / 6;

  private WinogradWeightsF32() {}

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
}
