package dev.convoy.engine.java;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Global pooling of doubles: each plane has one window, of all its elements. */
final class PoolWholeF64 extends PoolWhole {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final DoubleVector LANE = DoubleVector.zero(F).addIndex(1);

  private static final long VECTOR = (long) LANES * Double.BYTES;

  /** Four vectors at a time; where fewer are left, they overlap. */
  private static final int STEP = 4 * LANES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;

  PoolWholeF64() {
    super(DType.F64, LANES);
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
    VectorMask<Double> inFirst = VectorMask.fromLong(F, from(whole - first));
    VectorMask<Double> inSecond = VectorMask.fromLong(F, from(whole + LANES - second));
    VectorMask<Double> inThird = VectorMask.fromLong(F, from(whole + 2 * LANES - third));
    VectorMask<Double> inLast = VectorMask.fromLong(F, from(whole + 3 * LANES - last));
    DoubleVector zero = DoubleVector.zero(F);
    double divider = divisor.columnDoubles[0] * divisor.rowCount(0);
    long at = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt;
    // Offsets are not known: checks keep loads in the order of memory, see Memory.
    for (int plane = 0; plane < planes; plane++) {
      DoubleVector a =
          zero.blend(
              DoubleVector.fromMemorySegment(F, source, at + (long) first * Double.BYTES, ORDER),
              inFirst);
      DoubleVector b =
          zero.blend(
              DoubleVector.fromMemorySegment(F, source, at + (long) second * Double.BYTES, ORDER),
              inSecond);
      DoubleVector c =
          zero.blend(
              DoubleVector.fromMemorySegment(F, source, at + (long) third * Double.BYTES, ORDER),
              inThird);
      DoubleVector d =
          zero.blend(
              DoubleVector.fromMemorySegment(F, source, at + (long) last * Double.BYTES, ORDER),
              inLast);
      for (int i = 0; i < whole; i += STEP) {
        long here = at + (long) i * Double.BYTES;
        a = a.add(DoubleVector.fromMemorySegment(F, source, here, ORDER));
        b = b.add(DoubleVector.fromMemorySegment(F, source, here + VECTOR, ORDER));
        c = c.add(DoubleVector.fromMemorySegment(F, source, here + 2 * VECTOR, ORDER));
        d = d.add(DoubleVector.fromMemorySegment(F, source, here + 3 * VECTOR, ORDER));
      }
      double sum = a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
      target.set(ELEMENT, into, sum / divider);
      at += (long) elements * Double.BYTES;
      into += Double.BYTES;
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
    double divider = divisor.columnDoubles[0] * divisor.rowCount(0);
    long at = Memory.at(dy) + dyAt;
    long into = Memory.at(dx) + dxAt;
    for (int plane = 0; plane < planes; plane++) {
      DoubleVector share =
          DoubleVector.broadcast(F, source.get(ELEMENT, Memory.known(at)) / divider);
      for (int i = 0; i < elements; i += STEP) {
        long first = Math.min(i, last);
        long second = Math.min(i + LANES, last);
        long third = Math.min(i + 2 * LANES, last);
        long fourth = Math.min(i + 3 * LANES, last);
        share.intoMemorySegment(target, Memory.known(into + first * Double.BYTES), ORDER);
        share.intoMemorySegment(target, Memory.known(into + second * Double.BYTES), ORDER);
        share.intoMemorySegment(target, Memory.known(into + third * Double.BYTES), ORDER);
        share.intoMemorySegment(target, Memory.known(into + fourth * Double.BYTES), ORDER);
      }
      into += (long) elements * Double.BYTES;
      at += Double.BYTES;
    }
  }

  /** The lanes from this one on, as bits. */
  private static long from(int lane) {
    return -1L << Math.min(lane, LANES);
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
