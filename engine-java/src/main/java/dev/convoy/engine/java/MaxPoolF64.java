package dev.convoy.engine.java;

import dev.convoy.DType;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Max pooling of doubles. Windows are reduced along their rows first, which is contiguous, to a
 * maximum for each column and the tap it came from; these are then reduced along the columns. 2×2
 * windows that tile the image are done in one go.
 */
final class MaxPoolF64 extends MaxPool {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, D.vectorShape());
  private static final VectorSpecies<Integer> I = PoolRowsF64.INTS;
  private static final int LANES = D.length();

  /**
   * Added to the tap of a column's NaN, whose value becomes infinite: among infinities a NaN so
   * wins, and among NaNs the first row.
   */
  private static final long NAN = Long.MIN_VALUE;

  /** The tap of padding: among columns of -∞, one of the image wins. */
  private static final double NO_TAP = Double.longBitsToDouble(Long.MAX_VALUE);

  MaxPoolF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  Object array(PoolBuffers scratch, int number, long length) {
    return scratch.doubles(number, length);
  }

  @Override
  void pool(PoolBuffers scratch, int count, int from, int to, int top, int staged) {
    double[] x = scratch.doubles(0, 0);
    double[] y = scratch.doubles(1, 0);
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
    double[] best = scratch.doubles(2, phases.length() + (long) LANES);
    double[] taps = scratch.doubles(3, phases.length() + (long) LANES);
    PoolRowsF64.padLeft(phases, best, Double.NEGATIVE_INFINITY);
    PoolRowsF64.padLeft(phases, taps, NO_TAP);
    boolean dealt = columns.stride > 1;
    double[] rowBest = dealt ? scratch.doubles(4, width + 2L * LANES) : best;
    double[] rowTaps = dealt ? scratch.doubles(5, width + 2L * LANES) : taps;
    int rowAt = dealt ? 0 : columns.before;
    for (int plane = 0; plane < count; plane++) {
      for (int o = from; o < to; o++) {
        int first = rows.firstTap(o);
        int row = (int) (rows.start(o) + (long) first * rows.dilation);
        int at = (plane * staged + row - top) * width;
        int step = rows.dilation * width;
        reduceRows(x, at, width, first, rows.endTap(o), step, rowBest, rowTaps, rowAt);
        if (dealt) {
          PoolRowsF64.deal(rowBest, 0, phases, best);
          PoolRowsF64.deal(rowTaps, 0, phases, taps);
        }
        PoolRowsF64.padRight(phases, best, Double.NEGATIVE_INFINITY);
        PoolRowsF64.padRight(phases, taps, NO_TAP);
        int out = (plane * (to - from) + o - from) * columns.outputs;
        reduceColumns(best, taps, y, places, out);
      }
    }
  }

  private static void pool2x2(
      double[] x, int at, int width, double[] y, int[] places, int out, int outputs) {
    for (int o = 0; o < outputs; o += LANES) {
      int upper = at + 2 * o;
      int lower = upper + width;
      DoubleVector u0 = DoubleVector.fromArray(D, x, upper);
      DoubleVector u1 = DoubleVector.fromArray(D, x, upper + LANES);
      DoubleVector l0 = DoubleVector.fromArray(D, x, lower);
      DoubleVector l1 = DoubleVector.fromArray(D, x, lower + LANES);
      DoubleVector a = PoolRowsF64.EVEN.selectFrom(u0, u1);
      DoubleVector b = PoolRowsF64.ODD.selectFrom(u0, u1);
      DoubleVector c = PoolRowsF64.EVEN.selectFrom(l0, l1);
      DoubleVector d = PoolRowsF64.ODD.selectFrom(l0, l1);
      // The later wins if it is greater or the first NaN: the other is a number, and not as great.
      VectorMask<Double> bWins =
          a.compare(VectorOperators.EQ, a).andNot(b.compare(VectorOperators.LE, a));
      VectorMask<Double> dWins =
          c.compare(VectorOperators.EQ, c).andNot(d.compare(VectorOperators.LE, c));
      DoubleVector ab = a.blend(b, bWins);
      DoubleVector cd = c.blend(d, dWins);
      VectorMask<Double> lowerWins =
          ab.compare(VectorOperators.EQ, ab).andNot(cd.compare(VectorOperators.LE, ab));
      LongVector abPlace = LongVector.zero(L).blend(1, bWins.cast(L));
      LongVector cdPlace = LongVector.broadcast(L, 2).blend(3, dWins.cast(L));
      ab.blend(cd, lowerWins).intoArray(y, out + o);
      LongVector place = abPlace.blend(cdPlace, lowerWins.cast(L));
      ((IntVector) place.convertShape(VectorOperators.L2I, I, 0)).intoArray(places, out + o);
    }
  }

  /** The maximum over the rows' taps from first to end of each column, and the tap it came from. */
  private static void reduceRows(
      double[] x,
      int at,
      int width,
      int first,
      int end,
      int step,
      double[] best,
      double[] taps,
      int to) {
    for (int c = 0; c < width; c += LANES) {
      int next = at + c;
      DoubleVector max = DoubleVector.fromArray(D, x, next);
      LongVector tap = LongVector.broadcast(L, first);
      for (int t = first + 1; t < end; t++) {
        next += step;
        DoubleVector later = DoubleVector.fromArray(D, x, next);
        VectorMask<Double> wins =
            max.compare(VectorOperators.EQ, max).andNot(later.compare(VectorOperators.LE, max));
        max = max.blend(later, wins);
        tap = tap.blend(t, wins.cast(L));
      }
      VectorMask<Double> nan = max.compare(VectorOperators.NE, max);
      max.blend(Double.POSITIVE_INFINITY, nan).intoArray(best, to + c);
      tap.blend(tap.or(NAN), nan.cast(L)).reinterpretAsDoubles().intoArray(taps, to + c);
    }
  }

  /** The maximum over the columns' taps, and its place in the window. */
  private void reduceColumns(double[] best, double[] taps, double[] y, int[] places, int out) {
    int[] tapAt = phases.tapAt;
    int kernel = columns.kernel;
    for (int o = 0; o < columns.outputs; o += LANES) {
      DoubleVector max = DoubleVector.fromArray(D, best, tapAt[0] + o);
      LongVector row = DoubleVector.fromArray(D, taps, tapAt[0] + o).reinterpretAsLongs();
      LongVector column = LongVector.zero(L);
      for (int t = 1; t < kernel; t++) {
        DoubleVector later = DoubleVector.fromArray(D, best, tapAt[t] + o);
        LongVector laterRow = DoubleVector.fromArray(D, taps, tapAt[t] + o).reinterpretAsLongs();
        VectorMask<Long> wins =
            later
                .compare(VectorOperators.EQ, max)
                .cast(L)
                .and(laterRow.compare(VectorOperators.LT, row))
                .or(later.compare(VectorOperators.GT, max).cast(L));
        max = max.blend(later, wins.cast(D));
        row = row.blend(laterRow, wins);
        column = column.blend(t, wins);
      }
      VectorMask<Long> nan = row.compare(VectorOperators.LT, 0);
      max.blend(Double.NaN, nan.cast(D)).intoArray(y, out + o);
      LongVector place = row.and(Long.MAX_VALUE).mul(kernel).add(column);
      ((IntVector) place.convertShape(VectorOperators.L2I, I, 0)).intoArray(places, out + o);
    }
  }
}
