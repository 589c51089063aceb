package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Average pooling of doubles. Windows are summed along their rows first, which is contiguous, then
 * along the columns.
 */
final class AvgPoolF64 extends AvgPool {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = PoolRowsF64.INTS;
  private static final int LANES = D.length();

  AvgPoolF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void pool(PoolBuffers scratch, int count, int from, int to, int top, int staged) {
    double[] x = scratch.doubles(0, 0);
    double[] y = scratch.doubles(1, 0);
    int width = columns.size;
    double[] sums = scratch.doubles(2, phases.length() + (long) LANES);
    PoolRowsF64.padLeft(phases, sums, 0);
    boolean dealt = columns.stride > 1;
    double[] rowSums = dealt ? scratch.doubles(3, width + 2L * LANES) : sums;
    int rowAt = dealt ? 0 : columns.before;
    for (int plane = 0; plane < count; plane++) {
      for (int o = from; o < to; o++) {
        int first = rows.firstTap(o);
        int taps = rows.endTap(o) - first;
        int row = (int) (rows.start(o) + (long) first * rows.dilation);
        int at = (plane * staged + row - top) * width;
        sumRows(x, at, width, taps, rows.dilation * width, rowSums, rowAt);
        if (dealt) {
          PoolRowsF64.deal(rowSums, 0, phases, sums);
        }
        PoolRowsF64.padRight(phases, sums, 0);
        int out = (plane * (to - from) + o - from) * columns.outputs;
        averageColumns(sums, divisor.rowCount(o), y, out);
      }
    }
  }

  private static void sumRows(
      double[] x, int at, int width, int taps, int step, double[] sums, int to) {
    for (int c = 0; c < width; c += LANES) {
      int next = at + c;
      DoubleVector sum = DoubleVector.fromArray(D, x, next);
      for (int t = 1; t < taps; t++) {
        next += step;
        sum = sum.add(DoubleVector.fromArray(D, x, next));
      }
      sum.intoArray(sums, to + c);
    }
  }

  private void averageColumns(double[] sums, int rowCount, double[] y, int out) {
    int[] tapAt = phases.tapAt;
    for (int o = 0; o < columns.outputs; o += LANES) {
      DoubleVector sum = DoubleVector.fromArray(D, sums, tapAt[0] + o);
      for (int t = 1; t < columns.kernel; t++) {
        sum = sum.add(DoubleVector.fromArray(D, sums, tapAt[t] + o));
      }
      DoubleVector count =
          ((DoubleVector)
                  IntVector.fromArray(I, divisor.columnCounts, o)
                      .convertShape(VectorOperators.I2D, D, 0))
              .mul(rowCount);
      sum.div(count).intoArray(y, out + o);
    }
  }
}
