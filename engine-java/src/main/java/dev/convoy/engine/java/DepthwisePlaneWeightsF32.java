package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of depthwise 3×3 windows with respect to the weights where planes lie, like {@link
 * DepthwisePlaneF32}. Vectors that go on to a loop's next round begin with zeros made there: with a
 * constant's in their place they were objects.
 */
final class DepthwisePlaneWeightsF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final FloatVector ZERO = FloatVector.zero(SPECIES);
  private static final IntVector NONE = ZERO.reinterpretAsInts();

  private DepthwisePlaneWeightsF32() {}

  /**
   * Adds what rows of a plane of {@code dy} give the sums of the nine weights' gradients.
   *
   * @param from the place of the plane of inputs
   * @param gradients the place of the plane of {@code dy}
   * @param sums a vector for each tap, from {@code index} on
   */
  static void weights(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      MemorySegment dy,
      long gradients,
      int row,
      int rows,
      float[] sums,
      int index) {
    int outputs = plan.columns.outputs;
    int end = row + rows;
    boolean dense = plan.columns.stride == 1;
    for (int i = 0; i < outputs; i += 2 * LANES) {
      int column = Math.min(i, outputs - LANES);
      // What the last vector shares with the one before it is that one's.
      int counted = LANES - (i - column);
      int apart = Math.min(LANES, outputs - LANES - column);
      if (apart == 0 && dense) {
        strip(plan, column, x, from, dy, gradients, row, end, counted, sums, index);
      } else if (apart == 0) {
        DepthwisePlaneStridedWeightsF32.strip(
            plan, column, x, from, dy, gradients, row, end, counted, sums, index);
      } else if (dense) {
        strips(plan, column, apart, x, from, dy, gradients, row, end, sums, index);
      } else {
        DepthwisePlaneStridedWeightsF32.strips(
            plan, column, apart, x, from, dy, gradients, row, end, sums, index);
      }
    }
  }

  /** A row of inputs is loaded once for the three windows that see it. */
  private static void strip(
      DepthwiseBand plan,
      int column,
      MemorySegment inputs,
      long from,
      MemorySegment gradients,
      long dyFrom,
      int begin,
      int end,
      int counted,
      float[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + 2 + LANES > width;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) (place + 1) * Float.BYTES;
    long g = dyFrom + begin * step + (long) column * Float.BYTES;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum02 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum12 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    // The gradients of the windows that see a row with their first, second and third row of taps.
    // After the last, that one is read in vain: a vector that is loaded or left as it was, going on
    // to the next round, was an object.
    FloatVector second = FloatVector.zero(SPECIES);
    FloatVector third = FloatVector.zero(SPECIES);
    long last = dyFrom + (end - 1) * step + (long) column * Float.BYTES;
    for (int n = begin; n < end + 2; n++, seen++, at += pitch, g += step) {
      FloatVector first =
          FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(Math.min(g, last)), ORDER);
      if (seen >= 0 && seen < rows) {
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
        if (n < end) {
          sum00 = first.fma(l, sum00);
          sum01 = first.fma(c, sum01);
          sum02 = first.fma(r, sum02);
        }
        if (n > begin && n <= end) {
          sum10 = second.fma(l, sum10);
          sum11 = second.fma(c, sum11);
          sum12 = second.fma(r, sum12);
        }
        if (n > begin + 1) {
          sum20 = third.fma(l, sum20);
          sum21 = third.fma(c, sum21);
          sum22 = third.fma(r, sum22);
        }
      }
      third = second;
      second = first;
    }
    VectorMask<Float> lanes =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(LANES - counted, LANES));
    FloatVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
  }

  /**
   * The same of columns {@code apart} from there too, for the same sums: of those that both vectors
   * have, the second's count for nothing, and are zeros so that no infinity makes them NaN.
   */
  private static void strips(
      DepthwiseBand plan,
      int column,
      int apart,
      MemorySegment inputs,
      long from,
      MemorySegment gradients,
      long dyFrom,
      int begin,
      int end,
      float[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + apart + 2 + LANES > width;
    long next = (long) apart * Float.BYTES;
    VectorMask<Float> twice = VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(0, LANES - apart));
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) (place + 1) * Float.BYTES;
    long g = dyFrom + begin * step + (long) column * Float.BYTES;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum02 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum12 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    // The gradients of the windows that see a row with their first, second and third row of taps.
    // After the last, that one is read in vain: a vector that is loaded or left as it was, going on
    // to the next round, was an object.
    FloatVector second = FloatVector.zero(SPECIES);
    FloatVector third = FloatVector.zero(SPECIES);
    FloatVector nextSecond = FloatVector.zero(SPECIES);
    FloatVector nextThird = FloatVector.zero(SPECIES);
    long last = dyFrom + (end - 1) * step + (long) column * Float.BYTES;
    for (int n = begin; n < end + 2; n++, seen++, at += pitch, g += step) {
      long gradient = Math.min(g, last);
      FloatVector first = FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(gradient), ORDER);
      FloatVector nextFirst =
          FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(gradient + next), ORDER)
              .blend(ZERO, twice);
      if (seen >= 0 && seen < rows) {
        long centre = Memory.known(at);
        FloatVector c = FloatVector.fromMemorySegment(SPECIES, x, centre, ORDER);
        FloatVector l =
            begins
                ? LanesF32.BEFORE.selectFrom(c.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, Memory.known(at - Float.BYTES), ORDER);
        FloatVector r = FloatVector.fromMemorySegment(SPECIES, x, centre + Float.BYTES, ORDER);
        long after = Memory.known(at + next - Float.BYTES);
        FloatVector nc = FloatVector.fromMemorySegment(SPECIES, x, after + Float.BYTES, ORDER);
        FloatVector nr =
            ends
                ? LanesF32.AFTER.selectFrom(nc.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, after + 2 * Float.BYTES, ORDER);
        FloatVector nl = FloatVector.fromMemorySegment(SPECIES, x, after, ORDER).blend(ZERO, twice);
        nc = nc.blend(ZERO, twice);
        nr = nr.blend(ZERO, twice);
        if (n < end) {
          sum00 = nextFirst.fma(nl, first.fma(l, sum00));
          sum01 = nextFirst.fma(nc, first.fma(c, sum01));
          sum02 = nextFirst.fma(nr, first.fma(r, sum02));
        }
        if (n > begin && n <= end) {
          sum10 = nextSecond.fma(nl, second.fma(l, sum10));
          sum11 = nextSecond.fma(nc, second.fma(c, sum11));
          sum12 = nextSecond.fma(nr, second.fma(r, sum12));
        }
        if (n > begin + 1) {
          sum20 = nextThird.fma(nl, third.fma(l, sum20));
          sum21 = nextThird.fma(nc, third.fma(c, sum21));
          sum22 = nextThird.fma(nr, third.fma(r, sum22));
        }
      }
      third = second;
      second = first;
      nextThird = nextSecond;
      nextSecond = nextFirst;
    }
    FloatVector.fromArray(SPECIES, sums, index).add(sum00).intoArray(sums, index);
    int to = index + LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum01).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum02).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum10).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum11).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum12).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum20).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum21).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum22).intoArray(sums, to);
  }
}
