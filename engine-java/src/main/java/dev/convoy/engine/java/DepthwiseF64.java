package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise convolution of 3×3 windows in a {@link DepthwiseBand}: a vector of columns at a time
 * down its rows, each of which is loaded once for all the windows that see it. Lanes past a row's
 * end hold what means nothing.
 */
final class DepthwiseF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final DoubleVector ZERO = DoubleVector.zero(SPECIES);

  private DepthwiseF64() {}

  /**
   * Copies a block's rows of a plane. Left and right of them the band must hold zeros.
   *
   * @param at where the plane begins
   * @param first row of outputs
   * @param count rows of outputs
   * @param whole a row's room, of zeros but for what this method leaves there
   */
  static void band(
      DepthwiseBand band,
      MemorySegment from,
      long at,
      int first,
      int count,
      double[] whole,
      double[] to) {
    int width = band.columns.inputs;
    int left = (int) band.columns.before;
    int rows = band.bandRows(count);
    int top = first * band.rows.stride - (int) band.rows.before;
    int low = Math.clamp(-top, 0, rows);
    int high = Math.clamp(band.rows.inputs - top, low, rows);
    Arrays.fill(to, 0, low * band.pitch, 0);
    Arrays.fill(to, high * band.pitch, rows * band.pitch, 0);
    long start = at + (long) (top + low) * width;
    int index = low * band.pitch;
    if (band.columns.stride == 1) {
      copyRows(from, start, width, high - low, to, index + left, band.pitch);
      return;
    }
    for (int row = low; row < high; row++) {
      copyRows(from, start, width, 1, whole, left, 0);
      BandF64.split(whole, 0, 2, to, index, band.lane);
      start += width;
      index += band.pitch;
    }
  }

  /** Neighbouring rows. The last vector of a row ends where the row does, or in zeros. */
  private static void copyRows(
      MemorySegment segment, long at, int width, int rows, double[] to, int index, int pitch) {
    int last = width - LANES;
    if (last < 0) {
      for (int row = 0; row < rows; row++) {
        PackF64.copy(segment, at + (long) row * width, to, index + row * pitch, width);
      }
      return;
    }
    MemorySegment from = Memory.base(segment);
    long offset = Memory.at(segment) + at * Double.BYTES;
    int place = index;
    long step = (long) width * Double.BYTES;
    for (int row = 0; row < rows; row++, offset += step, place += pitch) {
      long start = Memory.known(offset);
      for (int i = 0; i < last; i += LANES) {
        DoubleVector.fromMemorySegment(SPECIES, from, start + (long) i * Double.BYTES, ORDER)
            .intoArray(to, place + i);
      }
      DoubleVector.fromMemorySegment(
              SPECIES, from, Memory.known(offset + (long) last * Double.BYTES), ORDER)
          .intoArray(to, place + last);
    }
  }

  /**
   * Rows of a plane's outputs.
   *
   * @param weights nine from {@code first} on
   * @param to the first row's place
   */
  static void outputs(
      DepthwiseBand plan,
      double[] band,
      int rows,
      double[] weights,
      int first,
      double bias,
      GemmEpilogue epilogue,
      MemorySegment y,
      long to) {
    for (int column = 0; column < plan.columns.outputs; column += LANES) {
      long at = to + (long) column * Double.BYTES;
      if (plan.columns.stride == 1) {
        strip(plan, band, column, rows, weights, first, bias, epilogue, y, at);
      } else {
        stripOfEvery2nd(plan, band, column, rows, weights, first, bias, epilogue, y, at);
      }
    }
  }

  private static void strip(
      DepthwiseBand plan,
      double[] band,
      int column,
      int rows,
      double[] weights,
      int first,
      double bias,
      GemmEpilogue epilogue,
      MemorySegment output,
      long to) {
    MemorySegment y = Memory.base(output);
    int pitch = plan.pitch;
    long width = (long) plan.columns.outputs * Double.BYTES;
    VectorMask<Double> lanes =
        VectorMask.fromLong(
            SPECIES, -1L >>> Math.max(0, Long.SIZE - (plan.columns.outputs - column)));
    DoubleVector w00 = DoubleVector.broadcast(SPECIES, weights[first]);
    DoubleVector w01 = DoubleVector.broadcast(SPECIES, weights[first + 1]);
    DoubleVector w02 = DoubleVector.broadcast(SPECIES, weights[first + 2]);
    DoubleVector w10 = DoubleVector.broadcast(SPECIES, weights[first + 3]);
    DoubleVector w11 = DoubleVector.broadcast(SPECIES, weights[first + 4]);
    DoubleVector w12 = DoubleVector.broadcast(SPECIES, weights[first + 5]);
    DoubleVector w20 = DoubleVector.broadcast(SPECIES, weights[first + 6]);
    DoubleVector w21 = DoubleVector.broadcast(SPECIES, weights[first + 7]);
    DoubleVector w22 = DoubleVector.broadcast(SPECIES, weights[first + 8]);
    DoubleVector start = DoubleVector.broadcast(SPECIES, bias);
    int at = column;
    DoubleVector left = DoubleVector.fromArray(SPECIES, band, at);
    DoubleVector centre = DoubleVector.fromArray(SPECIES, band, at + 1);
    DoubleVector right = DoubleVector.fromArray(SPECIES, band, at + 2);
    DoubleVector above = w02.fma(right, w01.fma(centre, w00.fma(left, start)));
    at += pitch;
    left = DoubleVector.fromArray(SPECIES, band, at);
    centre = DoubleVector.fromArray(SPECIES, band, at + 1);
    right = DoubleVector.fromArray(SPECIES, band, at + 2);
    DoubleVector both = w12.fma(right, w11.fma(centre, w10.fma(left, above)));
    above = w02.fma(right, w01.fma(centre, w00.fma(left, start)));
    long out = to;
    for (int row = 0; row < rows; row++, out += width) {
      at += pitch;
      left = DoubleVector.fromArray(SPECIES, band, at);
      centre = DoubleVector.fromArray(SPECIES, band, at + 1);
      right = DoubleVector.fromArray(SPECIES, band, at + 2);
      DoubleVector sum = w22.fma(right, w21.fma(centre, w20.fma(left, both)));
      both = w12.fma(right, w11.fma(centre, w10.fma(left, above)));
      above = w02.fma(right, w01.fma(centre, w00.fma(left, start)));
      if (epilogue == GemmEpilogue.RELU) {
        sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
      } else if (epilogue == GemmEpilogue.ADD) {
        sum = DoubleVector.fromMemorySegment(SPECIES, y, out, ORDER, lanes).add(sum);
      }
      sum.intoMemorySegment(y, out, ORDER, lanes);
    }
  }

  private static void stripOfEvery2nd(
      DepthwiseBand plan,
      double[] band,
      int column,
      int rows,
      double[] weights,
      int first,
      double bias,
      GemmEpilogue epilogue,
      MemorySegment output,
      long to) {
    MemorySegment y = Memory.base(output);
    int pitch = plan.pitch;
    long width = (long) plan.columns.outputs * Double.BYTES;
    VectorMask<Double> lanes =
        VectorMask.fromLong(
            SPECIES, -1L >>> Math.max(0, Long.SIZE - (plan.columns.outputs - column)));
    DoubleVector w00 = DoubleVector.broadcast(SPECIES, weights[first]);
    DoubleVector w01 = DoubleVector.broadcast(SPECIES, weights[first + 1]);
    DoubleVector w02 = DoubleVector.broadcast(SPECIES, weights[first + 2]);
    DoubleVector w10 = DoubleVector.broadcast(SPECIES, weights[first + 3]);
    DoubleVector w11 = DoubleVector.broadcast(SPECIES, weights[first + 4]);
    DoubleVector w12 = DoubleVector.broadcast(SPECIES, weights[first + 5]);
    DoubleVector w20 = DoubleVector.broadcast(SPECIES, weights[first + 6]);
    DoubleVector w21 = DoubleVector.broadcast(SPECIES, weights[first + 7]);
    DoubleVector w22 = DoubleVector.broadcast(SPECIES, weights[first + 8]);
    int lane = plan.lane;
    DoubleVector start = DoubleVector.broadcast(SPECIES, bias);
    int at = column;
    DoubleVector left = DoubleVector.fromArray(SPECIES, band, at);
    DoubleVector centre = DoubleVector.fromArray(SPECIES, band, at + lane);
    DoubleVector right = DoubleVector.fromArray(SPECIES, band, at + 1);
    DoubleVector above = w02.fma(right, w01.fma(centre, w00.fma(left, start)));
    long out = to;
    for (int row = 0; row < rows; row++, out += width) {
      at += pitch;
      left = DoubleVector.fromArray(SPECIES, band, at);
      centre = DoubleVector.fromArray(SPECIES, band, at + lane);
      right = DoubleVector.fromArray(SPECIES, band, at + 1);
      above = w12.fma(right, w11.fma(centre, w10.fma(left, above)));
      at += pitch;
      left = DoubleVector.fromArray(SPECIES, band, at);
      centre = DoubleVector.fromArray(SPECIES, band, at + lane);
      right = DoubleVector.fromArray(SPECIES, band, at + 1);
      DoubleVector sum = w22.fma(right, w21.fma(centre, w20.fma(left, above)));
      above = w02.fma(right, w01.fma(centre, w00.fma(left, start)));
      if (epilogue == GemmEpilogue.RELU) {
        sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
      } else if (epilogue == GemmEpilogue.ADD) {
        sum = DoubleVector.fromMemorySegment(SPECIES, y, out, ORDER, lanes).add(sum);
      }
      sum.intoMemorySegment(y, out, ORDER, lanes);
    }
  }
}
