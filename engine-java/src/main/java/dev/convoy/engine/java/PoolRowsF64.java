package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moving rows of doubles for pooling. Vectors may run over a row's end: arrays have room.
 *
 * <p>No method here or in the kernels takes or returns a vector: where the compiler chose not to
 * inline it, each would become an object.
 */
final class PoolRowsF64 {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = D.length();

  /** As many ints as doubles. */
  static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

  /** Selects every other element of two vectors, from the first or from the second. */
  static final DoubleVector EVEN = DoubleVector.zero(D).addIndex(2);

  static final DoubleVector ODD = EVEN.add(1);

  /** Selects the elements of two vectors in turn: the lower halves, or the upper. */
  static final DoubleVector LOWER = interleaving(0);

  static final DoubleVector UPPER = interleaving(LANES / 2);

  private PoolRowsF64() {}

  private static DoubleVector interleaving(int from) {
    double[] lanes = new double[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = from + i / 2 + i % 2 * LANES;
    }
    return DoubleVector.fromArray(D, lanes, 0);
  }

  /** Fills what windows read left of the image. */
  static void padLeft(PoolPhases phases, double[] dealt, double padding) {
    for (int phase = 0; phase < phases.count; phase++) {
      Arrays.fill(dealt, phases.begin[phase], phases.imageBegin[phase], padding);
    }
  }

  /** Fills what windows read right of the image. */
  static void padRight(PoolPhases phases, double[] dealt, double padding) {
    for (int phase = 0; phase < phases.count; phase++) {
      for (int i = phases.imageEnd[phase]; i < phases.end[phase]; i++) {
        dealt[i] = padding;
      }
    }
  }

  /** Deals a row out to more than one phase. */
  static void deal(double[] row, int from, PoolPhases phases, double[] dealt) {
    int width = phases.width;
    if (phases.alternates()) {
      int evenAt = phases.imageBegin[phases.evenPhase()];
      int oddAt = phases.imageBegin[1 - phases.evenPhase()];
      for (int c = 0; c < width; c += 2 * LANES) {
        DoubleVector a = DoubleVector.fromArray(D, row, from + c);
        DoubleVector b = DoubleVector.fromArray(D, row, from + c + LANES);
        EVEN.selectFrom(a, b).intoArray(dealt, evenAt + c / 2);
        ODD.selectFrom(a, b).intoArray(dealt, oddAt + c / 2);
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
  static void collect(double[] dealt, PoolPhases phases, double[] to, int out) {
    int width = phases.width;
    if (phases.alternates()) {
      int evenAt = phases.imageBegin[phases.evenPhase()];
      int oddAt = phases.imageBegin[1 - phases.evenPhase()];
      for (int c = 0; c < width; c += 2 * LANES) {
        DoubleVector even = DoubleVector.fromArray(D, dealt, evenAt + c / 2);
        DoubleVector odd = DoubleVector.fromArray(D, dealt, oddAt + c / 2);
        LOWER.selectFrom(even, odd).intoArray(to, out + c);
        UPPER.selectFrom(even, odd).intoArray(to, out + c + LANES);
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
  static void spread(double[] from, int width, int rows, double[] to, int gap, double value) {
    Arrays.fill(to, 0, gap, value);
    for (int row = 0; row < rows; row++) {
      int source = row * width;
      int target = gap + row * (width + gap);
      for (int c = 0; c < width; c += LANES) {
        DoubleVector.fromArray(D, from, source + c).intoArray(to, target + c);
      }
      fill(to, target + width, gap, value);
    }
  }

  /** Fills some elements, and perhaps more behind them. */
  static void fill(double[] to, int at, int count, double value) {
    for (int c = 0; c < count; c += LANES) {
      DoubleVector.broadcast(D, value).intoArray(to, at + c);
    }
  }
}
