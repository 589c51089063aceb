package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of depthwise 3×3 windows with respect to the weights where planes lie, like {@link
 * DepthwisePlaneF64}. Vectors that go on to a loop's next round begin with zeros made there: with a
 * constant's in their place they were objects.
 */
final class DepthwisePlaneWeightsF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;

  private static final DoubleVector ZERO = DoubleVector.zero(SPECIES);
  private static final LongVector NONE = ZERO.reinterpretAsLongs();

  private DepthwisePlaneWeightsF64() {}

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
      double[] sums,
      int index) {
    int outputs = plan.columns.outputs;
    int end = row + rows;
    for (int i = 0; i < outputs; i += LANES) {
      int column = Math.min(i, outputs - LANES);
      // What the last vector shares with the one before it is that one's.
      int counted = LANES - (i - column);
      int apart = Math.min(LANES, outputs - LANES - column);
      if (plan.columns.stride == 2) {
        stripOfEvery2nd(plan, column, x, from, dy, gradients, row, end, counted, sums, index);
      } else if (apart == 0) {
        strip(plan, column, x, from, dy, gradients, row, end, counted, sums, index);
      } else {
        strips(plan, column, apart, x, from, dy, gradients, row, end, sums, index);
        i += LANES;
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
      double[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + 2 + LANES > width;
    long pitch = (long) width * Double.BYTES;
    long step = (long) plan.columns.outputs * Double.BYTES;
    int seen = begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) (place + 1) * Double.BYTES;
    long g = dyFrom + begin * step + (long) column * Double.BYTES;
    DoubleVector sum00 = DoubleVector.zero(SPECIES);
    DoubleVector sum01 = DoubleVector.zero(SPECIES);
    DoubleVector sum02 = DoubleVector.zero(SPECIES);
    DoubleVector sum10 = DoubleVector.zero(SPECIES);
    DoubleVector sum11 = DoubleVector.zero(SPECIES);
    DoubleVector sum12 = DoubleVector.zero(SPECIES);
    DoubleVector sum20 = DoubleVector.zero(SPECIES);
    DoubleVector sum21 = DoubleVector.zero(SPECIES);
    DoubleVector sum22 = DoubleVector.zero(SPECIES);
    // The gradients of the windows that see a row with their first, second and third row of taps.
    // After the last, that one is read in vain: a vector that is loaded or left as it was, going on
    // to the next round, was an object.
    DoubleVector second = DoubleVector.zero(SPECIES);
    DoubleVector third = DoubleVector.zero(SPECIES);
    long last = dyFrom + (end - 1) * step + (long) column * Double.BYTES;
    for (int n = begin; n < end + 2; n++, seen++, at += pitch, g += step) {
      DoubleVector first =
          DoubleVector.fromMemorySegment(SPECIES, dy, Memory.known(Math.min(g, last)), ORDER);
      if (seen >= 0 && seen < rows) {
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
    VectorMask<Double> lanes =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(LANES - counted, LANES));
    DoubleVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
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
      double[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + apart + 2 + LANES > width;
    long next = (long) apart * Double.BYTES;
    VectorMask<Double> twice = VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(0, LANES - apart));
    long pitch = (long) width * Double.BYTES;
    long step = (long) plan.columns.outputs * Double.BYTES;
    int seen = begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) (place + 1) * Double.BYTES;
    long g = dyFrom + begin * step + (long) column * Double.BYTES;
    DoubleVector sum00 = DoubleVector.zero(SPECIES);
    DoubleVector sum01 = DoubleVector.zero(SPECIES);
    DoubleVector sum02 = DoubleVector.zero(SPECIES);
    DoubleVector sum10 = DoubleVector.zero(SPECIES);
    DoubleVector sum11 = DoubleVector.zero(SPECIES);
    DoubleVector sum12 = DoubleVector.zero(SPECIES);
    DoubleVector sum20 = DoubleVector.zero(SPECIES);
    DoubleVector sum21 = DoubleVector.zero(SPECIES);
    DoubleVector sum22 = DoubleVector.zero(SPECIES);
    // The gradients of the windows that see a row with their first, second and third row of taps.
    // After the last, that one is read in vain: a vector that is loaded or left as it was, going on
    // to the next round, was an object.
    DoubleVector second = DoubleVector.zero(SPECIES);
    DoubleVector third = DoubleVector.zero(SPECIES);
    DoubleVector nextSecond = DoubleVector.zero(SPECIES);
    DoubleVector nextThird = DoubleVector.zero(SPECIES);
    long last = dyFrom + (end - 1) * step + (long) column * Double.BYTES;
    for (int n = begin; n < end + 2; n++, seen++, at += pitch, g += step) {
      long gradient = Math.min(g, last);
      DoubleVector first =
          DoubleVector.fromMemorySegment(SPECIES, dy, Memory.known(gradient), ORDER);
      DoubleVector nextFirst =
          DoubleVector.fromMemorySegment(SPECIES, dy, Memory.known(gradient + next), ORDER)
              .blend(ZERO, twice);
      if (seen >= 0 && seen < rows) {
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
        DoubleVector nr =
            ends
                ? LanesF64.AFTER.selectFrom(nc.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, after + 2 * Double.BYTES, ORDER);
        DoubleVector nl =
            DoubleVector.fromMemorySegment(SPECIES, x, after, ORDER).blend(ZERO, twice);
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
    DoubleVector.fromArray(SPECIES, sums, index).add(sum00).intoArray(sums, index);
    int to = index + LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum01).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum02).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum10).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum11).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum12).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum20).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum21).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum22).intoArray(sums, to);
  }

  /** Of stride 2, a row of inputs is seen by one window, or by two. */
  private static void stripOfEvery2nd(
      DepthwiseBand plan,
      int column,
      MemorySegment inputs,
      long from,
      MemorySegment gradients,
      long dyFrom,
      int begin,
      int end,
      int counted,
      double[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Double.BYTES;
    long step = (long) plan.columns.outputs * Double.BYTES;
    int seen = 2 * begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) place * Double.BYTES;
    long g = dyFrom + begin * step + (long) column * Double.BYTES;
    long last = dyFrom + (end - 1) * step + (long) column * Double.BYTES;
    long half = (long) LANES * Double.BYTES;
    DoubleVector sum00 = DoubleVector.zero(SPECIES);
    DoubleVector sum01 = DoubleVector.zero(SPECIES);
    DoubleVector sum02 = DoubleVector.zero(SPECIES);
    DoubleVector sum10 = DoubleVector.zero(SPECIES);
    DoubleVector sum11 = DoubleVector.zero(SPECIES);
    DoubleVector sum12 = DoubleVector.zero(SPECIES);
    DoubleVector sum20 = DoubleVector.zero(SPECIES);
    DoubleVector sum21 = DoubleVector.zero(SPECIES);
    DoubleVector sum22 = DoubleVector.zero(SPECIES);
    DoubleVector second = DoubleVector.zero(SPECIES);
    for (int n = begin; n <= end; n++, seen += 2, g += step) {
      DoubleVector first =
          DoubleVector.fromMemorySegment(SPECIES, dy, Memory.known(Math.min(g, last)), ORDER);
      if (seen >= 0 && seen < rows) {
        long centre = Memory.known(at + Double.BYTES);
        LongVector a =
            DoubleVector.fromMemorySegment(SPECIES, x, centre, ORDER).reinterpretAsLongs();
        LongVector b =
            DoubleVector.fromMemorySegment(SPECIES, x, centre + half, ORDER).reinterpretAsLongs();
        LongVector odd = LanesF64.ODD.selectFrom(a, b);
        double before = begins ? 0 : x.get(ELEMENT, Memory.known(at));
        DoubleVector l =
            LanesF64.BEFORE
                .selectFrom(odd, DoubleVector.broadcast(SPECIES, before).reinterpretAsLongs())
                .reinterpretAsDoubles();
        DoubleVector c = LanesF64.EVEN.selectFrom(a, b).reinterpretAsDoubles();
        DoubleVector r = odd.reinterpretAsDoubles();
        if (n < end) {
          sum00 = first.fma(l, sum00);
          sum01 = first.fma(c, sum01);
          sum02 = first.fma(r, sum02);
        }
        if (n > begin) {
          sum20 = second.fma(l, sum20);
          sum21 = second.fma(c, sum21);
          sum22 = second.fma(r, sum22);
        }
      }
      at += pitch;
      if (n < end && seen + 1 >= 0 && seen + 1 < rows) {
        long centre = Memory.known(at + Double.BYTES);
        LongVector a =
            DoubleVector.fromMemorySegment(SPECIES, x, centre, ORDER).reinterpretAsLongs();
        LongVector b =
            DoubleVector.fromMemorySegment(SPECIES, x, centre + half, ORDER).reinterpretAsLongs();
        LongVector odd = LanesF64.ODD.selectFrom(a, b);
        double before = begins ? 0 : x.get(ELEMENT, Memory.known(at));
        DoubleVector l =
            LanesF64.BEFORE
                .selectFrom(odd, DoubleVector.broadcast(SPECIES, before).reinterpretAsLongs())
                .reinterpretAsDoubles();
        sum10 = first.fma(l, sum10);
        sum11 = first.fma(LanesF64.EVEN.selectFrom(a, b).reinterpretAsDoubles(), sum11);
        sum12 = first.fma(odd.reinterpretAsDoubles(), sum12);
      }
      at += pitch;
      second = first;
    }
    VectorMask<Double> lanes =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(LANES - counted, LANES));
    DoubleVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
  }
}
