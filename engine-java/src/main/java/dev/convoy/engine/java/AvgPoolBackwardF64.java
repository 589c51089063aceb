package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Backward of average pooling of doubles: the divided gradients of the outputs that reach an input
 * are summed along the columns, then along the rows.
 */
final class AvgPoolBackwardF64 extends AvgPoolBackward {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

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
    int phaseRows = count == 1 ? to - from : grid.planeRows;
    int length = count * phaseRows * grid.pitch;
    int reduced = length + grid.rowReach * grid.pitch;
    double[] divided = scratch.doubles(2, grid.lead() + length + 4L * LANES);
    double[] quotients =
        scratch.doubles(5, elements(count, first, end, columns.outputs) + 2L * LANES);
    divide(scratch.doubles(0, 0), count, first, end, quotients);
    PoolRowsF64.spread(
        quotients, columns.outputs, count, first, end, grid, from, phaseRows, divided, 0);
    double[] sums = scratch.doubles(3, reduced + 2L * LANES);
    double[] phases = scratch.doubles(4, grid.phasesLength());
    int[] shifts = scratch.ints(Math.max(rows.kernel, columns.kernel));
    for (int column = 0; column < grid.columnPhases; column++) {
      int taps = shifts(columns, grid.columnPhase, grid.columnShift, column, -1, shifts);
      PoolRowsF64.sum(divided, grid.columnReach, shifts, taps, sums, 0, reduced);
      for (int row = 0; row < grid.rowPhases; row++) {
        taps = shifts(rows, grid.rowPhase, grid.rowShift, row, -grid.pitch, shifts);
        int target = (row * grid.columnPhases + column) * grid.phasePitch;
        PoolRowsF64.sum(sums, grid.rowReach * grid.pitch, shifts, taps, phases, target, length);
      }
    }
    int top = grid.firstImageRow(from);
    int bottom = Math.max(top, grid.endImageRow(to));
    PoolRowsF64.collect(phases, count, from, phaseRows, grid, dx, columns.size, top, bottom);
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

  private void divide(double[] dy, int count, int first, int end, double[] quotients) {
    int width = columns.outputs;
    int at = 0;
    for (int plane = 0; plane < count; plane++) {
      for (int o = first; o < end; o++, at += width) {
        PoolRowsF64.divide(
            dy, at, divisor.columnDoubles, divisor.rowCount(o), quotients, at, width);
      }
    }
  }
}
