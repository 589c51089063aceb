package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradients of depthwise 3×3 windows where planes lie, like {@link DepthwisePlaneF32}; that of
 * stride 1 with respect to the input is such a convolution. Vectors that go on to a loop's next
 * round begin with zeros made there: with a constant's in their place they were objects.
 */
final class DepthwisePlaneBackwardF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private static final FloatVector ZERO = FloatVector.zero(SPECIES);
  private static final IntVector NONE = ZERO.reinterpretAsInts();

  private DepthwisePlaneBackwardF32() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, see {@link DepthwiseBackwardF32#spread}, from {@code
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
      float[] weights,
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
      float[] weights,
      int first,
      MemorySegment results,
      long to) {
    MemorySegment dy = Memory.base(gradients);
    MemorySegment dx = Memory.base(results);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int size = plan.columns.size;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + 1 + LANES > width;
    int start = 2 * column - plan.columns.start;
    VectorMask<Float> low = VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(-start, size - start));
    VectorMask<Float> high =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(-start - LANES, size - start - LANES));
    long pitch = (long) width * Float.BYTES;
    long step = (long) size * Float.BYTES;
    int seen = row - (int) plan.rows.before;
    int last = seen + pairs;
    int stored = seen + 1;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    int result = 2 * row - plan.rows.start;
    long out = to + result * step + (long) start * Float.BYTES;
    long half = (long) LANES * Float.BYTES;
    FloatVector even = FloatVector.zero(SPECIES); // the columns of a pair's even row
    FloatVector odd = FloatVector.zero(SPECIES);
    for (; seen <= last; seen++, at += pitch) {
      FloatVector evenBelow = FloatVector.zero(SPECIES);
      FloatVector oddBelow = FloatVector.zero(SPECIES);
      FloatVector evenNext = FloatVector.zero(SPECIES);
      FloatVector oddNext = FloatVector.zero(SPECIES);
      if (seen >= 0 && seen < rows) {
        // One of the two lies in the row.
        FloatVector whole =
            FloatVector.fromMemorySegment(SPECIES, dy, begins ? at + Float.BYTES : at, ORDER);
        FloatVector other =
            FloatVector.fromMemorySegment(SPECIES, dy, ends ? at : at + Float.BYTES, ORDER);
        FloatVector b =
            begins
                ? LanesF32.BEFORE.selectFrom(whole.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : whole;
        FloatVector h =
            ends
                ? LanesF32.AFTER.selectFrom(whole.reinterpretAsInts(), NONE).reinterpretAsFloats()
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
          IntVector left = even.reinterpretAsInts();
          IntVector right = odd.reinterpretAsInts();
          LanesF32.LOWER
              .selectFrom(left, right)
              .reinterpretAsFloats()
              .intoMemorySegment(dx, out, ORDER, low);
          LanesF32.UPPER
              .selectFrom(left, right)
              .reinterpretAsFloats()
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
      float[] weights,
      int first,
      MemorySegment results,
      long to) {
    MemorySegment dy = Memory.base(gradients);
    MemorySegment dx = Memory.base(results);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int size = plan.columns.size;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + apart + 1 + LANES > width;
    int start = 2 * column - plan.columns.start;
    VectorMask<Float> low = VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(-start, LANES));
    long pitch = (long) width * Float.BYTES;
    long step = (long) size * Float.BYTES;
    int seen = row - (int) plan.rows.before;
    int last = seen + pairs;
    int stored = seen + 1;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    int result = 2 * row - plan.rows.start;
    long out = to + result * step + (long) start * Float.BYTES;
    long half = (long) LANES * Float.BYTES;
    long next = (long) apart * Float.BYTES;
    int nextStart = start + 2 * apart;
    VectorMask<Float> nextHigh =
        VectorMask.fromLong(
            SPECIES, DepthwiseBand.lanes(-nextStart - LANES, size - nextStart - LANES));
    FloatVector even = FloatVector.zero(SPECIES); // the columns of a pair's even row
    FloatVector odd = FloatVector.zero(SPECIES);
    FloatVector nextEven = FloatVector.zero(SPECIES);
    FloatVector nextOdd = FloatVector.zero(SPECIES);
    for (; seen <= last; seen++, at += pitch) {
      FloatVector evenBelow = FloatVector.zero(SPECIES);
      FloatVector oddBelow = FloatVector.zero(SPECIES);
      FloatVector evenAfter = FloatVector.zero(SPECIES);
      FloatVector oddAfter = FloatVector.zero(SPECIES);
      FloatVector nextEvenBelow = FloatVector.zero(SPECIES);
      FloatVector nextOddBelow = FloatVector.zero(SPECIES);
      FloatVector nextEvenAfter = FloatVector.zero(SPECIES);
      FloatVector nextOddAfter = FloatVector.zero(SPECIES);
      if (seen >= 0 && seen < rows) {
        FloatVector h = FloatVector.fromMemorySegment(SPECIES, dy, at + Float.BYTES, ORDER);
        FloatVector b =
            begins
                ? LanesF32.BEFORE.selectFrom(h.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, dy, at, ORDER);
        FloatVector nb = FloatVector.fromMemorySegment(SPECIES, dy, at + next, ORDER);
        FloatVector nh =
            ends
                ? LanesF32.AFTER.selectFrom(nb.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, dy, at + next + Float.BYTES, ORDER);
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
          IntVector left = even.reinterpretAsInts();
          IntVector right = odd.reinterpretAsInts();
          LanesF32.LOWER
              .selectFrom(left, right)
              .reinterpretAsFloats()
              .intoMemorySegment(dx, out, ORDER, low);
          LanesF32.UPPER
              .selectFrom(left, right)
              .reinterpretAsFloats()
              .intoMemorySegment(dx, out + half, ORDER);
          left = nextEven.reinterpretAsInts();
          right = nextOdd.reinterpretAsInts();
          LanesF32.LOWER
              .selectFrom(left, right)
              .reinterpretAsFloats()
              .intoMemorySegment(dx, out + 2 * next, ORDER);
          LanesF32.UPPER
              .selectFrom(left, right)
              .reinterpretAsFloats()
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
      float[] sums,
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
      FloatVector first = FloatVector.fromMemorySegment(SPECIES, dy, Math.min(g, last), ORDER);
      if (seen >= 0 && seen < rows) {
        FloatVector c = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER);
        FloatVector l =
            begins
                ? LanesF32.BEFORE.selectFrom(c.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, at - Float.BYTES, ORDER);
        FloatVector r =
            ends
                ? LanesF32.AFTER.selectFrom(c.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, at + Float.BYTES, ORDER);
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
      FloatVector first = FloatVector.fromMemorySegment(SPECIES, dy, gradient, ORDER);
      FloatVector nextFirst =
          FloatVector.fromMemorySegment(SPECIES, dy, gradient + next, ORDER).blend(ZERO, twice);
      if (seen >= 0 && seen < rows) {
        FloatVector c = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER);
        FloatVector l =
            begins
                ? LanesF32.BEFORE.selectFrom(c.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, at - Float.BYTES, ORDER);
        FloatVector r = FloatVector.fromMemorySegment(SPECIES, x, at + Float.BYTES, ORDER);
        FloatVector nc = FloatVector.fromMemorySegment(SPECIES, x, at + next, ORDER);
        FloatVector nr =
            ends
                ? LanesF32.AFTER.selectFrom(nc.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, x, at + next + Float.BYTES, ORDER);
        FloatVector nl =
            FloatVector.fromMemorySegment(SPECIES, x, at + next - Float.BYTES, ORDER)
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
      float[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = 2 * begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    long g = dyFrom + begin * step + (long) column * Float.BYTES;
    long last = dyFrom + (end - 1) * step + (long) column * Float.BYTES;
    long half = (LANES + 1L) * Float.BYTES;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum02 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum12 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    FloatVector second = FloatVector.zero(SPECIES);
    for (int n = begin; n <= end; n++, seen += 2, g += step) {
      FloatVector first = FloatVector.fromMemorySegment(SPECIES, dy, Math.min(g, last), ORDER);
      if (seen >= 0 && seen < rows) {
        IntVector a =
            FloatVector.fromMemorySegment(SPECIES, x, at + Float.BYTES, ORDER).reinterpretAsInts();
        IntVector b =
            FloatVector.fromMemorySegment(SPECIES, x, at + half, ORDER).reinterpretAsInts();
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        float before = begins ? 0 : x.get(ELEMENT, at);
        FloatVector l =
            LanesF32.BEFORE
                .selectFrom(odd, FloatVector.broadcast(SPECIES, before).reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
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
        IntVector a =
            FloatVector.fromMemorySegment(SPECIES, x, at + Float.BYTES, ORDER).reinterpretAsInts();
        IntVector b =
            FloatVector.fromMemorySegment(SPECIES, x, at + half, ORDER).reinterpretAsInts();
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        float before = begins ? 0 : x.get(ELEMENT, at);
        FloatVector l =
            LanesF32.BEFORE
                .selectFrom(odd, FloatVector.broadcast(SPECIES, before).reinterpretAsInts())
                .reinterpretAsFloats();
        sum10 = first.fma(l, sum10);
        sum11 = first.fma(LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats(), sum11);
        sum12 = first.fma(odd.reinterpretAsFloats(), sum12);
      }
      at += pitch;
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
}
