package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Backward of average pooling of doubles. For each row of the input's gradient, the divided rows of
 * outputs that reach it are summed, then in that sum the columns that reach each column.
 */
final class AvgPoolBackwardF64 extends AvgPoolBackward {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = PoolRowsF64.INTS;
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
    double[] rowSums = scratch.doubles(3, cover.length(1) + 3L * LANES);
    divide(scratch.doubles(0, 0), count, first, end, divided);
    int[] at = scratch.ints(2, cover.mostRows());
    int[] taps = scratch.ints(3, cover.mostRows());
    boolean dealt = columns.stride > 1;
    double[] sums = dealt ? scratch.doubles(4, phases.length() + (long) LANES) : dx;
    for (int plane = 0; plane < count; plane++) {
      int planeAt = plane * (end - first) * cover.pitch();
      for (int row = from; row < to; row++) {
        int out = (plane * (to - from) + row - from) * columns.size;
        int reached = cover.list(row, first, planeAt, at, taps);
        if (reached == 0) {
          Arrays.fill(dx, out, out + columns.size, 0);
          continue;
        }
        sumRows(divided, at, reached, rowSums);
        for (int phase = 0; phase < phases.count; phase++) {
          sumColumns(rowSums, phase, sums, dealt ? phases.imageBegin[phase] : out);
        }
        if (dealt) {
          PoolRowsF64.collect(sums, phases, dx, out);
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
          DoubleVector divisors =
              ((DoubleVector)
                      IntVector.fromArray(I, divisor.columnCounts, c)
                          .convertShape(VectorOperators.I2D, D, 0))
                  .mul(rowCount);
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

  /** Sums what reaches a row's inputs of one phase. */
  private void sumColumns(double[] rowSums, int phase, double[] sums, int to) {
    int lastTap = cover.lastTap[phase];
    int begin = cover.gap + cover.firstOutput[phase];
    int length = phases.imageEnd[phase] - phases.imageBegin[phase];
    for (int c = 0; c < length; c += LANES) {
      DoubleVector sum = DoubleVector.zero(D);
      int from = begin + c;
      for (int t = lastTap; t >= 0; t -= cover.tapStep, from += cover.shiftStep) {
        sum = sum.add(DoubleVector.fromArray(D, rowSums, from));
      }
      sum.intoArray(sums, to + c);
    }
  }
}
