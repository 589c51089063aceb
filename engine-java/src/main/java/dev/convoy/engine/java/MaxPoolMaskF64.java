package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Backward of max pooling of doubles, to all tied maxima. */
final class MaxPoolMaskF64 extends MaxPoolMask {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = D.length();

  MaxPoolMaskF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    if (cover.gathers()) {
      gather(scratch, count, from, to, first, end);
    } else {
      scatter(scratch, count, from, to, first, end);
    }
  }

  private void gather(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    double[] dx = scratch.doubles(1, 0);
    double[] x = scratch.doubles(3, 0);
    int outputRows = count * (end - first);
    double[] dy = scratch.doubles(4, cover.length(outputRows) + 2L * LANES);
    double[] y = scratch.doubles(5, cover.length(outputRows) + 2L * LANES);
    PoolRowsF64.spread(scratch.doubles(0, 0), columns.outputs, outputRows, dy, cover.gap, 0);
    PoolRowsF64.spread(
        scratch.doubles(2, 0), columns.outputs, outputRows, y, cover.gap, Double.NaN);
    int[] at = scratch.ints(2, cover.mostRows());
    int[] taps = scratch.ints(3, cover.mostRows());
    boolean dealt = columns.stride > 1;
    double[] inputs = dealt ? scratch.doubles(6, phases.length() + (long) LANES) : x;
    double[] sums = dealt ? scratch.doubles(7, phases.length() + (long) LANES) : dx;
    for (int plane = 0; plane < count; plane++) {
      int planeAt = plane * (end - first) * cover.pitch();
      for (int row = from; row < to; row++) {
        int out = (plane * (to - from) + row - from) * columns.size;
        int reached = cover.list(row, first, planeAt, at, taps);
        if (dealt) {
          PoolRowsF64.deal(x, out, phases, inputs);
        }
        for (int phase = 0; phase < phases.count; phase++) {
          int target = dealt ? phases.imageBegin[phase] : out;
          gather(inputs, dy, y, at, reached, phase, sums, target);
        }
        if (dealt) {
          PoolRowsF64.collect(sums, phases, dx, out);
        }
      }
    }
  }

  /** Sums the gradients of a row's inputs of one phase, in the outputs' order. */
  private void gather(
      double[] x,
      double[] dy,
      double[] y,
      int[] at,
      int reached,
      int phase,
      double[] sums,
      int to) {
    int lastTap = cover.lastTap[phase];
    int begin = cover.firstOutput[phase];
    int length = phases.imageEnd[phase] - phases.imageBegin[phase];
    for (int c = 0; c < length; c += LANES) {
      DoubleVector input = DoubleVector.fromArray(D, x, to + c);
      DoubleVector sum = DoubleVector.zero(D);
      for (int i = 0; i < reached; i++) {
        int from = at[i] + begin + c;
        for (int t = lastTap; t >= 0; t -= cover.tapStep, from += cover.shiftStep) {
          DoubleVector maximum = DoubleVector.fromArray(D, y, from);
          VectorMask<Double> tied = maximum.compare(VectorOperators.EQ, input);
          sum = sum.add(DoubleVector.zero(D).blend(DoubleVector.fromArray(D, dy, from), tied));
        }
      }
      sum.intoArray(sums, to + c);
    }
  }

  private void scatter(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    double[] dy = scratch.doubles(0, 0);
    double[] dx = scratch.doubles(1, 0);
    double[] y = scratch.doubles(2, 0);
    double[] x = scratch.doubles(3, 0);
    int width = columns.size;
    Arrays.fill(dx, 0, count * (to - from) * width, 0);
    int at = 0;
    for (int plane = 0; plane < count; plane++) {
      int planeAt = plane * (to - from) * width;
      for (int o = first; o < end; o++, at += columns.outputs) {
        for (int tap = rows.firstTap(o); tap < rows.endTap(o); tap++) {
          long row = rows.start(o) + (long) tap * rows.dilation;
          if (row >= from && row < to) {
            scatterRow(x, y, dy, dx, at, planeAt + (int) (row - from) * width);
          }
        }
      }
    }
  }

  private void scatterRow(double[] x, double[] y, double[] dy, double[] dx, int at, int row) {
    for (int o = 0; o < columns.outputs; o++) {
      double maximum = y[at + o];
      double gradient = dy[at + o];
      int end = columns.endTap(o);
      int column = row + (int) columns.start(o) + columns.firstTap(o) * columns.dilation;
      for (int tap = columns.firstTap(o); tap < end; tap++, column += columns.dilation) {
        if (x[column] == maximum) {
          dx[column] += gradient;
        }
      }
    }
  }
}
