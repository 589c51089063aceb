package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Maxima of 3×3 windows of finite numbers with a stride of 2, where tensors lie: whole rows {@code
 * from} to {@code to} of a plane's results. Row by row, as the input is read in order then; and the
 * maximum of each column before that of the window, so that only columns' maxima are taken apart
 * into windows' elements. Offsets are in bytes and those of planes.
 */
final class PoolStridedMaximaF64 {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final VectorSpecies<Long> I = LanesF64.IOTA.species();
  private static final int VECTOR = LANES * Double.BYTES;

  /** As many lanes; where they are fewer than eight there is none, and no maxima are found here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private PoolStridedMaximaF64() {}

  /**
   * The maxima alone.
   *
   * @return whether the numbers were finite: what was read, times zero, adds up to zero
   */
  static boolean values(
      PoolAxis rows,
      PoolAxis columns,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      int from,
      int to) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    int size = columns.size;
    int outputs = columns.outputs;
    int lastColumn = Math.max(0, outputs - LANES);
    long line = (long) size * Double.BYTES;
    long plane = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt + (long) from * outputs * Double.BYTES;
    DoubleVector none = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
    DoubleVector zero = DoubleVector.zero(F);
    DoubleVector check = zero;
    for (int window = from; window < to; window++) {
      int start = (int) rows.start(window);
      // Rows outside the image are taken to be ones that the window sees as well.
      int row0 = Math.clamp(start, 0, rows.size - 1);
      int row1 = Math.clamp(start + 1, 0, rows.size - 1);
      int row2 = Math.clamp(start + 2, 0, rows.size - 1);
      for (int c = 0; c < outputs; c += LANES) {
        int column = Math.min(c, lastColumn);
        int left = 2 * column - columns.before;
        long out0 = 0;
        long out1 = 0;
        long out2 = 0;
        if (left < 0 || left + 2 * LANES >= size) {
          out0 = ~PoolSliding.inside(left, 2, size);
          out1 = ~PoolSliding.inside(left + 1, 2, size);
          out2 = ~PoolSliding.inside(left + 2, 2, size);
        }
        VectorMask<Double> no0 = VectorMask.fromLong(F, out0);
        VectorMask<Double> no1 = VectorMask.fromLong(F, out1);
        VectorMask<Double> no2 = VectorMask.fromLong(F, out2);
        long at = plane + (long) left * Double.BYTES;
        long at0 = at + row0 * line;
        long at1 = at + row1 * line;
        long at2 = at + row2 * line;
        DoubleVector u0 = DoubleVector.fromMemorySegment(F, source, at0, ORDER);
        DoubleVector u1 = DoubleVector.fromMemorySegment(F, source, at1, ORDER);
        DoubleVector u2 = DoubleVector.fromMemorySegment(F, source, at2, ORDER);
        DoubleVector sum = u0.add(u1).add(u2);
        u0 = u0.blend(u1, u1.compare(VectorOperators.GT, u0));
        u0 = u0.blend(u2, u2.compare(VectorOperators.GT, u0));
        DoubleVector v0 = DoubleVector.fromMemorySegment(F, source, at0 + VECTOR, ORDER);
        DoubleVector v1 = DoubleVector.fromMemorySegment(F, source, at1 + VECTOR, ORDER);
        DoubleVector v2 = DoubleVector.fromMemorySegment(F, source, at2 + VECTOR, ORDER);
        sum = sum.add(v0).add(v1).add(v2);
        v0 = v0.blend(v1, v1.compare(VectorOperators.GT, v0));
        v0 = v0.blend(v2, v2.compare(VectorOperators.GT, v0));
        DoubleVector w0 = DoubleVector.fromMemorySegment(F, source, at0 + 2L * VECTOR, ORDER);
        DoubleVector w1 = DoubleVector.fromMemorySegment(F, source, at1 + 2L * VECTOR, ORDER);
        DoubleVector w2 = DoubleVector.fromMemorySegment(F, source, at2 + 2L * VECTOR, ORDER);
        check = sum.add(w0).add(w1).add(w2).fma(zero, check);
        w0 = w0.blend(w1, w1.compare(VectorOperators.GT, w0));
        w0 = w0.blend(w2, w2.compare(VectorOperators.GT, w0));
        LongVector low = u0.reinterpretAsLongs();
        LongVector high = v0.reinterpretAsLongs();
        LongVector even = LanesF64.EVEN.selectFrom(low, high);
        LongVector odd = LanesF64.ODD.selectFrom(low, high);
        LongVector after = LanesF64.AFTER.selectFrom(even, w0.reinterpretAsLongs());
        DoubleVector max = even.reinterpretAsDoubles().blend(none, no0);
        DoubleVector other = odd.reinterpretAsDoubles().blend(none, no1);
        max = max.blend(other, other.compare(VectorOperators.GT, max));
        other = after.reinterpretAsDoubles().blend(none, no2);
        max = max.blend(other, other.compare(VectorOperators.GT, max));
        max.intoMemorySegment(target, into + (long) column * Double.BYTES, ORDER);
      }
      into += (long) outputs * Double.BYTES;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }

  /**
   * The same, and which tap of its window each is: of equal ones the first in the first row. Taps
   * of a row are told from those of others by its first one's number.
   */
  static boolean withPlaces(
      PoolAxis rows,
      PoolAxis columns,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int from,
      int to) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    MemorySegment placesTarget = Memory.base(places);
    int size = columns.size;
    int outputs = columns.outputs;
    int lastColumn = Math.max(0, outputs - LANES);
    long line = (long) size * Double.BYTES;
    long plane = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt + (long) from * outputs * Double.BYTES;
    long placesInto = Memory.at(places) + placesAt + (long) from * outputs;
    DoubleVector none = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
    DoubleVector zero = DoubleVector.zero(F);
    DoubleVector check = zero;
    for (int window = from; window < to; window++) {
      int start = (int) rows.start(window);
      // Rows outside the image are taken to be ones that the window sees as well.
      int row0 = Math.clamp(start, 0, rows.size - 1);
      int row1 = Math.clamp(start + 1, 0, rows.size - 1);
      int row2 = Math.clamp(start + 2, 0, rows.size - 1);
      LongVector tap0 = LongVector.broadcast(I, row0 - start).mul(3);
      LongVector tap1 = LongVector.broadcast(I, row1 - start).mul(3);
      LongVector tap2 = LongVector.broadcast(I, row2 - start).mul(3);
      for (int c = 0; c < outputs; c += LANES) {
        int column = Math.min(c, lastColumn);
        int left = 2 * column - columns.before;
        long out0 = 0;
        long out1 = 0;
        long out2 = 0;
        if (left < 0 || left + 2 * LANES >= size) {
          out0 = ~PoolSliding.inside(left, 2, size);
          out1 = ~PoolSliding.inside(left + 1, 2, size);
          out2 = ~PoolSliding.inside(left + 2, 2, size);
        }
        VectorMask<Double> no0 = VectorMask.fromLong(F, out0);
        VectorMask<Double> no1 = VectorMask.fromLong(F, out1);
        VectorMask<Double> no2 = VectorMask.fromLong(F, out2);
        long at = plane + (long) left * Double.BYTES;
        long at0 = at + row0 * line;
        long at1 = at + row1 * line;
        long at2 = at + row2 * line;
        VectorMask<Double> takes;
        DoubleVector u0 = DoubleVector.fromMemorySegment(F, source, at0, ORDER);
        DoubleVector u1 = DoubleVector.fromMemorySegment(F, source, at1, ORDER);
        DoubleVector u2 = DoubleVector.fromMemorySegment(F, source, at2, ORDER);
        DoubleVector sum = u0.add(u1).add(u2);
        takes = u1.compare(VectorOperators.GT, u0);
        LongVector uTap = tap0.blend(tap1, takes.cast(I));
        u0 = u0.blend(u1, takes);
        takes = u2.compare(VectorOperators.GT, u0);
        uTap = uTap.blend(tap2, takes.cast(I));
        u0 = u0.blend(u2, takes);
        DoubleVector v0 = DoubleVector.fromMemorySegment(F, source, at0 + VECTOR, ORDER);
        DoubleVector v1 = DoubleVector.fromMemorySegment(F, source, at1 + VECTOR, ORDER);
        DoubleVector v2 = DoubleVector.fromMemorySegment(F, source, at2 + VECTOR, ORDER);
        sum = sum.add(v0).add(v1).add(v2);
        takes = v1.compare(VectorOperators.GT, v0);
        LongVector vTap = tap0.blend(tap1, takes.cast(I));
        v0 = v0.blend(v1, takes);
        takes = v2.compare(VectorOperators.GT, v0);
        vTap = vTap.blend(tap2, takes.cast(I));
        v0 = v0.blend(v2, takes);
        DoubleVector w0 = DoubleVector.fromMemorySegment(F, source, at0 + 2L * VECTOR, ORDER);
        DoubleVector w1 = DoubleVector.fromMemorySegment(F, source, at1 + 2L * VECTOR, ORDER);
        DoubleVector w2 = DoubleVector.fromMemorySegment(F, source, at2 + 2L * VECTOR, ORDER);
        check = sum.add(w0).add(w1).add(w2).fma(zero, check);
        takes = w1.compare(VectorOperators.GT, w0);
        LongVector wTap = tap0.blend(tap1, takes.cast(I));
        w0 = w0.blend(w1, takes);
        takes = w2.compare(VectorOperators.GT, w0);
        wTap = wTap.blend(tap2, takes.cast(I));
        w0 = w0.blend(w2, takes);
        LongVector low = u0.reinterpretAsLongs();
        LongVector high = v0.reinterpretAsLongs();
        LongVector even = LanesF64.EVEN.selectFrom(low, high);
        LongVector odd = LanesF64.ODD.selectFrom(low, high);
        LongVector after = LanesF64.AFTER.selectFrom(even, w0.reinterpretAsLongs());
        LongVector tap = LanesF64.EVEN.selectFrom(uTap, vTap);
        LongVector otherTap = LanesF64.ODD.selectFrom(uTap, vTap).add(1);
        DoubleVector max = even.reinterpretAsDoubles().blend(none, no0);
        DoubleVector other = odd.reinterpretAsDoubles().blend(none, no1);
        takes =
            other
                .compare(VectorOperators.GT, max)
                .or(
                    other
                        .compare(VectorOperators.EQ, max)
                        .and(otherTap.compare(VectorOperators.LT, tap).cast(F)));
        LongVector lastTap = LanesF64.AFTER.selectFrom(tap, wTap).add(2);
        max = max.blend(other, takes);
        tap = tap.blend(otherTap, takes.cast(I));
        other = after.reinterpretAsDoubles().blend(none, no2);
        takes =
            other
                .compare(VectorOperators.GT, max)
                .or(
                    other
                        .compare(VectorOperators.EQ, max)
                        .and(lastTap.compare(VectorOperators.LT, tap).cast(F)));
        max.blend(other, takes)
            .intoMemorySegment(target, into + (long) column * Double.BYTES, ORDER);
        tap.blend(lastTap, takes.cast(I))
            .convertShape(VectorOperators.L2B, B, 0)
            .reinterpretAsBytes()
            .intoMemorySegment(placesTarget, placesInto + column, ORDER);
      }
      into += (long) outputs * Double.BYTES;
      placesInto += outputs;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }
}
