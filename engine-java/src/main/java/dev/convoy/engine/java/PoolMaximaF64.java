package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Maxima of windows that overlap, where tensors lie: of 3×3, and of 5×5 with a stride of 1. A
 * vector of windows at a time goes down the rows {@code from} to {@code to} of a plane's results;
 * each row's maximum is found once, for all windows that see it. Offsets are in bytes and those of
 * planes.
 *
 * <p>A row outside the image is taken to be the nearest one in it, which every such window sees as
 * well, so that no branch depends on the row: where such branches met again, the compiler made
 * objects of the vectors that came out of them, or not, as the timing of its profile would have it.
 * Bytes did not even bear a branch by the windows' size, so that places have a method for each.
 */
final class PoolMaximaF64 {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final VectorSpecies<Long> I = LanesF64.IOTA.species();
  private static final int VECTOR = LANES * Double.BYTES;

  /** As many lanes; where they are fewer than eight there is none, and no maxima are found here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private PoolMaximaF64() {}

  /**
   * Maxima of any numbers, and their places unless {@code places} is null. Of a vector and the one
   * behind it, the windows' first two elements are chosen, and the others from two elements on.
   */
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
    boolean five = kernel == 5;
    int stride = columns.stride;
    int size = columns.size;
    int left = column * stride - columns.before;
    long out0 = ~PoolSliding.inside(left, stride, size);
    long out1 = ~PoolSliding.inside(left + 1, stride, size);
    long out2 = ~PoolSliding.inside(left + 2, stride, size);
    long out3 = ~PoolSliding.inside(left + 3, stride, size);
    long out4 = ~PoolSliding.inside(left + 4, stride, size);
    VectorMask<Double> no0 = VectorMask.fromLong(F, out0);
    VectorMask<Double> no1 = VectorMask.fromLong(F, out1);
    VectorMask<Double> no2 = VectorMask.fromLong(F, out2);
    VectorMask<Double> no3 = VectorMask.fromLong(F, out3);
    VectorMask<Double> no4 = VectorMask.fromLong(F, out4);
    // The first tap in the image: padding to the right is behind one.
    LongVector firstTap =
        LongVector.zero(I)
            .blend(1, VectorMask.fromLong(I, out0))
            .blend(2, VectorMask.fromLong(I, out0 & out1))
            .blend(3, VectorMask.fromLong(I, out0 & out1 & out2))
            .blend(4, VectorMask.fromLong(I, out0 & out1 & out2 & out3));
    LongVector lefts = stride == 1 ? LanesF64.IOTA : LanesF64.EVEN;
    LongVector middles = lefts.add(1);
    DoubleVector none = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
    long line = (long) size * Double.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Double.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Double.BYTES;
    long placesInto = placed ? Memory.at(places) + placesAt + from * outputs + column : 0;
    DoubleVector row0 = none;
    DoubleVector row1 = none;
    DoubleVector row2 = none;
    DoubleVector row3 = none;
    LongVector tap0 = LongVector.zero(I);
    LongVector tap1 = tap0;
    LongVector tap2 = tap0;
    LongVector tap3 = tap0;
    int bottom = rows.size - 1;
    int step = rows.stride;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + kernel - 1;
    int next = first + kernel - 1;
    for (int row = first; row <= last; row++) {
      int seen = Math.max(0, Math.min(row, bottom));
      int tap = kernel * seen; // in the whole plane, of the row's first
      long here = Memory.known(at + seen * line);
      DoubleVector u = DoubleVector.fromMemorySegment(F, source, here, ORDER);
      DoubleVector v = DoubleVector.fromMemorySegment(F, source, here + VECTOR, ORDER);
      LongVector low = u.reinterpretAsLongs();
      LongVector high = v.reinterpretAsLongs();
      DoubleVector row4 = lefts.selectFrom(low, high).reinterpretAsDoubles().blend(none, no0);
      DoubleVector other = middles.selectFrom(low, high).reinterpretAsDoubles().blend(none, no1);
      VectorMask<Double> stays =
          other.compare(VectorOperators.LE, row4).or(row4.compare(VectorOperators.NE, row4));
      row4 = other.blend(row4, stays);
      LongVector tap4 = LongVector.broadcast(I, 1).blend(firstTap, stays.cast(I));
      u = DoubleVector.fromMemorySegment(F, source, here + 2 * Double.BYTES, ORDER);
      v = DoubleVector.fromMemorySegment(F, source, here + 2 * Double.BYTES + VECTOR, ORDER);
      low = u.reinterpretAsLongs();
      high = v.reinterpretAsLongs();
      other = lefts.selectFrom(low, high).reinterpretAsDoubles().blend(none, no2);
      stays = other.compare(VectorOperators.LE, row4).or(row4.compare(VectorOperators.NE, row4));
      row4 = other.blend(row4, stays);
      tap4 = LongVector.broadcast(I, 2).blend(tap4, stays.cast(I));
      if (five) {
        other = middles.selectFrom(low, high).reinterpretAsDoubles().blend(none, no3);
        stays = other.compare(VectorOperators.LE, row4).or(row4.compare(VectorOperators.NE, row4));
        row4 = other.blend(row4, stays);
        tap4 = LongVector.broadcast(I, 3).blend(tap4, stays.cast(I));
        u = DoubleVector.fromMemorySegment(F, source, here + 4 * Double.BYTES, ORDER);
        v = DoubleVector.fromMemorySegment(F, source, here + 4 * Double.BYTES + VECTOR, ORDER);
        low = u.reinterpretAsLongs();
        high = v.reinterpretAsLongs();
        other = lefts.selectFrom(low, high).reinterpretAsDoubles().blend(none, no4);
        stays = other.compare(VectorOperators.LE, row4).or(row4.compare(VectorOperators.NE, row4));
        row4 = other.blend(row4, stays);
        tap4 = LongVector.broadcast(I, 4).blend(tap4, stays.cast(I));
      }
      tap4 = tap4.add(tap);
      if (row == next) {
        int top = kernel * (row - kernel + 1);
        next += step;
        DoubleVector max = row2;
        LongVector place = tap2;
        if (five) {
          stays = row1.compare(VectorOperators.LE, row0).or(row0.compare(VectorOperators.NE, row0));
          max = row1.blend(row0, stays);
          place = tap1.blend(tap0, stays.cast(I));
          stays = row2.compare(VectorOperators.LE, max).or(max.compare(VectorOperators.NE, max));
          max = row2.blend(max, stays);
          place = tap2.blend(place, stays.cast(I));
        }
        stays = row3.compare(VectorOperators.LE, max).or(max.compare(VectorOperators.NE, max));
        max = row3.blend(max, stays);
        place = tap3.blend(place, stays.cast(I));
        stays = row4.compare(VectorOperators.LE, max).or(max.compare(VectorOperators.NE, max));
        row4.blend(max, stays).intoMemorySegment(target, Memory.known(into), ORDER);
        into += outputs * Double.BYTES;
        if (placed) {
          tap4.blend(place, stays.cast(I))
              .sub(top)
              .convertShape(VectorOperators.L2B, B, 0)
              .reinterpretAsBytes()
              .intoMemorySegment(placesTarget, Memory.known(placesInto), ORDER);
          placesInto += outputs;
        }
      }
      row0 = row1;
      row1 = row2;
      row2 = row3;
      row3 = row4;
      tap0 = tap1;
      tap1 = tap2;
      tap2 = tap3;
      tap3 = tap4;
    }
  }

  /**
   * The maxima of finite numbers, with a stride of 1 along rows. One comparison a tap tells the
   * greater of two, and something always exceeds the −∞ of padding.
   *
   * @return whether there were no others: what was read, times zero, adds up to zero
   */
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
    VectorMask<Double> in0 = VectorMask.fromLong(F, PoolSliding.inside(left, 1, size));
    VectorMask<Double> in1 = VectorMask.fromLong(F, PoolSliding.inside(left + 1, 1, size));
    VectorMask<Double> in2 = VectorMask.fromLong(F, PoolSliding.inside(left + 2, 1, size));
    VectorMask<Double> in3 = VectorMask.fromLong(F, PoolSliding.inside(left + 3, 1, size));
    VectorMask<Double> in4 = VectorMask.fromLong(F, PoolSliding.inside(left + 4, 1, size));
    DoubleVector none = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
    DoubleVector zero = DoubleVector.zero(F);
    long line = (long) size * Double.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Double.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Double.BYTES;
    DoubleVector row0 = none;
    DoubleVector row1 = none;
    DoubleVector row2 = none;
    DoubleVector row3 = none;
    DoubleVector check = zero;
    int bottom = rows.size - 1;
    int step = rows.stride;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + rows.kernel - 1;
    int next = first + rows.kernel - 1;
    for (int row = first; row <= last; row++) {
      long here = Memory.known(at + Math.max(0, Math.min(row, bottom)) * line);
      DoubleVector v0 = DoubleVector.fromMemorySegment(F, source, here, ORDER);
      DoubleVector v1 = DoubleVector.fromMemorySegment(F, source, here + Double.BYTES, ORDER);
      DoubleVector v2 = DoubleVector.fromMemorySegment(F, source, here + 2 * Double.BYTES, ORDER);
      check = v2.fma(zero, v0.fma(zero, check));
      DoubleVector row4 = none.blend(v0, in0);
      row4 = row4.blend(v1, v1.compare(VectorOperators.GT, row4, in1));
      row4 = row4.blend(v2, v2.compare(VectorOperators.GT, row4, in2));
      if (five) {
        DoubleVector v3 = DoubleVector.fromMemorySegment(F, source, here + 3 * Double.BYTES, ORDER);
        DoubleVector v4 = DoubleVector.fromMemorySegment(F, source, here + 4 * Double.BYTES, ORDER);
        check = v4.fma(zero, check);
        row4 = row4.blend(v3, v3.compare(VectorOperators.GT, row4, in3));
        row4 = row4.blend(v4, v4.compare(VectorOperators.GT, row4, in4));
      }
      if (row == next) {
        next += step;
        DoubleVector max = row2;
        if (five) {
          max = row0.blend(row1, row1.compare(VectorOperators.GT, row0));
          max = max.blend(row2, row2.compare(VectorOperators.GT, max));
        }
        max = max.blend(row3, row3.compare(VectorOperators.GT, max));
        max = max.blend(row4, row4.compare(VectorOperators.GT, max));
        max.intoMemorySegment(target, Memory.known(into), ORDER);
        into += outputs * Double.BYTES;
      }
      row0 = row1;
      row1 = row2;
      row2 = row3;
      row3 = row4;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }

  /** The same of 3×3, and which tap of its window each maximum is. */
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
    VectorMask<Double> in0 = VectorMask.fromLong(F, PoolSliding.inside(left, 1, size));
    VectorMask<Double> in1 = VectorMask.fromLong(F, PoolSliding.inside(left + 1, 1, size));
    VectorMask<Double> in2 = VectorMask.fromLong(F, PoolSliding.inside(left + 2, 1, size));
    DoubleVector none = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
    DoubleVector zero = DoubleVector.zero(F);
    long line = (long) size * Double.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Double.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Double.BYTES;
    long placesInto = Memory.at(places) + placesAt + from * outputs + column;
    DoubleVector row0 = none;
    DoubleVector row1 = none;
    ByteVector start = ByteVector.zero(B);
    ByteVector tap0 = start;
    ByteVector tap1 = start;
    DoubleVector check = zero;
    int bottom = rows.size - 1;
    int step = rows.stride;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + 2;
    int next = first + 2;
    for (int row = first; row <= last; row++) {
      int seen = Math.max(0, Math.min(row, bottom));
      int skipped = 3 * (seen - row); // none where the row is in the image
      long here = Memory.known(at + seen * line);
      DoubleVector v0 = DoubleVector.fromMemorySegment(F, source, here, ORDER);
      DoubleVector v1 = DoubleVector.fromMemorySegment(F, source, here + Double.BYTES, ORDER);
      DoubleVector v2 = DoubleVector.fromMemorySegment(F, source, here + 2 * Double.BYTES, ORDER);
      check = v2.fma(zero, v0.fma(zero, check));
      DoubleVector row2 = none.blend(v0, in0);
      ByteVector tap2 = start;
      VectorMask<Double> takes = v1.compare(VectorOperators.GT, row2, in1);
      row2 = row2.blend(v1, takes);
      tap2 = tap2.blend((byte) 1, takes.cast(B));
      takes = v2.compare(VectorOperators.GT, row2, in2);
      row2 = row2.blend(v2, takes);
      tap2 = tap2.blend((byte) 2, takes.cast(B));
      tap2 = tap2.add((byte) skipped);
      if (row == next) {
        next += step;
        takes = row1.compare(VectorOperators.GT, row0);
        DoubleVector max = row0.blend(row1, takes);
        ByteVector place = tap0.blend(tap1.add((byte) 3), takes.cast(B));
        takes = row2.compare(VectorOperators.GT, max);
        max.blend(row2, takes).intoMemorySegment(target, Memory.known(into), ORDER);
        into += outputs * Double.BYTES;
        place
            .blend(tap2.add((byte) 6), takes.cast(B))
            .intoMemorySegment(placesTarget, Memory.known(placesInto), ORDER);
        placesInto += outputs;
      }
      row0 = row1;
      row1 = row2;
      tap0 = tap1;
      tap1 = tap2;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }

  /** The same of 5×5. */
  static boolean fiveWithPlaces(
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
    VectorMask<Double> in0 = VectorMask.fromLong(F, PoolSliding.inside(left, 1, size));
    VectorMask<Double> in1 = VectorMask.fromLong(F, PoolSliding.inside(left + 1, 1, size));
    VectorMask<Double> in2 = VectorMask.fromLong(F, PoolSliding.inside(left + 2, 1, size));
    VectorMask<Double> in3 = VectorMask.fromLong(F, PoolSliding.inside(left + 3, 1, size));
    VectorMask<Double> in4 = VectorMask.fromLong(F, PoolSliding.inside(left + 4, 1, size));
    DoubleVector none = DoubleVector.broadcast(F, Double.NEGATIVE_INFINITY);
    DoubleVector zero = DoubleVector.zero(F);
    long line = (long) size * Double.BYTES;
    long outputs = columns.outputs;
    long at = Memory.at(image) + imageAt + (long) left * Double.BYTES;
    long into = Memory.at(y) + yAt + (from * outputs + column) * Double.BYTES;
    long placesInto = Memory.at(places) + placesAt + from * outputs + column;
    DoubleVector row0 = none;
    DoubleVector row1 = none;
    DoubleVector row2 = none;
    DoubleVector row3 = none;
    ByteVector start = ByteVector.zero(B);
    ByteVector tap0 = start;
    ByteVector tap1 = start;
    ByteVector tap2 = start;
    ByteVector tap3 = start;
    DoubleVector check = zero;
    int bottom = rows.size - 1;
    int step = rows.stride;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + 4;
    int next = first + 4;
    for (int row = first; row <= last; row++) {
      int seen = Math.max(0, Math.min(row, bottom));
      int skipped = 5 * (seen - row); // none where the row is in the image
      long here = Memory.known(at + seen * line);
      DoubleVector v0 = DoubleVector.fromMemorySegment(F, source, here, ORDER);
      DoubleVector v1 = DoubleVector.fromMemorySegment(F, source, here + Double.BYTES, ORDER);
      DoubleVector v2 = DoubleVector.fromMemorySegment(F, source, here + 2 * Double.BYTES, ORDER);
      DoubleVector v3 = DoubleVector.fromMemorySegment(F, source, here + 3 * Double.BYTES, ORDER);
      DoubleVector v4 = DoubleVector.fromMemorySegment(F, source, here + 4 * Double.BYTES, ORDER);
      check = v4.fma(zero, v2.fma(zero, v0.fma(zero, check)));
      DoubleVector row4 = none.blend(v0, in0);
      ByteVector tap4 = start;
      VectorMask<Double> takes = v1.compare(VectorOperators.GT, row4, in1);
      row4 = row4.blend(v1, takes);
      tap4 = tap4.blend((byte) 1, takes.cast(B));
      takes = v2.compare(VectorOperators.GT, row4, in2);
      row4 = row4.blend(v2, takes);
      tap4 = tap4.blend((byte) 2, takes.cast(B));
      takes = v3.compare(VectorOperators.GT, row4, in3);
      row4 = row4.blend(v3, takes);
      tap4 = tap4.blend((byte) 3, takes.cast(B));
      takes = v4.compare(VectorOperators.GT, row4, in4);
      row4 = row4.blend(v4, takes);
      tap4 = tap4.blend((byte) 4, takes.cast(B));
      tap4 = tap4.add((byte) skipped);
      if (row == next) {
        next += step;
        takes = row1.compare(VectorOperators.GT, row0);
        DoubleVector max = row0.blend(row1, takes);
        ByteVector place = tap0.blend(tap1.add((byte) 5), takes.cast(B));
        takes = row2.compare(VectorOperators.GT, max);
        max = max.blend(row2, takes);
        place = place.blend(tap2.add((byte) 10), takes.cast(B));
        takes = row3.compare(VectorOperators.GT, max);
        max = max.blend(row3, takes);
        place = place.blend(tap3.add((byte) 15), takes.cast(B));
        takes = row4.compare(VectorOperators.GT, max);
        max.blend(row4, takes).intoMemorySegment(target, Memory.known(into), ORDER);
        into += outputs * Double.BYTES;
        place
            .blend(tap4.add((byte) 20), takes.cast(B))
            .intoMemorySegment(placesTarget, Memory.known(placesInto), ORDER);
        placesInto += outputs;
      }
      row0 = row1;
      row1 = row2;
      row2 = row3;
      row3 = row4;
      tap0 = tap1;
      tap1 = tap2;
      tap2 = tap3;
      tap3 = tap4;
    }
    return check.reduceLanes(VectorOperators.ADD) == 0;
  }
}
