package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Max pooling of floats. Taps are looked at in row-major order, so that of equal ones the first
 * stays: all of a small window, else each row's, and then the rows' maxima.
 */
final class MaxPoolF32 extends MaxPool {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  MaxPoolF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.floats(number, length);
  }

  @Override
  void pool(PoolBuffers scratch, int count, int from, int to, int top, int bottom, boolean places) {
    float[] image = scratch.floats(0, 0);
    float[] y = scratch.floats(1, 0);
    int inputs = elements(count, top, bottom, columns.size);
    boolean regular = PoolRowsF32.areRegular(image, inputs);
    if (regular && PoolPhasesF32.SHUFFLES && rows.tiles(2) && columns.tiles(2)) {
      int outputs = elements(count, from, to, columns.outputs);
      float[] place = scratch.floats(4, outputs + 2L * LANES);
      pool2x2(image, count, bottom - top, to - from, columns.size, columns.outputs, y, place);
      pack(scratch, place, 1, 0, 1, outputs, places);
      return;
    }
    if (regular && rows.isWhole() && columns.isWhole()) {
      float[] place = scratch.floats(4, count + 2L * LANES);
      PoolWholeF32.max(image, count, rows.size * columns.size, y, place);
      for (int plane = 0; plane < count; plane++) {
        int index = (int) place[plane];
        int row = index / columns.size;
        int column = index - row * columns.size;
        place[plane] = (row + rows.before) * columns.kernel + column + columns.before;
      }
      pack(scratch, place, 1, 0, 1, count, places);
      return;
    }
    int width = columns.outputs;
    int phaseRows = count == 1 ? to - from + grid.rowReach : grid.planeRows;
    int planePitch = phaseRows * grid.pitch;
    int length = (count - 1) * planePitch + (to - from - 1) * grid.pitch + width;
    float[] phases = scratch.floats(2, grid.phasesLength());
    boolean dense = grid.isDense(count, to);
    float[] max = dense ? y : scratch.floats(3, length + (long) LANES);
    float[] place = scratch.floats(4, length + (long) LANES);
    PoolPhasesF32.deal(
        image,
        columns.size,
        count,
        top,
        bottom - top,
        grid,
        from,
        phaseRows,
        phases,
        Float.NEGATIVE_INFINITY);
    if (!regular) {
      firstTaps(count, planePitch, from, to, place);
      reduceExactly(phases, length, max, place);
    } else if (rows.kernel == 2 && columns.kernel == 2) {
      reduceFour(phases, length, max, place);
    } else if (rows.kernel == 3 && columns.kernel == 3 && columns.stride > 1) {
      reduceNine(phases, length, max, place);
    } else {
      reduce(scratch, phases, length, max, place);
    }
    if (!dense) {
      PoolRowsF32.compact(max, count, planePitch, to - from, grid.pitch, width, y);
    }
    if (dense) {
      pack(scratch, place, 1, 0, 1, length, places);
    } else {
      pack(scratch, place, count, planePitch, to - from, width, places);
    }
  }

  private void pack(
      PoolBuffers scratch,
      float[] place,
      int planes,
      int planePitch,
      int rows,
      int width,
      boolean places) {
    if (places && inBytes()) {
      byte[] packed = scratch.bytes(0);
      PoolPlacesF32.pack(place, planes, planePitch, rows, grid.pitch, width, packed);
    } else if (places) {
      int[] packed = scratch.ints(0);
      PoolPlacesF32.pack(place, planes, planePitch, rows, grid.pitch, width, packed);
    }
  }

  /** Windows of 2×2 that tile the image, from where it lies. */
  private static void pool2x2(
      float[] image,
      int planes,
      int staged,
      int rows,
      int width,
      int outputs,
      float[] y,
      float[] place) {
    int out = 0;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * staged * width;
      for (int row = 0; row < rows; row++) {
        for (int o = 0; o < outputs; o += LANES) {
          int upper = at + 2 * o;
          int lower = upper + width;
          FloatVector u = FloatVector.fromArray(F, image, upper);
          FloatVector u1 = FloatVector.fromArray(F, image, upper + LANES);
          FloatVector l = FloatVector.fromArray(F, image, lower);
          FloatVector l1 = FloatVector.fromArray(F, image, lower + LANES);
          FloatVector a =
              LanesF32.EVEN
                  .selectFrom(u.reinterpretAsInts(), u1.reinterpretAsInts())
                  .reinterpretAsFloats();
          FloatVector b =
              LanesF32.ODD
                  .selectFrom(u.reinterpretAsInts(), u1.reinterpretAsInts())
                  .reinterpretAsFloats();
          FloatVector c =
              LanesF32.EVEN
                  .selectFrom(l.reinterpretAsInts(), l1.reinterpretAsInts())
                  .reinterpretAsFloats();
          FloatVector d =
              LanesF32.ODD
                  .selectFrom(l.reinterpretAsInts(), l1.reinterpretAsInts())
                  .reinterpretAsFloats();
          VectorMask<Float> right = b.compare(VectorOperators.GT, a);
          VectorMask<Float> lowerRight = d.compare(VectorOperators.GT, c);
          a = a.blend(b, right);
          c = c.blend(d, lowerRight);
          FloatVector abPlace = FloatVector.zero(F).blend(1, right);
          FloatVector cdPlace = FloatVector.broadcast(F, 2).blend(3, lowerRight);
          VectorMask<Float> below = c.compare(VectorOperators.GT, a);
          a.blend(c, below).intoArray(y, out + o);
          abPlace.blend(cdPlace, below).intoArray(place, out + o);
        }
        at += 2 * width;
        out += outputs;
      }
    }
  }

  private void reduceFour(float[] x, int length, float[] max, float[] place) {
    int a = grid.rowAt[0] + grid.columnAt[0];
    int b = grid.rowAt[0] + grid.columnAt[1];
    int c = grid.rowAt[1] + grid.columnAt[0];
    int d = grid.rowAt[1] + grid.columnAt[1];
    for (int i = 0; i < length; i += LANES) {
      FloatVector upper = FloatVector.fromArray(F, x, a + i);
      FloatVector upperRight = FloatVector.fromArray(F, x, b + i);
      FloatVector lower = FloatVector.fromArray(F, x, c + i);
      FloatVector lowerRight = FloatVector.fromArray(F, x, d + i);
      VectorMask<Float> right = upperRight.compare(VectorOperators.GT, upper);
      VectorMask<Float> lowersRight = lowerRight.compare(VectorOperators.GT, lower);
      FloatVector upperPlace = FloatVector.zero(F).blend(1, right);
      FloatVector lowerPlace = FloatVector.broadcast(F, 2).blend(3, lowersRight);
      upper = upper.blend(upperRight, right);
      lower = lower.blend(lowerRight, lowersRight);
      VectorMask<Float> below = lower.compare(VectorOperators.GT, upper);
      upper.blend(lower, below).intoArray(max, i);
      upperPlace.blend(lowerPlace, below).intoArray(place, i);
    }
  }

  private void reduceNine(float[] x, int length, float[] max, float[] place) {
    int top = grid.rowAt[0];
    int middle = grid.rowAt[1];
    int bottom = grid.rowAt[2];
    int left = grid.columnAt[0];
    int centre = grid.columnAt[1];
    int right = grid.columnAt[2];
    for (int i = 0; i < length; i += LANES) {
      // The rows' maxima, each from its own three: three short chains, not one of nine.
      FloatVector a = FloatVector.fromArray(F, x, top + left + i);
      FloatVector next = FloatVector.fromArray(F, x, top + centre + i);
      VectorMask<Float> wins = next.compare(VectorOperators.GT, a);
      a = a.blend(next, wins);
      FloatVector aPlace = FloatVector.zero(F).blend(1, wins);
      next = FloatVector.fromArray(F, x, top + right + i);
      wins = next.compare(VectorOperators.GT, a);
      a = a.blend(next, wins);
      aPlace = aPlace.blend(2, wins);

      FloatVector b = FloatVector.fromArray(F, x, middle + left + i);
      next = FloatVector.fromArray(F, x, middle + centre + i);
      wins = next.compare(VectorOperators.GT, b);
      b = b.blend(next, wins);
      FloatVector bPlace = FloatVector.broadcast(F, 3).blend(4, wins);
      next = FloatVector.fromArray(F, x, middle + right + i);
      wins = next.compare(VectorOperators.GT, b);
      b = b.blend(next, wins);
      bPlace = bPlace.blend(5, wins);

      FloatVector c = FloatVector.fromArray(F, x, bottom + left + i);
      next = FloatVector.fromArray(F, x, bottom + centre + i);
      wins = next.compare(VectorOperators.GT, c);
      c = c.blend(next, wins);
      FloatVector cPlace = FloatVector.broadcast(F, 6).blend(7, wins);
      next = FloatVector.fromArray(F, x, bottom + right + i);
      wins = next.compare(VectorOperators.GT, c);
      c = c.blend(next, wins);
      cPlace = cPlace.blend(8, wins);

      wins = b.compare(VectorOperators.GT, a);
      a = a.blend(b, wins);
      aPlace = aPlace.blend(bPlace, wins);
      wins = c.compare(VectorOperators.GT, a);
      a.blend(c, wins).intoArray(max, i);
      aPlace.blend(cPlace, wins).intoArray(place, i);
    }
  }

  /** Any window: each row's maximum and its column, then the maximum of the rows. */
  private void reduce(PoolBuffers scratch, float[] x, int length, float[] max, float[] place) {
    int rowPitch = grid.phasePitch;
    float[] best = scratch.floats(5, grid.rowPhases * (long) rowPitch);
    float[] taps = scratch.floats(6, grid.rowPhases * (long) rowPitch);
    for (int phase = 0; phase < grid.rowPhases; phase++) {
      int at = phase * grid.columnPhases * grid.phasePitch;
      int to = phase * rowPitch;
      int end = to + length + grid.rowReach * grid.pitch;
      if (columns.kernel == 3) {
        reduceThreeColumns(x, at - to, best, taps, to, end);
      } else {
        reduceColumns(x, at - to, best, taps, to, end);
      }
    }
    if (rows.kernel == 3) {
      reduceThreeRows(best, taps, length, max, place);
    } else {
      reduceRows(best, taps, length, max, place);
    }
  }

  private void reduceThreeColumns(
      float[] x, int shift, float[] best, float[] taps, int from, int end) {
    int left = shift + grid.columnAt[0];
    int centre = shift + grid.columnAt[1];
    int right = shift + grid.columnAt[2];
    for (int i = from; i < end; i += LANES) {
      FloatVector max = FloatVector.fromArray(F, x, left + i);
      FloatVector next = FloatVector.fromArray(F, x, centre + i);
      VectorMask<Float> wins = next.compare(VectorOperators.GT, max);
      max = max.blend(next, wins);
      FloatVector tap = FloatVector.zero(F).blend(1, wins);
      next = FloatVector.fromArray(F, x, right + i);
      wins = next.compare(VectorOperators.GT, max);
      max.blend(next, wins).intoArray(best, i);
      tap.blend(2, wins).intoArray(taps, i);
    }
  }

  private void reduceColumns(float[] x, int shift, float[] best, float[] taps, int from, int end) {
    int[] columnAt = grid.columnAt;
    int kernel = columns.kernel;
    for (int i = from; i < end; i += LANES) {
      FloatVector max = FloatVector.fromArray(F, x, shift + columnAt[0] + i);
      FloatVector tap = FloatVector.zero(F);
      for (int t = 1; t < kernel; t++) {
        FloatVector next = FloatVector.fromArray(F, x, shift + columnAt[t] + i);
        VectorMask<Float> wins = next.compare(VectorOperators.GT, max);
        max = max.blend(next, wins);
        tap = tap.blend(t, wins);
      }
      max.intoArray(best, i);
      tap.intoArray(taps, i);
    }
  }

  private void reduceThreeRows(float[] best, float[] taps, int length, float[] max, float[] place) {
    int top = grid.reducedAt[0];
    int middle = grid.reducedAt[1];
    int bottom = grid.reducedAt[2];
    float kernel = columns.kernel;
    for (int i = 0; i < length; i += LANES) {
      FloatVector value = FloatVector.fromArray(F, best, top + i);
      FloatVector tap = FloatVector.fromArray(F, taps, top + i);
      FloatVector next = FloatVector.fromArray(F, best, middle + i);
      FloatVector nextTap = FloatVector.fromArray(F, taps, middle + i).add(kernel);
      VectorMask<Float> wins = next.compare(VectorOperators.GT, value);
      value = value.blend(next, wins);
      tap = tap.blend(nextTap, wins);
      next = FloatVector.fromArray(F, best, bottom + i);
      nextTap = FloatVector.fromArray(F, taps, bottom + i).add(2 * kernel);
      wins = next.compare(VectorOperators.GT, value);
      value.blend(next, wins).intoArray(max, i);
      tap.blend(nextTap, wins).intoArray(place, i);
    }
  }

  private void reduceRows(float[] best, float[] taps, int length, float[] max, float[] place) {
    int kernel = rows.kernel;
    int width = columns.kernel;
    for (int i = 0; i < length; i += LANES) {
      FloatVector value = FloatVector.fromArray(F, best, i);
      FloatVector tap = FloatVector.fromArray(F, taps, i);
      for (int t = 1; t < kernel; t++) {
        int at = grid.reducedAt[t] + i;
        FloatVector next = FloatVector.fromArray(F, best, at);
        FloatVector nextTap = FloatVector.fromArray(F, taps, at).add((float) (t * width));
        VectorMask<Float> wins = next.compare(VectorOperators.GT, value);
        value = value.blend(next, wins);
        tap = tap.blend(nextTap, wins);
      }
      value.intoArray(max, i);
      tap.intoArray(place, i);
    }
  }

  /** The first tap in the image of each output's window. */
  private void firstTaps(int count, int planePitch, int from, int to, float[] place) {
    for (int plane = 0; plane < count; plane++) {
      for (int o = from; o < to; o++) {
        int at = plane * planePitch + (o - from) * grid.pitch;
        int row = rows.firstTap(o) * columns.kernel;
        for (int c = 0; c < columns.outputs; c++) {
          place[at + c] = row + columns.firstTap(c);
        }
      }
    }
  }

  /**
   * With NaN and -∞ in the image: the first NaN wins, else what is greater than -∞ (so padding does
   * not), else the first tap in the image.
   */
  private void reduceExactly(float[] x, int length, float[] max, float[] place) {
    int kernel = rows.kernel;
    int width = columns.kernel;
    for (int i = 0; i < length; i += LANES) {
      FloatVector value = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
      FloatVector tap = FloatVector.fromArray(F, place, i);
      for (int r = 0; r < kernel; r++) {
        int at = grid.rowAt[r] + i;
        for (int c = 0; c < width; c++) {
          FloatVector next = FloatVector.fromArray(F, x, at + grid.columnAt[c]);
          VectorMask<Float> wins =
              value
                  .compare(VectorOperators.EQ, value)
                  .andNot(next.compare(VectorOperators.LE, value));
          value = value.blend(next, wins);
          tap = tap.blend((float) (r * width + c), wins);
        }
      }
      value.intoArray(max, i);
      tap.intoArray(place, i);
    }
  }
}
