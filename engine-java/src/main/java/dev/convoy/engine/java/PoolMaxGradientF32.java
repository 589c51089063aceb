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
 * Gradients of the maxima of windows that overlap, where tensors lie: of a vector of columns at a
 * time, down the rows {@code from} to {@code to} of a plane, where the stride is 1; and whole rows
 * of 3×3 windows with a stride of 2. Offsets are in bytes and those of planes.
 */
final class PoolMaxGradientF32 {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final int VECTOR = LANES * Float.BYTES;

  /** As many lanes; where they are fewer than eight there is none, and no maxima are found here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private PoolMaxGradientF32() {}

  /** Gradients of 3×3 windows. */
  static void three(
      PoolAxis rows,
      PoolAxis columns,
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
    int outputs = columns.outputs;
    // The window whose last column of taps is at the first lane's column.
    int first = column + columns.before - 2;
    VectorMask<Byte> in0 = VectorMask.fromLong(B, PoolSliding.inside(first + 2, 1, outputs));
    VectorMask<Byte> in1 = VectorMask.fromLong(B, PoolSliding.inside(first + 1, 1, outputs));
    VectorMask<Byte> in2 = VectorMask.fromLong(B, PoolSliding.inside(first + 0, 1, outputs));
    ByteVector none = ByteVector.broadcast(B, -1);
    FloatVector zero = FloatVector.zero(F);
    int begin = Math.max(0, from + rows.before - 2);
    int end = Math.min(rows.outputs, to + rows.before);
    int row = begin - rows.before;
    long at = Memory.at(dy) + dyAt + ((long) begin * outputs + first) * Float.BYTES;
    long placesFrom = Memory.at(places) + placesAt + (long) begin * outputs + first;
    long into = Memory.at(dx) + dxAt + ((long) from * columns.size + column) * Float.BYTES;
    long line = (long) columns.size * Float.BYTES;
    FloatVector sum0 = zero; // of the row of dx that the windows' first taps are in
    FloatVector sum1 = zero;
    for (int window = begin; window < end; window++) {
      long here = Memory.known(at);
      long placesHere = Memory.known(placesFrom);
      FloatVector sum2 = zero;
      FloatVector gradient0 =
          FloatVector.fromMemorySegment(F, source, here + 2 * Float.BYTES, ORDER);
      ByteVector place0 =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesHere + 2, ORDER), in0);
      sum0 = sum0.add(gradient0, place0.compare(VectorOperators.EQ, (byte) 0).cast(F));
      sum1 = sum1.add(gradient0, place0.compare(VectorOperators.EQ, (byte) 3).cast(F));
      sum2 = sum2.add(gradient0, place0.compare(VectorOperators.EQ, (byte) 6).cast(F));
      FloatVector gradient1 = FloatVector.fromMemorySegment(F, source, here + Float.BYTES, ORDER);
      ByteVector place1 =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesHere + 1, ORDER), in1);
      sum0 = sum0.add(gradient1, place1.compare(VectorOperators.EQ, (byte) 1).cast(F));
      sum1 = sum1.add(gradient1, place1.compare(VectorOperators.EQ, (byte) 4).cast(F));
      sum2 = sum2.add(gradient1, place1.compare(VectorOperators.EQ, (byte) 7).cast(F));
      FloatVector gradient2 = FloatVector.fromMemorySegment(F, source, here, ORDER);
      ByteVector place2 =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesHere, ORDER), in2);
      sum0 = sum0.add(gradient2, place2.compare(VectorOperators.EQ, (byte) 2).cast(F));
      sum1 = sum1.add(gradient2, place2.compare(VectorOperators.EQ, (byte) 5).cast(F));
      sum2 = sum2.add(gradient2, place2.compare(VectorOperators.EQ, (byte) 8).cast(F));
      if (row >= from) {
        sum0.intoMemorySegment(target, Memory.known(into), ORDER);
        into += line;
      }
      row++;
      at += (long) outputs * Float.BYTES;
      placesFrom += outputs;
      sum0 = sum1;
      sum1 = sum2;
    }
    // Rows below the last windows' first.
    for (; row < to; row++) {
      if (row >= from) {
        sum0.intoMemorySegment(target, Memory.known(into), ORDER);
        into += line;
      }
      sum0 = sum1;
      sum1 = zero;
    }
  }

  /**
   * Gradients of 5×5 windows. Places are counted from their column's first tap: comparing with
   * every tap's number took more registers than there are, and five times as long.
   */
  static void five(
      PoolAxis rows,
      PoolAxis columns,
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
    int outputs = columns.outputs;
    // The window whose last column of taps is at the first lane's column.
    int first = column + columns.before - 4;
    VectorMask<Byte> in0 = VectorMask.fromLong(B, PoolSliding.inside(first + 4, 1, outputs));
    VectorMask<Byte> in1 = VectorMask.fromLong(B, PoolSliding.inside(first + 3, 1, outputs));
    VectorMask<Byte> in2 = VectorMask.fromLong(B, PoolSliding.inside(first + 2, 1, outputs));
    VectorMask<Byte> in3 = VectorMask.fromLong(B, PoolSliding.inside(first + 1, 1, outputs));
    VectorMask<Byte> in4 = VectorMask.fromLong(B, PoolSliding.inside(first, 1, outputs));
    ByteVector none = ByteVector.broadcast(B, -1);
    FloatVector zero = FloatVector.zero(F);
    int begin = Math.max(0, from + rows.before - 4);
    int end = Math.min(rows.outputs, to + rows.before);
    int row = begin - rows.before;
    long at = Memory.at(dy) + dyAt + ((long) begin * outputs + first) * Float.BYTES;
    long placesFrom = Memory.at(places) + placesAt + (long) begin * outputs + first;
    long into = Memory.at(dx) + dxAt + ((long) from * columns.size + column) * Float.BYTES;
    long line = (long) columns.size * Float.BYTES;
    FloatVector sum0 = zero; // of the row of dx that the windows' first taps are in
    FloatVector sum1 = zero;
    FloatVector sum2 = zero;
    FloatVector sum3 = zero;
    for (int window = begin; window < end; window++) {
      FloatVector sum4 = zero;
      // Not known: without checks all comparisons come first, with more masks than registers.
      FloatVector gradient = FloatVector.fromMemorySegment(F, source, at + 4 * Float.BYTES, ORDER);
      ByteVector place =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesFrom + 4, ORDER), in0);
      sum0 = sum0.add(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
      sum1 = sum1.add(gradient, place.compare(VectorOperators.EQ, (byte) 5).cast(F));
      sum2 = sum2.add(gradient, place.compare(VectorOperators.EQ, (byte) 10).cast(F));
      sum3 = sum3.add(gradient, place.compare(VectorOperators.EQ, (byte) 15).cast(F));
      sum4 = sum4.add(gradient, place.compare(VectorOperators.EQ, (byte) 20).cast(F));
      gradient = FloatVector.fromMemorySegment(F, source, at + 3 * Float.BYTES, ORDER);
      place =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesFrom + 3, ORDER), in1)
              .sub((byte) 1);
      sum0 = sum0.add(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
      sum1 = sum1.add(gradient, place.compare(VectorOperators.EQ, (byte) 5).cast(F));
      sum2 = sum2.add(gradient, place.compare(VectorOperators.EQ, (byte) 10).cast(F));
      sum3 = sum3.add(gradient, place.compare(VectorOperators.EQ, (byte) 15).cast(F));
      sum4 = sum4.add(gradient, place.compare(VectorOperators.EQ, (byte) 20).cast(F));
      gradient = FloatVector.fromMemorySegment(F, source, at + 2 * Float.BYTES, ORDER);
      place =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesFrom + 2, ORDER), in2)
              .sub((byte) 2);
      sum0 = sum0.add(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
      sum1 = sum1.add(gradient, place.compare(VectorOperators.EQ, (byte) 5).cast(F));
      sum2 = sum2.add(gradient, place.compare(VectorOperators.EQ, (byte) 10).cast(F));
      sum3 = sum3.add(gradient, place.compare(VectorOperators.EQ, (byte) 15).cast(F));
      sum4 = sum4.add(gradient, place.compare(VectorOperators.EQ, (byte) 20).cast(F));
      gradient = FloatVector.fromMemorySegment(F, source, at + Float.BYTES, ORDER);
      place =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesFrom + 1, ORDER), in3)
              .sub((byte) 3);
      sum0 = sum0.add(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
      sum1 = sum1.add(gradient, place.compare(VectorOperators.EQ, (byte) 5).cast(F));
      sum2 = sum2.add(gradient, place.compare(VectorOperators.EQ, (byte) 10).cast(F));
      sum3 = sum3.add(gradient, place.compare(VectorOperators.EQ, (byte) 15).cast(F));
      sum4 = sum4.add(gradient, place.compare(VectorOperators.EQ, (byte) 20).cast(F));
      gradient = FloatVector.fromMemorySegment(F, source, at, ORDER);
      place =
          none.blend(ByteVector.fromMemorySegment(B, placesSource, placesFrom, ORDER), in4)
              .sub((byte) 4);
      sum0 = sum0.add(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
      sum1 = sum1.add(gradient, place.compare(VectorOperators.EQ, (byte) 5).cast(F));
      sum2 = sum2.add(gradient, place.compare(VectorOperators.EQ, (byte) 10).cast(F));
      sum3 = sum3.add(gradient, place.compare(VectorOperators.EQ, (byte) 15).cast(F));
      sum4 = sum4.add(gradient, place.compare(VectorOperators.EQ, (byte) 20).cast(F));
      if (row >= from) {
        sum0.intoMemorySegment(target, into, ORDER);
        into += line;
      }
      row++;
      at += (long) outputs * Float.BYTES;
      placesFrom += outputs;
      sum0 = sum1;
      sum1 = sum2;
      sum2 = sum3;
      sum3 = sum4;
    }
    // Rows below the last windows' first.
    for (; row < to; row++) {
      if (row >= from) {
        sum0.intoMemorySegment(target, into, ORDER);
        into += line;
      }
      sum0 = sum1;
      sum1 = sum2;
      sum2 = sum3;
      sum3 = zero;
    }
  }

  /** Gradients of windows of at most five rows and columns. */
  static void any(
      PoolAxis rows,
      PoolAxis columns,
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
    long windows = PoolSliding.inside(column + columns.before - kernel + 1, 1, columns.outputs);
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
                    ByteVector.fromMemorySegment(
                        B, placesSource, Memory.known(placesFrom + index), ORDER),
                    inside)
                .sub((byte) c);
        FloatVector gradient =
            FloatVector.fromMemorySegment(F, source, Memory.known(at + index * Float.BYTES), ORDER);
        sum0 = sum0.add(gradient, place.compare(VectorOperators.EQ, (byte) 0).cast(F));
        sum1 = sum1.add(gradient, place.compare(VectorOperators.EQ, (byte) kernel).cast(F));
        sum2 = sum2.add(gradient, place.compare(VectorOperators.EQ, (byte) (2 * kernel)).cast(F));
        if (tall) {
          sum3 = sum3.add(gradient, place.compare(VectorOperators.EQ, (byte) (3 * kernel)).cast(F));
          sum4 = sum4.add(gradient, place.compare(VectorOperators.EQ, (byte) (4 * kernel)).cast(F));
        }
      }
      if (row >= from) {
        sum0.intoMemorySegment(target, Memory.known(into), ORDER);
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
  static void pairs(
      PoolAxis rows,
      PoolAxis columns,
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
          in = PoolSliding.inside(first, 1, outputs);
          otherIn = PoolSliding.inside(other, 1, outputs);
        }
        long index = here + first;
        long otherIndex = here + other;
        FloatVector gradient =
            FloatVector.fromMemorySegment(F, source, Memory.known(at + index * Float.BYTES), ORDER);
        FloatVector otherGradient =
            FloatVector.fromMemorySegment(
                F, source, Memory.known(at + otherIndex * Float.BYTES), ORDER);
        ByteVector place =
            none.blend(
                ByteVector.fromMemorySegment(
                    B, placesSource, Memory.known(placesFrom + index), ORDER),
                VectorMask.fromLong(B, in & hereMask));
        ByteVector otherPlace =
            none.blend(
                ByteVector.fromMemorySegment(
                    B, placesSource, Memory.known(placesFrom + otherIndex), ORDER),
                VectorMask.fromLong(B, otherIn & hereMask));
        long out = into + row * line + (long) column * Float.BYTES;
        if (even) {
          index = above + first;
          otherIndex = above + other;
          FloatVector gradientAbove =
              FloatVector.fromMemorySegment(
                  F, source, Memory.known(at + index * Float.BYTES), ORDER);
          FloatVector otherAbove =
              FloatVector.fromMemorySegment(
                  F, source, Memory.known(at + otherIndex * Float.BYTES), ORDER);
          ByteVector placeAbove =
              none.blend(
                  ByteVector.fromMemorySegment(
                      B, placesSource, Memory.known(placesFrom + index), ORDER),
                  VectorMask.fromLong(B, in & aboveMask));
          ByteVector otherPlaceAbove =
              none.blend(
                  ByteVector.fromMemorySegment(
                      B, placesSource, Memory.known(placesFrom + otherIndex), ORDER),
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
          LanesF32.LOWER.selectFrom(a, b).intoMemorySegment(target, Memory.known(out), ORDER);
          LanesF32.UPPER
              .selectFrom(a, b)
              .intoMemorySegment(target, Memory.known(out) + VECTOR, ORDER);
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
              .intoMemorySegment(target, Memory.known(out + line), ORDER);
          LanesF32.UPPER
              .selectFrom(a, b)
              .intoMemorySegment(target, Memory.known(out + line) + VECTOR, ORDER);
        }
      }
    }
  }
}
