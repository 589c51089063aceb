package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of depthwise 3×3 windows of stride 2 with respect to the input where planes lie,
 * like {@link DepthwisePlaneF64}, which is that of stride 1. Vectors that go on to a loop's next
 * round begin with zeros made there: with a constant's in their place they were objects.
 */
final class DepthwisePlaneSpreadF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final DoubleVector ZERO = DoubleVector.zero(SPECIES);
  private static final LongVector NONE = ZERO.reinterpretAsLongs();

  private DepthwisePlaneSpreadF64() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, see {@link DepthwiseBackwardF64#spread}, from {@code
   * dy} where it lies to where they belong.
   *
   * @param from the place of the plane of {@code dy}
   * @param row the first pair of rows
   * @param to the place of the plane of {@code dx}, an address: even what lies a column before it
   *     is not negative
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
    int height = plan.rows.size;
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
            DoubleVector.fromMemorySegment(
                SPECIES, dy, Memory.known(begins ? at + Double.BYTES : at), ORDER);
        DoubleVector other =
            DoubleVector.fromMemorySegment(
                SPECIES, dy, Memory.known(ends ? at : at + Double.BYTES), ORDER);
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
        if (result >= 0 && result < height) {
          long begin = Memory.known(out);
          LongVector left = even.reinterpretAsLongs();
          LongVector right = odd.reinterpretAsLongs();
          LanesF64.LOWER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, begin, ORDER, low);
          LanesF64.UPPER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, begin + half, ORDER, high);
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
    int height = plan.rows.size;
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
        DoubleVector h =
            DoubleVector.fromMemorySegment(SPECIES, dy, Memory.known(at + Double.BYTES), ORDER);
        DoubleVector b =
            begins
                ? LanesF64.BEFORE.selectFrom(h.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, dy, Memory.known(at), ORDER);
        long after = Memory.known(at + next);
        DoubleVector nb = DoubleVector.fromMemorySegment(SPECIES, dy, after, ORDER);
        DoubleVector nh =
            ends
                ? LanesF64.AFTER.selectFrom(nb.reinterpretAsLongs(), NONE).reinterpretAsDoubles()
                : DoubleVector.fromMemorySegment(SPECIES, dy, after + Double.BYTES, ORDER);
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
        if (result >= 0 && result < height) {
          long begin = Memory.known(out);
          LongVector left = even.reinterpretAsLongs();
          LongVector right = odd.reinterpretAsLongs();
          LanesF64.LOWER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, begin, ORDER, low);
          LanesF64.UPPER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, begin + half, ORDER);
          long after = Memory.known(out + 2 * next);
          left = nextEven.reinterpretAsLongs();
          right = nextOdd.reinterpretAsLongs();
          LanesF64.LOWER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, after, ORDER);
          LanesF64.UPPER
              .selectFrom(left, right)
              .reinterpretAsDoubles()
              .intoMemorySegment(dx, after + half, ORDER, nextHigh);
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
}
