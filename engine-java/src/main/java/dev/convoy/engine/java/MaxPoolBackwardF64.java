package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Backward of max pooling of doubles, from the winners. */
final class MaxPoolBackwardF64 extends MaxPoolBackward {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = PoolRowsF64.INTS;
  private static final int LANES = D.length();

  MaxPoolBackwardF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    if (rows.tiles(2) && columns.tiles(2)) {
      unpool2x2(scratch, count, from, to, first, end);
    } else if (cover.gathers()) {
      gather(scratch, count, from, to, first, end);
    } else {
      scatter(scratch, count, from, to, first, end);
    }
  }

  private void unpool2x2(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    double[] dy = scratch.doubles(0, 0);
    double[] dx = scratch.doubles(1, 0);
    int[] places = scratch.ints(0, 0);
    int width = columns.size;
    int outputs = columns.outputs;
    for (int plane = 0; plane < count; plane++) {
      for (int row = from; row < to; row++) {
        int out = (plane * (to - from) + row - from) * width;
        int o = row / 2;
        if (o < end) {
          int at = (plane * (end - first) + o - first) * outputs;
          int even = row % 2 * 2;
          DoubleVector zero = DoubleVector.zero(D);
          for (int c = 0; c < outputs; c += LANES) {
            DoubleVector gradient = DoubleVector.fromArray(D, dy, at + c);
            IntVector place = IntVector.fromArray(I, places, at + c);
            DoubleVector left =
                zero.blend(gradient, place.compare(VectorOperators.EQ, even).cast(D));
            DoubleVector right =
                zero.blend(gradient, place.compare(VectorOperators.EQ, even + 1).cast(D));
            PoolRowsF64.LOWER.selectFrom(left, right).intoArray(dx, out + 2 * c);
            PoolRowsF64.UPPER.selectFrom(left, right).intoArray(dx, out + 2 * c + LANES);
          }
          Arrays.fill(dx, out + 2 * outputs, out + width, 0);
        } else {
          Arrays.fill(dx, out, out + width, 0);
        }
      }
    }
  }

  private void gather(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    double[] dx = scratch.doubles(1, 0);
    int outputRows = count * (end - first);
    double[] dy = scratch.doubles(2, cover.length(outputRows) + 2L * LANES);
    int[] places = scratch.ints(1, cover.length(outputRows) + 2L * LANES);
    int gap = cover.gap;
    PoolRowsF64.spread(scratch.doubles(0, 0), columns.outputs, outputRows, dy, gap, 0);
    PoolPlaces.spread(scratch.ints(0, 0), columns.outputs, outputRows, places, gap);
    int[] at = scratch.ints(2, cover.mostRows());
    int[] taps = scratch.ints(3, cover.mostRows());
    boolean dealt = columns.stride > 1;
    double[] sums = dealt ? scratch.doubles(3, phases.length() + (long) LANES) : dx;
    for (int plane = 0; plane < count; plane++) {
      int planeAt = plane * (end - first) * cover.pitch();
      for (int row = from; row < to; row++) {
        int out = (plane * (to - from) + row - from) * columns.size;
        int reached = cover.list(row, first, planeAt, at, taps);
        for (int phase = 0; phase < phases.count; phase++) {
          gather(
              dy, places, at, taps, reached, phase, sums, dealt ? phases.imageBegin[phase] : out);
        }
        if (dealt) {
          PoolRowsF64.collect(sums, phases, dx, out);
        }
      }
    }
  }

  /** Sums the gradients of a row's inputs of one phase, in the outputs' order. */
  private void gather(
      double[] dy,
      int[] places,
      int[] at,
      int[] taps,
      int reached,
      int phase,
      double[] sums,
      int to) {
    int lastTap = cover.lastTap[phase];
    int begin = cover.firstOutput[phase];
    int length = phases.imageEnd[phase] - phases.imageBegin[phase];
    for (int c = 0; c < length; c += LANES) {
      DoubleVector sum = DoubleVector.zero(D);
      for (int i = 0; i < reached; i++) {
        int rowPlace = taps[i] * columns.kernel;
        int from = at[i] + begin + c;
        for (int t = lastTap; t >= 0; t -= cover.tapStep, from += cover.shiftStep) {
          VectorMask<Double> won =
              IntVector.fromArray(I, places, from)
                  .compare(VectorOperators.EQ, rowPlace + t)
                  .cast(D);
          sum = sum.add(DoubleVector.fromArray(D, dy, from), won);
        }
      }
      sum.intoArray(sums, to + c);
    }
  }

  private void scatter(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    double[] dy = scratch.doubles(0, 0);
    double[] dx = scratch.doubles(1, 0);
    int[] places = scratch.ints(0, 0);
    int width = columns.size;
    int kernel = columns.kernel;
    Arrays.fill(dx, 0, count * (to - from) * width, 0);
    int at = 0;
    for (int plane = 0; plane < count; plane++) {
      int out = plane * (to - from) * width;
      for (int o = first; o < end; o++) {
        int top = (int) rows.start(o);
        for (int c = 0; c < columns.outputs; c++, at++) {
          int row = top + places[at] / kernel * rows.dilation;
          if (row >= from && row < to) {
            int column = (int) columns.start(c) + places[at] % kernel * columns.dilation;
            dx[out + (row - from) * width + column] += dy[at];
          }
        }
      }
    }
  }
}
