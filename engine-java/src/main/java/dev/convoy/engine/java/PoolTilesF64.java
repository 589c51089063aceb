package dev.convoy.engine.java;

import dev.convoy.DType;
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
 * Pooling of doubles by windows of 2×2 that tile the image.
 *
 * <p>Of a row of at least a vector of windows, the last vector overlaps the one before it. Where
 * two rows of windows fit in a vector, both are pooled at once. A maximum is kept if what is next
 * is not greater or it is NaN itself: so the first of equals stays, and the first NaN. Of finite
 * numbers one comparison tells the greater: masks are what processors make slowest.
 */
final class PoolTilesF64 extends PoolTiles {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final int VECTOR = LANES * Double.BYTES;

  /** As many lanes; fewer than eight has none, and finds no maxima here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  PoolTilesF64(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F64, LANES, buffers);
  }

  @Override
  boolean finiteMax(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int rows) {
    boolean placed = places != null;
    MemorySegment from = Memory.base(image);
    MemorySegment to = Memory.base(y);
    MemorySegment toPlaces = Memory.base(placed ? places : y);
    long line = (long) width * Double.BYTES;
    long at = Memory.at(image) + imageAt;
    long target = Memory.at(y) + yAt;
    long placesTarget = placed ? Memory.at(places) + placesAt : 0;
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    long second = pairs ? 2 * line : VECTOR;
    int last = Math.max(0, outputs - LANES);
    // Of two vectors the windows' left elements, where the second begins with window `next`.
    int next = pairs ? outputs : LANES / 2;
    LongVector lefts =
        LanesF64.EVEN
            .add(LANES - 2 * next, LanesF64.IOTA.compare(VectorOperators.GE, next))
            .min(2 * LANES - 2);
    LongVector rights = lefts.add(1);
    DoubleVector zero = DoubleVector.zero(F);
    DoubleVector check0 = zero;
    DoubleVector check1 = zero;
    DoubleVector check2 = zero;
    boolean large = image.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(from, at, at + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(at + 2L * Double.BYTES * column);
        long lower = Memory.known(upper + line);
        DoubleVector u = DoubleVector.fromMemorySegment(F, from, upper, ORDER);
        DoubleVector w = DoubleVector.fromMemorySegment(F, from, lower, ORDER);
        DoubleVector v =
            DoubleVector.fromMemorySegment(F, from, Memory.known(upper + second), ORDER);
        DoubleVector x =
            DoubleVector.fromMemorySegment(F, from, Memory.known(lower + second), ORDER);
        DoubleVector a =
            lefts.selectFrom(u.reinterpretAsLongs(), v.reinterpretAsLongs()).reinterpretAsDoubles();
        DoubleVector b =
            rights
                .selectFrom(u.reinterpretAsLongs(), v.reinterpretAsLongs())
                .reinterpretAsDoubles();
        DoubleVector c =
            lefts.selectFrom(w.reinterpretAsLongs(), x.reinterpretAsLongs()).reinterpretAsDoubles();
        DoubleVector d =
            rights
                .selectFrom(w.reinterpretAsLongs(), x.reinterpretAsLongs())
                .reinterpretAsDoubles();
        check0 = b.fma(zero, check0);
        check1 = c.fma(zero, check1);
        check2 = d.fma(zero, check2);
        VectorMask<Double> right = b.compare(VectorOperators.GT, a);
        VectorMask<Double> lowerRight = d.compare(VectorOperators.GT, c);
        a = a.blend(b, right);
        c = c.blend(d, lowerRight);
        VectorMask<Double> below = c.compare(VectorOperators.GT, a);
        a.blend(c, below)
            .intoMemorySegment(to, Memory.known(target + (long) Double.BYTES * column), ORDER);
        if (placed) {
          ByteVector.zero(B)
              .blend((byte) 1, right.cast(B))
              .blend(ByteVector.broadcast(B, 2).blend((byte) 3, lowerRight.cast(B)), below.cast(B))
              .intoMemorySegment(toPlaces, Memory.known(placesTarget + column), ORDER);
        }
      }
      at += 2L * together * line;
      target += (long) together * outputs * Double.BYTES;
      placesTarget += (long) together * outputs;
    }
    return check0.add(check1).add(check2).reduceLanes(VectorOperators.ADD) == 0;
  }

  @Override
  void max(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int rows) {
    boolean placed = places != null;
    MemorySegment from = Memory.base(image);
    MemorySegment to = Memory.base(y);
    MemorySegment toPlaces = Memory.base(placed ? places : y);
    long line = (long) width * Double.BYTES;
    long at = Memory.at(image) + imageAt;
    long target = Memory.at(y) + yAt;
    long placesTarget = placed ? Memory.at(places) + placesAt : 0;
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    long second = pairs ? 2 * line : VECTOR;
    int last = Math.max(0, outputs - LANES);
    // Of two vectors the windows' left elements, where the second begins with window `next`.
    int next = pairs ? outputs : LANES / 2;
    LongVector lefts =
        LanesF64.EVEN
            .add(LANES - 2 * next, LanesF64.IOTA.compare(VectorOperators.GE, next))
            .min(2 * LANES - 2);
    LongVector rights = lefts.add(1);
    boolean large = image.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(from, at, at + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(at + 2L * Double.BYTES * column);
        long lower = Memory.known(upper + line);
        DoubleVector u = DoubleVector.fromMemorySegment(F, from, upper, ORDER);
        DoubleVector w = DoubleVector.fromMemorySegment(F, from, lower, ORDER);
        DoubleVector v =
            DoubleVector.fromMemorySegment(F, from, Memory.known(upper + second), ORDER);
        DoubleVector x =
            DoubleVector.fromMemorySegment(F, from, Memory.known(lower + second), ORDER);
        DoubleVector a =
            lefts.selectFrom(u.reinterpretAsLongs(), v.reinterpretAsLongs()).reinterpretAsDoubles();
        DoubleVector b =
            rights
                .selectFrom(u.reinterpretAsLongs(), v.reinterpretAsLongs())
                .reinterpretAsDoubles();
        DoubleVector c =
            lefts.selectFrom(w.reinterpretAsLongs(), x.reinterpretAsLongs()).reinterpretAsDoubles();
        DoubleVector d =
            rights
                .selectFrom(w.reinterpretAsLongs(), x.reinterpretAsLongs())
                .reinterpretAsDoubles();
        VectorMask<Double> left =
            b.compare(VectorOperators.LE, a).or(a.compare(VectorOperators.NE, a));
        VectorMask<Double> lowerLeft =
            d.compare(VectorOperators.LE, c).or(c.compare(VectorOperators.NE, c));
        a = b.blend(a, left);
        c = d.blend(c, lowerLeft);
        VectorMask<Double> above =
            c.compare(VectorOperators.LE, a).or(a.compare(VectorOperators.NE, a));
        c.blend(a, above)
            .intoMemorySegment(to, Memory.known(target + (long) Double.BYTES * column), ORDER);
        if (placed) {
          ByteVector.broadcast(B, 3)
              .blend((byte) 2, lowerLeft.cast(B))
              .blend(ByteVector.broadcast(B, 1).blend((byte) 0, left.cast(B)), above.cast(B))
              .intoMemorySegment(toPlaces, Memory.known(placesTarget + column), ORDER);
        }
      }
      at += 2L * together * line;
      target += (long) together * outputs * Double.BYTES;
      placesTarget += (long) together * outputs;
    }
  }

  @Override
  void maxGradient(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int rows) {
    MemorySegment from = Memory.base(dy);
    MemorySegment fromPlaces = Memory.base(places);
    MemorySegment to = Memory.base(dx);
    long line = (long) width * Double.BYTES;
    long at = Memory.at(dy) + dyAt;
    long placesFrom = Memory.at(places) + placesAt;
    long target = Memory.at(dx) + dxAt;
    int last = Math.max(0, outputs - LANES);
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    // What windows from `next` on get: of the next row, or up to where the row ends.
    int next = pairs ? outputs : Math.min(LANES / 2, outputs - LANES / 2);
    LongVector further = LanesF64.LOWER.add(next);
    long second = pairs ? 2 * line : 2L * next * Double.BYTES;
    DoubleVector zero = DoubleVector.zero(F);
    boolean large = dx.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(to, target, target + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(target + 2L * Double.BYTES * column);
        long lower = Memory.known(upper + line);
        DoubleVector gradient =
            DoubleVector.fromMemorySegment(
                F, from, Memory.known(at + (long) Double.BYTES * column), ORDER);
        ByteVector place =
            ByteVector.fromMemorySegment(B, fromPlaces, Memory.known(placesFrom + column), ORDER);
        DoubleVector l = zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
        DoubleVector r = zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 1).cast(F));
        DoubleVector lowerL =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 2).cast(F));
        DoubleVector lowerR =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 3).cast(F));
        // In the order of memory: what is written past a short row is put right by the next.
        LanesF64.LOWER
            .selectFrom(l.reinterpretAsLongs(), r.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoMemorySegment(to, upper, ORDER);
        LanesF64.LOWER
            .selectFrom(lowerL.reinterpretAsLongs(), lowerR.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoMemorySegment(to, lower, ORDER);
        further
            .selectFrom(l.reinterpretAsLongs(), r.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoMemorySegment(to, Memory.known(upper + second), ORDER);
        further
            .selectFrom(lowerL.reinterpretAsLongs(), lowerR.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .intoMemorySegment(to, Memory.known(lower + second), ORDER);
      }
      at += (long) together * outputs * Double.BYTES;
      placesFrom += (long) together * outputs;
      target += 2L * together * line;
    }
  }

  @Override
  void average(
      MemorySegment image, long imageAt, int divisor, MemorySegment y, long yAt, int rows) {
    MemorySegment from = Memory.base(image);
    MemorySegment to = Memory.base(y);
    long line = (long) width * Double.BYTES;
    long at = Memory.at(image) + imageAt;
    long target = Memory.at(y) + yAt;
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    long second = pairs ? 2 * line : VECTOR;
    int last = Math.max(0, outputs - LANES);
    double factor = 1F / divisor;
    // Of two vectors the windows' left elements, where the second begins with window `next`.
    int next = pairs ? outputs : LANES / 2;
    LongVector lefts =
        LanesF64.EVEN
            .add(LANES - 2 * next, LanesF64.IOTA.compare(VectorOperators.GE, next))
            .min(2 * LANES - 2);
    LongVector rights = lefts.add(1);
    boolean large = image.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(from, at, at + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(at + 2L * Double.BYTES * column);
        long lower = Memory.known(upper + line);
        DoubleVector u =
            DoubleVector.fromMemorySegment(F, from, upper, ORDER)
                .add(DoubleVector.fromMemorySegment(F, from, lower, ORDER));
        DoubleVector v =
            DoubleVector.fromMemorySegment(F, from, Memory.known(upper + second), ORDER)
                .add(DoubleVector.fromMemorySegment(F, from, Memory.known(lower + second), ORDER));
        lefts
            .selectFrom(u.reinterpretAsLongs(), v.reinterpretAsLongs())
            .reinterpretAsDoubles()
            .add(
                rights
                    .selectFrom(u.reinterpretAsLongs(), v.reinterpretAsLongs())
                    .reinterpretAsDoubles())
            .mul(factor)
            .intoMemorySegment(to, Memory.known(target + (long) Double.BYTES * column), ORDER);
      }
      at += 2L * together * line;
      target += (long) together * outputs * Double.BYTES;
    }
  }

  @Override
  void averageGradient(
      MemorySegment dy, long dyAt, int divisor, MemorySegment dx, long dxAt, int rows) {
    MemorySegment from = Memory.base(dy);
    MemorySegment to = Memory.base(dx);
    long line = (long) width * Double.BYTES;
    long at = Memory.at(dy) + dyAt;
    long target = Memory.at(dx) + dxAt;
    int last = Math.max(0, outputs - LANES);
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    // What windows from `next` on get: of the next row, or up to where the row ends.
    int next = pairs ? outputs : Math.min(LANES / 2, outputs - LANES / 2);
    LongVector further = LanesF64.LOWER.add(next);
    long second = pairs ? 2 * line : 2L * next * Double.BYTES;
    double factor = 1F / divisor;
    boolean large = dx.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(to, target, target + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(target + 2L * Double.BYTES * column);
        long lower = Memory.known(upper + line);
        DoubleVector share =
            DoubleVector.fromMemorySegment(
                    F, from, Memory.known(at + (long) Double.BYTES * column), ORDER)
                .mul(factor);
        DoubleVector half =
            LanesF64.LOWER
                .selectFrom(share.reinterpretAsLongs(), share.reinterpretAsLongs())
                .reinterpretAsDoubles();
        DoubleVector other =
            further
                .selectFrom(share.reinterpretAsLongs(), share.reinterpretAsLongs())
                .reinterpretAsDoubles();
        half.intoMemorySegment(to, upper, ORDER); // in the order of memory, as above
        half.intoMemorySegment(to, lower, ORDER);
        other.intoMemorySegment(to, Memory.known(upper + second), ORDER);
        other.intoMemorySegment(to, Memory.known(lower + second), ORDER);
      }
      at += (long) together * outputs * Double.BYTES;
      target += 2L * together * line;
    }
  }
}
