package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Average pooling of doubles. Each row of taps is summed, and then the rows' sums. */
final class AvgPoolF64 extends AvgPool {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  AvgPoolF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void pool(PoolBuffers scratch, int count, int from, int to, int top, int bottom) {
    double[] y = scratch.doubles(1, 0);
    int width = columns.outputs;
    if (rows.isWhole() && columns.isWhole()) {
      double divider = divisor.columnDoubles[0] * divisor.rowCount(0);
      int elements = rows.size * columns.size;
      PoolWholeF64.average(scratch.doubles(0, 0), count, elements, divider, y);
      return;
    }
    if (PoolRowsF64.SHUFFLES && rows.tiles(2) && columns.tiles(2)) {
      double[] image = scratch.doubles(0, 0);
      double divider = divisor.columnDoubles[0] * divisor.rowCount(0);
      pool2x2(image, count, bottom - top, to - from, columns.size, width, divider, y);
      return;
    }
    int phaseRows = count == 1 ? to - from + grid.rowReach : grid.planeRows;
    int planePitch = phaseRows * grid.pitch;
    int length = (count - 1) * planePitch + (to - from - 1) * grid.pitch + width;
    double[] phases = scratch.doubles(2, grid.phasesLength());
    PoolRowsF64.deal(
        scratch.doubles(0, 0),
        columns.size,
        count,
        top,
        bottom - top,
        grid,
        from,
        phaseRows,
        phases,
        0);
    double[] rowSums = scratch.doubles(3, grid.rowPhases * (long) grid.phasePitch);
    double[] sums = scratch.doubles(4, length + (long) LANES);
    int reduced = length + grid.rowReach * grid.pitch;
    for (int phase = 0; phase < grid.rowPhases; phase++) {
      int at = phase * grid.columnPhases * grid.phasePitch;
      int target = phase * grid.phasePitch;
      PoolRowsF64.sum(phases, at, grid.columnAt, columns.kernel, rowSums, target, reduced);
    }
    PoolRowsF64.sum(rowSums, 0, grid.reducedAt, rows.kernel, sums, 0, length);
    int target = 0;
    for (int plane = 0; plane < count; plane++) {
      int at = plane * planePitch;
      for (int o = from; o < to; o++, at += grid.pitch, target += width) {
        PoolRowsF64.divide(sums, at, divisor.columnDoubles, divisor.rowCount(o), y, target, width);
      }
    }
  }

  /** Windows of 2×2 that tile the image, from where it lies. */
  private static void pool2x2(
      double[] image,
      int planes,
      int staged,
      int rows,
      int width,
      int outputs,
      double divider,
      double[] y) {
    int out = 0;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * staged * width;
      for (int row = 0; row < rows; row++) {
        for (int o = 0; o < outputs; o += LANES) {
          int upper = at + 2 * o;
          int lower = upper + width;
          DoubleVector a =
              DoubleVector.fromArray(F, image, upper).add(DoubleVector.fromArray(F, image, lower));
          DoubleVector b =
              DoubleVector.fromArray(F, image, upper + LANES)
                  .add(DoubleVector.fromArray(F, image, lower + LANES));
          PoolRowsF64.EVEN
              .selectFrom(a, b)
              .add(PoolRowsF64.ODD.selectFrom(a, b))
              .div(divider)
              .intoArray(y, out + o);
        }
        at += 2 * width;
        out += outputs;
      }
    }
  }
}
