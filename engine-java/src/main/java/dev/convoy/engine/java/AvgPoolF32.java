package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Average pooling of floats. Each row of taps is summed, and then the rows' sums. */
final class AvgPoolF32 extends AvgPool {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  AvgPoolF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.floats(number, length);
  }

  @Override
  void pool(PoolBuffers scratch, int count, int from, int to, int top, int bottom) {
    float[] y = scratch.floats(1, 0);
    int width = columns.outputs;
    int phaseRows = count == 1 ? to - from + grid.rowReach : grid.planeRows;
    int planePitch = phaseRows * grid.pitch;
    int length = (count - 1) * planePitch + (to - from - 1) * grid.pitch + width;
    float[] phases = scratch.floats(2, grid.phasesLength());
    PoolPhasesF32.deal(
        scratch.floats(0, 0),
        columns.size,
        count,
        top,
        bottom - top,
        grid,
        from,
        phaseRows,
        phases,
        0);
    float[] rowSums = scratch.floats(3, grid.rowPhases * (long) grid.phasePitch);
    float[] sums = scratch.floats(4, length + (long) LANES);
    int reduced = length + grid.rowReach * grid.pitch;
    for (int phase = 0; phase < grid.rowPhases; phase++) {
      int at = phase * grid.columnPhases * grid.phasePitch;
      int target = phase * grid.phasePitch;
      PoolRowsF32.sum(phases, at, grid.columnAt, columns.kernel, rowSums, target, reduced);
    }
    PoolRowsF32.sum(rowSums, 0, grid.reducedAt, rows.kernel, sums, 0, length);
    int target = 0;
    for (int plane = 0; plane < count; plane++) {
      int at = plane * planePitch;
      for (int o = from; o < to; o++, at += grid.pitch, target += width) {
        PoolRowsF32.divide(sums, at, divisor.columnFloats, divisor.rowCount(o), y, target, width);
      }
    }
  }
}
