package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Backward of max pooling of floats, from the winners. */
final class MaxPoolBackwardF32 extends MaxPoolBackward {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  MaxPoolBackwardF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.floats(number, length);
  }

  @Override
  void unpool(PoolBuffers scratch, int count, int from, int to, int first, int end) {
    float[] dx = scratch.floats(1, 0);
    int width = columns.outputs;
    if (rows.isWhole() && columns.isWhole()) {
      unpoolWhole(scratch, count, from, to, dx);
      return;
    }
    int phaseRows = count == 1 ? to - from : grid.planeRows;
    int length = count * phaseRows * grid.pitch;
    float[] places = scratch.floats(3, grid.lead() + length + 4L * LANES);
    unpack(scratch, count, first, end, from, to, phaseRows, places);
    float[] dy = scratch.floats(0, 0);
    if (PoolPhasesF32.SHUFFLES && rows.tiles(2) && columns.tiles(2) && grid.isDense(count, to)) {
      unpool2x2(dy, places, count * (end - first), width, dx);
      return;
    }
    if (grid.lead() > 0 || !grid.isDense(count, to)) {
      float[] spread = scratch.floats(2, grid.lead() + length + 4L * LANES);
      PoolRowsF32.spread(dy, width, count, first, end, grid, from, phaseRows, spread, 0);
      dy = spread;
    }
    float[] phases = scratch.floats(4, grid.phasesLength());
    if (gathers()) {
      for (int row = 0; row < grid.rowPhases; row++) {
        for (int column = 0; column < grid.columnPhases; column++) {
          gather(dy, places, row, column, phases, length);
        }
      }
    } else {
      scatter(dy, places, phases, length);
    }
    int top = grid.firstImageRow(from);
    int bottom = Math.max(top, grid.endImageRow(to));
    PoolPhasesF32.collect(phases, count, from, phaseRows, grid, dx, columns.size, top, bottom);
  }

  private void unpoolWhole(PoolBuffers scratch, int count, int from, int to, float[] dx) {
    float[] index = scratch.floats(3, count + 4L * LANES);
    if (inBytes()) {
      PoolPlacesF32.unpack(scratch.bytes(0), 0, count, index, 0, 0);
    } else {
      PoolPlacesF32.unpack(scratch.ints(0), 0, count, index, 0, 0);
    }
    int top = grid.firstImageRow(from);
    for (int plane = 0; plane < count; plane++) {
      int place = (int) index[plane];
      int row = place / columns.kernel;
      int column = place - row * columns.kernel - columns.before;
      index[plane] = (row - rows.before - top) * columns.size + column;
    }
    int elements = (grid.endImageRow(to) - top) * columns.size;
    PoolWholeF32.place(scratch.floats(0, 0), count, elements, index, dx);
  }

  /** Windows of 2×2 that tile the image and leave nothing of it. */
  private static void unpool2x2(float[] dy, float[] places, int rows, int outputs, float[] dx) {
    int width = 2 * outputs;
    FloatVector zero = FloatVector.zero(F);
    for (int row = 0; row < rows; row++) {
      int at = row * outputs;
      int upper = row * 2 * width;
      for (int c = 0; c < outputs; c += LANES) {
        FloatVector gradient = FloatVector.fromArray(F, dy, at + c);
        FloatVector place = FloatVector.fromArray(F, places, at + c);
        FloatVector left = zero.blend(gradient, place.compare(VectorOperators.EQ, 0));
        FloatVector right = zero.blend(gradient, place.compare(VectorOperators.EQ, 1));
        LanesF32.LOWER
            .selectFrom(left.reinterpretAsInts(), right.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(dx, upper + 2 * c);
        LanesF32.UPPER
            .selectFrom(left.reinterpretAsInts(), right.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(dx, upper + 2 * c + LANES);
      }
      int lower = upper + width;
      for (int c = 0; c < outputs; c += LANES) {
        FloatVector gradient = FloatVector.fromArray(F, dy, at + c);
        FloatVector place = FloatVector.fromArray(F, places, at + c);
        FloatVector left = zero.blend(gradient, place.compare(VectorOperators.EQ, 2));
        FloatVector right = zero.blend(gradient, place.compare(VectorOperators.EQ, 3));
        LanesF32.LOWER
            .selectFrom(left.reinterpretAsInts(), right.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(dx, lower + 2 * c);
        LanesF32.UPPER
            .selectFrom(left.reinterpretAsInts(), right.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(dx, lower + 2 * c + LANES);
      }
    }
  }

  /** Spreads the winners' places as {@link PoolRowsF32#spread} does the outputs. */
  private void unpack(
      PoolBuffers scratch,
      int count,
      int first,
      int end,
      int from,
      int to,
      int phaseRows,
      float[] places) {
    byte[] bytes = inBytes() ? scratch.bytes(0) : null;
    int[] ints = scratch.ints(0);
    int width = columns.outputs;
    if (grid.lead() == 0 && grid.isDense(count, to)) {
      int outputs = count * (end - first) * width;
      if (bytes != null) {
        PoolPlacesF32.unpack(bytes, 0, outputs, places, 0, 0);
      } else {
        PoolPlacesF32.unpack(ints, 0, outputs, places, 0, 0);
      }
      return;
    }
    PoolPlacesF32.clear(places, 0, grid.columnReach);
    int target = grid.columnReach;
    int at = 0;
    int gap = grid.pitch - width;
    for (int plane = 0; plane < count; plane++) {
      int begin = plane == 0 ? from - grid.rowReach : 0;
      for (int row = begin; row < from + phaseRows; row++, target += grid.pitch) {
        if (row < first || row >= end) {
          PoolPlacesF32.clear(places, target, grid.pitch);
          continue;
        }
        if (bytes != null) {
          PoolPlacesF32.unpack(bytes, at, width, places, target, gap);
        } else {
          PoolPlacesF32.unpack(ints, at, width, places, target, gap);
        }
        at += width;
      }
    }
  }

  /** Gathers one phase's gradients from the outputs whose taps lie in it, row by row of taps. */
  private void gather(
      float[] dy, float[] places, int rowPhase, int columnPhase, float[] phases, int length) {
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
        int c = PoolGrid.nextTap(grid.columnPhase, columnPhase, b + 1, kernel);
        int place = r * kernel + a;
        int from = at - grid.columnShift[a];
        if (b >= kernel) {
          gatherOne(dy, places, from, place, first, phases, to, length);
        } else if (c >= kernel) {
          int step = grid.columnShift[b] - grid.columnShift[a];
          gatherTwo(dy, places, from, step, place, b - a, first, phases, to, length);
        } else {
          int step = grid.columnShift[b] - grid.columnShift[a]; // c's distance is the same
          gatherThree(dy, places, from, step, place, b - a, first, phases, to, length);
        }
        first = false;
        a = c >= kernel ? kernel : PoolGrid.nextTap(grid.columnPhase, columnPhase, c + 1, kernel);
      }
    }
    if (first) {
      Arrays.fill(phases, to, to + length, 0);
    }
  }

  private static void gatherOne(
      float[] dy,
      float[] places,
      int from,
      int place,
      boolean first,
      float[] dx,
      int to,
      int length) {
    FloatVector zero = FloatVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      VectorMask<Float> won =
          FloatVector.fromArray(F, places, from + i).compare(VectorOperators.EQ, place);
      FloatVector sum = zero.blend(FloatVector.fromArray(F, dy, from + i), won);
      if (!first) {
        sum = sum.add(FloatVector.fromArray(F, dx, to + i));
      }
      sum.intoArray(dx, to + i);
    }
  }

  private static void gatherTwo(
      float[] dy,
      float[] places,
      int from,
      int step,
      int place,
      int placeStep,
      boolean first,
      float[] dx,
      int to,
      int length) {
    FloatVector zero = FloatVector.zero(F);
    int next = from - step;
    float nextPlace = place + placeStep;
    for (int i = 0; i < length; i += LANES) {
      VectorMask<Float> won =
          FloatVector.fromArray(F, places, from + i).compare(VectorOperators.EQ, place);
      VectorMask<Float> nextWon =
          FloatVector.fromArray(F, places, next + i).compare(VectorOperators.EQ, nextPlace);
      FloatVector sum =
          zero.blend(FloatVector.fromArray(F, dy, from + i), won)
              .add(zero.blend(FloatVector.fromArray(F, dy, next + i), nextWon));
      if (!first) {
        sum = sum.add(FloatVector.fromArray(F, dx, to + i));
      }
      sum.intoArray(dx, to + i);
    }
  }

  private static void gatherThree(
      float[] dy,
      float[] places,
      int from,
      int step,
      int place,
      int placeStep,
      boolean first,
      float[] dx,
      int to,
      int length) {
    FloatVector zero = FloatVector.zero(F);
    int next = from - step;
    int last = next - step;
    float nextPlace = place + placeStep;
    float lastPlace = nextPlace + placeStep;
    for (int i = 0; i < length; i += LANES) {
      VectorMask<Float> won =
          FloatVector.fromArray(F, places, from + i).compare(VectorOperators.EQ, place);
      VectorMask<Float> nextWon =
          FloatVector.fromArray(F, places, next + i).compare(VectorOperators.EQ, nextPlace);
      VectorMask<Float> lastWon =
          FloatVector.fromArray(F, places, last + i).compare(VectorOperators.EQ, lastPlace);
      FloatVector sum =
          zero.blend(FloatVector.fromArray(F, dy, from + i), won)
              .add(zero.blend(FloatVector.fromArray(F, dy, next + i), nextWon))
              .add(zero.blend(FloatVector.fromArray(F, dy, last + i), lastWon));
      if (!first) {
        sum = sum.add(FloatVector.fromArray(F, dx, to + i));
      }
      sum.intoArray(dx, to + i);
    }
  }

  private void scatter(float[] dy, float[] places, float[] phases, int length) {
    Arrays.fill(phases, 0, Math.toIntExact(grid.phasesLength()), 0);
    int kernel = columns.kernel;
    int end = grid.lead() + length;
    for (int i = 0; i < end; i++) {
      int place = (int) places[i];
      if (place >= 0) {
        int row = place / kernel;
        int column = place - row * kernel;
        int at = i - grid.lead() + grid.rowShift[row] * grid.pitch + grid.columnShift[column];
        if (at >= 0 && at < length) { // else it is another block's
          int phase = grid.rowPhase[row] * grid.columnPhases + grid.columnPhase[column];
          phases[phase * grid.phasePitch + at] += dy[i];
        }
      }
    }
  }
}
