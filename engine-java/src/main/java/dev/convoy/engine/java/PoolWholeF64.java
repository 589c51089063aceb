package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Global pooling of doubles: each plane has one window, of all its elements. */
final class PoolWholeF64 {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final DoubleVector LANE = DoubleVector.zero(F).addIndex(1);

  private PoolWholeF64() {}

  /** Each plane's sum, divided. */
  static void average(double[] image, int planes, int elements, double divider, double[] y) {
    int whole = elements / LANES * LANES;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * elements;
      DoubleVector last = DoubleVector.fromArray(F, image, at + whole);
      DoubleVector sum = last.blend(0, LANE.compare(VectorOperators.GE, elements - whole));
      for (int i = 0; i < whole; i += LANES) {
        sum = sum.add(DoubleVector.fromArray(F, image, at + i));
      }
      y[plane] = sum.reduceLanes(VectorOperators.ADD) / divider;
    }
  }

  /** Each plane's maximum and the first element that has it, of numbers above -∞. */
  static void max(double[] image, int planes, int elements, double[] y, double[] first) {
    int whole = elements / LANES * LANES;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * elements;
      DoubleVector max = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
      DoubleVector index = DoubleVector.zero(F);
      for (int i = 0; i < whole; i += LANES) {
        DoubleVector next = DoubleVector.fromArray(F, image, at + i);
        VectorMask<Double> wins = next.compare(VectorOperators.GT, max);
        max = max.blend(next, wins);
        index = index.blend((double) i, wins);
      }
      VectorMask<Double> behind = LANE.compare(VectorOperators.GE, elements - whole);
      DoubleVector last = DoubleVector.fromArray(F, image, at + whole);
      last = last.blend(Double.NEGATIVE_INFINITY, behind);
      VectorMask<Double> wins = last.compare(VectorOperators.GT, max);
      max = max.blend(last, wins);
      index = index.blend((double) whole, wins).add(LANE);
      VectorMask<Double> less =
          max.compare(VectorOperators.NE, max.reduceLanes(VectorOperators.MAX));
      first[plane] = index.blend(Double.MAX_VALUE, less).reduceLanes(VectorOperators.MIN);
      y[plane] = image[at + (int) first[plane]];
    }
  }

  /** Gives all of a plane's elements its share. */
  static void spread(double[] dy, int planes, int elements, double divider, double[] dx) {
    for (int plane = 0; plane < planes; plane++) {
      double share = dy[plane] / divider;
      int at = plane * elements;
      for (int i = 0; i < elements; i += LANES) {
        DoubleVector.broadcast(F, share).intoArray(dx, at + i);
      }
    }
  }

  /**
   * Gives one of a plane's elements all.
   *
   * @param first index of an element of each plane; it may be outside
   */
  static void place(double[] dy, int planes, int elements, double[] first, double[] dx) {
    Arrays.fill(dx, 0, planes * elements, 0);
    for (int plane = 0; plane < planes; plane++) {
      int index = (int) first[plane];
      if (index >= 0 && index < elements) {
        dx[plane * elements + index] = dy[plane];
      }
    }
  }
}
