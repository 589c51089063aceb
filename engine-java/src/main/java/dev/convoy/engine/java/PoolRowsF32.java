package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Moving rows of floats for pooling. Vectors may run over a row's end: arrays have room. */
final class PoolRowsF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
  private static final int LANES = F.length();

  private static final FloatVector EVEN = FloatVector.zero(F).addIndex(2);
  private static final FloatVector ODD = EVEN.add(1);

  /** 0, n, 1, n+1, …, for the lower half of an interleaving, and for the upper. */
  private static final FloatVector LOWER = interleaving(0);

  private static final FloatVector UPPER = interleaving(LANES / 2);

  private PoolRowsF32() {}

  private static FloatVector interleaving(int from) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = from + i / 2 + i % 2 * LANES;
    }
    return FloatVector.fromArray(F, lanes, 0);
  }

  /** Every other element, from the first, of two vectors. */
  static FloatVector even(FloatVector a, FloatVector b) {
    return EVEN.selectFrom(a, b);
  }

  /** Every other element, from the second, of two vectors. */
  static FloatVector odd(FloatVector a, FloatVector b) {
    return ODD.selectFrom(a, b);
  }

  /** Writes two vectors' elements in turn. */
  static void interleave(FloatVector even, FloatVector odd, float[] to, int at) {
    LOWER.selectFrom(even, odd).intoArray(to, at);
    UPPER.selectFrom(even, odd).intoArray(to, at + LANES);
  }

  /** Counts as floats. */
  static FloatVector fromInts(int[] counts, int at) {
    return (FloatVector) IntVector.fromArray(I, counts, at).convert(VectorOperators.I2F, 0);
  }

  /** Fills what windows read left of the image. */
  static void padLeft(PoolPhases phases, float[] dealt, float padding) {
    for (int phase = 0; phase < phases.count; phase++) {
      Arrays.fill(dealt, phases.begin[phase], phases.imageBegin[phase], padding);
    }
  }

  /** Fills what windows read right of the image. */
  static void padRight(PoolPhases phases, float[] dealt, float padding) {
    for (int phase = 0; phase < phases.count; phase++) {
      for (int i = phases.imageEnd[phase]; i < phases.end[phase]; i++) {
        dealt[i] = padding;
      }
    }
  }

  /** Deals a row out to more than one phase. */
  static void deal(float[] row, int from, PoolPhases phases, float[] dealt) {
    int width = phases.width;
    if (phases.alternates()) {
      int evenAt = phases.imageBegin[phases.evenPhase()];
      int oddAt = phases.imageBegin[1 - phases.evenPhase()];
      for (int c = 0; c < width; c += 2 * LANES) {
        FloatVector a = FloatVector.fromArray(F, row, from + c);
        FloatVector b = FloatVector.fromArray(F, row, from + c + LANES);
        even(a, b).intoArray(dealt, evenAt + c / 2);
        odd(a, b).intoArray(dealt, oddAt + c / 2);
      }
      return;
    }
    for (int phase = 0; phase < phases.count; phase++) {
      int at = phases.imageBegin[phase];
      for (int c = phases.firstColumn[phase]; c < width; c += phases.stride) {
        dealt[at++] = row[from + c];
      }
    }
  }

  /** Puts a row together again from more than one phase; columns of phases not kept are zero. */
  static void collect(float[] dealt, PoolPhases phases, float[] to, int out) {
    int width = phases.width;
    if (phases.alternates()) {
      int evenAt = phases.imageBegin[phases.evenPhase()];
      int oddAt = phases.imageBegin[1 - phases.evenPhase()];
      for (int c = 0; c < width; c += 2 * LANES) {
        FloatVector even = FloatVector.fromArray(F, dealt, evenAt + c / 2);
        FloatVector odd = FloatVector.fromArray(F, dealt, oddAt + c / 2);
        interleave(even, odd, to, out + c);
      }
      return;
    }
    if (phases.count < phases.stride) {
      Arrays.fill(to, out, out + width, 0);
    }
    for (int phase = 0; phase < phases.count; phase++) {
      int at = phases.imageBegin[phase];
      for (int c = phases.firstColumn[phase]; c < width; c += phases.stride) {
        to[out + c] = dealt[at++];
      }
    }
  }

  /** Copies rows, with gaps of a value before, between and behind them. */
  static void spread(float[] from, int width, int rows, float[] to, int gap, float value) {
    Arrays.fill(to, 0, gap, value);
    for (int row = 0; row < rows; row++) {
      int source = row * width;
      int target = gap + row * (width + gap);
      for (int c = 0; c < width; c += LANES) {
        FloatVector.fromArray(F, from, source + c).intoArray(to, target + c);
      }
      fill(to, target + width, gap, value);
    }
  }

  /** Fills some elements, and perhaps more behind them. */
  static void fill(float[] to, int at, int count, float value) {
    for (int c = 0; c < count; c += LANES) {
      FloatVector.broadcast(F, value).intoArray(to, at + c);
    }
  }
}
