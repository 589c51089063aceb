package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Average pooling of floats. Windows are summed along their rows first, which is contiguous, then
 * along the columns.
 */
final class AvgPoolF32 extends AvgPool {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
  private static final int LANES = F.length();

  AvgPoolF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.floats(number, length);
  }

  @Override
  void pool(PoolBuffers scratch, int count, int from, int to, int top, int staged) {
    float[] x = scratch.floats(0, 0);
    float[] y = scratch.floats(1, 0);
    int width = columns.size;
    float[] sums = scratch.floats(2, phases.length() + (long) LANES);
    PoolRowsF32.padLeft(phases, sums, 0);
    boolean dealt = columns.stride > 1;
    float[] rowSums = dealt ? scratch.floats(3, width + 2L * LANES) : sums;
    int rowAt = dealt ? 0 : columns.before;
    for (int plane = 0; plane < count; plane++) {
      for (int o = from; o < to; o++) {
        int first = rows.firstTap(o);
        int taps = rows.endTap(o) - first;
        int row = (int) (rows.start(o) + (long) first * rows.dilation);
        int at = (plane * staged + row - top) * width;
        sumRows(x, at, width, taps, rows.dilation * width, rowSums, rowAt);
        if (dealt) {
          PoolRowsF32.deal(rowSums, 0, phases, sums);
        }
        PoolRowsF32.padRight(phases, sums, 0);
        int out = (plane * (to - from) + o - from) * columns.outputs;
        averageColumns(sums, divisor.rowCount(o), y, out);
      }
    }
  }

  private static void sumRows(
      float[] x, int at, int width, int taps, int step, float[] sums, int to) {
    for (int c = 0; c < width; c += LANES) {
      int next = at + c;
      FloatVector sum = FloatVector.fromArray(F, x, next);
      for (int t = 1; t < taps; t++) {
        next += step;
        sum = sum.add(FloatVector.fromArray(F, x, next));
      }
      sum.intoArray(sums, to + c);
    }
  }

  private void averageColumns(float[] sums, int rowCount, float[] y, int out) {
    int[] tapAt = phases.tapAt;
    for (int o = 0; o < columns.outputs; o += LANES) {
      FloatVector sum = FloatVector.fromArray(F, sums, tapAt[0] + o);
      for (int t = 1; t < columns.kernel; t++) {
        sum = sum.add(FloatVector.fromArray(F, sums, tapAt[t] + o));
      }
      FloatVector count =
          ((FloatVector)
                  IntVector.fromArray(I, divisor.columnCounts, o)
                      .convertShape(VectorOperators.I2F, F, 0))
              .mul(rowCount);
      sum.div(count).intoArray(y, out + o);
    }
  }
}
