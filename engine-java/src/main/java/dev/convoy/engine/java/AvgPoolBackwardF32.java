package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Backward of average pooling of floats: the divided gradients of the outputs that reach an input
 * are summed along the columns, then along the rows.
 */
final class AvgPoolBackwardF32 extends AvgPoolBackward {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  AvgPoolBackwardF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.floats(number, length);
  }

  @Override
  void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    float[] dx = scratch.floats(1, 0);
    int phaseRows = count == 1 ? to - from : grid.planeRows;
    int length = count * phaseRows * grid.pitch;
    int reduced = length + grid.rowReach * grid.pitch;
    float[] divided = scratch.floats(2, grid.lead() + length + 4L * LANES);
    float[] quotients =
        scratch.floats(5, elements(count, first, end, columns.outputs) + 2L * LANES);
    divide(scratch.floats(0, 0), count, first, end, quotients);
    PoolRowsF32.spread(
        quotients, columns.outputs, count, first, end, grid, from, phaseRows, divided, 0);
    float[] sums = scratch.floats(3, reduced + 2L * LANES);
    float[] phases = scratch.floats(4, grid.phasesLength());
    int[] shifts = scratch.ints(Math.max(rows.kernel, columns.kernel));
    for (int column = 0; column < grid.columnPhases; column++) {
      int taps = shifts(columns, grid.columnPhase, grid.columnShift, column, -1, shifts);
      PoolRowsF32.sum(divided, grid.columnReach, shifts, taps, sums, 0, reduced);
      for (int row = 0; row < grid.rowPhases; row++) {
        taps = shifts(rows, grid.rowPhase, grid.rowShift, row, -grid.pitch, shifts);
        int target = (row * grid.columnPhases + column) * grid.phasePitch;
        PoolRowsF32.sum(sums, grid.rowReach * grid.pitch, shifts, taps, phases, target, length);
      }
    }
    int top = grid.firstImageRow(from);
    int bottom = Math.max(top, grid.endImageRow(to));
    PoolPhasesF32.collect(phases, count, from, phaseRows, grid, dx, columns.size, top, bottom);
  }

  /** Lists how far the outputs lie whose taps are of a phase; returns how many. */
  private static int shifts(
      PoolAxis axis, int[] phases, int[] shifts, int phase, int unit, int[] to) {
    int taps = 0;
    for (int tap = 0; tap < axis.kernel; tap++) {
      if (phases[tap] == phase) {
        to[taps++] = shifts[tap] * unit;
      }
    }
    return taps;
  }

  private void divide(float[] dy, int count, int first, int end, float[] quotients) {
    int width = columns.outputs;
    int at = 0;
    for (int plane = 0; plane < count; plane++) {
      for (int o = first; o < end; o++, at += width) {
        PoolRowsF32.divide(dy, at, divisor.columnFloats, divisor.rowCount(o), quotients, at, width);
      }
    }
  }
}
