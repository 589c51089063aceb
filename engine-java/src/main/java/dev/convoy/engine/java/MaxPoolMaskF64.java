package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Backward of max pooling of doubles, to all tied maxima. */
final class MaxPoolMaskF64 extends MaxPoolMask {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  MaxPoolMaskF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    double[] image = scratch.doubles(1, 0);
    int width = columns.outputs;
    int phaseRows = count == 1 ? to - from : grid.planeRows;
    int length = count * phaseRows * grid.pitch;
    double[] dy = scratch.doubles(3, grid.lead() + length + 4L * LANES);
    double[] y = scratch.doubles(4, grid.lead() + length + 4L * LANES);
    PoolRowsF64.spread(
        scratch.doubles(0, 0), width, count, first, end, grid, from, phaseRows, dy, 0);
    PoolRowsF64.spread(
        scratch.doubles(2, 0), width, count, first, end, grid, from, phaseRows, y, Double.NaN);
    double[] x = scratch.doubles(5, grid.phasesLength());
    double[] dx = scratch.doubles(6, grid.phasesLength());
    int top = grid.firstImageRow(from);
    int bottom = Math.max(top, grid.endImageRow(to));
    int rowsInImage = bottom - top;
    PoolRowsF64.deal(
        image, columns.size, count, top, rowsInImage, grid, from, phaseRows, x, Double.NaN);
    for (int row = 0; row < grid.rowPhases; row++) {
      for (int column = 0; column < grid.columnPhases; column++) {
        gather(x, dy, y, row, column, dx, length);
      }
    }
    PoolRowsF64.collect(dx, count, from, phaseRows, grid, image, columns.size, top, bottom);
  }

  /** Gathers one phase's gradients from the outputs whose taps lie in it, row by row of taps. */
  private void gather(
      double[] x, double[] dy, double[] y, int rowPhase, int columnPhase, double[] dx, int length) {
    int to = (rowPhase * grid.columnPhases + columnPhase) * grid.phasePitch;
    boolean first = true;
    int kernel = columns.kernel;
    for (int r = 0; r < rows.kernel; r++) {
      if (grid.rowPhase[r] != rowPhase) {
        continue;
      }
      int at = grid.lead() - grid.rowShift[r] * grid.pitch;
      int a = PoolGrid.nextTap(grid.columnPhase, columnPhase, 0, kernel);
      while (a < kernel) {
        int b = PoolGrid.nextTap(grid.columnPhase, columnPhase, a + 1, kernel);
        int from = at - grid.columnShift[a];
        if (b >= kernel) {
          gatherOne(x, dy, y, from, first, dx, to, length);
        } else {
          gatherTwo(x, dy, y, from, at - grid.columnShift[b], first, dx, to, length);
        }
        first = false;
        a = PoolGrid.nextTap(grid.columnPhase, columnPhase, b + 1, kernel);
      }
    }
    if (first) {
      Arrays.fill(dx, to, to + length, 0);
    }
  }

  private static void gatherOne(
      double[] x,
      double[] dy,
      double[] y,
      int from,
      boolean first,
      double[] dx,
      int to,
      int length) {
    DoubleVector zero = DoubleVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      VectorMask<Double> tied =
          DoubleVector.fromArray(F, y, from + i)
              .compare(VectorOperators.EQ, DoubleVector.fromArray(F, x, to + i));
      DoubleVector sum = zero.blend(DoubleVector.fromArray(F, dy, from + i), tied);
      if (!first) {
        sum = sum.add(DoubleVector.fromArray(F, dx, to + i));
      }
      sum.intoArray(dx, to + i);
    }
  }

  private static void gatherTwo(
      double[] x,
      double[] dy,
      double[] y,
      int from,
      int next,
      boolean first,
      double[] dx,
      int to,
      int length) {
    DoubleVector zero = DoubleVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      DoubleVector input = DoubleVector.fromArray(F, x, to + i);
      VectorMask<Double> tied =
          DoubleVector.fromArray(F, y, from + i).compare(VectorOperators.EQ, input);
      VectorMask<Double> nextTied =
          DoubleVector.fromArray(F, y, next + i).compare(VectorOperators.EQ, input);
      DoubleVector sum =
          zero.blend(DoubleVector.fromArray(F, dy, from + i), tied)
              .add(zero.blend(DoubleVector.fromArray(F, dy, next + i), nextTied));
      if (!first) {
        sum = sum.add(DoubleVector.fromArray(F, dx, to + i));
      }
      sum.intoArray(dx, to + i);
    }
  }
}
