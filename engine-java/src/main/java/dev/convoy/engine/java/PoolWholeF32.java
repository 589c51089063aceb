package dev.convoy.engine.java;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Global pooling of floats: each plane has one window, of all its elements. */
final class PoolWholeF32 extends PoolWhole {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final FloatVector LANE = FloatVector.zero(F).addIndex(1);

  private static final long VECTOR = (long) LANES * Float.BYTES;

  /** Four vectors at a time; where fewer are left, they overlap. */
  private static final int STEP = 4 * LANES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  PoolWholeF32() {
    super(DType.F32, LANES);
  }

  @Override
  void average(
      MemorySegment image,
      long imageAt,
      int planes,
      int elements,
      PoolDivisor divisor,
      MemorySegment y,
      long yAt) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    int whole = elements / STEP * STEP;
    int last = elements - LANES;
    int first = Math.min(whole, last);
    int second = Math.min(whole + LANES, last);
    int third = Math.min(whole + 2 * LANES, last);
    VectorMask<Float> inFirst = VectorMask.fromLong(F, from(whole - first));
    VectorMask<Float> inSecond = VectorMask.fromLong(F, from(whole + LANES - second));
    VectorMask<Float> inThird = VectorMask.fromLong(F, from(whole + 2 * LANES - third));
    VectorMask<Float> inLast = VectorMask.fromLong(F, from(whole + 3 * LANES - last));
    FloatVector zero = FloatVector.zero(F);
    float divider = divisor.columnFloats[0] * divisor.rowCount(0);
    long at = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt;
    // Offsets are not known: checks keep loads in the order of memory, see Memory.
    for (int plane = 0; plane < planes; plane++) {
      FloatVector a =
          zero.blend(
              FloatVector.fromMemorySegment(F, source, at + (long) first * Float.BYTES, ORDER),
              inFirst);
      FloatVector b =
          zero.blend(
              FloatVector.fromMemorySegment(F, source, at + (long) second * Float.BYTES, ORDER),
              inSecond);
      FloatVector c =
          zero.blend(
              FloatVector.fromMemorySegment(F, source, at + (long) third * Float.BYTES, ORDER),
              inThird);
      FloatVector d =
          zero.blend(
              FloatVector.fromMemorySegment(F, source, at + (long) last * Float.BYTES, ORDER),
              inLast);
      for (int i = 0; i < whole; i += STEP) {
        long here = at + (long) i * Float.BYTES;
        a = a.add(FloatVector.fromMemorySegment(F, source, here, ORDER));
        b = b.add(FloatVector.fromMemorySegment(F, source, here + VECTOR, ORDER));
        c = c.add(FloatVector.fromMemorySegment(F, source, here + 2 * VECTOR, ORDER));
        d = d.add(FloatVector.fromMemorySegment(F, source, here + 3 * VECTOR, ORDER));
      }
      float sum = a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
      target.set(ELEMENT, into, sum / divider);
      at += (long) elements * Float.BYTES;
      into += Float.BYTES;
    }
  }

  @Override
  void spread(
      MemorySegment dy,
      long dyAt,
      int planes,
      int elements,
      PoolDivisor divisor,
      MemorySegment dx,
      long dxAt) {
    MemorySegment source = Memory.base(dy);
    MemorySegment target = Memory.base(dx);
    int last = elements - LANES;
    float divider = divisor.columnFloats[0] * divisor.rowCount(0);
    long at = Memory.at(dy) + dyAt;
    long into = Memory.at(dx) + dxAt;
    for (int plane = 0; plane < planes; plane++) {
      FloatVector share = FloatVector.broadcast(F, source.get(ELEMENT, Memory.known(at)) / divider);
      for (int i = 0; i < elements; i += STEP) {
        long first = Math.min(i, last);
        long second = Math.min(i + LANES, last);
        long third = Math.min(i + 2 * LANES, last);
        long fourth = Math.min(i + 3 * LANES, last);
        share.intoMemorySegment(target, Memory.known(into + first * Float.BYTES), ORDER);
        share.intoMemorySegment(target, Memory.known(into + second * Float.BYTES), ORDER);
        share.intoMemorySegment(target, Memory.known(into + third * Float.BYTES), ORDER);
        share.intoMemorySegment(target, Memory.known(into + fourth * Float.BYTES), ORDER);
      }
      into += (long) elements * Float.BYTES;
      at += Float.BYTES;
    }
  }

  /** The lanes from this one on, as bits. */
  private static long from(int lane) {
    return -1L << Math.min(lane, LANES);
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
