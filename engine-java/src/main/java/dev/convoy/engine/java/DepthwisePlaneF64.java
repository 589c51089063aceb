package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise convolution of 3×3 windows where planes lie, for planes of a vector's width or more and
 * the usual padding, see {@link DepthwiseBand#inPlace}: a vector of columns at a time down the
 * rows. The last vector ends where the row does, so that none needs a mask: with masks for edges
 * these loops were too long for C1, and what C1 cannot compile is not compiled at all.
 */
final class DepthwisePlaneF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;

  private static final DoubleVector ZERO = DoubleVector.zero(SPECIES);
  private static final LongVector NONE = ZERO.reinterpretAsLongs();

  private DepthwisePlaneF64() {}

  /**
   * Rows of a plane's outputs.
   *
   * @param from the plane's place
   * @param row the first row of outputs
   * @param weights nine from {@code first} on
   * @param to the first row's place
   */
  static void outputs(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      int row,
      int rows,
      double[] weights,
      int first,
      double bias,
      boolean relu,
      MemorySegment y,
      long to) {
    for (int i = 0; i < plan.columns.outputs; i += LANES) {
      int column = Math.min(i, plan.columns.outputs - LANES);
      long at = to + (long) column * Double.BYTES;
      if (plan.columns.stride == 1) {
        strip(plan, x, from, column, row, rows, weights, first, bias, relu, y, at);
      } else {
        stripOfEvery2nd(plan, x, from, column, row, rows, weights, first, bias, relu, y, at);
      }
    }
  }

  private static void strip(
      DepthwiseBand plan,
      MemorySegment input,
      long from,
      int column,
      int row,
      int rows,
      double[] weights,
      int first,
      double bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
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
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + 2 + LANES > width;
    long pitch = (long) width * Double.BYTES;
    long step = (long) plan.columns.outputs * Double.BYTES;
    int seen = row - (int) plan.rows.before;
    int last = seen + rows + 1;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) (place + 1) * Double.BYTES;
    long out = to;
    // Sums of the windows of which two rows were seen, and one.
    DoubleVector both = start;
    DoubleVector above = start;
    for (; seen <= last; seen++, at += pitch) {

      DoubleVector sum;
      if (seen >= 0 && seen < inputs) {
        DoubleVector c = DoubleVector.fromMemorySegment(SPECIES, x, at, ORDER);
        DoubleVector l =
            begins
                ? LanesF64.BEFORE.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, at - Double.BYTES, ORDER);
        DoubleVector r =
            ends
                ? LanesF64.AFTER.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, at + Double.BYTES, ORDER);
        sum = w22.fma(r, w21.fma(c, w20.fma(l, both)));
        both = w12.fma(r, w11.fma(c, w10.fma(l, above)));
        above = w02.fma(r, w01.fma(c, w00.fma(l, start)));
      } else {
        sum = both;
        both = above;
        above = start;
      }
      if (seen >= stored) {
        if (relu) {
          sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
        }
        sum.intoMemorySegment(y, out, ORDER);
        out += step;
      }
    }
  }

  private static void stripOfEvery2nd(
      DepthwiseBand plan,
      MemorySegment input,
      long from,
      int column,
      int row,
      int rows,
      double[] weights,
      int first,
      double bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
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
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Double.BYTES;
    long step = (long) plan.columns.outputs * Double.BYTES;
    int seen = 2 * row - (int) plan.rows.before;
    int last = seen + 2 * rows;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) place * Double.BYTES;
    long out = to;
    // Every other row is the last that its window sees, and the first of the next one.
    boolean middle = false;
    DoubleVector above = start;
    for (; seen <= last; seen++, at += pitch, middle = !middle) {

      DoubleVector sum = above;
      DoubleVector below = start;
      if (seen >= 0 && seen < inputs) {
        LongVector a =
            DoubleVector.fromMemorySegment(SPECIES, x, at + Double.BYTES, ORDER)
                .reinterpretAsLongs();
        LongVector b =
            DoubleVector.fromMemorySegment(SPECIES, x, at + (LANES + 1L) * Double.BYTES, ORDER)
                .reinterpretAsLongs();
        LongVector odd = LanesF64.ODD.selectFrom(a, b);
        LongVector before =
            DoubleVector.broadcast(SPECIES, begins ? 0 : x.get(ELEMENT, at)).reinterpretAsLongs();
        DoubleVector c = LanesF64.EVEN.selectFrom(a, b).reinterpretAsDoubles();
        DoubleVector r = odd.reinterpretAsDoubles();
        DoubleVector l = LanesF64.BEFORE.selectFrom(odd, before).reinterpretAsDoubles();
        if (middle) {
          sum = w12.fma(r, w11.fma(c, w10.fma(l, sum)));
        } else {
          sum = w22.fma(r, w21.fma(c, w20.fma(l, sum)));
          below = w02.fma(r, w01.fma(c, w00.fma(l, below)));
        }
      }
      above = middle ? sum : below;
      if (!middle && seen >= stored) {
        if (relu) {
          sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
        }
        sum.intoMemorySegment(y, out, ORDER);
        out += step;
      }
    }
  }
}
