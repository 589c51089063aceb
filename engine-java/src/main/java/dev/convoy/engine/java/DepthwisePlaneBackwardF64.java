package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradients of depthwise 3×3 windows where planes lie, like {@link DepthwisePlaneF64}; that of
 * stride 1 with respect to the input is such a convolution. Vectors that go on to a loop's next
 * round begin with zeros made there: with a constant's in their place they were objects.
 */
final class DepthwisePlaneBackwardF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;

  private static final DoubleVector ZERO = DoubleVector.zero(SPECIES);
  private static final LongVector NONE = ZERO.reinterpretAsLongs();

  private DepthwisePlaneBackwardF64() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, see {@link DepthwiseBackwardF64#spread}, from {@code
   * dy} where it lies to where they belong.
   *
   * @param from the place of the plane of {@code dy}
   * @param row the first pair of rows
   * @param to the place of the plane of {@code dx}
   */
  static void spread(
      DepthwiseBand plan,
      MemorySegment dy,
      long from,
      int row,
      int pairs,
      double[] weights,
      int first,
      MemorySegment dx,
      long to) {
    int outputs = plan.columns.outputs;
    for (int i = 0; i < outputs; i += 2 * LANES) {
      int column = Math.min(i, outputs - LANES);
      int apart = Math.min(LANES, outputs - LANES - column);
      if (apart == 0) {
        spreadStrip(plan, dy, from, column, row, pairs, weights, first, dx, to);
      } else {
        spreadStrips(plan, dy, from, column, apart, row, pairs, weights, first, dx, to);
      }
    }
  }

  private static void spreadStrip(
      DepthwiseBand plan,
      MemorySegment gradients,
      long from,
      int column,
      int row,
      int pairs,
      double[] weights,
      int first,
      MemorySegment results,
      long to) {
    MemorySegment dy = Memory.base(gradients);
    MemorySegment dx = Memory.base(results);
    DoubleVector w00 = DoubleVector.broadcast(SPECIES, weights[first]);
    DoubleVector w01 = DoubleVector.broadcast(SPECIES, weights[first + 1]);
    DoubleVector w02 = DoubleVector.broadcast(SPECIES, weights[first + 2]);
    DoubleVector w10 = DoubleVector.broadcast(SPECIES, weights[first + 3]);
    DoubleVector w11 = DoubleVector.broadcast(SPECIES, weights[first + 4]);
    DoubleVector w12 = DoubleVector.broadcast(SPECIES, weights[first + 5]);
    DoubleVector w20 = DoubleVector.broadcast(SPECIES, weights[first + 6]);
    DoubleVector w21 = DoubleVector.broadcast(SPECIES, weights[first + 7]);
    DoubleVector w22 = DoubleVector.broadcast(SPECIES, weights[first + 8]);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int size = plan.columns.size;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + 1 + LANES > width;
    int start = 2 * column - plan.columns.start;
    VectorMask<Double> low =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(-start, size - start));
    VectorMask<Double> high =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(-start - LANES, size - start - LANES));
    long pitch = (long) width * Double.BYTES;
    long step = (long) size * Double.BYTES;
    int seen = row - (int) plan.rows.before;
    int last = seen + pairs;
    int stored = seen + 1;
    long at = from + seen * pitch + (long) place * Double.BYTES;
    int result = 2 * row - plan.rows.start;
    long out = to + result * step + (long) start * Double.BYTES;
    long half = (long) LANES * Double.BYTES;
    DoubleVector even = DoubleVector.zero(SPECIES); // the columns of a pair's even row
    DoubleVector odd = DoubleVector.zero(SPECIES);
    for (; seen <= last; seen++, at += pitch) {
      DoubleVector evenBelow = DoubleVector.zero(SPECIES);
      DoubleVector oddBelow = DoubleVector.zero(SPECIES);
      DoubleVector evenNext = DoubleVector.zero(SPECIES);
      DoubleVector oddNext = DoubleVector.zero(SPECIES);
      if (seen >= 0 && seen < rows) {
        // One of the two lies in the row.
        DoubleVector whole =
            DoubleVector.fromMemorySegment(SPECIES, dy, begins ? at + Double.BYTES : at, ORDER);
        DoubleVector other =
            DoubleVector.fromMemorySegment(SPECIES, dy, ends ? at : at + Double.BYTES, ORDER);
        DoubleVector b =
            begins
                ? LanesF64.BEFORE
                    .selectFrom(whole.reinterpretAsLongs(), NONE)
                    .reinterpretAsDoubles()
                : whole;
        DoubleVector h =
            ends
                ? LanesF64.AFTER.selectFrom(whole.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : other;
        even = w00.fma(h, w02.fma(b, even));
        odd = w01.fma(h, odd);
        evenBelow = w10.fma(h, w12.mul(b));
        oddBelow = w11.mul(h);
        evenNext = w20.fma(h, w22.mul(b));
        oddNext = w21.mul(h);
      }
      for (int n = 0; n < 2 && seen >= stored; n++, result++, out += step) {
        if (result >= 0 && result < plan.rows.size) {
          LongVector left = even.reinterpretAsLongs();
          LongVector right = odd.reinterpretAsLongs();
          LanesF64.LOWER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, out, ORDER, low);
          LanesF64.UPPER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, out + half, ORDER, high);
        }
        even = evenBelow;
        odd = oddBelow;
      }
      even = evenNext;
      odd = oddNext;
    }
  }

  /** The same of columns {@code apart} from there too. */
  private static void spreadStrips(
      DepthwiseBand plan,
      MemorySegment gradients,
      long from,
      int column,
      int apart,
      int row,
      int pairs,
      double[] weights,
      int first,
      MemorySegment results,
      long to) {
    MemorySegment dy = Memory.base(gradients);
    MemorySegment dx = Memory.base(results);
    DoubleVector w00 = DoubleVector.broadcast(SPECIES, weights[first]);
    DoubleVector w01 = DoubleVector.broadcast(SPECIES, weights[first + 1]);
    DoubleVector w02 = DoubleVector.broadcast(SPECIES, weights[first + 2]);
    DoubleVector w10 = DoubleVector.broadcast(SPECIES, weights[first + 3]);
    DoubleVector w11 = DoubleVector.broadcast(SPECIES, weights[first + 4]);
    DoubleVector w12 = DoubleVector.broadcast(SPECIES, weights[first + 5]);
    DoubleVector w20 = DoubleVector.broadcast(SPECIES, weights[first + 6]);
    DoubleVector w21 = DoubleVector.broadcast(SPECIES, weights[first + 7]);
    DoubleVector w22 = DoubleVector.broadcast(SPECIES, weights[first + 8]);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int size = plan.columns.size;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + apart + 1 + LANES > width;
    int start = 2 * column - plan.columns.start;
    VectorMask<Double> low = VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(-start, LANES));
    long pitch = (long) width * Double.BYTES;
    long step = (long) size * Double.BYTES;
    int seen = row - (int) plan.rows.before;
    int last = seen + pairs;
    int stored = seen + 1;
    long at = from + seen * pitch + (long) place * Double.BYTES;
    int result = 2 * row - plan.rows.start;
    long out = to + result * step + (long) start * Double.BYTES;
    long half = (long) LANES * Double.BYTES;
    long next = (long) apart * Double.BYTES;
    int nextStart = start + 2 * apart;
    VectorMask<Double> nextHigh =
        VectorMask.fromLong(
            SPECIES, DepthwiseBand.lanes(-nextStart - LANES, size - nextStart - LANES));
    DoubleVector even = DoubleVector.zero(SPECIES); // the columns of a pair's even row
    DoubleVector odd = DoubleVector.zero(SPECIES);
    DoubleVector nextEven = DoubleVector.zero(SPECIES);
    DoubleVector nextOdd = DoubleVector.zero(SPECIES);
    for (; seen <= last; seen++, at += pitch) {
      DoubleVector evenBelow = DoubleVector.zero(SPECIES);
      DoubleVector oddBelow = DoubleVector.zero(SPECIES);
      DoubleVector evenAfter = DoubleVector.zero(SPECIES);
      DoubleVector oddAfter = DoubleVector.zero(SPECIES);
      DoubleVector nextEvenBelow = DoubleVector.zero(SPECIES);
      DoubleVector nextOddBelow = DoubleVector.zero(SPECIES);
      DoubleVector nextEvenAfter = DoubleVector.zero(SPECIES);
      DoubleVector nextOddAfter = DoubleVector.zero(SPECIES);
      if (seen >= 0 && seen < rows) {
        DoubleVector h = DoubleVector.fromMemorySegment(SPECIES, dy, at + Double.BYTES, ORDER);
        DoubleVector b =
            begins
                ? LanesF64.BEFORE.selectFrom(h.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, dy, at, ORDER);
        DoubleVector nb = DoubleVector.fromMemorySegment(SPECIES, dy, at + next, ORDER);
        DoubleVector nh =
            ends
                ? LanesF64.AFTER.selectFrom(nb.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, dy, at + next + Double.BYTES, ORDER);
        even = w00.fma(h, w02.fma(b, even));
        odd = w01.fma(h, odd);
        evenBelow = w10.fma(h, w12.mul(b));
        oddBelow = w11.mul(h);
        evenAfter = w20.fma(h, w22.mul(b));
        oddAfter = w21.mul(h);
        nextEven = w00.fma(nh, w02.fma(nb, nextEven));
        nextOdd = w01.fma(nh, nextOdd);
        nextEvenBelow = w10.fma(nh, w12.mul(nb));
        nextOddBelow = w11.mul(nh);
        nextEvenAfter = w20.fma(nh, w22.mul(nb));
        nextOddAfter = w21.mul(nh);
      }
      for (int n = 0; n < 2 && seen >= stored; n++, result++, out += step) {
        if (result >= 0 && result < plan.rows.size) {
          LongVector left = even.reinterpretAsLongs();
          LongVector right = odd.reinterpretAsLongs();
          LanesF64.LOWER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, out, ORDER, low);
          LanesF64.UPPER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, out + half, ORDER);
          left = nextEven.reinterpretAsLongs();
          right = nextOdd.reinterpretAsLongs();
          LanesF64.LOWER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, out + 2 * next, ORDER);
          LanesF64.UPPER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, out + 2 * next + half, ORDER, nextHigh);
        }
        even = evenBelow;
        odd = oddBelow;
        nextEven = nextEvenBelow;
        nextOdd = nextOddBelow;
      }
      even = evenAfter;
      odd = oddAfter;
      nextEven = nextEvenAfter;
      nextOdd = nextOddAfter;
    }
  }

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
      DoubleVector first = DoubleVector.fromMemorySegment(SPECIES, dy, Math.min(g, last), ORDER);
      if (seen >= 0 && seen < rows) {
        DoubleVector c = DoubleVector.fromMemorySegment(SPECIES, x, at, ORDER);
        DoubleVector l =
            begins
                ? LanesF64.BEFORE.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, at - Double.BYTES, ORDER);
        DoubleVector r =
            ends
                ? LanesF64.AFTER.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, at + Double.BYTES, ORDER);
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
      DoubleVector first = DoubleVector.fromMemorySegment(SPECIES, dy, gradient, ORDER);
      DoubleVector nextFirst =
          DoubleVector.fromMemorySegment(SPECIES, dy, gradient + next, ORDER).blend(ZERO, twice);
      if (seen >= 0 && seen < rows) {
        DoubleVector c = DoubleVector.fromMemorySegment(SPECIES, x, at, ORDER);
        DoubleVector l =
            begins
                ? LanesF64.BEFORE.selectFrom(c.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, at - Double.BYTES, ORDER);
        DoubleVector r = DoubleVector.fromMemorySegment(SPECIES, x, at + Double.BYTES, ORDER);
        DoubleVector nc = DoubleVector.fromMemorySegment(SPECIES, x, at + next, ORDER);
        DoubleVector nr =
            ends
                ? LanesF64.AFTER.selectFrom(nc.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, x, at + next + Double.BYTES, ORDER);
        DoubleVector nl =
            DoubleVector.fromMemorySegment(SPECIES, x, at + next - Double.BYTES, ORDER)
                .blend(ZERO, twice);
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
    long half = (LANES + 1L) * Double.BYTES;
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
      DoubleVector first = DoubleVector.fromMemorySegment(SPECIES, dy, Math.min(g, last), ORDER);
      if (seen >= 0 && seen < rows) {
        LongVector a =
            DoubleVector.fromMemorySegment(SPECIES, x, at + Double.BYTES, ORDER)
                .reinterpretAsLongs();
        LongVector b =
            DoubleVector.fromMemorySegment(SPECIES, x, at + half, ORDER).reinterpretAsLongs();
        LongVector odd = LanesF64.ODD.selectFrom(a, b);
        double before = begins ? 0 : x.get(ELEMENT, at);
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
        LongVector a =
            DoubleVector.fromMemorySegment(SPECIES, x, at + Double.BYTES, ORDER)
                .reinterpretAsLongs();
        LongVector b =
            DoubleVector.fromMemorySegment(SPECIES, x, at + half, ORDER).reinterpretAsLongs();
        LongVector odd = LanesF64.ODD.selectFrom(a, b);
        double before = begins ? 0 : x.get(ELEMENT, at);
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
