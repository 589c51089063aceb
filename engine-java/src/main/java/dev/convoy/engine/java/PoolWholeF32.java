package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Global pooling of floats: each plane has one window, of all its elements. */
final class PoolWholeF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final FloatVector LANE = FloatVector.zero(F).addIndex(1);

  private PoolWholeF32() {}

  /** Each plane's sum, divided. */
  static void average(float[] image, int planes, int elements, float divider, float[] y) {
    int whole = elements / LANES * LANES;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * elements;
      FloatVector last = FloatVector.fromArray(F, image, at + whole);
      FloatVector sum = last.blend(0, LANE.compare(VectorOperators.GE, elements - whole));
      for (int i = 0; i < whole; i += LANES) {
        sum = sum.add(FloatVector.fromArray(F, image, at + i));
      }
      y[plane] = sum.reduceLanes(VectorOperators.ADD) / divider;
    }
  }

  /** Each plane's maximum and the first element that has it, of numbers above -∞. */
  static void max(float[] image, int planes, int elements, float[] y, float[] first) {
    int whole = elements / LANES * LANES;
    for (int plane = 0; plane < planes; plane++) {
      int at = plane * elements;
      FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
      FloatVector index = FloatVector.zero(F);
      for (int i = 0; i < whole; i += LANES) {
        FloatVector next = FloatVector.fromArray(F, image, at + i);
        VectorMask<Float> wins = next.compare(VectorOperators.GT, max);
        max = max.blend(next, wins);
        index = index.blend((float) i, wins);
      }
      VectorMask<Float> behind = LANE.compare(VectorOperators.GE, elements - whole);
      FloatVector last = FloatVector.fromArray(F, image, at + whole);
      last = last.blend(Float.NEGATIVE_INFINITY, behind);
      VectorMask<Float> wins = last.compare(VectorOperators.GT, max);
      max = max.blend(last, wins);
      index = index.blend((float) whole, wins).add(LANE);
      VectorMask<Float> less =
          max.compare(VectorOperators.NE, max.reduceLanes(VectorOperators.MAX));
      first[plane] = index.blend(Float.MAX_VALUE, less).reduceLanes(VectorOperators.MIN);
      y[plane] = image[at + (int) first[plane]];
    }
  }

  /** Gives all of a plane's elements its share. */
  static void spread(float[] dy, int planes, int elements, float divider, float[] dx) {
    for (int plane = 0; plane < planes; plane++) {
      float share = dy[plane] / divider;
      int at = plane * elements;
      for (int i = 0; i < elements; i += LANES) {
        FloatVector.broadcast(F, share).intoArray(dx, at + i);
      }
    }
  }

  /**
   * Gives one of a plane's elements all.
   *
   * @param first index of an element of each plane; it may be outside
   */
  static void place(float[] dy, int planes, int elements, float[] first, float[] dx) {
    Arrays.fill(dx, 0, planes * elements, 0);
    for (int plane = 0; plane < planes; plane++) {
      int index = (int) first[plane];
      if (index >= 0 && index < elements) {
        dx[plane * elements + index] = dy[plane];
      }
    }
  }
}
