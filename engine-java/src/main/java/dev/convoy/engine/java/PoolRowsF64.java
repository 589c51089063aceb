package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moving rows of doubles for pooling. Vectors may run over a row's end: arrays have room, and what
 * lies behind is written later.
 *
 * <p>No method here or in the kernels takes or returns a vector: where the compiler chose not to
 * inline it, each would become an object.
 */
final class PoolRowsF64 {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /** Vectors of two doubles have no shuffles that the compiler knows. */
  static final boolean SHUFFLES = LANES > 2;

  private PoolRowsF64() {}

  /** Whether all are numbers above -∞, for which a comparison tells all. */
  static boolean areRegular(double[] x, int length) {
    Arrays.fill(x, length, length + LANES, 0);
    for (int i = 0; i < length; i += LANES) {
      DoubleVector value = DoubleVector.fromArray(F, x, i);
      if (!value.compare(VectorOperators.GT, Double.NEGATIVE_INFINITY).allTrue()) {
        return false;
      }
    }
    return true;
  }

  /** Fills some elements, and perhaps more behind them. */
  static void fill(double[] to, int at, int count, double value) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector.broadcast(F, value).intoArray(to, at + i);
    }
  }

  /**
   * Deals the image's rows out to the grid's phases, with padding around them.
   *
   * @param top the image row that each plane in the array begins with
   * @param staged rows of each plane in the array
   * @param from the phases' row that a plane's rows begin with
   * @param phaseRows rows of each plane in each phase
   */
  static void deal(
      double[] image,
      int width,
      int planes,
      int top,
      int staged,
      PoolGrid grid,
      int from,
      int phaseRows,
      double[] phases,
      double padding) {
    for (int plane = 0; plane < planes; plane++) {
      int to = plane * phaseRows * grid.pitch;
      int at = plane * staged * width;
      for (int phase = 0; phase < grid.rowPhases; phase++) {
        int before = grid.phaseRow(top, phase) - from;
        fillRows(phases, to, phase, before * grid.pitch, grid, padding);
      }
      dealRows(image, at, staged, width, grid, top, from, phases, to, padding);
      for (int phase = 0; phase < grid.rowPhases; phase++) {
        int end = grid.phaseRow(top + staged, phase) - from;
        int behind = (phaseRows - end) * grid.pitch;
        fillRows(phases, to + end * grid.pitch, phase, behind, grid, padding);
      }
    }
    for (int phase = 0; phase < grid.rowPhases; phase++) {
      int to = planes * phaseRows * grid.pitch;
      fillRows(phases, to, phase, grid.trailing(), grid, padding);
    }
  }

  /** Fills some of a phase of rows, and what lies left of the image in the next row. */
  private static void fillRows(
      double[] phases, int to, int phase, int count, PoolGrid grid, double padding) {
    for (int c = 0; c < grid.columnPhases; c++) {
      int end = count + grid.imageBegin[c];
      if (end > 0) {
        fill(phases, to + (phase * grid.columnPhases + c) * grid.phasePitch, end, padding);
      }
    }
  }

  private static void dealRows(
      double[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int top,
      int from,
      double[] phases,
      int to,
      double padding) {
    int begin = to + (grid.phaseRow(top, 0) - from) * grid.pitch;
    int phase = grid.phaseOfRow(top);
    if (phase > 0) {
      begin -= grid.pitch; // of the row of phase 0 before it
    }
    if (grid.columnStride() == 1) {
      dealWhole(image, at, rows, width, grid, phase, phases, begin, padding);
    } else if (SHUFFLES && grid.alternates()) {
      dealPairs(image, at, rows, width, grid, phase, phases, begin, padding);
    } else {
      dealPhases(image, at, rows, width, grid, phase, phases, begin, padding);
    }
  }

  private static void dealWhole(
      double[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int firstPhase,
      double[] phases,
      int begin,
      double padding) {
    int stride = grid.rowStride();
    int kept = grid.rowPhases;
    int phasePitch = grid.phasePitch;
    int pitch = grid.pitch;
    int gap = pitch - width;
    int to = begin + grid.imageBegin[0];
    if (stride == 1 && width <= 2 * LANES && gap <= LANES) {
      int second = Math.max(0, width - LANES);
      for (int row = 0; row < rows; row++) {
        int a = at + row * width;
        int b = to + row * pitch;
        DoubleVector.fromArray(F, image, a).intoArray(phases, b);
        DoubleVector.fromArray(F, image, a + second).intoArray(phases, b + second);
        DoubleVector.broadcast(F, padding).intoArray(phases, b + width);
      }
      return;
    }
    int phase = firstPhase;
    for (int row = 0; row < rows; row++, at += width) {
      if (phase < kept) {
        int target = to + phase * phasePitch;
        DoubleVector.fromArray(F, image, at).intoArray(phases, target);
        for (int c = LANES; c < width; c += LANES) {
          DoubleVector.fromArray(F, image, at + c).intoArray(phases, target + c);
        }
        DoubleVector.broadcast(F, padding).intoArray(phases, target + width);
        for (int c = LANES; c < gap; c += LANES) {
          DoubleVector.broadcast(F, padding).intoArray(phases, target + width + c);
        }
      }
      phase++;
      if (phase == stride) {
        phase = 0;
        to += pitch;
      }
    }
  }

  private static void dealPairs(
      double[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int firstPhase,
      double[] phases,
      int begin,
      double padding) {
    int stride = grid.rowStride();
    int kept = grid.rowPhases;
    int phasePitch = 2 * grid.phasePitch;
    int pitch = grid.pitch;
    int even = grid.phaseOf(0);
    int evenAt = begin + even * grid.phasePitch + grid.imageBegin[even];
    int oddAt = begin + (1 - even) * grid.phasePitch + grid.imageBegin[1 - even];
    int evens = (width + 1) / 2;
    int odds = width / 2;
    int gap = pitch + 1 - odds;
    int phase = firstPhase;
    for (int row = 0; row < rows; row++, at += width) {
      if (phase < kept) {
        int evenTo = evenAt + phase * phasePitch;
        int oddTo = oddAt + phase * phasePitch;
        DoubleVector a = DoubleVector.fromArray(F, image, at);
        DoubleVector b = DoubleVector.fromArray(F, image, at + LANES);
        LanesF64.EVEN
            .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoArray(phases, evenTo);
        LanesF64.ODD
            .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoArray(phases, oddTo);
        for (int c = LANES; c < evens; c += LANES) {
          a = DoubleVector.fromArray(F, image, at + 2 * c);
          b = DoubleVector.fromArray(F, image, at + 2 * c + LANES);
          LanesF64.EVEN
              .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
              .reinterpretAsDoubles()
              .intoArray(phases, evenTo + c);
          LanesF64.ODD
              .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
              .reinterpretAsDoubles()
              .intoArray(phases, oddTo + c);
        }
        DoubleVector.broadcast(F, padding).intoArray(phases, evenTo + evens);
        DoubleVector.broadcast(F, padding).intoArray(phases, oddTo + odds);
        for (int c = LANES; c < gap; c += LANES) {
          DoubleVector.broadcast(F, padding).intoArray(phases, evenTo + evens + c);
          DoubleVector.broadcast(F, padding).intoArray(phases, oddTo + odds + c);
        }
      }
      phase++;
      if (phase == stride) {
        phase = 0;
        evenAt += pitch;
        oddAt += pitch;
      }
    }
  }

  private static void dealPhases(
      double[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int firstPhase,
      double[] phases,
      int begin,
      double padding) {
    int phase = firstPhase;
    int to = begin;
    for (int row = 0; row < rows; row++, at += width) {
      for (int c = 0; phase < grid.rowPhases && c < grid.columnPhases; c++) {
        int count = grid.imageEnd[c] - grid.imageBegin[c];
        int target = to + (phase * grid.columnPhases + c) * grid.phasePitch + grid.imageBegin[c];
        dealPhase(image, at + grid.firstColumn[c], count, grid.columnStride(), phases, target);
        fill(phases, target + count, grid.pitch - count, padding);
      }
      phase++;
      if (phase == grid.rowStride()) {
        phase = 0;
        to += grid.pitch;
      }
    }
  }

  private static void dealPhase(
      double[] image, int at, int count, int stride, double[] phases, int to) {
    int step = LANES / stride;
    if (!SHUFFLES || step <= 1) {
      for (int i = 0; i < count; i++) {
        phases[to + i] = image[at + i * stride];
      }
      return;
    }
    LongVector chosen = LanesF64.IOTA.mul(stride);
    chosen = chosen.blend(0, chosen.compare(VectorOperators.GE, LANES));
    for (int i = 0; i < count; i += step) {
      LongVector columns = DoubleVector.fromArray(F, image, at + i * stride).reinterpretAsLongs();
      chosen.selectFrom(columns).reinterpretAsDoubles().intoArray(phases, to + i);
    }
  }

  /** Puts rows of an image together again from the phases; the inverse of {@link #deal}. */
  static void collect(
      double[] phases,
      int planes,
      int from,
      int phaseRows,
      PoolGrid grid,
      double[] image,
      int width,
      int top,
      int bottom) {
    int rows = bottom - top;
    int begin = (grid.phaseRow(top, 0) - from) * grid.pitch;
    int phase = grid.phaseOfRow(top);
    if (phase > 0) {
      begin -= grid.pitch; // of the row of phase 0 before it
    }
    for (int plane = 0; plane < planes; plane++) {
      int at = begin + plane * phaseRows * grid.pitch;
      int to = plane * rows * width;
      if (grid.columnStride() == 1) {
        collectWhole(phases, at, grid, phase, image, to, rows, width);
      } else if (SHUFFLES && grid.alternates()) {
        collectPairs(phases, at, grid, phase, image, to, rows, width);
      } else {
        collectPhases(phases, at, grid, phase, image, to, rows, width);
      }
    }
  }

  private static void collectWhole(
      double[] phases,
      int begin,
      PoolGrid grid,
      int firstPhase,
      double[] image,
      int to,
      int rows,
      int width) {
    int stride = grid.rowStride();
    int kept = grid.rowPhases;
    int phasePitch = grid.phasePitch;
    int at = begin + grid.imageBegin[0];
    if (stride == 1 && width <= 2 * LANES) {
      int second = Math.max(0, width - LANES);
      for (int row = 0; row < rows; row++) {
        DoubleVector.fromArray(F, phases, at).intoArray(image, to);
        DoubleVector.fromArray(F, phases, at + second).intoArray(image, to + second);
        at += grid.pitch;
        to += width;
      }
      return;
    }
    int phase = firstPhase;
    for (int row = 0; row < rows; row++, to += width) {
      if (phase < kept) {
        int source = at + phase * phasePitch;
        DoubleVector.fromArray(F, phases, source).intoArray(image, to);
        for (int c = LANES; c < width; c += LANES) {
          DoubleVector.fromArray(F, phases, source + c).intoArray(image, to + c);
        }
      } else {
        fill(image, to, width, 0);
      }
      phase++;
      if (phase == stride) {
        phase = 0;
        at += grid.pitch;
      }
    }
  }

  private static void collectPairs(
      double[] phases,
      int begin,
      PoolGrid grid,
      int firstPhase,
      double[] image,
      int to,
      int rows,
      int width) {
    int stride = grid.rowStride();
    int kept = grid.rowPhases;
    int phasePitch = 2 * grid.phasePitch;
    int pitch = grid.pitch;
    int evens = (width + 1) / 2;
    int even = grid.phaseOf(0);
    int evenAt = begin + even * grid.phasePitch + grid.imageBegin[even];
    int oddAt = begin + (1 - even) * grid.phasePitch + grid.imageBegin[1 - even];
    int phase = firstPhase;
    for (int row = 0; row < rows; row++, to += width) {
      if (phase < kept) {
        int evenFrom = evenAt + phase * phasePitch;
        int oddFrom = oddAt + phase * phasePitch;
        DoubleVector a = DoubleVector.fromArray(F, phases, evenFrom);
        DoubleVector b = DoubleVector.fromArray(F, phases, oddFrom);
        LanesF64.LOWER
            .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoArray(image, to);
        LanesF64.UPPER
            .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoArray(image, to + LANES);
        for (int c = LANES; c < evens; c += LANES) {
          a = DoubleVector.fromArray(F, phases, evenFrom + c);
          b = DoubleVector.fromArray(F, phases, oddFrom + c);
          LanesF64.LOWER
              .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
              .reinterpretAsDoubles()
              .intoArray(image, to + 2 * c);
          LanesF64.UPPER
              .selectFrom(a.reinterpretAsLongs(), b.reinterpretAsLongs())
              .reinterpretAsDoubles()
              .intoArray(image, to + 2 * c + LANES);
        }
      } else {
        fill(image, to, width, 0);
      }
      phase++;
      if (phase == stride) {
        phase = 0;
        evenAt += pitch;
        oddAt += pitch;
      }
    }
  }

  private static void collectPhases(
      double[] phases,
      int begin,
      PoolGrid grid,
      int firstPhase,
      double[] image,
      int to,
      int rows,
      int width) {
    int phase = firstPhase;
    int at = begin;
    for (int row = 0; row < rows; row++, to += width) {
      if (phase < grid.rowPhases) {
        int source = at + phase * grid.columnPhases * grid.phasePitch;
        collectRow(phases, source, grid, image, to, width);
      } else {
        fill(image, to, width, 0);
      }
      phase++;
      if (phase == grid.rowStride()) {
        phase = 0;
        at += grid.pitch;
      }
    }
  }

  private static void collectRow(
      double[] phases, int from, PoolGrid grid, double[] image, int to, int width) {
    int stride = grid.columnStride();
    int step = LANES / stride;
    if (!SHUFFLES || step <= 1) {
      Arrays.fill(image, to, to + width, 0);
      for (int phase = 0; phase < grid.columnPhases; phase++) {
        int at = from + phase * grid.phasePitch + grid.imageBegin[phase];
        for (int i = grid.firstColumn[phase]; i < width; i += stride) {
          image[to + i] = phases[at++];
        }
      }
      return;
    }
    DoubleVector lane = DoubleVector.zero(F).addIndex(1);
    DoubleVector place = DoubleVector.zero(F);
    for (int i = 1; i < step; i++) {
      VectorMask<Double> next = lane.compare(VectorOperators.GE, (double) (i * stride));
      place = place.add(DoubleVector.zero(F).blend(1, next));
    }
    DoubleVector column = lane.sub(place.mul(stride));
    for (int c = 0, i = 0; c < width; c += step * stride, i += step) {
      DoubleVector row = DoubleVector.zero(F);
      for (int phase = 0; phase < grid.columnPhases; phase++) {
        int at = from + phase * grid.phasePitch + grid.imageBegin[phase] + i;
        VectorMask<Double> mine = column.compare(VectorOperators.EQ, grid.firstColumn[phase]);
        row = row.blend(place.selectFrom(DoubleVector.fromArray(F, phases, at)), mine);
      }
      row.intoArray(image, to + c);
    }
  }

  /** Copies outputs from where they lie in a block to where they lie in their tensor. */
  static void compact(
      double[] from, int planes, int planePitch, int rows, int pitch, int width, double[] to) {
    int target = 0;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * planePitch;
      if (width <= 2 * LANES) {
        int second = Math.max(0, width - LANES);
        for (int row = 0; row < rows; row++) {
          int a = at + row * pitch;
          int b = target + row * width;
          DoubleVector.fromArray(F, from, a).intoArray(to, b);
          DoubleVector.fromArray(F, from, a + second).intoArray(to, b + second);
        }
        target += rows * width;
        continue;
      }
      for (int row = 0; row < rows; row++, at += pitch, target += width) {
        DoubleVector.fromArray(F, from, at).intoArray(to, target);
        for (int c = LANES; c < width; c += LANES) {
          DoubleVector.fromArray(F, from, at + c).intoArray(to, target + c);
        }
      }
    }
  }

  /**
   * Copies rows of outputs into a block, with gaps of a value where there are none, so that what
   * would lie around them is there to be read.
   *
   * @param first the output row that each plane in the array begins with
   * @param end behind the last
   * @param from the phases' row that the block begins with
   * @param phaseRows rows of each plane in each phase
   */
  static void spread(
      double[] outputs,
      int width,
      int planes,
      int first,
      int end,
      PoolGrid grid,
      int from,
      int phaseRows,
      double[] to,
      double gap) {
    int pitch = grid.pitch;
    int before = first - (from - grid.rowReach);
    int behind = from + phaseRows - end;
    int target = grid.columnReach;
    fill(to, 0, target + before * pitch, gap);
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      target += (plane == 0 ? before : 0) * pitch;
      if (width <= 2 * LANES && pitch - width <= LANES) {
        int second = Math.max(0, width - LANES);
        for (int row = first; row < end; row++) {
          DoubleVector.fromArray(F, outputs, at).intoArray(to, target);
          DoubleVector.fromArray(F, outputs, at + second).intoArray(to, target + second);
          DoubleVector.broadcast(F, gap).intoArray(to, target + width);
          at += width;
          target += pitch;
        }
        fill(to, target, behind * pitch, gap);
        target += behind * pitch;
        continue;
      }
      for (int row = first; row < end; row++, at += width, target += pitch) {
        DoubleVector.fromArray(F, outputs, at).intoArray(to, target);
        for (int c = LANES; c < width; c += LANES) {
          DoubleVector.fromArray(F, outputs, at + c).intoArray(to, target + c);
        }
        DoubleVector.broadcast(F, gap).intoArray(to, target + width);
        for (int c = width + LANES; c < pitch; c += LANES) {
          DoubleVector.broadcast(F, gap).intoArray(to, target + c);
        }
      }
      fill(to, target, behind * pitch, gap);
      target += behind * pitch;
    }
  }

  /** Sums elements that lie at these distances from each place. */
  static void sum(
      double[] from, int at, int[] shifts, int taps, double[] to, int target, int count) {
    if (taps == 2) {
      int a = at + shifts[0];
      int b = at + shifts[1];
      for (int i = 0; i < count; i += LANES) {
        DoubleVector.fromArray(F, from, a + i)
            .add(DoubleVector.fromArray(F, from, b + i))
            .intoArray(to, target + i);
      }
    } else if (taps == 3) {
      int a = at + shifts[0];
      int b = at + shifts[1];
      int c = at + shifts[2];
      for (int i = 0; i < count; i += LANES) {
        DoubleVector.fromArray(F, from, a + i)
            .add(DoubleVector.fromArray(F, from, b + i))
            .add(DoubleVector.fromArray(F, from, c + i))
            .intoArray(to, target + i);
      }
    } else {
      for (int i = 0; i < count; i += LANES) {
        DoubleVector sum = DoubleVector.zero(F);
        for (int t = 0; t < taps; t++) {
          sum = sum.add(DoubleVector.fromArray(F, from, at + shifts[t] + i));
        }
        sum.intoArray(to, target + i);
      }
    }
  }

  /** Divides a row by what its columns count, times what the row does. */
  static void divide(
      double[] from, int at, double[] counts, double rowCount, double[] to, int target, int width) {
    DoubleVector.fromArray(F, from, at)
        .div(DoubleVector.fromArray(F, counts, 0).mul(rowCount))
        .intoArray(to, target);
    for (int c = LANES; c < width; c += LANES) {
      DoubleVector.fromArray(F, from, at + c)
          .div(DoubleVector.fromArray(F, counts, c).mul(rowCount))
          .intoArray(to, target + c);
    }
  }
}
