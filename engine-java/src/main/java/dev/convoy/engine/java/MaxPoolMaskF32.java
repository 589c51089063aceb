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
    if (cover.gathers()) {
      gather(scratch, count, from, to, first, end);
    } else {
      scatter(scratch, count, from, to, first, end);
    }
  }

  private void gather(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    float[] dx = scratch.floats(1, 0);
    float[] x = scratch.floats(3, 0);
    int outputRows = count * (end - first);
    float[] dy = scratch.floats(4, cover.length(outputRows) + 2L * LANES);
    float[] y = scratch.floats(5, cover.length(outputRows) + 2L * LANES);
    PoolRowsF32.spread(scratch.floats(0, 0), columns.outputs, outputRows, dy, cover.gap, 0);
    PoolRowsF32.spread(scratch.floats(2, 0), columns.outputs, outputRows, y, cover.gap, Float.NaN);
    int[] at = scratch.ints(2, cover.mostRows());
    int[] taps = scratch.ints(3, cover.mostRows());
    boolean dealt = columns.stride > 1;
    float[] inputs = dealt ? scratch.floats(6, phases.length() + (long) LANES) : x;
    float[] sums = dealt ? scratch.floats(7, phases.length() + (long) LANES) : dx;
    for (int plane = 0; plane < count; plane++) {
      int planeAt = plane * (end - first) * cover.pitch();
      for (int row = from; row < to; row++) {
        int out = (plane * (to - from) + row - from) * columns.size;
        int reached = cover.list(row, first, planeAt, at, taps);
        if (dealt) {
          PoolRowsF32.deal(x, out, phases, inputs);
        }
        for (int phase = 0; phase < phases.count; phase++) {
          int target = dealt ? phases.imageBegin[phase] : out;
          gather(inputs, dy, y, at, reached, phase, sums, target);
        }
        if (dealt) {
          PoolRowsF32.collect(sums, phases, dx, out);
        }
      }
    }
  }

  /** Sums the gradients of a row's inputs of one phase, in the outputs' order. */
  private void gather(
      float[] x, float[] dy, float[] y, int[] at, int reached, int phase, float[] sums, int to) {
    int lastTap = cover.lastTap[phase];
    int begin = cover.firstOutput[phase];
    int length = phases.imageEnd[phase] - phases.imageBegin[phase];
    for (int c = 0; c < length; c += LANES) {
      FloatVector input = FloatVector.fromArray(F, x, to + c);
      FloatVector sum = FloatVector.zero(F);
      for (int i = 0; i < reached; i++) {
        int from = at[i] + begin + c;
        for (int t = lastTap; t >= 0; t -= cover.tapStep, from += cover.shiftStep) {
          FloatVector maximum = FloatVector.fromArray(F, y, from);
          VectorMask<Float> tied = maximum.compare(VectorOperators.EQ, input);
          sum = sum.add(FloatVector.zero(F).blend(FloatVector.fromArray(F, dy, from), tied));
        }
      }
      sum.intoArray(sums, to + c);
    }
  }

  private void scatter(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    float[] dy = scratch.floats(0, 0);
    float[] dx = scratch.floats(1, 0);
    float[] y = scratch.floats(2, 0);
    float[] x = scratch.floats(3, 0);
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

  private void scatterRow(float[] x, float[] y, float[] dy, float[] dx, int at, int row) {
    for (int o = 0; o < columns.outputs; o++) {
      float maximum = y[at + o];
      float gradient = dy[at + o];
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
