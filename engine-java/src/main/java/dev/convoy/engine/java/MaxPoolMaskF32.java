package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Backward of max pooling of floats, to all tied maxima. */
final class MaxPoolMaskF32 extends MaxPoolMask {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  MaxPoolMaskF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.floats(number, length);
  }

  @Override
  void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    float[] image = scratch.floats(1, 0);
    int width = columns.outputs;
    int phaseRows = count == 1 ? to - from : grid.planeRows;
    int length = count * phaseRows * grid.pitch;
    float[] dy = scratch.floats(3, grid.lead() + length + 4L * LANES);
    float[] y = scratch.floats(4, grid.lead() + length + 4L * LANES);
    PoolRowsF32.spread(
        scratch.floats(0, 0), width, count, first, end, grid, from, phaseRows, dy, 0);
    PoolRowsF32.spread(
        scratch.floats(2, 0), width, count, first, end, grid, from, phaseRows, y, Float.NaN);
    float[] x = scratch.floats(5, grid.phasesLength());
    float[] dx = scratch.floats(6, grid.phasesLength());
    int top = grid.firstImageRow(from);
    int bottom = Math.max(top, grid.endImageRow(to));
    int rowsInImage = bottom - top;
    PoolPhasesF32.deal(
        image, columns.size, count, top, rowsInImage, grid, from, phaseRows, x, Float.NaN);
    for (int row = 0; row < grid.rowPhases; row++) {
      for (int column = 0; column < grid.columnPhases; column++) {
        gather(x, dy, y, row, column, dx, length);
      }
    }
    PoolPhasesF32.collect(dx, count, from, phaseRows, grid, image, columns.size, top, bottom);
  }

  /** Gathers one phase's gradients from the outputs whose taps lie in it, row by row of taps. */
  private void gather(
      float[] x, float[] dy, float[] y, int rowPhase, int columnPhase, float[] dx, int length) {
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
      float[] x, float[] dy, float[] y, int from, boolean first, float[] dx, int to, int length) {
    FloatVector zero = FloatVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      VectorMask<Float> tied =
          FloatVector.fromArray(F, y, from + i)
              .compare(VectorOperators.EQ, FloatVector.fromArray(F, x, to + i));
      FloatVector sum = zero.blend(FloatVector.fromArray(F, dy, from + i), tied);
      if (!first) {
        sum = sum.add(FloatVector.fromArray(F, dx, to + i));
      }
      sum.intoArray(dx, to + i);
    }
  }

  private static void gatherTwo(
      float[] x,
      float[] dy,
      float[] y,
      int from,
      int next,
      boolean first,
      float[] dx,
      int to,
      int length) {
    FloatVector zero = FloatVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      FloatVector input = FloatVector.fromArray(F, x, to + i);
      VectorMask<Float> tied =
          FloatVector.fromArray(F, y, from + i).compare(VectorOperators.EQ, input);
      VectorMask<Float> nextTied =
          FloatVector.fromArray(F, y, next + i).compare(VectorOperators.EQ, input);
      FloatVector sum =
          zero.blend(FloatVector.fromArray(F, dy, from + i), tied)
              .add(zero.blend(FloatVector.fromArray(F, dy, next + i), nextTied));
      if (!first) {
        sum = sum.add(FloatVector.fromArray(F, dx, to + i));
      }
      sum.intoArray(dx, to + i);
    }
  }
}
