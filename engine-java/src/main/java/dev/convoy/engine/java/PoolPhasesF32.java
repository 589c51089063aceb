package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Deals rows of images out to the phases of a {@link PoolGrid}, and collects them again. Vectors
 * may run over a row's end, as in {@link PoolRowsF32}.
 */
final class PoolPhasesF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /** Vectors of two doubles have no shuffles that the compiler knows. */
  static final boolean SHUFFLES = LANES > 2;

  private PoolPhasesF32() {}

  /**
   * Deals the image's rows out to the grid's phases, with padding around them.
   *
   * @param top the image row that each plane in the array begins with
   * @param staged rows of each plane in the array
   * @param from the phases' row that a plane's rows begin with
   * @param phaseRows rows of each plane in each phase
   */
  static void deal(
      float[] image,
      int width,
      int planes,
      int top,
      int staged,
      PoolGrid grid,
      int from,
      int phaseRows,
      float[] phases,
      float padding) {
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
      float[] phases, int to, int phase, int count, PoolGrid grid, float padding) {
    for (int c = 0; c < grid.columnPhases; c++) {
      int end = count + grid.imageBegin[c];
      if (end > 0) {
        PoolRowsF32.fill(
            phases, to + (phase * grid.columnPhases + c) * grid.phasePitch, end, padding);
      }
    }
  }

  private static void dealRows(
      float[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int top,
      int from,
      float[] phases,
      int to,
      float padding) {
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
      float[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int firstPhase,
      float[] phases,
      int begin,
      float padding) {
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
        FloatVector.fromArray(F, image, a).intoArray(phases, b);
        FloatVector.fromArray(F, image, a + second).intoArray(phases, b + second);
        FloatVector.broadcast(F, padding).intoArray(phases, b + width);
      }
      return;
    }
    int phase = firstPhase;
    for (int row = 0; row < rows; row++, at += width) {
      if (phase < kept) {
        int target = to + phase * phasePitch;
        FloatVector.fromArray(F, image, at).intoArray(phases, target);
        for (int c = LANES; c < width; c += LANES) {
          FloatVector.fromArray(F, image, at + c).intoArray(phases, target + c);
        }
        FloatVector.broadcast(F, padding).intoArray(phases, target + width);
        for (int c = LANES; c < gap; c += LANES) {
          FloatVector.broadcast(F, padding).intoArray(phases, target + width + c);
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
      float[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int firstPhase,
      float[] phases,
      int begin,
      float padding) {
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
        FloatVector a = FloatVector.fromArray(F, image, at);
        FloatVector b = FloatVector.fromArray(F, image, at + LANES);
        LanesF32.EVEN
            .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(phases, evenTo);
        LanesF32.ODD
            .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(phases, oddTo);
        for (int c = LANES; c < evens; c += LANES) {
          a = FloatVector.fromArray(F, image, at + 2 * c);
          b = FloatVector.fromArray(F, image, at + 2 * c + LANES);
          LanesF32.EVEN
              .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
              .reinterpretAsFloats()
              .intoArray(phases, evenTo + c);
          LanesF32.ODD
              .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
              .reinterpretAsFloats()
              .intoArray(phases, oddTo + c);
        }
        FloatVector.broadcast(F, padding).intoArray(phases, evenTo + evens);
        FloatVector.broadcast(F, padding).intoArray(phases, oddTo + odds);
        for (int c = LANES; c < gap; c += LANES) {
          FloatVector.broadcast(F, padding).intoArray(phases, evenTo + evens + c);
          FloatVector.broadcast(F, padding).intoArray(phases, oddTo + odds + c);
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
      float[] image,
      int at,
      int rows,
      int width,
      PoolGrid grid,
      int firstPhase,
      float[] phases,
      int begin,
      float padding) {
    int phase = firstPhase;
    int to = begin;
    for (int row = 0; row < rows; row++, at += width) {
      for (int c = 0; phase < grid.rowPhases && c < grid.columnPhases; c++) {
        int count = grid.imageEnd[c] - grid.imageBegin[c];
        int target = to + (phase * grid.columnPhases + c) * grid.phasePitch + grid.imageBegin[c];
        dealPhase(image, at + grid.firstColumn[c], count, grid.columnStride(), phases, target);
        PoolRowsF32.fill(phases, target + count, grid.pitch - count, padding);
      }
      phase++;
      if (phase == grid.rowStride()) {
        phase = 0;
        to += grid.pitch;
      }
    }
  }

  private static void dealPhase(
      float[] image, int at, int count, int stride, float[] phases, int to) {
    int step = LANES / stride;
    if (!SHUFFLES || step <= 1) {
      for (int i = 0; i < count; i++) {
        phases[to + i] = image[at + i * stride];
      }
      return;
    }
    IntVector chosen = LanesF32.IOTA.mul(stride);
    chosen = chosen.blend(0, chosen.compare(VectorOperators.GE, LANES));
    for (int i = 0; i < count; i += step) {
      IntVector columns = FloatVector.fromArray(F, image, at + i * stride).reinterpretAsInts();
      chosen.selectFrom(columns).reinterpretAsFloats().intoArray(phases, to + i);
    }
  }

  /** Puts rows of an image together again from the phases; the inverse of {@link #deal}. */
  static void collect(
      float[] phases,
      int planes,
      int from,
      int phaseRows,
      PoolGrid grid,
      float[] image,
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
      float[] phases,
      int begin,
      PoolGrid grid,
      int firstPhase,
      float[] image,
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
        FloatVector.fromArray(F, phases, at).intoArray(image, to);
        FloatVector.fromArray(F, phases, at + second).intoArray(image, to + second);
        at += grid.pitch;
        to += width;
      }
      return;
    }
    int phase = firstPhase;
    for (int row = 0; row < rows; row++, to += width) {
      if (phase < kept) {
        int source = at + phase * phasePitch;
        FloatVector.fromArray(F, phases, source).intoArray(image, to);
        for (int c = LANES; c < width; c += LANES) {
          FloatVector.fromArray(F, phases, source + c).intoArray(image, to + c);
        }
      } else {
        PoolRowsF32.fill(image, to, width, 0);
      }
      phase++;
      if (phase == stride) {
        phase = 0;
        at += grid.pitch;
      }
    }
  }

  private static void collectPairs(
      float[] phases,
      int begin,
      PoolGrid grid,
      int firstPhase,
      float[] image,
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
        FloatVector a = FloatVector.fromArray(F, phases, evenFrom);
        FloatVector b = FloatVector.fromArray(F, phases, oddFrom);
        LanesF32.LOWER
            .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(image, to);
        LanesF32.UPPER
            .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoArray(image, to + LANES);
        for (int c = LANES; c < evens; c += LANES) {
          a = FloatVector.fromArray(F, phases, evenFrom + c);
          b = FloatVector.fromArray(F, phases, oddFrom + c);
          LanesF32.LOWER
              .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
              .reinterpretAsFloats()
              .intoArray(image, to + 2 * c);
          LanesF32.UPPER
              .selectFrom(a.reinterpretAsInts(), b.reinterpretAsInts())
              .reinterpretAsFloats()
              .intoArray(image, to + 2 * c + LANES);
        }
      } else {
        PoolRowsF32.fill(image, to, width, 0);
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
      float[] phases,
      int begin,
      PoolGrid grid,
      int firstPhase,
      float[] image,
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
        PoolRowsF32.fill(image, to, width, 0);
      }
      phase++;
      if (phase == grid.rowStride()) {
        phase = 0;
        at += grid.pitch;
      }
    }
  }

  private static void collectRow(
      float[] phases, int from, PoolGrid grid, float[] image, int to, int width) {
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
    FloatVector lane = FloatVector.zero(F).addIndex(1);
    FloatVector place = FloatVector.zero(F);
    for (int i = 1; i < step; i++) {
      VectorMask<Float> next = lane.compare(VectorOperators.GE, (float) (i * stride));
      place = place.add(FloatVector.zero(F).blend(1, next));
    }
    FloatVector column = lane.sub(place.mul(stride));
    for (int c = 0, i = 0; c < width; c += step * stride, i += step) {
      FloatVector row = FloatVector.zero(F);
      for (int phase = 0; phase < grid.columnPhases; phase++) {
        int at = from + phase * grid.phasePitch + grid.imageBegin[phase] + i;
        VectorMask<Float> mine = column.compare(VectorOperators.EQ, grid.firstColumn[phase]);
        row = row.blend(place.selectFrom(FloatVector.fromArray(F, phases, at)), mine);
      }
      row.intoArray(image, to + c);
    }
  }
}
