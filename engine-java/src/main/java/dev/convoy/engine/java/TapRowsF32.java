package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of planes of floats under some rows of a kernel's taps; see {@link FewOutputsConv2d}. A
 * vector that is read serves all taps above each other: of a product of matrices each would need a
 * column of its own.
 */
final class TapRowsF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  private TapRowsF32() {}

  /**
   * Adds to seven rows of sums what five rows of taps give.
   *
   * @param pitch from one row of a plane to the next
   * @param plane from one plane to the next
   * @param first where the first tap of the first plane is
   * @param down from one row of taps to the next, negative if their order is reversed
   * @param next from one plane's taps to the next's
   * @param columns of the taps
   * @param far from one row of sums to the next, a multiple of a vector
   */
  static void five(
      float[] in,
      int at,
      int pitch,
      int plane,
      int planes,
      float[] weights,
      int first,
      int down,
      int next,
      int columns,
      float[] sums,
      int to,
      int far) {
    int right = Integer.signum(down);
    for (int i = 0; i < far; i += LANES) {
      int to0 = to + i;
      int to1 = to + i + far;
      int to2 = to + i + 2 * far;
      int to3 = to + i + 3 * far;
      int to4 = to + i + 4 * far;
      int to5 = to + i + 5 * far;
      int to6 = to + i + 6 * far;
      FloatVector sum0 = FloatVector.fromArray(F, sums, to0);
      FloatVector sum1 = FloatVector.fromArray(F, sums, to1);
      FloatVector sum2 = FloatVector.fromArray(F, sums, to2);
      FloatVector sum3 = FloatVector.fromArray(F, sums, to3);
      FloatVector sum4 = FloatVector.fromArray(F, sums, to4);
      FloatVector sum5 = FloatVector.fromArray(F, sums, to5);
      FloatVector sum6 = FloatVector.fromArray(F, sums, to6);
      for (int k = 0; k < planes; k++) {
        int here = at + k * plane + i;
        int tap = first + k * next;
        for (int j = 0; j < columns; j++, here++, tap += right) {
          FloatVector tap0 = FloatVector.broadcast(F, weights[tap]);
          FloatVector tap1 = FloatVector.broadcast(F, weights[tap + down]);
          FloatVector tap2 = FloatVector.broadcast(F, weights[tap + 2 * down]);
          FloatVector tap3 = FloatVector.broadcast(F, weights[tap + 3 * down]);
          FloatVector tap4 = FloatVector.broadcast(F, weights[tap + 4 * down]);
          FloatVector row = FloatVector.fromArray(F, in, here);
          sum0 = row.fma(tap0, sum0);
          row = FloatVector.fromArray(F, in, here + pitch);
          sum1 = row.fma(tap0, sum1);
          sum0 = row.fma(tap1, sum0);
          row = FloatVector.fromArray(F, in, here + 2 * pitch);
          sum2 = row.fma(tap0, sum2);
          sum1 = row.fma(tap1, sum1);
          sum0 = row.fma(tap2, sum0);
          row = FloatVector.fromArray(F, in, here + 3 * pitch);
          sum3 = row.fma(tap0, sum3);
          sum2 = row.fma(tap1, sum2);
          sum1 = row.fma(tap2, sum1);
          sum0 = row.fma(tap3, sum0);
          row = FloatVector.fromArray(F, in, here + 4 * pitch);
          sum4 = row.fma(tap0, sum4);
          sum3 = row.fma(tap1, sum3);
          sum2 = row.fma(tap2, sum2);
          sum1 = row.fma(tap3, sum1);
          sum0 = row.fma(tap4, sum0);
          row = FloatVector.fromArray(F, in, here + 5 * pitch);
          sum5 = row.fma(tap0, sum5);
          sum4 = row.fma(tap1, sum4);
          sum3 = row.fma(tap2, sum3);
          sum2 = row.fma(tap3, sum2);
          sum1 = row.fma(tap4, sum1);
          row = FloatVector.fromArray(F, in, here + 6 * pitch);
          sum6 = row.fma(tap0, sum6);
          sum5 = row.fma(tap1, sum5);
          sum4 = row.fma(tap2, sum4);
          sum3 = row.fma(tap3, sum3);
          sum2 = row.fma(tap4, sum2);
          row = FloatVector.fromArray(F, in, here + 7 * pitch);
          sum6 = row.fma(tap1, sum6);
          sum5 = row.fma(tap2, sum5);
          sum4 = row.fma(tap3, sum4);
          sum3 = row.fma(tap4, sum3);
          row = FloatVector.fromArray(F, in, here + 8 * pitch);
          sum6 = row.fma(tap2, sum6);
          sum5 = row.fma(tap3, sum5);
          sum4 = row.fma(tap4, sum4);
          row = FloatVector.fromArray(F, in, here + 9 * pitch);
          sum6 = row.fma(tap3, sum6);
          sum5 = row.fma(tap4, sum5);
          row = FloatVector.fromArray(F, in, here + 10 * pitch);
          sum6 = row.fma(tap4, sum6);
        }
      }
      sum0.intoArray(sums, to0);
      sum1.intoArray(sums, to1);
      sum2.intoArray(sums, to2);
      sum3.intoArray(sums, to3);
      sum4.intoArray(sums, to4);
      sum5.intoArray(sums, to5);
      sum6.intoArray(sums, to6);
    }
  }

  /** The same of four rows of taps. */
  static void four(
      float[] in,
      int at,
      int pitch,
      int plane,
      int planes,
      float[] weights,
      int first,
      int down,
      int next,
      int columns,
      float[] sums,
      int to,
      int far) {
    int right = Integer.signum(down);
    for (int i = 0; i < far; i += LANES) {
      int to0 = to + i;
      int to1 = to + i + far;
      int to2 = to + i + 2 * far;
      int to3 = to + i + 3 * far;
      int to4 = to + i + 4 * far;
      int to5 = to + i + 5 * far;
      int to6 = to + i + 6 * far;
      FloatVector sum0 = FloatVector.fromArray(F, sums, to0);
      FloatVector sum1 = FloatVector.fromArray(F, sums, to1);
      FloatVector sum2 = FloatVector.fromArray(F, sums, to2);
      FloatVector sum3 = FloatVector.fromArray(F, sums, to3);
      FloatVector sum4 = FloatVector.fromArray(F, sums, to4);
      FloatVector sum5 = FloatVector.fromArray(F, sums, to5);
      FloatVector sum6 = FloatVector.fromArray(F, sums, to6);
      for (int k = 0; k < planes; k++) {
        int here = at + k * plane + i;
        int tap = first + k * next;
        for (int j = 0; j < columns; j++, here++, tap += right) {
          FloatVector tap0 = FloatVector.broadcast(F, weights[tap]);
          FloatVector tap1 = FloatVector.broadcast(F, weights[tap + down]);
          FloatVector tap2 = FloatVector.broadcast(F, weights[tap + 2 * down]);
          FloatVector tap3 = FloatVector.broadcast(F, weights[tap + 3 * down]);
          FloatVector row = FloatVector.fromArray(F, in, here);
          sum0 = row.fma(tap0, sum0);
          row = FloatVector.fromArray(F, in, here + pitch);
          sum1 = row.fma(tap0, sum1);
          sum0 = row.fma(tap1, sum0);
          row = FloatVector.fromArray(F, in, here + 2 * pitch);
          sum2 = row.fma(tap0, sum2);
          sum1 = row.fma(tap1, sum1);
          sum0 = row.fma(tap2, sum0);
          row = FloatVector.fromArray(F, in, here + 3 * pitch);
          sum3 = row.fma(tap0, sum3);
          sum2 = row.fma(tap1, sum2);
          sum1 = row.fma(tap2, sum1);
          sum0 = row.fma(tap3, sum0);
          row = FloatVector.fromArray(F, in, here + 4 * pitch);
          sum4 = row.fma(tap0, sum4);
          sum3 = row.fma(tap1, sum3);
          sum2 = row.fma(tap2, sum2);
          sum1 = row.fma(tap3, sum1);
          row = FloatVector.fromArray(F, in, here + 5 * pitch);
          sum5 = row.fma(tap0, sum5);
          sum4 = row.fma(tap1, sum4);
          sum3 = row.fma(tap2, sum3);
          sum2 = row.fma(tap3, sum2);
          row = FloatVector.fromArray(F, in, here + 6 * pitch);
          sum6 = row.fma(tap0, sum6);
          sum5 = row.fma(tap1, sum5);
          sum4 = row.fma(tap2, sum4);
          sum3 = row.fma(tap3, sum3);
          row = FloatVector.fromArray(F, in, here + 7 * pitch);
          sum6 = row.fma(tap1, sum6);
          sum5 = row.fma(tap2, sum5);
          sum4 = row.fma(tap3, sum4);
          row = FloatVector.fromArray(F, in, here + 8 * pitch);
          sum6 = row.fma(tap2, sum6);
          sum5 = row.fma(tap3, sum5);
          row = FloatVector.fromArray(F, in, here + 9 * pitch);
          sum6 = row.fma(tap3, sum6);
        }
      }
      sum0.intoArray(sums, to0);
      sum1.intoArray(sums, to1);
      sum2.intoArray(sums, to2);
      sum3.intoArray(sums, to3);
      sum4.intoArray(sums, to4);
      sum5.intoArray(sums, to5);
      sum6.intoArray(sums, to6);
    }
  }

  /** The same of three rows of taps. */
  static void three(
      float[] in,
      int at,
      int pitch,
      int plane,
      int planes,
      float[] weights,
      int first,
      int down,
      int next,
      int columns,
      float[] sums,
      int to,
      int far) {
    int right = Integer.signum(down);
    for (int i = 0; i < far; i += LANES) {
      int to0 = to + i;
      int to1 = to + i + far;
      int to2 = to + i + 2 * far;
      int to3 = to + i + 3 * far;
      int to4 = to + i + 4 * far;
      int to5 = to + i + 5 * far;
      int to6 = to + i + 6 * far;
      FloatVector sum0 = FloatVector.fromArray(F, sums, to0);
      FloatVector sum1 = FloatVector.fromArray(F, sums, to1);
      FloatVector sum2 = FloatVector.fromArray(F, sums, to2);
      FloatVector sum3 = FloatVector.fromArray(F, sums, to3);
      FloatVector sum4 = FloatVector.fromArray(F, sums, to4);
      FloatVector sum5 = FloatVector.fromArray(F, sums, to5);
      FloatVector sum6 = FloatVector.fromArray(F, sums, to6);
      for (int k = 0; k < planes; k++) {
        int here = at + k * plane + i;
        int tap = first + k * next;
        for (int j = 0; j < columns; j++, here++, tap += right) {
          FloatVector tap0 = FloatVector.broadcast(F, weights[tap]);
          FloatVector tap1 = FloatVector.broadcast(F, weights[tap + down]);
          FloatVector tap2 = FloatVector.broadcast(F, weights[tap + 2 * down]);
          FloatVector row = FloatVector.fromArray(F, in, here);
          sum0 = row.fma(tap0, sum0);
          row = FloatVector.fromArray(F, in, here + pitch);
          sum1 = row.fma(tap0, sum1);
          sum0 = row.fma(tap1, sum0);
          row = FloatVector.fromArray(F, in, here + 2 * pitch);
          sum2 = row.fma(tap0, sum2);
          sum1 = row.fma(tap1, sum1);
          sum0 = row.fma(tap2, sum0);
          row = FloatVector.fromArray(F, in, here + 3 * pitch);
          sum3 = row.fma(tap0, sum3);
          sum2 = row.fma(tap1, sum2);
          sum1 = row.fma(tap2, sum1);
          row = FloatVector.fromArray(F, in, here + 4 * pitch);
          sum4 = row.fma(tap0, sum4);
          sum3 = row.fma(tap1, sum3);
          sum2 = row.fma(tap2, sum2);
          row = FloatVector.fromArray(F, in, here + 5 * pitch);
          sum5 = row.fma(tap0, sum5);
          sum4 = row.fma(tap1, sum4);
          sum3 = row.fma(tap2, sum3);
          row = FloatVector.fromArray(F, in, here + 6 * pitch);
          sum6 = row.fma(tap0, sum6);
          sum5 = row.fma(tap1, sum5);
          sum4 = row.fma(tap2, sum4);
          row = FloatVector.fromArray(F, in, here + 7 * pitch);
          sum6 = row.fma(tap1, sum6);
          sum5 = row.fma(tap2, sum5);
          row = FloatVector.fromArray(F, in, here + 8 * pitch);
          sum6 = row.fma(tap2, sum6);
        }
      }
      sum0.intoArray(sums, to0);
      sum1.intoArray(sums, to1);
      sum2.intoArray(sums, to2);
      sum3.intoArray(sums, to3);
      sum4.intoArray(sums, to4);
      sum5.intoArray(sums, to5);
      sum6.intoArray(sums, to6);
    }
  }
}
