package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Maxima of 3×3 windows of finite numbers with a stride of 2, where tensors lie: whole rows {@code
 * from} to {@code to} of a plane's results. Row by row, as the input is read in order then; each
 * row's maxima are found once, and kept for the window below if it sees them too. Offsets are in
 * bytes and those of planes.
 */
final class PoolStridedMaximaF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final int VECTOR = LANES * Float.BYTES;

  /** As many lanes; where they are fewer than eight there is none, and no maxima are found here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private PoolStridedMaximaF32() {}

  /**
   * The maxima alone.
   *
   * @param top room for a row of the result and two vectors
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
      int to,
      float[] top) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    int size = columns.size;
    int outputs = columns.outputs;
    int before = columns.before;
    int lastColumn = Math.max(0, outputs - LANES);
    int bottom = rows.size - 1;
    long line = (long) size * Float.BYTES;
    long plane = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt + (long) from * outputs * Float.BYTES;
    FloatVector none = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector zero = FloatVector.zero(F);
    FloatVector check = zero;
    // The window above the first one finds the row that they share, and nothing else.
    for (int window = from - 1; window < to; window++) {
      int start = 2 * window - rows.before;
      // Rows outside the image are taken to be ones that the window sees as well.
      int row1 = Math.max(0, Math.min(start + 1, bottom));
      int row2 = Math.max(0, Math.min(start + 2, bottom));
      for (int c = 0; c < outputs; c += LANES) {
        int column = Math.min(c, lastColumn);
        int left = 2 * column - before;
        long inside0 = -1;
        long inside1 = -1;
        long inside2 = -1;
        if (left < 0 || left + 2 * LANES >= size) {
          inside0 = PoolSliding.inside(left, 2, size);
          inside1 = PoolSliding.inside(left + 1, 2, size);
          inside2 = PoolSliding.inside(left + 2, 2, size);
        }
        // Not known: checks keep loads in the order of memory, see Memory.
        long at1 = plane + row1 * line + (long) left * Float.BYTES;
        long at2 = plane + row2 * line + (long) left * Float.BYTES;
        FloatVector low1 = FloatVector.fromMemorySegment(F, source, at1, ORDER);
        FloatVector high1 = FloatVector.fromMemorySegment(F, source, at1 + VECTOR, ORDER);
        FloatVector next1 = FloatVector.broadcast(F, source.get(ELEMENT, at1 + 2L * VECTOR));
        FloatVector sum1 = low1.add(high1).add(next1);
        FloatVector low2 = FloatVector.fromMemorySegment(F, source, at2, ORDER);
        FloatVector high2 = FloatVector.fromMemorySegment(F, source, at2 + VECTOR, ORDER);
        FloatVector next2 = FloatVector.broadcast(F, source.get(ELEMENT, at2 + 2L * VECTOR));
        FloatVector sum2 = low2.add(high2).add(next2);
        // Masks are made after what may be out of bounds: they would be kept as vectors for it.
        VectorMask<Float> in0 = VectorMask.fromLong(F, inside0);
        VectorMask<Float> in1 = VectorMask.fromLong(F, inside1);
        VectorMask<Float> in2 = VectorMask.fromLong(F, inside2);
        VectorMask<Float> takes;
        IntVector even1 =
            LanesF32.EVEN.selectFrom(low1.reinterpretAsInts(), high1.reinterpretAsInts());
        FloatVector odd1 =
            LanesF32.ODD
                .selectFrom(low1.reinterpretAsInts(), high1.reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector after1 =
            LanesF32.AFTER.selectFrom(even1, next1.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector max1 = none.blend(even1.reinterpretAsFloats(), in0);
        takes = odd1.compare(VectorOperators.GT, max1, in1);
        max1 = max1.blend(odd1, takes);
        takes = after1.compare(VectorOperators.GT, max1, in2);
        max1 = max1.blend(after1, takes);
        IntVector even2 =
            LanesF32.EVEN.selectFrom(low2.reinterpretAsInts(), high2.reinterpretAsInts());
        FloatVector odd2 =
            LanesF32.ODD
                .selectFrom(low2.reinterpretAsInts(), high2.reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector after2 =
            LanesF32.AFTER.selectFrom(even2, next2.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector max2 = none.blend(even2.reinterpretAsFloats(), in0);
        takes = odd2.compare(VectorOperators.GT, max2, in1);
        max2 = max2.blend(odd2, takes);
        takes = after2.compare(VectorOperators.GT, max2, in2);
        max2 = max2.blend(after2, takes);
        check = sum1.add(sum2).fma(zero, check);
        FloatVector max = FloatVector.fromArray(F, top, c);
        max2.intoArray(top, c);
        takes = max1.compare(VectorOperators.GT, max);
        max = max.blend(max1, takes);
        takes = max2.compare(VectorOperators.GT, max);
        max = max.blend(max2, takes);
        if (window >= from) {
          max.intoMemorySegment(target, Memory.known(into + (long) column * Float.BYTES), ORDER);
        }
      }
      if (window >= from) {
        into += (long) outputs * Float.BYTES;
      }
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }

  /** The same, and which tap of its window each is; one row's go to {@code topTaps}. */
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
      int to,
      float[] top,
      byte[] topTaps) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    MemorySegment placesTarget = Memory.base(places);
    int size = columns.size;
    int outputs = columns.outputs;
    int before = columns.before;
    int lastColumn = Math.max(0, outputs - LANES);
    int bottom = rows.size - 1;
    long line = (long) size * Float.BYTES;
    long plane = Memory.at(image) + imageAt;
    long into = Memory.at(y) + yAt + (long) from * outputs * Float.BYTES;
    long placesInto = Memory.at(places) + placesAt + (long) from * outputs;
    FloatVector none = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector zero = FloatVector.zero(F);
    ByteVector firstTap = ByteVector.zero(B);
    FloatVector check = zero;
    boolean large = image.byteSize() >= Memory.LARGE;
    // The window above the first one finds the row that they share, and nothing else.
    for (int window = from - 1; window < to; window++) {
      int start = 2 * window - rows.before;
      // Rows outside the image are taken to be ones that the window sees as well.
      int row1 = Math.max(0, Math.min(start + 1, bottom));
      int row2 = Math.max(0, Math.min(start + 2, bottom));
      if (large) {
        Memory.touchBase(source, plane + row1 * line, plane + (row2 + 1) * line);
      }
      int skipped = 3 * (row2 - start - 2);
      for (int c = 0; c < outputs; c += LANES) {
        int column = Math.min(c, lastColumn);
        int left = 2 * column - before;
        long inside0 = -1;
        long inside1 = -1;
        long inside2 = -1;
        if (left < 0 || left + 2 * LANES >= size) {
          inside0 = PoolSliding.inside(left, 2, size);
          inside1 = PoolSliding.inside(left + 1, 2, size);
          inside2 = PoolSliding.inside(left + 2, 2, size);
        }
        long at1 = Memory.known(plane + row1 * line + (long) left * Float.BYTES);
        long at2 = Memory.known(plane + row2 * line + (long) left * Float.BYTES);
        FloatVector low1 = FloatVector.fromMemorySegment(F, source, at1, ORDER);
        FloatVector high1 = FloatVector.fromMemorySegment(F, source, at1 + VECTOR, ORDER);
        FloatVector next1 = FloatVector.broadcast(F, source.get(ELEMENT, at1 + 2L * VECTOR));
        FloatVector sum1 = low1.add(high1).add(next1);
        FloatVector low2 = FloatVector.fromMemorySegment(F, source, at2, ORDER);
        FloatVector high2 = FloatVector.fromMemorySegment(F, source, at2 + VECTOR, ORDER);
        FloatVector next2 = FloatVector.broadcast(F, source.get(ELEMENT, at2 + 2L * VECTOR));
        FloatVector sum2 = low2.add(high2).add(next2);
        // Masks are made after what may be out of bounds: they would be kept as vectors for it.
        VectorMask<Float> in0 = VectorMask.fromLong(F, inside0);
        VectorMask<Float> in1 = VectorMask.fromLong(F, inside1);
        VectorMask<Float> in2 = VectorMask.fromLong(F, inside2);
        VectorMask<Float> takes;
        IntVector even1 =
            LanesF32.EVEN.selectFrom(low1.reinterpretAsInts(), high1.reinterpretAsInts());
        FloatVector odd1 =
            LanesF32.ODD
                .selectFrom(low1.reinterpretAsInts(), high1.reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector after1 =
            LanesF32.AFTER.selectFrom(even1, next1.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector max1 = none.blend(even1.reinterpretAsFloats(), in0);
        takes = odd1.compare(VectorOperators.GT, max1, in1);
        max1 = max1.blend(odd1, takes);
        ByteVector tap1 = firstTap.blend((byte) 1, takes.cast(B));
        takes = after1.compare(VectorOperators.GT, max1, in2);
        max1 = max1.blend(after1, takes);
        tap1 = tap1.blend((byte) 2, takes.cast(B));
        IntVector even2 =
            LanesF32.EVEN.selectFrom(low2.reinterpretAsInts(), high2.reinterpretAsInts());
        FloatVector odd2 =
            LanesF32.ODD
                .selectFrom(low2.reinterpretAsInts(), high2.reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector after2 =
            LanesF32.AFTER.selectFrom(even2, next2.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector max2 = none.blend(even2.reinterpretAsFloats(), in0);
        takes = odd2.compare(VectorOperators.GT, max2, in1);
        max2 = max2.blend(odd2, takes);
        ByteVector tap2 = firstTap.blend((byte) 1, takes.cast(B));
        takes = after2.compare(VectorOperators.GT, max2, in2);
        max2 = max2.blend(after2, takes);
        tap2 = tap2.blend((byte) 2, takes.cast(B));
        check = sum1.add(sum2).fma(zero, check);
        FloatVector max = FloatVector.fromArray(F, top, c);
        ByteVector tap = ByteVector.fromArray(B, topTaps, c);
        tap2.add((byte) skipped).intoArray(topTaps, c);
        max2.intoArray(top, c);
        takes = max1.compare(VectorOperators.GT, max);
        max = max.blend(max1, takes);
        tap = tap.blend(tap1.add((byte) 3), takes.cast(B));
        takes = max2.compare(VectorOperators.GT, max);
        max = max.blend(max2, takes);
        tap = tap.blend(tap2.add((byte) 6), takes.cast(B));
        if (window >= from) {
          max.intoMemorySegment(target, Memory.known(into + (long) column * Float.BYTES), ORDER);
          tap.intoMemorySegment(placesTarget, Memory.known(placesInto + column), ORDER);
        }
      }
      if (window >= from) {
        into += (long) outputs * Float.BYTES;
        placesInto += outputs;
      }
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }
}
