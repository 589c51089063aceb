package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Max pooling of floats. Windows are reduced along their rows first, which is contiguous, to a
 * maximum for each column and the tap it came from; these are then reduced along the columns. 2×2
 * windows that tile the image are done in one go.
 */
final class MaxPoolF32 extends MaxPool {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
  private static final int LANES = F.length();

  /**
   * Added to the tap of a column's NaN, whose value becomes infinite: among infinities a NaN so
   * wins, and among NaNs the first row.
   */
  private static final int NAN = Integer.MIN_VALUE;

  /** The tap of padding: among columns of -∞, one of the image wins. */
  private static final float NO_TAP = Float.intBitsToFloat(Integer.MAX_VALUE);

  MaxPoolF32(ThreadLocal<PoolBuffers> buffers) {
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
    int[] places = scratch.ints(0, 0);
    int width = columns.size;
    if (rows.tiles(2) && columns.tiles(2)) {
      for (int plane = 0; plane < count; plane++) {
        for (int o = from; o < to; o++) {
          int at = (plane * staged + 2 * o - top) * width;
          int out = (plane * (to - from) + o - from) * columns.outputs;
          pool2x2(x, at, width, y, places, out, columns.outputs);
        }
      }
      return;
    }
    float[] best = scratch.floats(2, phases.length() + (long) LANES);
    float[] taps = scratch.floats(3, phases.length() + (long) LANES);
    PoolRowsF32.padLeft(phases, best, Float.NEGATIVE_INFINITY);
    PoolRowsF32.padLeft(phases, taps, NO_TAP);
    boolean dealt = columns.stride > 1;
    float[] rowBest = dealt ? scratch.floats(4, width + 2L * LANES) : best;
    float[] rowTaps = dealt ? scratch.floats(5, width + 2L * LANES) : taps;
    int rowAt = dealt ? 0 : columns.before;
    for (int plane = 0; plane < count; plane++) {
      for (int o = from; o < to; o++) {
        int first = rows.firstTap(o);
        int row = (int) (rows.start(o) + (long) first * rows.dilation);
        int at = (plane * staged + row - top) * width;
        int step = rows.dilation * width;
        reduceRows(x, at, width, first, rows.endTap(o), step, rowBest, rowTaps, rowAt);
        if (dealt) {
          PoolRowsF32.deal(rowBest, 0, phases, best);
          PoolRowsF32.deal(rowTaps, 0, phases, taps);
        }
        PoolRowsF32.padRight(phases, best, Float.NEGATIVE_INFINITY);
        PoolRowsF32.padRight(phases, taps, NO_TAP);
        int out = (plane * (to - from) + o - from) * columns.outputs;
        reduceColumns(best, taps, y, places, out);
      }
    }
  }

  private static void pool2x2(
      float[] x, int at, int width, float[] y, int[] places, int out, int outputs) {
    for (int o = 0; o < outputs; o += LANES) {
      int upper = at + 2 * o;
      int lower = upper + width;
      FloatVector u0 = FloatVector.fromArray(F, x, upper);
      FloatVector u1 = FloatVector.fromArray(F, x, upper + LANES);
      FloatVector l0 = FloatVector.fromArray(F, x, lower);
      FloatVector l1 = FloatVector.fromArray(F, x, lower + LANES);
      FloatVector a = PoolRowsF32.EVEN.selectFrom(u0, u1);
      FloatVector b = PoolRowsF32.ODD.selectFrom(u0, u1);
      FloatVector c = PoolRowsF32.EVEN.selectFrom(l0, l1);
      FloatVector d = PoolRowsF32.ODD.selectFrom(l0, l1);
      // The later wins if it is greater or the first NaN: the other is a number, and not as great.
      VectorMask<Float> bWins =
          a.compare(VectorOperators.EQ, a).andNot(b.compare(VectorOperators.LE, a));
      VectorMask<Float> dWins =
          c.compare(VectorOperators.EQ, c).andNot(d.compare(VectorOperators.LE, c));
      FloatVector ab = a.blend(b, bWins);
      FloatVector cd = c.blend(d, dWins);
      VectorMask<Float> lowerWins =
          ab.compare(VectorOperators.EQ, ab).andNot(cd.compare(VectorOperators.LE, ab));
      IntVector abPlace = IntVector.zero(I).blend(1, bWins.cast(I));
      IntVector cdPlace = IntVector.broadcast(I, 2).blend(3, dWins.cast(I));
      ab.blend(cd, lowerWins).intoArray(y, out + o);
      abPlace.blend(cdPlace, lowerWins.cast(I)).intoArray(places, out + o);
    }
  }

  /** The maximum over the rows' taps from first to end of each column, and the tap it came from. */
  private static void reduceRows(
      float[] x,
      int at,
      int width,
      int first,
      int end,
      int step,
      float[] best,
      float[] taps,
      int to) {
    for (int c = 0; c < width; c += LANES) {
      int next = at + c;
      FloatVector max = FloatVector.fromArray(F, x, next);
      IntVector tap = IntVector.broadcast(I, first);
      for (int t = first + 1; t < end; t++) {
        next += step;
        FloatVector later = FloatVector.fromArray(F, x, next);
        VectorMask<Float> wins =
            max.compare(VectorOperators.EQ, max).andNot(later.compare(VectorOperators.LE, max));
        max = max.blend(later, wins);
        tap = tap.blend(t, wins.cast(I));
      }
      VectorMask<Float> nan = max.compare(VectorOperators.NE, max);
      max.blend(Float.POSITIVE_INFINITY, nan).intoArray(best, to + c);
      tap.blend(tap.or(NAN), nan.cast(I)).reinterpretAsFloats().intoArray(taps, to + c);
    }
  }

  /** The maximum over the columns' taps, and its place in the window. */
  private void reduceColumns(float[] best, float[] taps, float[] y, int[] places, int out) {
    int[] tapAt = phases.tapAt;
    int kernel = columns.kernel;
    for (int o = 0; o < columns.outputs; o += LANES) {
      FloatVector max = FloatVector.fromArray(F, best, tapAt[0] + o);
      IntVector row = FloatVector.fromArray(F, taps, tapAt[0] + o).reinterpretAsInts();
      IntVector column = IntVector.zero(I);
      for (int t = 1; t < kernel; t++) {
        FloatVector later = FloatVector.fromArray(F, best, tapAt[t] + o);
        IntVector laterRow = FloatVector.fromArray(F, taps, tapAt[t] + o).reinterpretAsInts();
        VectorMask<Integer> wins =
            later
                .compare(VectorOperators.EQ, max)
                .cast(I)
                .and(laterRow.compare(VectorOperators.LT, row))
                .or(later.compare(VectorOperators.GT, max).cast(I));
        max = max.blend(later, wins.cast(F));
        row = row.blend(laterRow, wins);
        column = column.blend(t, wins);
      }
      VectorMask<Integer> nan = row.compare(VectorOperators.LT, 0);
      max.blend(Float.NaN, nan.cast(F)).intoArray(y, out + o);
      row.and(Integer.MAX_VALUE).mul(kernel).add(column).intoArray(places, out + o);
    }
  }
}
