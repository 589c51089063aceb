package dev.convoy.engine.java;

import dev.convoy.DType;
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
 * Pooling of floats by windows of 2×2 that tile the image.
 *
 * <p>Of a row of at least a vector of windows, the last vector overlaps the one before it. Where
 * two rows of windows fit in a vector, both are pooled at once. A maximum is kept if what is next
 * is not greater or it is NaN itself: so the first of equals stays, and the first NaN. Of finite
 * numbers one comparison tells the greater: masks are what processors make slowest.
 */
final class PoolTilesF32 extends PoolTiles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final int VECTOR = LANES * Float.BYTES;

  /** As many lanes; fewer than eight has none, and finds no maxima here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  PoolTilesF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
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
    long line = (long) width * Float.BYTES;
    long at = Memory.at(image) + imageAt;
    long target = Memory.at(y) + yAt;
    long placesTarget = placed ? Memory.at(places) + placesAt : 0;
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    long second = pairs ? 2 * line : VECTOR;
    int last = Math.max(0, outputs - LANES);
    // Of two vectors the windows' left elements, where the second begins with window `next`.
    int next = pairs ? outputs : LANES / 2;
    IntVector lefts =
        LanesF32.EVEN
            .add(LANES - 2 * next, LanesF32.IOTA.compare(VectorOperators.GE, next))
            .min(2 * LANES - 2);
    IntVector rights = lefts.add(1);
    FloatVector zero = FloatVector.zero(F);
    FloatVector check0 = zero;
    FloatVector check1 = zero;
    FloatVector check2 = zero;
    boolean large = image.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(from, at, at + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(at + 2L * Float.BYTES * column);
        long lower = Memory.known(upper + line);
        FloatVector u = FloatVector.fromMemorySegment(F, from, upper, ORDER);
        FloatVector w = FloatVector.fromMemorySegment(F, from, lower, ORDER);
        FloatVector v = FloatVector.fromMemorySegment(F, from, Memory.known(upper + second), ORDER);
        FloatVector x = FloatVector.fromMemorySegment(F, from, Memory.known(lower + second), ORDER);
        FloatVector a =
            lefts.selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector b =
            rights.selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector c =
            lefts.selectFrom(w.reinterpretAsInts(), x.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector d =
            rights.selectFrom(w.reinterpretAsInts(), x.reinterpretAsInts()).reinterpretAsFloats();
        check0 = b.fma(zero, check0);
        check1 = c.fma(zero, check1);
        check2 = d.fma(zero, check2);
        VectorMask<Float> right = b.compare(VectorOperators.GT, a);
        VectorMask<Float> lowerRight = d.compare(VectorOperators.GT, c);
        a = a.blend(b, right);
        c = c.blend(d, lowerRight);
        VectorMask<Float> below = c.compare(VectorOperators.GT, a);
        a.blend(c, below)
            .intoMemorySegment(to, Memory.known(target + (long) Float.BYTES * column), ORDER);
        if (placed) {
          ByteVector.zero(B)
              .blend((byte) 1, right.cast(B))
              .blend(ByteVector.broadcast(B, 2).blend((byte) 3, lowerRight.cast(B)), below.cast(B))
              .intoMemorySegment(toPlaces, Memory.known(placesTarget + column), ORDER);
        }
      }
      at += 2L * together * line;
      target += (long) together * outputs * Float.BYTES;
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
    long line = (long) width * Float.BYTES;
    long at = Memory.at(image) + imageAt;
    long target = Memory.at(y) + yAt;
    long placesTarget = placed ? Memory.at(places) + placesAt : 0;
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    long second = pairs ? 2 * line : VECTOR;
    int last = Math.max(0, outputs - LANES);
    // Of two vectors the windows' left elements, where the second begins with window `next`.
    int next = pairs ? outputs : LANES / 2;
    IntVector lefts =
        LanesF32.EVEN
            .add(LANES - 2 * next, LanesF32.IOTA.compare(VectorOperators.GE, next))
            .min(2 * LANES - 2);
    IntVector rights = lefts.add(1);
    boolean large = image.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(from, at, at + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(at + 2L * Float.BYTES * column);
        long lower = Memory.known(upper + line);
        FloatVector u = FloatVector.fromMemorySegment(F, from, upper, ORDER);
        FloatVector w = FloatVector.fromMemorySegment(F, from, lower, ORDER);
        FloatVector v = FloatVector.fromMemorySegment(F, from, Memory.known(upper + second), ORDER);
        FloatVector x = FloatVector.fromMemorySegment(F, from, Memory.known(lower + second), ORDER);
        FloatVector a =
            lefts.selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector b =
            rights.selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector c =
            lefts.selectFrom(w.reinterpretAsInts(), x.reinterpretAsInts()).reinterpretAsFloats();
        FloatVector d =
            rights.selectFrom(w.reinterpretAsInts(), x.reinterpretAsInts()).reinterpretAsFloats();
        VectorMask<Float> left =
            b.compare(VectorOperators.LE, a).or(a.compare(VectorOperators.NE, a));
        VectorMask<Float> lowerLeft =
            d.compare(VectorOperators.LE, c).or(c.compare(VectorOperators.NE, c));
        a = b.blend(a, left);
        c = d.blend(c, lowerLeft);
        VectorMask<Float> above =
            c.compare(VectorOperators.LE, a).or(a.compare(VectorOperators.NE, a));
        c.blend(a, above)
            .intoMemorySegment(to, Memory.known(target + (long) Float.BYTES * column), ORDER);
        if (placed) {
          ByteVector.broadcast(B, 3)
              .blend((byte) 2, lowerLeft.cast(B))
              .blend(ByteVector.broadcast(B, 1).blend((byte) 0, left.cast(B)), above.cast(B))
              .intoMemorySegment(toPlaces, Memory.known(placesTarget + column), ORDER);
        }
      }
      at += 2L * together * line;
      target += (long) together * outputs * Float.BYTES;
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
    long line = (long) width * Float.BYTES;
    long at = Memory.at(dy) + dyAt;
    long placesFrom = Memory.at(places) + placesAt;
    long target = Memory.at(dx) + dxAt;
    int last = Math.max(0, outputs - LANES);
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    // What windows from `next` on get: of the next row, or up to where the row ends.
    int next = pairs ? outputs : Math.min(LANES / 2, outputs - LANES / 2);
    IntVector further = LanesF32.LOWER.add(next);
    long second = pairs ? 2 * line : 2L * next * Float.BYTES;
    FloatVector zero = FloatVector.zero(F);
    boolean large = dx.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(to, target, target + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(target + 2L * Float.BYTES * column);
        long lower = Memory.known(upper + line);
        FloatVector gradient =
            FloatVector.fromMemorySegment(
                F, from, Memory.known(at + (long) Float.BYTES * column), ORDER);
        ByteVector place =
            ByteVector.fromMemorySegment(B, fromPlaces, Memory.known(placesFrom + column), ORDER);
        FloatVector l = zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
        FloatVector r = zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 1).cast(F));
        FloatVector lowerL =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 2).cast(F));
        FloatVector lowerR =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 3).cast(F));
        // In the order of memory: what is written past a short row is put right by the next.
        LanesF32.LOWER
            .selectFrom(l.reinterpretAsInts(), r.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoMemorySegment(to, upper, ORDER);
        LanesF32.LOWER
            .selectFrom(lowerL.reinterpretAsInts(), lowerR.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoMemorySegment(to, lower, ORDER);
        further
            .selectFrom(l.reinterpretAsInts(), r.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoMemorySegment(to, Memory.known(upper + second), ORDER);
        further
            .selectFrom(lowerL.reinterpretAsInts(), lowerR.reinterpretAsInts())
            .reinterpretAsFloats()
            .intoMemorySegment(to, Memory.known(lower + second), ORDER);
      }
      at += (long) together * outputs * Float.BYTES;
      placesFrom += (long) together * outputs;
      target += 2L * together * line;
    }
  }

  @Override
  void average(
      MemorySegment image, long imageAt, int divisor, MemorySegment y, long yAt, int rows) {
    MemorySegment from = Memory.base(image);
    MemorySegment to = Memory.base(y);
    long line = (long) width * Float.BYTES;
    long at = Memory.at(image) + imageAt;
    long target = Memory.at(y) + yAt;
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    long second = pairs ? 2 * line : VECTOR;
    int last = Math.max(0, outputs - LANES);
    float factor = 1F / divisor;
    // Of two vectors the windows' left elements, where the second begins with window `next`.
    int next = pairs ? outputs : LANES / 2;
    IntVector lefts =
        LanesF32.EVEN
            .add(LANES - 2 * next, LanesF32.IOTA.compare(VectorOperators.GE, next))
            .min(2 * LANES - 2);
    IntVector rights = lefts.add(1);
    boolean large = image.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(from, at, at + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(at + 2L * Float.BYTES * column);
        long lower = Memory.known(upper + line);
        FloatVector u =
            FloatVector.fromMemorySegment(F, from, upper, ORDER)
                .add(FloatVector.fromMemorySegment(F, from, lower, ORDER));
        FloatVector v =
            FloatVector.fromMemorySegment(F, from, Memory.known(upper + second), ORDER)
                .add(FloatVector.fromMemorySegment(F, from, Memory.known(lower + second), ORDER));
        lefts
            .selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts())
            .reinterpretAsFloats()
            .add(
                rights
                    .selectFrom(u.reinterpretAsInts(), v.reinterpretAsInts())
                    .reinterpretAsFloats())
            .mul(factor)
            .intoMemorySegment(to, Memory.known(target + (long) Float.BYTES * column), ORDER);
      }
      at += 2L * together * line;
      target += (long) together * outputs * Float.BYTES;
    }
  }

  @Override
  void averageGradient(
      MemorySegment dy, long dyAt, int divisor, MemorySegment dx, long dxAt, int rows) {
    MemorySegment from = Memory.base(dy);
    MemorySegment to = Memory.base(dx);
    long line = (long) width * Float.BYTES;
    long at = Memory.at(dy) + dyAt;
    long target = Memory.at(dx) + dxAt;
    int last = Math.max(0, outputs - LANES);
    boolean pairs = width <= LANES;
    int together = pairs ? 2 : 1;
    // What windows from `next` on get: of the next row, or up to where the row ends.
    int next = pairs ? outputs : Math.min(LANES / 2, outputs - LANES / 2);
    IntVector further = LanesF32.LOWER.add(next);
    long second = pairs ? 2 * line : 2L * next * Float.BYTES;
    float factor = 1F / divisor;
    boolean large = dx.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(to, target, target + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(target + 2L * Float.BYTES * column);
        long lower = Memory.known(upper + line);
        FloatVector share =
            FloatVector.fromMemorySegment(
                    F, from, Memory.known(at + (long) Float.BYTES * column), ORDER)
                .mul(factor);
        FloatVector half =
            LanesF32.LOWER
                .selectFrom(share.reinterpretAsInts(), share.reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector other =
            further
                .selectFrom(share.reinterpretAsInts(), share.reinterpretAsInts())
                .reinterpretAsFloats();
        half.intoMemorySegment(to, upper, ORDER); // in the order of memory, as above
        half.intoMemorySegment(to, lower, ORDER);
        other.intoMemorySegment(to, Memory.known(upper + second), ORDER);
        other.intoMemorySegment(to, Memory.known(lower + second), ORDER);
      }
      at += (long) together * outputs * Float.BYTES;
      target += 2L * together * line;
    }
  }
}
