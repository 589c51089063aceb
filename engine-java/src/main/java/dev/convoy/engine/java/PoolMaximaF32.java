package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Maxima of windows that overlap, where tensors lie: of 3×3 with a stride of 1 or 2, and, without
 * their places, of 5×5 with a stride of 1. A vector of windows at a time down the rows {@code from}
 * to {@code to} of a plane's results, or whole rows. Offsets are in bytes and those of planes.
 *
 * <p>Among finite numbers one comparison a tap tells the greater, and something always exceeds the
 * −∞ of padding. All but {@link #three} and {@link #any} are for them, and answer whether there
 * were no others: what they read, times zero, adds up to zero. Those two are right for all; {@link
 * #any} looks at every tap of every window, which took twice as long for 5×5 as separable windows
 * and six times as long for 3×3 as {@link #three}.
 */
final class PoolMaximaF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final VectorSpecies<Integer> I = LanesF32.IOTA.species();
  private static final int VECTOR = LANES * Float.BYTES;

  /** As many lanes; where they are fewer than eight there is none, and no maxima are found here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private PoolMaximaF32() {}

  /**
   * Maxima of 3×3 of any numbers, and their places unless {@code places} is null. Each row's
   * maximum is found once, for all windows that see it. Of a vector and the one behind it, the
   * windows' left and middle elements are chosen, and the right ones from two elements on.
   */
  static void three(
      PoolAxis rows,
      PoolAxis columns,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to) {
    boolean placed = places != null;
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    MemorySegment placesTarget = Memory.base(placed ? places : y);
    int stride = columns.stride;
    int left = column * stride - columns.before;
    long offLeft = ~PoolSliding.inside(left, stride, columns.size);
    long offMiddle = ~PoolSliding.inside(left + 1, stride, columns.size);
    VectorMask<Float> noLeft = VectorMask.fromLong(F, offLeft);
    VectorMask<Float> noMiddle = VectorMask.fromLong(F, offMiddle);
    VectorMask<Float> noRight =
        VectorMask.fromLong(F, ~PoolSliding.inside(left + 2, stride, columns.size));
    // The first tap in the image: padding to the right is behind one.
    ByteVector firstTap =
        ByteVector.zero(B)
            .blend((byte) 1, VectorMask.fromLong(B, offLeft))
            .blend((byte) 2, VectorMask.fromLong(B, offLeft & offMiddle));
    IntVector lefts = stride == 1 ? LanesF32.IOTA : LanesF32.EVEN;
    IntVector middles = lefts.add(1);
    FloatVector none = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    long line = (long) columns.size * Float.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Float.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Float.BYTES;
    long placesInto = placed ? Memory.at(places) + placesAt + from * outputs + column : 0;
    FloatVector upper = none;
    FloatVector middle = none;
    ByteVector upperTap = firstTap;
    ByteVector middleTap = firstTap;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + 2;
    int next = first + 2;
    for (int row = first; row <= last; row++) {
      FloatVector lower = none;
      ByteVector lowerTap = firstTap;
      if (row >= 0 && row < rows.size) {
        long here = at + row * line;
        FloatVector u = FloatVector.fromMemorySegment(F, source, here, ORDER);
        FloatVector v = FloatVector.fromMemorySegment(F, source, here + VECTOR, ORDER);
        lower =
            lefts
                .selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts())
                .reinterpretAsFloats()
                .blend(none, noLeft);
        FloatVector other =
            middles
                .selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts())
                .reinterpretAsFloats()
                .blend(none, noMiddle);
        VectorMask<Float> stays =
            other.compare(VectorOperators.LE, lower).or(lower.compare(VectorOperators.NE, lower));
        lower = other.blend(lower, stays);
        lowerTap = ByteVector.broadcast(B, 1).blend(firstTap, stays.cast(B));
        u = FloatVector.fromMemorySegment(F, source, here + 2 * Float.BYTES, ORDER);
        v = FloatVector.fromMemorySegment(F, source, here + 2 * Float.BYTES + VECTOR, ORDER);
        other =
            lefts
                .selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts())
                .reinterpretAsFloats()
                .blend(none, noRight);
        stays =
            other.compare(VectorOperators.LE, lower).or(lower.compare(VectorOperators.NE, lower));
        lower = other.blend(lower, stays);
        lowerTap = ByteVector.broadcast(B, 2).blend(lowerTap, stays.cast(B));
      } else if (row < 0) {
        lowerTap = firstTap.add((byte) (-3 * row)); // of the image's first row
      }
      if (row == next) {
        next += rows.stride;
        VectorMask<Float> stays =
            middle.compare(VectorOperators.LE, upper).or(upper.compare(VectorOperators.NE, upper));
        FloatVector max = middle.blend(upper, stays);
        ByteVector tap = middleTap.add((byte) 3).blend(upperTap, stays.cast(B));
        stays = lower.compare(VectorOperators.LE, max).or(max.compare(VectorOperators.NE, max));
        lower.blend(max, stays).intoMemorySegment(target, into, ORDER);
        into += outputs * Float.BYTES;
        if (placed) {
          lowerTap
              .add((byte) 6)
              .blend(tap, stays.cast(B))
              .intoMemorySegment(placesTarget, placesInto, ORDER);
          placesInto += outputs;
        }
      }
      upper = middle;
      upperTap = middleTap;
      middle = lower;
      middleTap = lowerTap;
    }
  }

  /** Maxima of any numbers, and their places; {@code places} may be null. */
  static void any(
      PoolAxis rows,
      PoolAxis columns,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to) {
    boolean placed = places != null;
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    MemorySegment placesTarget = Memory.base(placed ? places : y);
    int kernel = rows.kernel;
    int stride = columns.stride;
    int left = column * stride - columns.before;
    ByteVector firstTap = ByteVector.zero(B);
    long out = -1;
    for (int tap = 0; tap < kernel - 1; tap++) {
      out &= ~PoolSliding.inside(left + tap, stride, columns.size);
      firstTap = firstTap.blend((byte) (tap + 1), VectorMask.fromLong(B, out));
    }
    IntVector lefts = stride == 1 ? LanesF32.IOTA : LanesF32.EVEN;
    long line = (long) columns.size * Float.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Float.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Float.BYTES;
    long placesInto = placed ? Memory.at(places) + placesAt + from * outputs + column : 0;
    for (int window = from; window < to; window++) {
      int start = (int) rows.start(window);
      FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
      ByteVector place = firstTap.add((byte) (kernel * Math.max(0, -start)));
      for (int i = 0; i < kernel; i++) {
        int row = start + i;
        for (int tap = 0; tap < kernel && row >= 0 && row < rows.size; tap++) {
          long here = at + row * line + (long) tap * Float.BYTES;
          FloatVector u = FloatVector.fromMemorySegment(F, source, here, ORDER);
          FloatVector v = FloatVector.fromMemorySegment(F, source, here + VECTOR, ORDER);
          FloatVector value =
              lefts.selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts()).reinterpretAsFloats();
          VectorMask<Float> stays =
              value
                  .compare(VectorOperators.LE, max)
                  .or(max.compare(VectorOperators.NE, max))
                  .or(
                      VectorMask.fromLong(
                          F, ~PoolSliding.inside(left + tap, stride, columns.size)));
          max = value.blend(max, stays);
          place = ByteVector.broadcast(B, (byte) (i * kernel + tap)).blend(place, stays.cast(B));
        }
      }
      max.intoMemorySegment(target, into, ORDER);
      into += outputs * Float.BYTES;
      if (placed) {
        place.intoMemorySegment(placesTarget, placesInto, ORDER);
        placesInto += outputs;
      }
    }
  }

  /** The maxima alone, with a stride of 1 along rows. */
  static boolean finite(
      PoolAxis rows,
      PoolAxis columns,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      int column,
      int from,
      int to) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    boolean five = rows.kernel == 5;
    int left = column - columns.before;
    int size = columns.size;
    VectorMask<Float> no0 = VectorMask.fromLong(F, ~PoolSliding.inside(left, 1, size));
    VectorMask<Float> no1 = VectorMask.fromLong(F, ~PoolSliding.inside(left + 1, 1, size));
    VectorMask<Float> no2 = VectorMask.fromLong(F, ~PoolSliding.inside(left + 2, 1, size));
    VectorMask<Float> no3 = VectorMask.fromLong(F, ~PoolSliding.inside(left + 3, 1, size));
    VectorMask<Float> no4 = VectorMask.fromLong(F, ~PoolSliding.inside(left + 4, 1, size));
    FloatVector none = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector zero = FloatVector.zero(F);
    long line = (long) size * Float.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Float.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Float.BYTES;
    FloatVector row0 = none;
    FloatVector row1 = none;
    FloatVector row2 = none;
    FloatVector row3 = none;
    FloatVector check = zero;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + rows.kernel - 1;
    int next = first + rows.kernel - 1;
    for (int row = first; row <= last; row++) {
      FloatVector row4 = none;
      if (row >= 0 && row < rows.size) {
        long here = at + row * line;
        FloatVector v0 = FloatVector.fromMemorySegment(F, source, here, ORDER);
        FloatVector v1 = FloatVector.fromMemorySegment(F, source, here + Float.BYTES, ORDER);
        FloatVector v2 = FloatVector.fromMemorySegment(F, source, here + 2 * Float.BYTES, ORDER);
        check = v2.fma(zero, v0.fma(zero, check));
        v1 = v1.blend(none, no1);
        v2 = v2.blend(none, no2);
        row4 = v0.blend(none, no0);
        row4 = row4.blend(v1, v1.compare(VectorOperators.GT, row4));
        row4 = row4.blend(v2, v2.compare(VectorOperators.GT, row4));
        if (five) {
          FloatVector v3 = FloatVector.fromMemorySegment(F, source, here + 3 * Float.BYTES, ORDER);
          FloatVector v4 = FloatVector.fromMemorySegment(F, source, here + 4 * Float.BYTES, ORDER);
          check = v4.fma(zero, check);
          v3 = v3.blend(none, no3);
          v4 = v4.blend(none, no4);
          row4 = row4.blend(v3, v3.compare(VectorOperators.GT, row4));
          row4 = row4.blend(v4, v4.compare(VectorOperators.GT, row4));
        }
      }
      if (row == next) {
        next += rows.stride;
        FloatVector max = row2;
        if (five) {
          max = row0.blend(row1, row1.compare(VectorOperators.GT, row0));
          max = max.blend(row2, row2.compare(VectorOperators.GT, max));
        }
        max = max.blend(row3, row3.compare(VectorOperators.GT, max));
        max = max.blend(row4, row4.compare(VectorOperators.GT, max));
        max.intoMemorySegment(target, into, ORDER);
        into += outputs * Float.BYTES;
      }
      row0 = row1;
      row1 = row2;
      row2 = row3;
      row3 = row4;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }

  /** The maxima of 3×3 with a stride of 1 along rows, and which tap of their window each is. */
  static boolean threeWithPlaces(
      PoolAxis rows,
      PoolAxis columns,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    MemorySegment placesTarget = Memory.base(places);
    int left = column - columns.before;
    int size = columns.size;
    VectorMask<Float> no0 = VectorMask.fromLong(F, ~PoolSliding.inside(left, 1, size));
    VectorMask<Float> no1 = VectorMask.fromLong(F, ~PoolSliding.inside(left + 1, 1, size));
    VectorMask<Float> no2 = VectorMask.fromLong(F, ~PoolSliding.inside(left + 2, 1, size));
    FloatVector none = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector zero = FloatVector.zero(F);
    long line = (long) size * Float.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Float.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Float.BYTES;
    long placesInto = Memory.at(places) + placesAt + from * outputs + column;
    FloatVector row0 = none;
    FloatVector row1 = none;
    // The tap of what is less than any number does not matter.
    ByteVector start = ByteVector.zero(B);
    ByteVector tap0 = start;
    ByteVector tap1 = start;
    FloatVector check = zero;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + 2;
    int next = first + 2;
    for (int row = first; row <= last; row++) {
      FloatVector row2 = none;
      ByteVector tap2 = start;
      if (row >= 0 && row < rows.size) {
        long here = at + row * line;
        FloatVector v0 = FloatVector.fromMemorySegment(F, source, here, ORDER);
        FloatVector v1 = FloatVector.fromMemorySegment(F, source, here + Float.BYTES, ORDER);
        FloatVector v2 = FloatVector.fromMemorySegment(F, source, here + 2 * Float.BYTES, ORDER);
        check = v2.fma(zero, v0.fma(zero, check));
        v1 = v1.blend(none, no1);
        v2 = v2.blend(none, no2);
        row2 = v0.blend(none, no0);
        VectorMask<Float> takes = v1.compare(VectorOperators.GT, row2);
        row2 = row2.blend(v1, takes);
        tap2 = tap2.blend((byte) 1, takes.cast(B));
        takes = v2.compare(VectorOperators.GT, row2);
        row2 = row2.blend(v2, takes);
        tap2 = tap2.blend((byte) 2, takes.cast(B));
      }
      if (row == next) {
        next += rows.stride;
        VectorMask<Float> takes = row1.compare(VectorOperators.GT, row0);
        FloatVector max = row0.blend(row1, takes);
        ByteVector tap = tap0.blend(tap1.add((byte) 3), takes.cast(B));
        takes = row2.compare(VectorOperators.GT, max);
        max = max.blend(row2, takes);
        tap = tap.blend(tap2.add((byte) 6), takes.cast(B));
        tap.intoMemorySegment(placesTarget, placesInto, ORDER);
        placesInto += outputs;
        max.intoMemorySegment(target, into, ORDER);
        into += outputs * Float.BYTES;
      }
      row0 = row1;
      row1 = row2;
      tap0 = tap1;
      tap1 = tap2;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }

  /**
   * The maxima of whole rows of 3×3 windows with a stride of 2. Row by row, as the input is read in
   * order then; and the maximum of each column before that of the window, so that only columns'
   * maxima are taken apart into windows' elements.
   */
  static boolean strided(
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
  static boolean stridedWithPlaces(
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
