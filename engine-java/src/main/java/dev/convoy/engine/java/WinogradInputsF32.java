package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's transforms of inputs and of the gradients of outputs along one axis, see {@link
 * WinogradTransform}: from the band to the points' matrices without being laid out as tiles first.
 * Rows of the band are transformed whole, then what they hold of each tile. Vectors are listed:
 * vector {@code i} is read at {@code first + begin[i] + tap[e]}, in the order in which what is
 * written past an end is put right.
 */
final class WinogradInputsF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private WinogradInputsF32() {}

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
}
