package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of depthwise 3×3 windows of stride 2 with respect to the input where planes lie,
 * like {@link DepthwisePlaneF32}, which is that of stride 1. Vectors that go on to a loop's next
 * round begin with zeros made there: with a constant's in their place they were objects.
 */
final class DepthwisePlaneSpreadF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final FloatVector ZERO = FloatVector.zero(SPECIES);
  private static final IntVector NONE = ZERO.reinterpretAsInts();

  private DepthwisePlaneSpreadF32() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, see {@link DepthwiseBackwardF32#spread}, from {@code
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
    int height = plan.rows.size;
    int size = plan.columns.size;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + 1 + LANES > width;
    int start = 2 * column - plan.columns.start;
    VectorMask<Integer> low =
        VectorMask.fromLong(LanesF32.BITS, DepthwiseBand.lanes(-start, size - start));
    VectorMask<Integer> high =
        VectorMask.fromLong(
            LanesF32.BITS, DepthwiseBand.lanes(-start - LANES, size - start - LANES));
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
            FloatVector.fromMemorySegment(
                SPECIES, dy, Memory.known(begins ? at + Float.BYTES : at), ORDER);
        FloatVector other =
            FloatVector.fromMemorySegment(
                SPECIES, dy, Memory.known(ends ? at : at + Float.BYTES), ORDER);
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
        if (result >= 0 && result < height) {
          long begin = Memory.known(out);
          IntVector left = even.reinterpretAsInts();
          IntVector right = odd.reinterpretAsInts();
          LanesF32.LOWER.selectFrom(left, right).intoMemorySegment(dx, begin, ORDER, low);
          LanesF32.UPPER.selectFrom(left, right).intoMemorySegment(dx, begin + half, ORDER, high);
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
    int height = plan.rows.size;
    int size = plan.columns.size;
    int place = column - (int) plan.columns.before;
    boolean begins = place < 0;
    boolean ends = place + apart + 1 + LANES > width;
    int start = 2 * column - plan.columns.start;
    VectorMask<Integer> low =
        VectorMask.fromLong(LanesF32.BITS, DepthwiseBand.lanes(-start, LANES));
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
    VectorMask<Integer> nextHigh =
        VectorMask.fromLong(
            LanesF32.BITS, DepthwiseBand.lanes(-nextStart - LANES, size - nextStart - LANES));
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
        FloatVector h =
            FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(at + Float.BYTES), ORDER);
        FloatVector b =
            begins
                ? LanesF32.BEFORE.selectFrom(h.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(at), ORDER);
        long after = Memory.known(at + next);
        FloatVector nb = FloatVector.fromMemorySegment(SPECIES, dy, after, ORDER);
        FloatVector nh =
            ends
                ? LanesF32.AFTER.selectFrom(nb.reinterpretAsInts(), NONE).reinterpretAsFloats()
                : FloatVector.fromMemorySegment(SPECIES, dy, after + Float.BYTES, ORDER);
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
          IntVector left = even.reinterpretAsInts();
          IntVector right = odd.reinterpretAsInts();
          LanesF32.LOWER.selectFrom(left, right).intoMemorySegment(dx, begin, ORDER, low);
          LanesF32.UPPER.selectFrom(left, right).intoMemorySegment(dx, begin + half, ORDER);
          long after = Memory.known(out + 2 * next);
          left = nextEven.reinterpretAsInts();
          right = nextOdd.reinterpretAsInts();
          LanesF32.LOWER.selectFrom(left, right).intoMemorySegment(dx, after, ORDER);
          LanesF32.UPPER
              .selectFrom(left, right)
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
