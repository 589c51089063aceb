package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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
final class PoolStridedMaximaF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final VectorSpecies<Integer> I = LanesF32.IOTA.species();
  private static final int VECTOR = LANES * Float.BYTES;

  /** As many lanes; where they are fewer than eight there is none, and no maxima are found here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private PoolStridedMaximaF32() {}

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
    long line = (long) size * Float.BYTES;
    long plane = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt + (long) from * outputs * Float.BYTES;
    FloatVector none = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector zero = FloatVector.zero(F);
    FloatVector check = zero;
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
        VectorMask<Float> no0 = VectorMask.fromLong(F, out0);
        VectorMask<Float> no1 = VectorMask.fromLong(F, out1);
        VectorMask<Float> no2 = VectorMask.fromLong(F, out2);
        long at = plane + (long) left * Float.BYTES;
        long at0 = at + row0 * line;
        long at1 = at + row1 * line;
        long at2 = at + row2 * line;
        FloatVector u0 = FloatVector.fromMemorySegment(F, source, at0, ORDER);
        FloatVector u1 = FloatVector.fromMemorySegment(F, source, at1, ORDER);
        FloatVector u2 = FloatVector.fromMemorySegment(F, source, at2, ORDER);
        FloatVector sum = u0.add(u1).add(u2);
        u0 = u0.blend(u1, u1.compare(VectorOperators.GT, u0));
        u0 = u0.blend(u2, u2.compare(VectorOperators.GT, u0));
        FloatVector v0 = FloatVector.fromMemorySegment(F, source, at0 + VECTOR, ORDER);
        FloatVector v1 = FloatVector.fromMemorySegment(F, source, at1 + VECTOR, ORDER);
        FloatVector v2 = FloatVector.fromMemorySegment(F, source, at2 + VECTOR, ORDER);
        sum = sum.add(v0).add(v1).add(v2);
        v0 = v0.blend(v1, v1.compare(VectorOperators.GT, v0));
        v0 = v0.blend(v2, v2.compare(VectorOperators.GT, v0));
        FloatVector w0 = FloatVector.fromMemorySegment(F, source, at0 + 2L * VECTOR, ORDER);
        FloatVector w1 = FloatVector.fromMemorySegment(F, source, at1 + 2L * VECTOR, ORDER);
        FloatVector w2 = FloatVector.fromMemorySegment(F, source, at2 + 2L * VECTOR, ORDER);
        check = sum.add(w0).add(w1).add(w2).fma(zero, check);
        w0 = w0.blend(w1, w1.compare(VectorOperators.GT, w0));
        w0 = w0.blend(w2, w2.compare(VectorOperators.GT, w0));
        IntVector low = u0.reinterpretAsInts();
        IntVector high = v0.reinterpretAsInts();
        IntVector even = LanesF32.EVEN.selectFrom(low, high);
        IntVector odd = LanesF32.ODD.selectFrom(low, high);
        IntVector after = LanesF32.AFTER.selectFrom(even, w0.reinterpretAsInts());
        FloatVector max = even.reinterpretAsFloats().blend(none, no0);
        FloatVector other = odd.reinterpretAsFloats().blend(none, no1);
        max = max.blend(other, other.compare(VectorOperators.GT, max));
        other = after.reinterpretAsFloats().blend(none, no2);
        max = max.blend(other, other.compare(VectorOperators.GT, max));
        max.intoMemorySegment(target, into + (long) column * Float.BYTES, ORDER);
      }
      into += (long) outputs * Float.BYTES;
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
    long line = (long) size * Float.BYTES;
    long plane = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt + (long) from * outputs * Float.BYTES;
    long placesInto = Memory.at(places) + placesAt + (long) from * outputs;
    FloatVector none = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector zero = FloatVector.zero(F);
    FloatVector check = zero;
    for (int window = from; window < to; window++) {
      int start = (int) rows.start(window);
      // Rows outside the image are taken to be ones that the window sees as well.
      int row0 = Math.clamp(start, 0, rows.size - 1);
      int row1 = Math.clamp(start + 1, 0, rows.size - 1);
      int row2 = Math.clamp(start + 2, 0, rows.size - 1);
      IntVector tap0 = IntVector.broadcast(I, row0 - start).mul(3);
      IntVector tap1 = IntVector.broadcast(I, row1 - start).mul(3);
      IntVector tap2 = IntVector.broadcast(I, row2 - start).mul(3);
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
        VectorMask<Float> no0 = VectorMask.fromLong(F, out0);
        VectorMask<Float> no1 = VectorMask.fromLong(F, out1);
        VectorMask<Float> no2 = VectorMask.fromLong(F, out2);
        long at = plane + (long) left * Float.BYTES;
        long at0 = at + row0 * line;
        long at1 = at + row1 * line;
        long at2 = at + row2 * line;
        VectorMask<Float> takes;
        FloatVector u0 = FloatVector.fromMemorySegment(F, source, at0, ORDER);
        FloatVector u1 = FloatVector.fromMemorySegment(F, source, at1, ORDER);
        FloatVector u2 = FloatVector.fromMemorySegment(F, source, at2, ORDER);
        FloatVector sum = u0.add(u1).add(u2);
        takes = u1.compare(VectorOperators.GT, u0);
        IntVector uTap = tap0.blend(tap1, takes.cast(I));
        u0 = u0.blend(u1, takes);
        takes = u2.compare(VectorOperators.GT, u0);
        uTap = uTap.blend(tap2, takes.cast(I));
        u0 = u0.blend(u2, takes);
        FloatVector v0 = FloatVector.fromMemorySegment(F, source, at0 + VECTOR, ORDER);
        FloatVector v1 = FloatVector.fromMemorySegment(F, source, at1 + VECTOR, ORDER);
        FloatVector v2 = FloatVector.fromMemorySegment(F, source, at2 + VECTOR, ORDER);
        sum = sum.add(v0).add(v1).add(v2);
        takes = v1.compare(VectorOperators.GT, v0);
        IntVector vTap = tap0.blend(tap1, takes.cast(I));
        v0 = v0.blend(v1, takes);
        takes = v2.compare(VectorOperators.GT, v0);
        vTap = vTap.blend(tap2, takes.cast(I));
        v0 = v0.blend(v2, takes);
        FloatVector w0 = FloatVector.fromMemorySegment(F, source, at0 + 2L * VECTOR, ORDER);
        FloatVector w1 = FloatVector.fromMemorySegment(F, source, at1 + 2L * VECTOR, ORDER);
        FloatVector w2 = FloatVector.fromMemorySegment(F, source, at2 + 2L * VECTOR, ORDER);
        check = sum.add(w0).add(w1).add(w2).fma(zero, check);
        takes = w1.compare(VectorOperators.GT, w0);
        IntVector wTap = tap0.blend(tap1, takes.cast(I));
        w0 = w0.blend(w1, takes);
        takes = w2.compare(VectorOperators.GT, w0);
        wTap = wTap.blend(tap2, takes.cast(I));
        w0 = w0.blend(w2, takes);
        IntVector low = u0.reinterpretAsInts();
        IntVector high = v0.reinterpretAsInts();
        IntVector even = LanesF32.EVEN.selectFrom(low, high);
        IntVector odd = LanesF32.ODD.selectFrom(low, high);
        IntVector after = LanesF32.AFTER.selectFrom(even, w0.reinterpretAsInts());
        IntVector tap = LanesF32.EVEN.selectFrom(uTap, vTap);
        IntVector otherTap = LanesF32.ODD.selectFrom(uTap, vTap).add(1);
        FloatVector max = even.reinterpretAsFloats().blend(none, no0);
        FloatVector other = odd.reinterpretAsFloats().blend(none, no1);
        takes =
            other
                .compare(VectorOperators.GT, max)
                .or(
                    other
                        .compare(VectorOperators.EQ, max)
                        .and(otherTap.compare(VectorOperators.LT, tap).cast(F)));
        IntVector lastTap = LanesF32.AFTER.selectFrom(tap, wTap).add(2);
        max = max.blend(other, takes);
        tap = tap.blend(otherTap, takes.cast(I));
        other = after.reinterpretAsFloats().blend(none, no2);
        takes =
            other
                .compare(VectorOperators.GT, max)
                .or(
                    other
                        .compare(VectorOperators.EQ, max)
                        .and(lastTap.compare(VectorOperators.LT, tap).cast(F)));
        max.blend(other, takes)
            .intoMemorySegment(target, into + (long) column * Float.BYTES, ORDER);
        tap.blend(lastTap, takes.cast(I))
            .convertShape(VectorOperators.I2B, B, 0)
            .reinterpretAsBytes()
            .intoMemorySegment(placesTarget, placesInto + column, ORDER);
      }
      into += (long) outputs * Float.BYTES;
      placesInto += outputs;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }
}
