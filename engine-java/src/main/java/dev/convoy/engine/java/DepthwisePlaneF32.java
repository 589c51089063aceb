package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise convolution of 3×3 windows where planes lie, for planes of a vector's width or more and
 * the usual padding, see {@link DepthwiseBand#inPlace}: two vectors of columns at a time down the
 * rows, as there are too few loads under way with one (56×56: 1.2 to 1.5 times as long, 112×112:
 * 1.7). The last vector ends where the row does, so that none needs a mask: with masks for edges
 * these loops were too long for C1, and what C1 cannot compile is not compiled at all.
 */
final class DepthwisePlaneF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private static final FloatVector ZERO = FloatVector.zero(SPECIES);
  private static final IntVector NONE = ZERO.reinterpretAsInts();

  private DepthwisePlaneF32() {}

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
      float[] weights,
      int first,
      float bias,
      boolean relu,
      MemorySegment y,
      long to) {
    int outputs = plan.columns.outputs;
    boolean dense = plan.columns.stride == 1;
    for (int i = 0; i < outputs; i += 2 * LANES) {
      int column = Math.min(i, outputs - LANES);
      int apart = Math.min(LANES, outputs - LANES - column);
      long at = to + (long) column * Float.BYTES;
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
      float[] weights,
      int first,
      float bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    FloatVector start = FloatVector.broadcast(SPECIES, bias);
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + 2 + LANES > width;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = row - (int) plan.rows.before;
    int last = seen + rows + 1;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) (place + 1) * Float.BYTES;
    long out = to;
    // Sums of the windows of which two rows were seen, and one.
    FloatVector both = start;
    FloatVector above = start;
    for (; seen <= last; seen++, at += pitch) {

      FloatVector sum;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at);
        FloatVector c = FloatVector.fromMemorySegment(SPECIES, x, centre, ORDER);
        FloatVector l =
            begins
                ? LanesF32.BEFORE.selectFrom(c.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, Memory.known(at - Float.BYTES), ORDER);
        FloatVector r =
            ends
                ? LanesF32.AFTER.selectFrom(c.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, centre + Float.BYTES, ORDER);
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
      float[] weights,
      int first,
      float bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    FloatVector start = FloatVector.broadcast(SPECIES, bias);
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + apart + 2 + LANES > width;
    long next = (long) apart * Float.BYTES;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = row - (int) plan.rows.before;
    int last = seen + rows + 1;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) (place + 1) * Float.BYTES;
    long out = to;
    // Sums of the windows of which two rows were seen, and one.
    FloatVector both = start;
    FloatVector above = start;
    FloatVector nextBoth = start;
    FloatVector nextAbove = start;
    for (; seen <= last; seen++, at += pitch) {

      FloatVector sum;
      FloatVector nextSum;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at);
        FloatVector c = FloatVector.fromMemorySegment(SPECIES, x, centre, ORDER);
        FloatVector l =
            begins
                ? LanesF32.BEFORE.selectFrom(c.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, Memory.known(at - Float.BYTES), ORDER);
        FloatVector r = FloatVector.fromMemorySegment(SPECIES, x, centre + Float.BYTES, ORDER);
        long after = Memory.known(at + next - Float.BYTES);
        FloatVector nc = FloatVector.fromMemorySegment(SPECIES, x, after + Float.BYTES, ORDER);
        FloatVector nl = FloatVector.fromMemorySegment(SPECIES, x, after, ORDER);
        FloatVector nr =
            ends
                ? LanesF32.AFTER.selectFrom(nc.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, after + 2 * Float.BYTES, ORDER);
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
      float[] weights,
      int first,
      float bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    FloatVector start = FloatVector.broadcast(SPECIES, bias);
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = 2 * row - (int) plan.rows.before;
    int last = seen + 2 * rows;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    long out = to;
    // Every other row is the last that its window sees, and the first of the next one.
    boolean middle = false;
    FloatVector above = start;
    for (; seen <= last; seen++, at += pitch, middle = !middle) {

      FloatVector sum = above;
      FloatVector below = start;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b =
            IntVector.fromMemorySegment(
                LanesF32.BITS, x, centre + (long) LANES * Float.BYTES, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        IntVector before =
            FloatVector.broadcast(SPECIES, begins ? 0 : x.get(ELEMENT, Memory.known(at)))
                .reinterpretAsInts();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
        FloatVector l = LanesF32.BEFORE.selectFrom(odd, before).reinterpretAsFloats();
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
      float[] weights,
      int first,
      float bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    FloatVector start = FloatVector.broadcast(SPECIES, bias);
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = 2 * row - (int) plan.rows.before;
    int last = seen + 2 * rows;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    long out = to;
    long next = (long) apart * Float.BYTES;
    // Every other row is the last that its window sees, and the first of the next one.
    boolean middle = false;
    FloatVector above = start;
    FloatVector nextAbove = start;
    for (; seen <= last; seen++, at += pitch, middle = !middle) {

      FloatVector sum = above;
      FloatVector nextSum = nextAbove;
      FloatVector below = start;
      FloatVector nextBelow = start;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b =
            IntVector.fromMemorySegment(
                LanesF32.BITS, x, centre + (long) LANES * Float.BYTES, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        IntVector before =
            FloatVector.broadcast(SPECIES, begins ? 0 : x.get(ELEMENT, Memory.known(at)))
                .reinterpretAsInts();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
        FloatVector l = LanesF32.BEFORE.selectFrom(odd, before).reinterpretAsFloats();
        long after = Memory.known(at + 2 * next);
        a = IntVector.fromMemorySegment(LanesF32.BITS, x, after + Float.BYTES, ORDER);
        b =
            IntVector.fromMemorySegment(
                LanesF32.BITS, x, after + (LANES + 1L) * Float.BYTES, ORDER);
        odd = LanesF32.ODD.selectFrom(a, b);
        before = FloatVector.broadcast(SPECIES, x.get(ELEMENT, after)).reinterpretAsInts();
        FloatVector nc = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector nr = odd.reinterpretAsFloats();
        FloatVector nl = LanesF32.BEFORE.selectFrom(odd, before).reinterpretAsFloats();
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
