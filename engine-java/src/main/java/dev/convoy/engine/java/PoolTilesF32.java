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
    int together = this.together; // not read anew after each store, which might change a field
    long second = this.second;
    int last = Math.max(0, outputs - LANES);
    // Of two vectors the windows' left elements, where the second begins with window `next`.
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
        IntVector u = IntVector.fromMemorySegment(LanesF32.BITS, from, upper, ORDER);
        IntVector w = IntVector.fromMemorySegment(LanesF32.BITS, from, lower, ORDER);
        IntVector v =
            IntVector.fromMemorySegment(LanesF32.BITS, from, Memory.known(upper + second), ORDER);
        IntVector x =
            IntVector.fromMemorySegment(LanesF32.BITS, from, Memory.known(lower + second), ORDER);
        FloatVector a = lefts.selectFrom(u, v).reinterpretAsFloats();
        FloatVector b = rights.selectFrom(u, v).reinterpretAsFloats();
        FloatVector c = lefts.selectFrom(w, x).reinterpretAsFloats();
        FloatVector d = rights.selectFrom(w, x).reinterpretAsFloats();
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
    int together = this.together; // not read anew after each store, which might change a field
    long second = this.second;
    int last = Math.max(0, outputs - LANES);
    // Of two vectors the windows' left elements, where the second begins with window `next`.
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
        IntVector u = IntVector.fromMemorySegment(LanesF32.BITS, from, upper, ORDER);
        IntVector w = IntVector.fromMemorySegment(LanesF32.BITS, from, lower, ORDER);
        IntVector v =
            IntVector.fromMemorySegment(LanesF32.BITS, from, Memory.known(upper + second), ORDER);
        IntVector x =
            IntVector.fromMemorySegment(LanesF32.BITS, from, Memory.known(lower + second), ORDER);
        FloatVector a = lefts.selectFrom(u, v).reinterpretAsFloats();
        FloatVector b = rights.selectFrom(u, v).reinterpretAsFloats();
        FloatVector c = lefts.selectFrom(w, x).reinterpretAsFloats();
        FloatVector d = rights.selectFrom(w, x).reinterpretAsFloats();
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
    int together = this.together; // not read anew after each store, which might change a field
    long second = this.second;
    int last = Math.max(0, outputs - LANES);
    IntVector further = LanesF32.LOWER.add(next); // what windows from `next` on get
    IntVector zero = IntVector.zero(LanesF32.BITS);
    boolean large = dx.byteSize() >= Memory.LARGE;
    for (int row = 0; row < rows; row += together) {
      if (large) {
        Memory.touchBase(to, target, target + 2L * together * line);
      }
      for (int o = 0; o < outputs; o += LANES) {
        int column = Math.min(o, last);
        long upper = Memory.known(target + 2L * Float.BYTES * column);
        long lower = Memory.known(upper + line);
        IntVector gradient =
            IntVector.fromMemorySegment(
                LanesF32.BITS, from, Memory.known(at + (long) Float.BYTES * column), ORDER);
        ByteVector place =
            ByteVector.fromMemorySegment(B, fromPlaces, Memory.known(placesFrom + column), ORDER);
        IntVector l =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(LanesF32.BITS));
        IntVector r =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 1).cast(LanesF32.BITS));
        IntVector lowerL =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 2).cast(LanesF32.BITS));
        IntVector lowerR =
            zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 3).cast(LanesF32.BITS));
        // In the order of memory: what is written past a short row is put right by the next.
        LanesF32.LOWER.selectFrom(l, r).intoMemorySegment(to, upper, ORDER);
        LanesF32.LOWER.selectFrom(lowerL, lowerR).intoMemorySegment(to, lower, ORDER);
        further.selectFrom(l, r).intoMemorySegment(to, Memory.known(upper + second), ORDER);
        further
            .selectFrom(lowerL, lowerR)
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
    int together = this.together; // not read anew after each store, which might change a field
    long second = this.second;
    int last = Math.max(0, outputs - LANES);
    float factor = 1F / divisor;
    // Of two vectors the windows' left elements, where the second begins with window `next`.
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
        IntVector u =
            FloatVector.fromMemorySegment(F, from, upper, ORDER)
                .add(FloatVector.fromMemorySegment(F, from, lower, ORDER))
                .reinterpretAsInts();
        IntVector v =
            FloatVector.fromMemorySegment(F, from, Memory.known(upper + second), ORDER)
                .add(FloatVector.fromMemorySegment(F, from, Memory.known(lower + second), ORDER))
                .reinterpretAsInts();
        lefts
            .selectFrom(u, v)
            .reinterpretAsFloats()
            .add(rights.selectFrom(u, v).reinterpretAsFloats())
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
    int together = this.together; // not read anew after each store, which might change a field
    long second = this.second;
    int last = Math.max(0, outputs - LANES);
    IntVector further = LanesF32.LOWER.add(next); // what windows from `next` on get
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
        IntVector share =
            FloatVector.fromMemorySegment(
                    F, from, Memory.known(at + (long) Float.BYTES * column), ORDER)
                .mul(factor)
                .reinterpretAsInts();
        IntVector half = LanesF32.LOWER.selectFrom(share, share);
        IntVector other = further.selectFrom(share, share);
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
