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
 * the usual padding, see {@link DepthwiseBand#inPlace}: two vectors of columns at a time down the
 * rows, as there are too few loads under way with one (56×56: 1.2 to 1.5 times as long, 112×112:
 * 1.7). The last vector ends where the row does, so that none needs a mask: with masks for edges
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
    int outputs = plan.columns.outputs;
    boolean dense = plan.columns.stride == 1;
    for (int i = 0; i < outputs; i += 2 * LANES) {
      int column = Math.min(i, outputs - LANES);
      int apart = Math.min(LANES, outputs - LANES - column);
      long at = to + (long) column * Double.BYTES;
      if (apart == 0 && dense) {
        strip(plan, x, from, column, row, rows, weights, first, bias, relu, y, at);
      } else if (apart == 0) {
        stripOfEvery2nd(plan, x, from, column, row, rows, weights, first, bias, relu, y, at);
      } else if (dense) {
        strips(plan, x, from, column, apart, row, rows, weights, first, bias, relu, y, at);
      } else {
        stripsOfEvery2nd(
            plan, x, from, column, apart, row, rows, weights, first, bias, relu, y, at);
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
        long centre = Memory.known(at);
        DoubleVector c = DoubleVector.fromMemorySegment(SPECIES, x, centre, ORDER);
        DoubleVector l =
            begins
                ? LanesF64.BEFORE.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(
                    SPECIES, x, Memory.known(at - Double.BYTES), ORDER);
        DoubleVector r =
            ends
                ? LanesF64.AFTER.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, centre + Double.BYTES, ORDER);
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
        sum.intoMemorySegment(y, Memory.known(out), ORDER);
        out += step;
      }
    }
  }

  /** The same of columns {@code apart} from there too. */
  private static void strips(
      DepthwiseBand plan,
      MemorySegment input,
      long from,
      int column,
      int apart,
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
    boolean ends = place + apart + 2 + LANES > width;
    long next = (long) apart * Double.BYTES;
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
    DoubleVector nextBoth = start;
    DoubleVector nextAbove = start;
    for (; seen <= last; seen++, at += pitch) {

      DoubleVector sum;
      DoubleVector nextSum;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at);
        DoubleVector c = DoubleVector.fromMemorySegment(SPECIES, x, centre, ORDER);
        DoubleVector l =
            begins
                ? LanesF64.BEFORE.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(
                    SPECIES, x, Memory.known(at - Double.BYTES), ORDER);
        DoubleVector r = DoubleVector.fromMemorySegment(SPECIES, x, centre + Double.BYTES, ORDER);
        long after = Memory.known(at + next - Double.BYTES);
        DoubleVector nc = DoubleVector.fromMemorySegment(SPECIES, x, after + Double.BYTES, ORDER);
        DoubleVector nl = DoubleVector.fromMemorySegment(SPECIES, x, after, ORDER);
        DoubleVector nr =
            ends
                ? LanesF64.AFTER.selectFrom(nc.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, after + 2 * Double.BYTES, ORDER);
        sum = w22.fma(r, w21.fma(c, w20.fma(l, both)));
        both = w12.fma(r, w11.fma(c, w10.fma(l, above)));
        above = w02.fma(r, w01.fma(c, w00.fma(l, start)));
        nextSum = w22.fma(nr, w21.fma(nc, w20.fma(nl, nextBoth)));
        nextBoth = w12.fma(nr, w11.fma(nc, w10.fma(nl, nextAbove)));
        nextAbove = w02.fma(nr, w01.fma(nc, w00.fma(nl, start)));
      } else {
        sum = both;
        both = above;
        above = start;
        nextSum = nextBoth;
        nextBoth = nextAbove;
        nextAbove = start;
      }
      if (seen >= stored) {
        if (relu) {
          sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
          nextSum = nextSum.blend(ZERO, nextSum.compare(VectorOperators.LT, ZERO));
        }
        sum.intoMemorySegment(y, Memory.known(out), ORDER);
        nextSum.intoMemorySegment(y, Memory.known(out + next), ORDER);
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
        long centre = Memory.known(at + Double.BYTES);
        LongVector a =
            DoubleVector.fromMemorySegment(SPECIES, x, centre, ORDER).reinterpretAsLongs();
        LongVector b =
            DoubleVector.fromMemorySegment(SPECIES, x, centre + (long) LANES * Double.BYTES, ORDER)
                .reinterpretAsLongs();
        LongVector odd = LanesF64.ODD.selectFrom(a, b);
        LongVector before =
            DoubleVector.broadcast(SPECIES, begins ? 0 : x.get(ELEMENT, Memory.known(at)))
                .reinterpretAsLongs();
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
        sum.intoMemorySegment(y, Memory.known(out), ORDER);
        out += step;
      }
    }
  }

  /** The same of columns {@code apart} from there too. */
  private static void stripsOfEvery2nd(
      DepthwiseBand plan,
      MemorySegment input,
      long from,
      int column,
      int apart,
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
    long next = (long) apart * Double.BYTES;
    // Every other row is the last that its window sees, and the first of the next one.
    boolean middle = false;
    DoubleVector above = start;
    DoubleVector nextAbove = start;
    for (; seen <= last; seen++, at += pitch, middle = !middle) {

      DoubleVector sum = above;
      DoubleVector nextSum = nextAbove;
      DoubleVector below = start;
      DoubleVector nextBelow = start;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at + Double.BYTES);
        LongVector a =
            DoubleVector.fromMemorySegment(SPECIES, x, centre, ORDER).reinterpretAsLongs();
        LongVector b =
            DoubleVector.fromMemorySegment(SPECIES, x, centre + (long) LANES * Double.BYTES, ORDER)
                .reinterpretAsLongs();
        LongVector odd = LanesF64.ODD.selectFrom(a, b);
        LongVector before =
            DoubleVector.broadcast(SPECIES, begins ? 0 : x.get(ELEMENT, Memory.known(at)))
                .reinterpretAsLongs();
        DoubleVector c = LanesF64.EVEN.selectFrom(a, b).reinterpretAsDoubles();
        DoubleVector r = odd.reinterpretAsDoubles();
        DoubleVector l = LanesF64.BEFORE.selectFrom(odd, before).reinterpretAsDoubles();
        long after = Memory.known(at + 2 * next);
        a =
            DoubleVector.fromMemorySegment(SPECIES, x, after + Double.BYTES, ORDER)
                .reinterpretAsLongs();
        b =
            DoubleVector.fromMemorySegment(SPECIES, x, after + (LANES + 1L) * Double.BYTES, ORDER)
                .reinterpretAsLongs();
        odd = LanesF64.ODD.selectFrom(a, b);
        before = DoubleVector.broadcast(SPECIES, x.get(ELEMENT, after)).reinterpretAsLongs();
        DoubleVector nc = LanesF64.EVEN.selectFrom(a, b).reinterpretAsDoubles();
        DoubleVector nr = odd.reinterpretAsDoubles();
        DoubleVector nl = LanesF64.BEFORE.selectFrom(odd, before).reinterpretAsDoubles();
        if (middle) {
          sum = w12.fma(r, w11.fma(c, w10.fma(l, sum)));
          nextSum = w12.fma(nr, w11.fma(nc, w10.fma(nl, nextSum)));
        } else {
          sum = w22.fma(r, w21.fma(c, w20.fma(l, sum)));
          below = w02.fma(r, w01.fma(c, w00.fma(l, below)));
          nextSum = w22.fma(nr, w21.fma(nc, w20.fma(nl, nextSum)));
          nextBelow = w02.fma(nr, w01.fma(nc, w00.fma(nl, nextBelow)));
        }
      }
      above = middle ? sum : below;
      nextAbove = middle ? nextSum : nextBelow;
      if (!middle && seen >= stored) {
        if (relu) {
          sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
          nextSum = nextSum.blend(ZERO, nextSum.compare(VectorOperators.LT, ZERO));
        }
        sum.intoMemorySegment(y, Memory.known(out), ORDER);
        nextSum.intoMemorySegment(y, Memory.known(out + next), ORDER);
        out += step;
      }
    }
  }
}
