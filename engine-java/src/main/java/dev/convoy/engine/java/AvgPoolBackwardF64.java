package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Backward of average pooling of doubles. For each row of the input's gradient, the divided rows of
 * outputs that reach it are summed, then in that sum the columns that reach each column.
 */
final class AvgPoolBackwardF64 extends AvgPoolBackward {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = D.length();

  AvgPoolBackwardF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    double[] dx = scratch.doubles(1, 0);
    double[] divided = scratch.doubles(2, cover.length(count * (end - first)) + 2L * LANES);
    double[] sums = scratch.doubles(3, cover.length(1) + 3L * LANES);
    divide(scratch.doubles(0, 0), count, first, end, divided);
    int[] at = scratch.ints(2, cover.mostRows());
    int[] taps = scratch.ints(3, cover.mostRows());
    for (int plane = 0; plane < count; plane++) {
      int planeAt = plane * (end - first) * cover.pitch();
      for (int row = from; row < to; row++) {
        int out = (plane * (to - from) + row - from) * columns.size;
        int reached = cover.list(row, first, planeAt, at, taps);
        if (reached == 0) {
          Arrays.fill(dx, out, out + columns.size, 0);
        } else {
          sumRows(divided, at, reached, sums);
          if (columns.stride <= 2) {
            gatherColumns(sums, dx, out);
          } else {
            scatterColumns(sums, dx, out);
          }
        }
      }
    }
  }

  /** Divides the output's gradient, and puts gaps of zeros before, between and behind its rows. */
  private void divide(double[] dy, int count, int first, int end, double[] divided) {
    int width = columns.outputs;
    int from = 0;
    int to = cover.gap;
    Arrays.fill(divided, 0, to, 0);
    for (int plane = 0; plane < count; plane++) {
      for (int o = first; o < end; o++, from += width, to += cover.pitch()) {
        int rowCount = divisor.rowCount(o);
        for (int c = 0; c < width; c += LANES) {
          DoubleVector divisors = PoolRowsF64.fromInts(divisor.columnCounts, c).mul(rowCount);
          DoubleVector.fromArray(D, dy, from + c).div(divisors).intoArray(divided, to + c);
        }
        PoolRowsF64.fill(divided, to + width, cover.gap, 0);
      }
    }
  }

  /** Sums whole rows, with the gaps before and behind. */
  private void sumRows(double[] divided, int[] at, int reached, double[] sums) {
    int gap = cover.gap;
    int length = (int) cover.length(1);
    for (int c = 0; c < length; c += LANES) {
      DoubleVector sum = DoubleVector.fromArray(D, divided, at[0] - gap + c);
      for (int i = 1; i < reached; i++) {
        sum = sum.add(DoubleVector.fromArray(D, divided, at[i] - gap + c));
      }
      sum.intoArray(sums, c);
    }
  }

  private void gatherColumns(double[] sums, double[] dx, int out) {
    int before = columns.before;
    int shift = columns.stride - 1;
    int evenLast = cover.lastTap(before & shift);
    int oddLast = cover.lastTap((before + 1) & shift);
    for (int c = 0; c < columns.size; c += LANES << shift) {
      DoubleVector even = gather(sums, evenLast, (c + before) >> shift);
      if (shift == 0) {
        even.intoArray(dx, out + c);
      } else {
        DoubleVector odd = gather(sums, oddLast, (c + 1 + before) >> shift);
        PoolRowsF64.interleave(even, odd, dx, out + c);
      }
    }
  }

  private DoubleVector gather(double[] sums, int lastTap, int place) {
    int shift = columns.stride - 1;
    int step = cover.tapStep();
    DoubleVector sum = DoubleVector.zero(D);
    for (int t = lastTap; t >= 0; t -= step) {
      int from = cover.gap + place - ((t * columns.dilation) >> shift);
      sum = sum.add(DoubleVector.fromArray(D, sums, from));
    }
    return sum;
  }

  private void scatterColumns(double[] sums, double[] dx, int out) {
    Arrays.fill(dx, out, out + columns.size, 0);
    for (int o = 0; o < columns.outputs; o++) {
      double gradient = sums[cover.gap + o];
      int end = columns.endTap(o);
      int column = out + (int) columns.start(o) + columns.firstTap(o) * columns.dilation;
      for (int tap = columns.firstTap(o); tap < end; tap++, column += columns.dilation) {
        dx[column] += gradient;
      }
    }
  }
}
