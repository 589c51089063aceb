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
 * Pooling of floats by small windows that overlap: 3×3 of stride 1 or 2, maxima alone of 5×5 of
 * stride 1, and the gradients of any of stride 1.
 */
final class PoolSlidingF32 extends PoolSliding {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final int VECTOR = LANES * Float.BYTES;

  /** As many lanes; where they are fewer than eight there is none, and no maxima are found here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  PoolSlidingF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  boolean max(
      boolean finite,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to) {
    boolean done = finite && finite(image, imageAt, y, yAt, places, placesAt, column, from, to);
    if (!done && rows.kernel == 3) {
      PoolMaximaF32.three(
          rows, columns, image, imageAt, y, yAt, places, placesAt, column, from, to);
    } else if (!done) {
      PoolMaximaF32.any(rows, columns, image, imageAt, y, yAt, places, placesAt, column, from, to);
    }
    return done;
  }

  private boolean finite(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to) {
    return places == null
        ? PoolMaximaF32.finite(rows, columns, image, imageAt, y, yAt, column, from, to)
        : PoolMaximaF32.threeWithPlaces(
            rows, columns, image, imageAt, y, yAt, places, placesAt, column, from, to);
  }

  @Override
  boolean stridedMax(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int from,
      int to) {
    return places == null
        ? PoolMaximaF32.strided(rows, columns, image, imageAt, y, yAt, from, to)
        : PoolMaximaF32.stridedWithPlaces(
            rows, columns, image, imageAt, y, yAt, places, placesAt, from, to);
  }

  @Override
  void maxGradient(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int column,
      int from,
      int to) {
    MemorySegment source = Memory.base(dy);
    MemorySegment placesSource = Memory.base(places);
    MemorySegment target = Memory.base(dx);
    long outputs = columns.outputs;
    long at = Memory.at(dy) + dyAt;
    long placesFrom = Memory.at(places) + placesAt;
    long into = Memory.at(dx) + dxAt + ((long) from * columns.size + column) * Float.BYTES;
    int kernel = columns.kernel;
    boolean tall = rows.kernel > 3;
    // Of the last column of taps; each before it sees one window more to the left.
    long windows = inside(column + columns.before - kernel + 1, 1, columns.outputs);
    FloatVector sum0 = FloatVector.zero(F); // of the row of dx that the windows' first taps are in
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector sum4 = sum0;
    for (int row = from - rows.kernel + 1; row < to; row++) {
      int window = row + rows.before;
      for (int c = 0; c < kernel && window >= 0 && window < rows.outputs; c++) {
        int first = column + columns.before - c;
        long index = window * outputs + first;
        VectorMask<Byte> inside = VectorMask.fromLong(B, windows >>> (kernel - 1 - c));
        ByteVector place =
            ByteVector.broadcast(B, -1)
                .blend(
                    ByteVector.fromMemorySegment(B, placesSource, placesFrom + index, ORDER),
                    inside)
                .sub((byte) c);
        FloatVector gradient =
            FloatVector.fromMemorySegment(F, source, at + index * Float.BYTES, ORDER);
        sum0 = sum0.add(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
        sum1 = sum1.add(gradient, place.compare(VectorOperators.EQ, (byte) kernel).cast(F));
        sum2 = sum2.add(gradient, place.compare(VectorOperators.EQ, (byte) (2 * kernel)).cast(F));
        if (tall) {
          sum3 = sum3.add(gradient, place.compare(VectorOperators.EQ, (byte) (3 * kernel)).cast(F));
          sum4 = sum4.add(gradient, place.compare(VectorOperators.EQ, (byte) (4 * kernel)).cast(F));
        }
      }
      if (row >= from) {
        sum0.intoMemorySegment(target, into, ORDER);
        into += (long) columns.size * Float.BYTES;
      }
      sum0 = sum1;
      sum1 = sum2;
      sum2 = sum3;
      sum3 = sum4;
      sum4 = FloatVector.zero(F);
    }
  }

  /**
   * A window's middle column is its own; the next but one's, at its edge, is shared with the next
   * window. So are its rows: an even row is the first of one window and the last of that above. Row
   * by row, as so much is written that it had better be in order.
   */
  @Override
  void maxGradientOfPairs(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int from,
      int to) {
    MemorySegment source = Memory.base(dy);
    MemorySegment placesSource = Memory.base(places);
    MemorySegment target = Memory.base(dx);
    int outputs = columns.outputs;
    boolean edgeFirst = columns.before % 2 == 0;
    byte edge = (byte) (edgeFirst ? 0 : 2); // the column of the window's own edge, of the pair's
    byte otherEdge = (byte) (2 - edge);
    int ahead = columns.before / 2;
    int beside = edgeFirst ? -1 : 1;
    int lastColumn = Math.max(0, columns.size - 2 * LANES);
    long at = Memory.at(dy) + dyAt;
    long placesFrom = Memory.at(places) + placesAt;
    long into = Memory.at(dx) + dxAt;
    long line = (long) columns.size * Float.BYTES;
    FloatVector zero = FloatVector.zero(F);
    ByteVector none = ByteVector.broadcast(B, -1);
    int begin = Math.max(0, Math.ceilDiv(from + rows.before - 2, 2));
    int end = (to - 1 + rows.before) / 2;
    for (int window = begin; window <= end; window++) {
      int row = 2 * window - rows.before;
      long here = (long) Math.min(window, rows.outputs - 1) * outputs;
      long above = (long) Math.max(window - 1, 0) * outputs;
      long hereMask = window < rows.outputs ? -1 : 0;
      long aboveMask = window > 0 ? -1 : 0;
      boolean even = row >= from;
      boolean odd = row + 1 >= from && row + 1 < to;
      for (int c = 0; c < columns.size; c += 2 * LANES) {
        int column = Math.min(c, lastColumn);
        int first = column / 2 + ahead;
        int other = first + beside;
        long in = -1;
        long otherIn = -1;
        if (Math.min(first, other) < 0 || Math.max(first, other) + LANES > outputs) {
          in = inside(first, 1, outputs);
          otherIn = inside(other, 1, outputs);
        }
        long index = here + first;
        long otherIndex = here + other;
        FloatVector gradient =
            FloatVector.fromMemorySegment(F, source, at + index * Float.BYTES, ORDER);
        FloatVector otherGradient =
            FloatVector.fromMemorySegment(F, source, at + otherIndex * Float.BYTES, ORDER);
        ByteVector place =
            none.blend(
                ByteVector.fromMemorySegment(B, placesSource, placesFrom + index, ORDER),
                VectorMask.fromLong(B, in & hereMask));
        ByteVector otherPlace =
            none.blend(
                ByteVector.fromMemorySegment(B, placesSource, placesFrom + otherIndex, ORDER),
                VectorMask.fromLong(B, otherIn & hereMask));
        long out = into + row * line + (long) column * Float.BYTES;
        if (even) {
          index = above + first;
          otherIndex = above + other;
          FloatVector gradientAbove =
              FloatVector.fromMemorySegment(F, source, at + index * Float.BYTES, ORDER);
          FloatVector otherAbove =
              FloatVector.fromMemorySegment(F, source, at + otherIndex * Float.BYTES, ORDER);
          ByteVector placeAbove =
              none.blend(
                  ByteVector.fromMemorySegment(B, placesSource, placesFrom + index, ORDER),
                  VectorMask.fromLong(B, in & aboveMask));
          ByteVector otherPlaceAbove =
              none.blend(
                  ByteVector.fromMemorySegment(B, placesSource, placesFrom + otherIndex, ORDER),
                  VectorMask.fromLong(B, otherIn & aboveMask));
          FloatVector middles =
              zero.blend(gradientAbove, placeAbove.compare(VectorOperators.EQ, (byte) 7).cast(F))
                  .add(gradient, place.compare(VectorOperators.EQ, (byte) 1).cast(F));
          FloatVector edges =
              zero.blend(
                      gradientAbove,
                      placeAbove.compare(VectorOperators.EQ, (byte) (6 + edge)).cast(F))
                  .add(
                      otherAbove,
                      otherPlaceAbove.compare(VectorOperators.EQ, (byte) (6 + otherEdge)).cast(F))
                  .add(gradient, place.compare(VectorOperators.EQ, edge).cast(F))
                  .add(otherGradient, otherPlace.compare(VectorOperators.EQ, otherEdge).cast(F));
          IntVector a = (edgeFirst ? edges : middles).reinterpretAsInts();
          IntVector b = (edgeFirst ? middles : edges).reinterpretAsInts();
          LanesF32.LOWER
              .selectFrom(a, b)
              .reinterpretAsFloats()
              .intoMemorySegment(target, out, ORDER);
          LanesF32.UPPER
              .selectFrom(a, b)
              .reinterpretAsFloats()
              .intoMemorySegment(target, out + VECTOR, ORDER);
        }
        if (odd) {
          FloatVector middles =
              zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) 4).cast(F));
          FloatVector edges =
              zero.blend(gradient, place.compare(VectorOperators.EQ, (byte) (3 + edge)).cast(F))
                  .add(
                      otherGradient,
                      otherPlace.compare(VectorOperators.EQ, (byte) (3 + otherEdge)).cast(F));
          IntVector a = (edgeFirst ? edges : middles).reinterpretAsInts();
          IntVector b = (edgeFirst ? middles : edges).reinterpretAsInts();
          LanesF32.LOWER
              .selectFrom(a, b)
              .reinterpretAsFloats()
              .intoMemorySegment(target, out + line, ORDER);
          LanesF32.UPPER
              .selectFrom(a, b)
              .reinterpretAsFloats()
              .intoMemorySegment(target, out + line + VECTOR, ORDER);
        }
      }
    }
  }

  @Override
  void average(
      MemorySegment image,
      long imageAt,
      boolean divides,
      MemorySegment y,
      long yAt,
      int column,
      int from,
      int to) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    int left = column - columns.before;
    VectorMask<Float> noLeft = VectorMask.fromLong(F, ~inside(left, 1, columns.size));
    VectorMask<Float> noMiddle = VectorMask.fromLong(F, ~inside(left + 1, 1, columns.size));
    VectorMask<Float> noRight = VectorMask.fromLong(F, ~inside(left + 2, 1, columns.size));
    FloatVector zero = FloatVector.zero(F);
    FloatVector counts = divides ? FloatVector.fromArray(F, divisor.columnFloats, column) : zero;
    long line = (long) columns.size * Float.BYTES;
    long at = Memory.at(image) + imageAt + (long) left * Float.BYTES;
    long into = Memory.at(y) + yAt + ((long) from * columns.outputs + column) * Float.BYTES;
    FloatVector upper = zero;
    FloatVector middle = zero;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + 2;
    for (int row = first; row <= last; row++) {
      FloatVector lower = zero;
      if (row >= 0 && row < rows.size) {
        long here = at + row * line;
        FloatVector middles = FloatVector.fromMemorySegment(F, source, here + Float.BYTES, ORDER);
        FloatVector rights =
            FloatVector.fromMemorySegment(F, source, here + 2 * Float.BYTES, ORDER);
        lower =
            FloatVector.fromMemorySegment(F, source, here, ORDER)
                .blend(zero, noLeft)
                .add(middles.blend(zero, noMiddle))
                .add(rights.blend(zero, noRight));
      }
      int output = row - first - 2 + from;
      if (output >= from) {
        FloatVector sum = upper.add(middle).add(lower);
        if (divides) {
          sum = sum.div(counts.mul(divisor.rowCount(output)));
        }
        sum.intoMemorySegment(target, into, ORDER);
        into += (long) columns.outputs * Float.BYTES;
      }
      upper = middle;
      middle = lower;
    }
  }

  @Override
  void divide(MemorySegment dividends, MemorySegment quotients, long at, int from, int to) {
    MemorySegment source = Memory.base(dividends);
    MemorySegment target = Memory.base(quotients);
    long here = Memory.at(dividends) + at;
    long into = Memory.at(quotients) + at;
    int width = columns.size;
    for (int row = from; row < to; row++) {
      float count = divisor.rowCount(row);
      for (int c = 0; c < width; c += LANES) {
        long column = (long) c * Float.BYTES;
        FloatVector.fromMemorySegment(F, source, here + column, ORDER)
            .div(FloatVector.fromArray(F, divisor.columnFloats, c).mul(count))
            .intoMemorySegment(target, into + column, ORDER);
      }
      here += (long) width * Float.BYTES;
      into += (long) width * Float.BYTES;
    }
  }
}
