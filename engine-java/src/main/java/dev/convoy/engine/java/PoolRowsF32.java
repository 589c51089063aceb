package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moving rows of floats for pooling. Vectors may run over a row's end: arrays have room, and what
 * lies behind is written later.
 *
 * <p>No method here or in the kernels takes or returns a vector: where the compiler chose not to
 * inline it, each would become an object.
 */
final class PoolRowsF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  private PoolRowsF32() {}

  /** Whether all are numbers above -∞, for which a comparison tells all. */
  static boolean areRegular(float[] x, int length) {
    Arrays.fill(x, length, length + LANES, 0);
    for (int i = 0; i < length; i += LANES) {
      FloatVector value = FloatVector.fromArray(F, x, i);
      if (!value.compare(VectorOperators.GT, Float.NEGATIVE_INFINITY).allTrue()) {
        return false;
      }
    }
    return true;
  }

  /** Fills some elements, and perhaps more behind them. */
  static void fill(float[] to, int at, int count, float value) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.broadcast(F, value).intoArray(to, at + i);
    }
  }

  /** Copies outputs from where they lie in a block to where they lie in their tensor. */
  static void compact(
      float[] from, int planes, int planePitch, int rows, int pitch, int width, float[] to) {
    int target = 0;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * planePitch;
      if (width <= 2 * LANES) {
        int second = Math.max(0, width - LANES);
        for (int row = 0; row < rows; row++) {
          int a = at + row * pitch;
          int b = target + row * width;
          FloatVector.fromArray(F, from, a).intoArray(to, b);
          FloatVector.fromArray(F, from, a + second).intoArray(to, b + second);
        }
        target += rows * width;
        continue;
      }
      for (int row = 0; row < rows; row++, at += pitch, target += width) {
        FloatVector.fromArray(F, from, at).intoArray(to, target);
        for (int c = LANES; c < width; c += LANES) {
          FloatVector.fromArray(F, from, at + c).intoArray(to, target + c);
        }
      }
    }
  }

  /**
   * Copies rows of outputs into a block, with gaps of a value where there are none, so that what
   * would lie around them is there to be read.
   *
   * @param first the output row that each plane in the array begins with
   * @param end behind the last
   * @param from the phases' row that the block begins with
   * @param phaseRows rows of each plane in each phase
   */
  static void spread(
      float[] outputs,
      int width,
      int planes,
      int first,
      int end,
      PoolGrid grid,
      int from,
      int phaseRows,
      float[] to,
      float gap) {
    int pitch = grid.pitch;
    int before = first - (from - grid.rowReach);
    int behind = from + phaseRows - end;
    int target = grid.columnReach;
    fill(to, 0, target + before * pitch, gap);
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      target += (plane == 0 ? before : 0) * pitch;
      if (width <= 2 * LANES && pitch - width <= LANES) {
        int second = Math.max(0, width - LANES);
        for (int row = first; row < end; row++) {
          FloatVector.fromArray(F, outputs, at).intoArray(to, target);
          FloatVector.fromArray(F, outputs, at + second).intoArray(to, target + second);
          FloatVector.broadcast(F, gap).intoArray(to, target + width);
          at += width;
          target += pitch;
        }
        fill(to, target, behind * pitch, gap);
        target += behind * pitch;
        continue;
      }
      for (int row = first; row < end; row++, at += width, target += pitch) {
        FloatVector.fromArray(F, outputs, at).intoArray(to, target);
        for (int c = LANES; c < width; c += LANES) {
          FloatVector.fromArray(F, outputs, at + c).intoArray(to, target + c);
        }
        FloatVector.broadcast(F, gap).intoArray(to, target + width);
        for (int c = width + LANES; c < pitch; c += LANES) {
          FloatVector.broadcast(F, gap).intoArray(to, target + c);
        }
      }
      fill(to, target, behind * pitch, gap);
      target += behind * pitch;
    }
  }

  /** Sums elements that lie at these distances from each place. */
  static void sum(float[] from, int at, int[] shifts, int taps, float[] to, int target, int count) {
    if (taps == 2) {
      int a = at + shifts[0];
      int b = at + shifts[1];
      for (int i = 0; i < count; i += LANES) {
        FloatVector.fromArray(F, from, a + i)
            .add(FloatVector.fromArray(F, from, b + i))
            .intoArray(to, target + i);
      }
    } else if (taps == 3) {
      int a = at + shifts[0];
      int b = at + shifts[1];
      int c = at + shifts[2];
      for (int i = 0; i < count; i += LANES) {
        FloatVector.fromArray(F, from, a + i)
            .add(FloatVector.fromArray(F, from, b + i))
            .add(FloatVector.fromArray(F, from, c + i))
            .intoArray(to, target + i);
      }
    } else {
      for (int i = 0; i < count; i += LANES) {
        FloatVector sum = FloatVector.zero(F);
        for (int t = 0; t < taps; t++) {
          sum = sum.add(FloatVector.fromArray(F, from, at + shifts[t] + i));
        }
        sum.intoArray(to, target + i);
      }
    }
  }

  /** Divides a row by what its columns count, times what the row does. */
  static void divide(
      float[] from, int at, float[] counts, float rowCount, float[] to, int target, int width) {
    FloatVector.fromArray(F, from, at)
        .div(FloatVector.fromArray(F, counts, 0).mul(rowCount))
        .intoArray(to, target);
    for (int c = LANES; c < width; c += LANES) {
      FloatVector.fromArray(F, from, at + c)
          .div(FloatVector.fromArray(F, counts, c).mul(rowCount))
          .intoArray(to, target + c);
    }
  }
}
