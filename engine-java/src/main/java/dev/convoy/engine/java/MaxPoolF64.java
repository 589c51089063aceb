package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Max pooling of doubles. Taps are looked at in row-major order, so that of equal ones the first
 * stays: all of a small window, else each row's, and then the rows' maxima.
 */
final class MaxPoolF64 extends MaxPool {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  MaxPoolF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void pool(PoolBuffers scratch, int count, int from, int to, int top, int bottom, boolean places) {
    double[] image = scratch.doubles(0, 0);
    double[] y = scratch.doubles(1, 0);
    int inputs = elements(count, top, bottom, columns.size);
    boolean regular = PoolRowsF64.areRegular(image, inputs);
    if (regular && PoolRowsF64.SHUFFLES && rows.tiles(2) && columns.tiles(2)) {
      int outputs = elements(count, from, to, columns.outputs);
      double[] place = scratch.doubles(4, outputs + 2L * LANES);
      pool2x2(image, count, bottom - top, to - from, columns.size, columns.outputs, y, place);
      pack(scratch, place, 1, 0, 1, outputs, places);
      return;
    }
    if (regular && rows.isWhole() && columns.isWhole()) {
      double[] place = scratch.doubles(4, count + 2L * LANES);
      PoolWholeF64.max(image, count, rows.size * columns.size, y, place);
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
    double[] phases = scratch.doubles(2, grid.phasesLength());
    boolean dense = grid.isDense(count, to);
    double[] max = dense ? y : scratch.doubles(3, length + (long) LANES);
    double[] place = scratch.doubles(4, length + (long) LANES);
    PoolRowsF64.deal(
        image,
        columns.size,
        count,
        top,
        bottom - top,
        grid,
        from,
        phaseRows,
        phases,
        Double.NEGATIVE_INFINITY);
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
      PoolRowsF64.compact(max, count, planePitch, to - from, grid.pitch, width, y);
    }
    if (dense) {
      pack(scratch, place, 1, 0, 1, length, places);
    } else {
      pack(scratch, place, count, planePitch, to - from, width, places);
    }
  }

  private void pack(
      PoolBuffers scratch,
      double[] place,
      int planes,
      int planePitch,
      int rows,
      int width,
      boolean places) {
    if (places && inBytes()) {
      byte[] packed = scratch.bytes(0);
      PoolPlacesF64.pack(place, planes, planePitch, rows, grid.pitch, width, packed);
    } else if (places) {
      int[] packed = scratch.ints(0);
      PoolPlacesF64.pack(place, planes, planePitch, rows, grid.pitch, width, packed);
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
      double[] y,
      double[] place) {
    int out = 0;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * staged * width;
      for (int row = 0; row < rows; row++) {
        for (int o = 0; o < outputs; o += LANES) {
          int upper = at + 2 * o;
          int lower = upper + width;
          DoubleVector u = DoubleVector.fromArray(F, image, upper);
          DoubleVector u1 = DoubleVector.fromArray(F, image, upper + LANES);
          DoubleVector l = DoubleVector.fromArray(F, image, lower);
          DoubleVector l1 = DoubleVector.fromArray(F, image, lower + LANES);
          DoubleVector a =
              LanesF64.EVEN
                  .selectFrom(u.reinterpretAsLongs(), u1.reinterpretAsLongs())
                  .reinterpretAsDoubles();
          DoubleVector b =
              LanesF64.ODD
                  .selectFrom(u.reinterpretAsLongs(), u1.reinterpretAsLongs())
                  .reinterpretAsDoubles();
          DoubleVector c =
              LanesF64.EVEN
                  .selectFrom(l.reinterpretAsLongs(), l1.reinterpretAsLongs())
                  .reinterpretAsDoubles();
          DoubleVector d =
              LanesF64.ODD
                  .selectFrom(l.reinterpretAsLongs(), l1.reinterpretAsLongs())
                  .reinterpretAsDoubles();
          VectorMask<Double> right = b.compare(VectorOperators.GT, a);
          VectorMask<Double> lowerRight = d.compare(VectorOperators.GT, c);
          a = a.blend(b, right);
          c = c.blend(d, lowerRight);
          DoubleVector abPlace = DoubleVector.zero(F).blend(1, right);
          DoubleVector cdPlace = DoubleVector.broadcast(F, 2).blend(3, lowerRight);
          VectorMask<Double> below = c.compare(VectorOperators.GT, a);
          a.blend(c, below).intoArray(y, out + o);
          abPlace.blend(cdPlace, below).intoArray(place, out + o);
        }
        at += 2 * width;
        out += outputs;
      }
    }
  }

  private void reduceFour(double[] x, int length, double[] max, double[] place) {
    int a = grid.rowAt[0] + grid.columnAt[0];
    int b = grid.rowAt[0] + grid.columnAt[1];
    int c = grid.rowAt[1] + grid.columnAt[0];
    int d = grid.rowAt[1] + grid.columnAt[1];
    for (int i = 0; i < length; i += LANES) {
      DoubleVector upper = DoubleVector.fromArray(F, x, a + i);
      DoubleVector upperRight = DoubleVector.fromArray(F, x, b + i);
      DoubleVector lower = DoubleVector.fromArray(F, x, c + i);
      DoubleVector lowerRight = DoubleVector.fromArray(F, x, d + i);
      VectorMask<Double> right = upperRight.compare(VectorOperators.GT, upper);
      VectorMask<Double> lowersRight = lowerRight.compare(VectorOperators.GT, lower);
      DoubleVector upperPlace = DoubleVector.zero(F).blend(1, right);
      DoubleVector lowerPlace = DoubleVector.broadcast(F, 2).blend(3, lowersRight);
      upper = upper.blend(upperRight, right);
      lower = lower.blend(lowerRight, lowersRight);
      VectorMask<Double> below = lower.compare(VectorOperators.GT, upper);
      upper.blend(lower, below).intoArray(max, i);
      upperPlace.blend(lowerPlace, below).intoArray(place, i);
    }
  }

  private void reduceNine(double[] x, int length, double[] max, double[] place) {
    int top = grid.rowAt[0];
    int middle = grid.rowAt[1];
    int bottom = grid.rowAt[2];
    int left = grid.columnAt[0];
    int centre = grid.columnAt[1];
    int right = grid.columnAt[2];
    for (int i = 0; i < length; i += LANES) {
      // The rows' maxima, each from its own three: three short chains, not one of nine.
      DoubleVector a = DoubleVector.fromArray(F, x, top + left + i);
      DoubleVector next = DoubleVector.fromArray(F, x, top + centre + i);
      VectorMask<Double> wins = next.compare(VectorOperators.GT, a);
      a = a.blend(next, wins);
      DoubleVector aPlace = DoubleVector.zero(F).blend(1, wins);
      next = DoubleVector.fromArray(F, x, top + right + i);
      wins = next.compare(VectorOperators.GT, a);
      a = a.blend(next, wins);
      aPlace = aPlace.blend(2, wins);

      DoubleVector b = DoubleVector.fromArray(F, x, middle + left + i);
      next = DoubleVector.fromArray(F, x, middle + centre + i);
      wins = next.compare(VectorOperators.GT, b);
      b = b.blend(next, wins);
      DoubleVector bPlace = DoubleVector.broadcast(F, 3).blend(4, wins);
      next = DoubleVector.fromArray(F, x, middle + right + i);
      wins = next.compare(VectorOperators.GT, b);
      b = b.blend(next, wins);
      bPlace = bPlace.blend(5, wins);

      DoubleVector c = DoubleVector.fromArray(F, x, bottom + left + i);
      next = DoubleVector.fromArray(F, x, bottom + centre + i);
      wins = next.compare(VectorOperators.GT, c);
      c = c.blend(next, wins);
      DoubleVector cPlace = DoubleVector.broadcast(F, 6).blend(7, wins);
      next = DoubleVector.fromArray(F, x, bottom + right + i);
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
  private void reduce(PoolBuffers scratch, double[] x, int length, double[] max, double[] place) {
    int rowPitch = grid.phasePitch;
    double[] best = scratch.doubles(5, grid.rowPhases * (long) rowPitch);
    double[] taps = scratch.doubles(6, grid.rowPhases * (long) rowPitch);
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
      double[] x, int shift, double[] best, double[] taps, int from, int end) {
    int left = shift + grid.columnAt[0];
    int centre = shift + grid.columnAt[1];
    int right = shift + grid.columnAt[2];
    for (int i = from; i < end; i += LANES) {
      DoubleVector max = DoubleVector.fromArray(F, x, left + i);
      DoubleVector next = DoubleVector.fromArray(F, x, centre + i);
      VectorMask<Double> wins = next.compare(VectorOperators.GT, max);
      max = max.blend(next, wins);
      DoubleVector tap = DoubleVector.zero(F).blend(1, wins);
      next = DoubleVector.fromArray(F, x, right + i);
      wins = next.compare(VectorOperators.GT, max);
      max.blend(next, wins).intoArray(best, i);
      tap.blend(2, wins).intoArray(taps, i);
    }
  }

  private void reduceColumns(
      double[] x, int shift, double[] best, double[] taps, int from, int end) {
    int[] columnAt = grid.columnAt;
    int kernel = columns.kernel;
    for (int i = from; i < end; i += LANES) {
      DoubleVector max = DoubleVector.fromArray(F, x, shift + columnAt[0] + i);
      DoubleVector tap = DoubleVector.zero(F);
      for (int t = 1; t < kernel; t++) {
        DoubleVector next = DoubleVector.fromArray(F, x, shift + columnAt[t] + i);
        VectorMask<Double> wins = next.compare(VectorOperators.GT, max);
        max = max.blend(next, wins);
        tap = tap.blend(t, wins);
      }
      max.intoArray(best, i);
      tap.intoArray(taps, i);
    }
  }

  private void reduceThreeRows(
      double[] best, double[] taps, int length, double[] max, double[] place) {
    int top = grid.reducedAt[0];
    int middle = grid.reducedAt[1];
    int bottom = grid.reducedAt[2];
    double kernel = columns.kernel;
    for (int i = 0; i < length; i += LANES) {
      DoubleVector value = DoubleVector.fromArray(F, best, top + i);
      DoubleVector tap = DoubleVector.fromArray(F, taps, top + i);
      DoubleVector next = DoubleVector.fromArray(F, best, middle + i);
      DoubleVector nextTap = DoubleVector.fromArray(F, taps, middle + i).add(kernel);
      VectorMask<Double> wins = next.compare(VectorOperators.GT, value);
      value = value.blend(next, wins);
      tap = tap.blend(nextTap, wins);
      next = DoubleVector.fromArray(F, best, bottom + i);
      nextTap = DoubleVector.fromArray(F, taps, bottom + i).add(2 * kernel);
      wins = next.compare(VectorOperators.GT, value);
      value.blend(next, wins).intoArray(max, i);
      tap.blend(nextTap, wins).intoArray(place, i);
    }
  }

  private void reduceRows(double[] best, double[] taps, int length, double[] max, double[] place) {
    int kernel = rows.kernel;
    int width = columns.kernel;
    for (int i = 0; i < length; i += LANES) {
      DoubleVector value = DoubleVector.fromArray(F, best, i);
      DoubleVector tap = DoubleVector.fromArray(F, taps, i);
      for (int t = 1; t < kernel; t++) {
        int at = grid.reducedAt[t] + i;
        DoubleVector next = DoubleVector.fromArray(F, best, at);
        DoubleVector nextTap = DoubleVector.fromArray(F, taps, at).add((double) (t * width));
        VectorMask<Double> wins = next.compare(VectorOperators.GT, value);
        value = value.blend(next, wins);
        tap = tap.blend(nextTap, wins);
      }
      value.intoArray(max, i);
      tap.intoArray(place, i);
    }
  }

  /** The first tap in the image of each output's window. */
  private void firstTaps(int count, int planePitch, int from, int to, double[] place) {
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
  private void reduceExactly(double[] x, int length, double[] max, double[] place) {
    int kernel = rows.kernel;
    int width = columns.kernel;
    for (int i = 0; i < length; i += LANES) {
      DoubleVector value = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
      DoubleVector tap = DoubleVector.fromArray(F, place, i);
      for (int r = 0; r < kernel; r++) {
        int at = grid.rowAt[r] + i;
        for (int c = 0; c < width; c++) {
          DoubleVector next = DoubleVector.fromArray(F, x, at + grid.columnAt[c]);
          VectorMask<Double> wins =
              value
                  .compare(VectorOperators.EQ, value)
                  .andNot(next.compare(VectorOperators.LE, value));
          value = value.blend(next, wins);
          tap = tap.blend((double) (r * width + c), wins);
        }
      }
      value.intoArray(max, i);
      tap.intoArray(place, i);
    }
  }
}
