package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradients of depthwise 3×3 windows of stride 2 where planes lie, like {@link
 * DepthwisePlaneF32}.
 */
final class DepthwisePlaneBackwardF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT;
  private static final long WORD_BYTES = DepthwiseBand.WORD;

  private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(SPECIES, 0);
  private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(SPECIES, 1);

  private DepthwisePlaneBackwardF32() {}

  /**
   * Pairs of rows of {@code dx} for stride 2, see {@link DepthwiseBackwardF32#spread}, from {@code
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
      float[] weights,
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
      float[] weights,
      int first,
      MemorySegment results,
      long to,
      long next) {
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
    long stepAhead = plan.stepAhead(LANES, Float.BYTES);
    long ahead = next + (long) Math.ceilDiv(column, LANES) * plan.blockRows * stepAhead;
    long end = plan.lastWord;
    int touched = 0;
    FloatVector even = FloatVector.zero(SPECIES); // the columns of a pair's even row
    FloatVector odd = FloatVector.zero(SPECIES);
    for (; seen <= last; seen++, at += pitch) {
      touched += dy.get(WORD, Math.min(ahead, end));
      ahead += stepAhead;
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
            begins ? DepthwisePlaneF32.BEFORE.selectFrom(whole, DepthwisePlaneF32.ZERO) : whole;
        FloatVector h =
            ends ? DepthwisePlaneF32.AFTER.selectFrom(whole, DepthwisePlaneF32.ZERO) : other;
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
      float[] sums,
      int index,
      long next) {
    int touched = 0;
    long stepAhead = plan.stepAhead(LANES, Float.BYTES) / DepthwiseBand.TAPS;
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
      float[] sums,
      int index,
      long next) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    long at = from + (2L * begin + tap - plan.rows.before) * pitch + (long) place * Float.BYTES;
    long g = dyFrom + begin * step + (long) column * Float.BYTES;
    long stepAhead = plan.stepAhead(LANES, Float.BYTES) / DepthwiseBand.TAPS;
    long ahead = next;
    long last = plan.lastWord;
    int touched = 0;
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    FloatVector sum2 = FloatVector.zero(SPECIES);
    for (int n = begin; n < end; n++, at += 2 * pitch, g += step) {
      touched += x.get(WORD, Math.min(ahead & -WORD_BYTES, last));
      ahead += stepAhead;
      FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, dy, g, ORDER);
      FloatVector a = FloatVector.fromMemorySegment(SPECIES, x, at + Float.BYTES, ORDER);
      FloatVector b =
          FloatVector.fromMemorySegment(SPECIES, x, at + (LANES + 1L) * Float.BYTES, ORDER);
      FloatVector r = DepthwisePlaneF32.ODD.selectFrom(a, b);
      float before = begins ? 0 : x.get(ELEMENT, at);
      FloatVector l =
          DepthwisePlaneF32.BEFORE.selectFrom(r, FloatVector.broadcast(SPECIES, before));
      sum0 = gradient.fma(l, sum0);
      sum1 = gradient.fma(DepthwisePlaneF32.EVEN.selectFrom(a, b), sum1);
      sum2 = gradient.fma(r, sum2);
    }
    VectorMask<Float> lanes =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(LANES - counted, LANES));
    FloatVector.fromArray(SPECIES, sums, index).add(sum0, lanes).intoArray(sums, index);
    int to = index + LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum1, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum2, lanes).intoArray(sums, to);
    return touched;
  }
}
