package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradients of depthwise 3×3 windows of stride 2 where planes lie, like {@link
 * DepthwisePlaneF64}.
 */
final class DepthwisePlaneBackwardF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;
  private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT;
  private static final long WORD_BYTES = DepthwiseBand.WORD;

  private static final VectorShuffle<Double> LOW = VectorShuffle.makeZip(SPECIES, 0);
  private static final VectorShuffle<Double> HIGH = VectorShuffle.makeZip(SPECIES, 1);

  private DepthwisePlaneBackwardF64() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, see {@link DepthwiseBackwardF64#spread}, from {@code
   * dy} where it lies to where they belong.
   *
   * @param from the place of the plane of {@code dy}
   * @param row the first pair of rows
   * @param to the place of the plane of {@code dx}
   * @param next as for the outputs, and the result too
   */
  static int spread(
      DepthwiseBand plan,
      MemorySegment dy,
      long from,
      int row,
      int pairs,
      double[] weights,
      int first,
      MemorySegment dx,
      long to,
      long next) {
    int touched = 0;
    for (int i = 0; i < plan.columns.outputs; i += LANES) {
      int column = Math.min(i, plan.columns.outputs - LANES);
      touched += spreadStrip(plan, dy, from, column, row, pairs, weights, first, dx, to, next);
    }
    return touched;
  }

  private static int spreadStrip(
      DepthwiseBand plan,
      MemorySegment gradients,
      long from,
      int column,
      int row,
      int pairs,
      double[] weights,
      int first,
      MemorySegment results,
      long to,
      long next) {
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
    long stepAhead = plan.stepAhead(LANES, Double.BYTES);
    long ahead = next + (long) Math.ceilDiv(column, LANES) * plan.blockRows * stepAhead;
    long end = plan.lastWord;
    int touched = 0;
    DoubleVector even = DoubleVector.zero(SPECIES); // the columns of a pair's even row
    DoubleVector odd = DoubleVector.zero(SPECIES);
    for (; seen <= last; seen++, at += pitch) {
      touched += dy.get(WORD, Math.min(ahead, end));
      ahead += stepAhead;
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
            begins ? DepthwisePlaneF64.BEFORE.selectFrom(whole, DepthwisePlaneF64.ZERO) : whole;
        DoubleVector h =
            ends ? DepthwisePlaneF64.AFTER.selectFrom(whole, DepthwisePlaneF64.ZERO) : other;
        even = w00.fma(h, w02.fma(b, even));
        odd = w01.fma(h, odd);
        evenBelow = w10.fma(h, w12.mul(b));
        oddBelow = w11.mul(h);
        evenNext = w20.fma(h, w22.mul(b));
        oddNext = w21.mul(h);
      }
      for (int n = 0; n < 2 && seen >= stored; n++, result++, out += step) {
        if (result >= 0 && result < plan.rows.size) {
          even.rearrange(LOW, odd).intoMemorySegment(dx, out, ORDER, low);
          even.rearrange(HIGH, odd).intoMemorySegment(dx, out + half, ORDER, high);
        }
        even = evenBelow;
        odd = oddBelow;
      }
      even = evenNext;
      odd = oddNext;
    }
    return touched;
  }

  /**
   * Adds what rows of a plane of {@code dy} give the sums of the nine weights' gradients, for
   * stride 2, a row of taps at a time.
   *
   * @param from the place of the plane of inputs
   * @param gradients the place of the plane of {@code dy}
   * @param sums a vector for each tap, from {@code index} on
   * @param next place of the inputs that will be wanted next
   * @return nothing of worth, for the words that were read ahead to be wanted
   */
  static int weights(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      MemorySegment dy,
      long gradients,
      int row,
      int rows,
      double[] sums,
      int index,
      long next) {
    int touched = 0;
    long stepAhead = plan.stepAhead(LANES, Double.BYTES) / DepthwiseBand.TAPS;
    for (int i = 0; i < plan.columns.outputs; i += LANES) {
      int column = Math.min(i, plan.columns.outputs - LANES);
      // What the last vector shares with the one before it is that one's.
      int counted = LANES - (i - column);
      for (int tap = 0; tap < DepthwiseBand.TAPS; tap++) {
        // Only windows that see a row of the inputs there.
        long before = plan.rows.before - tap;
        int begin = (int) Math.clamp(Math.ceilDiv(before, 2L), (long) row, row + rows);
        int end =
            (int) Math.clamp(Math.ceilDiv(plan.rows.inputs + before, 2L), (long) begin, row + rows);
        long part = (long) Math.ceilDiv(column, LANES) * DepthwiseBand.TAPS + tap;
        long ahead = next + part * rows * stepAhead;
        int to = index + tap * DepthwiseBand.TAPS * LANES;
        touched +=
            taps(plan, column, tap, x, from, dy, gradients, begin, end, counted, sums, to, ahead);
      }
    }
    return touched;
  }

  private static int taps(
      DepthwiseBand plan,
      int column,
      int tap,
      MemorySegment inputs,
      long from,
      MemorySegment gradients,
      long dyFrom,
      int begin,
      int end,
      int counted,
      double[] sums,
      int index,
      long next) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Double.BYTES;
    long step = (long) plan.columns.outputs * Double.BYTES;
    long at = from + (2L * begin + tap - plan.rows.before) * pitch + (long) place * Double.BYTES;
    long g = dyFrom + begin * step + (long) column * Double.BYTES;
    long stepAhead = plan.stepAhead(LANES, Double.BYTES) / DepthwiseBand.TAPS;
    long ahead = next;
    long last = plan.lastWord;
    int touched = 0;
    DoubleVector sum0 = DoubleVector.zero(SPECIES);
    DoubleVector sum1 = DoubleVector.zero(SPECIES);
    DoubleVector sum2 = DoubleVector.zero(SPECIES);
    for (int n = begin; n < end; n++, at += 2 * pitch, g += step) {
      touched += x.get(WORD, Math.min(ahead & -WORD_BYTES, last));
      ahead += stepAhead;
      DoubleVector gradient = DoubleVector.fromMemorySegment(SPECIES, dy, g, ORDER);
      DoubleVector a = DoubleVector.fromMemorySegment(SPECIES, x, at + Double.BYTES, ORDER);
      DoubleVector b =
          DoubleVector.fromMemorySegment(SPECIES, x, at + (LANES + 1L) * Double.BYTES, ORDER);
      DoubleVector r = DepthwisePlaneF64.ODD.selectFrom(a, b);
      double before = begins ? 0 : x.get(ELEMENT, at);
      DoubleVector l =
          DepthwisePlaneF64.BEFORE.selectFrom(r, DoubleVector.broadcast(SPECIES, before));
      sum0 = gradient.fma(l, sum0);
      sum1 = gradient.fma(DepthwisePlaneF64.EVEN.selectFrom(a, b), sum1);
      sum2 = gradient.fma(r, sum2);
    }
    VectorMask<Double> lanes =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(LANES - counted, LANES));
    DoubleVector.fromArray(SPECIES, sums, index).add(sum0, lanes).intoArray(sums, index);
    int to = index + LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum1, lanes).intoArray(sums, to);
    to += LANES;
    DoubleVector.fromArray(SPECIES, sums, to).add(sum2, lanes).intoArray(sums, to);
    return touched;
  }
}
