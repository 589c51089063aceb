package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** Transposes matrices a tile of vectors at a time. */
final class TransposeF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int HALF = LANES * LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private TransposeF64() {}

  /**
   * {@code to[index + j * stride + i] = from[at + i * distance + j]}.
   *
   * @param tile room for {@link #tileLength} elements
   */
  static void transpose(
      MemorySegment from,
      long at,
      long distance,
      int rows,
      int columns,
      double[] to,
      int index,
      int stride,
      double[] tile) {
    for (int i = 0; i < rows; i += LANES) {
      int high = Math.min(LANES, rows - i);
      for (int j = 0; j < columns; j += LANES) {
        int wide = Math.min(LANES, columns - j);
        int place = index + j * stride + i;
        if (high == LANES && wide == LANES) {
          begin(from, (at + i * distance + j) * Double.BYTES, distance * Double.BYTES, tile);
        } else {
          for (int row = 0; row < high; row++) {
            PackF64.copy(from, at + (i + row) * distance + j, tile, HALF + row * LANES, wide);
          }
          begin(tile, HALF, LANES, tile);
        }
        end(tile, wide, to, place, stride);
      }
    }
  }

  /** {@code to[index + j * stride + i] = from[at + i * distance + j]}, within arrays. */
  static void transpose(
      double[] from,
      int at,
      int distance,
      int rows,
      int columns,
      double[] to,
      int index,
      int stride,
      double[] tile) {
    for (int i = 0; i < rows; i += LANES) {
      int high = Math.min(LANES, rows - i);
      for (int j = 0; j < columns; j += LANES) {
        int place = at + i * distance + j;
        if (LANES == 16 && high == LANES && columns - j >= LANES) {
          sixteen(from, place, distance, to, index + j * stride + i, stride);
          continue;
        }
        if (high == LANES) {
          begin(from, place, distance, tile);
        } else {
          for (int row = 0; row < high; row++, place += distance) {
            DoubleVector.fromArray(SPECIES, from, place).intoArray(tile, HALF + row * LANES);
          }
          begin(tile, HALF, LANES, tile);
        }
        end(tile, Math.min(LANES, columns - j), to, index + j * stride + i, stride);
      }
    }
  }

  /**
   * The first half of a tile's transposition, to the tile's first half. Interleaving each row of
   * the upper half with its counterpart of the lower half moves one bit of an element's row number
   * into its column number, so that doing it for every bit swaps them. Two bits are moved at a time
   * where there are enough: what is stored in between is the most of it.
   */
  private static void begin(double[] from, int at, int distance, double[] tile) {
    if (LANES >= 8) {
      interleaveFours(from, at, distance, tile, 0, LANES);
    } else if (LANES == 4) {
      interleave(from, at, distance, tile, 0, LANES);
    } else {
      for (int row = 0; row < LANES; row++) {
        DoubleVector.fromArray(SPECIES, from, at + row * distance).intoArray(tile, row * LANES);
      }
    }
  }

  /** The second half of it, of which the first rows are written. */
  private static void end(double[] tile, int rows, double[] to, int index, int stride) {
    boolean whole = rows == LANES;
    double[] into = whole ? to : tile;
    int place = whole ? index : HALF;
    int apart = whole ? stride : LANES;
    if (LANES == 16) {
      interleaveFours(tile, 0, LANES, into, place, apart);
    } else {
      interleave(tile, 0, LANES, into, place, apart);
    }
    for (int row = 0; row < rows && !whole; row++) {
      DoubleVector.fromArray(SPECIES, tile, HALF + row * LANES).intoArray(to, index + row * stride);
    }
  }

  private static void interleave(
      double[] from, int at, int distance, double[] to, int index, int stride) {
    for (int i = 0; i < LANES / 2; i++) {
      int above = at + i * distance;
      int below = above + LANES / 2 * distance;
      int place = index + 2 * i * stride;
      LongVector upper = DoubleVector.fromArray(SPECIES, from, above).reinterpretAsLongs();
      LongVector lower = DoubleVector.fromArray(SPECIES, from, below).reinterpretAsLongs();
      LanesF64.LOWER.selectFrom(upper, lower).reinterpretAsDoubles().intoArray(to, place);
      LanesF64.UPPER.selectFrom(upper, lower).reinterpretAsDoubles().intoArray(to, place + stride);
    }
  }

  private static void interleaveFours(
      double[] from, int at, int distance, double[] to, int index, int stride) {
    int quarter = LANES / 4 * distance;
    for (int i = 0; i < LANES / 4; i++) {
      int row = at + i * distance;
      int place = index + 4 * i * stride;
      LongVector v0 = DoubleVector.fromArray(SPECIES, from, row).reinterpretAsLongs();
      LongVector v1 = DoubleVector.fromArray(SPECIES, from, row + quarter).reinterpretAsLongs();
      LongVector v2 = DoubleVector.fromArray(SPECIES, from, row + 2 * quarter).reinterpretAsLongs();
      LongVector v3 = DoubleVector.fromArray(SPECIES, from, row + 3 * quarter).reinterpretAsLongs();
      LongVector even = LanesF64.LOWER.selectFrom(v0, v2);
      LongVector odd = LanesF64.LOWER.selectFrom(v1, v3);
      LanesF64.LOWER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, place);
      LanesF64.UPPER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, place + stride);
      even = LanesF64.UPPER.selectFrom(v0, v2);
      odd = LanesF64.UPPER.selectFrom(v1, v3);
      LanesF64.LOWER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, place + 2 * stride);
      LanesF64.UPPER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(to, place + 3 * stride);
    }
  }

  /**
   * All of it, of a tile of 16 vectors, which the registers hold: 30 ns, where 54 go by on the way
   * through memory. Tiles of eight vectors take as long either way.
   */
  private static void sixteen(
      double[] from, int at, int distance, double[] to, int index, int stride) {
    int four = 4 * distance;
    int row1 = at + distance;
    int row2 = at + 2 * distance;
    int row3 = at + 3 * distance;
    LongVector v0 = DoubleVector.fromArray(SPECIES, from, at).reinterpretAsLongs();
    LongVector v4 = DoubleVector.fromArray(SPECIES, from, at + four).reinterpretAsLongs();
    LongVector v8 = DoubleVector.fromArray(SPECIES, from, at + 2 * four).reinterpretAsLongs();
    LongVector v12 = DoubleVector.fromArray(SPECIES, from, at + 3 * four).reinterpretAsLongs();
    LongVector v1 = DoubleVector.fromArray(SPECIES, from, row1).reinterpretAsLongs();
    LongVector v5 = DoubleVector.fromArray(SPECIES, from, row1 + four).reinterpretAsLongs();
    LongVector v9 = DoubleVector.fromArray(SPECIES, from, row1 + 2 * four).reinterpretAsLongs();
    LongVector v13 = DoubleVector.fromArray(SPECIES, from, row1 + 3 * four).reinterpretAsLongs();
    LongVector v2 = DoubleVector.fromArray(SPECIES, from, row2).reinterpretAsLongs();
    LongVector v6 = DoubleVector.fromArray(SPECIES, from, row2 + four).reinterpretAsLongs();
    LongVector v10 = DoubleVector.fromArray(SPECIES, from, row2 + 2 * four).reinterpretAsLongs();
    LongVector v14 = DoubleVector.fromArray(SPECIES, from, row2 + 3 * four).reinterpretAsLongs();
    LongVector v3 = DoubleVector.fromArray(SPECIES, from, row3).reinterpretAsLongs();
    LongVector v7 = DoubleVector.fromArray(SPECIES, from, row3 + four).reinterpretAsLongs();
    LongVector v11 = DoubleVector.fromArray(SPECIES, from, row3 + 2 * four).reinterpretAsLongs();
    LongVector v15 = DoubleVector.fromArray(SPECIES, from, row3 + 3 * four).reinterpretAsLongs();
    LongVector e0 = LanesF64.LOWER.selectFrom(v0, v8);
    LongVector o0 = LanesF64.LOWER.selectFrom(v4, v12);
    LongVector b0 = LanesF64.LOWER.selectFrom(e0, o0);
    LongVector b1 = LanesF64.UPPER.selectFrom(e0, o0);
    e0 = LanesF64.UPPER.selectFrom(v0, v8);
    o0 = LanesF64.UPPER.selectFrom(v4, v12);
    LongVector b2 = LanesF64.LOWER.selectFrom(e0, o0);
    LongVector b3 = LanesF64.UPPER.selectFrom(e0, o0);
    LongVector e1 = LanesF64.LOWER.selectFrom(v1, v9);
    LongVector o1 = LanesF64.LOWER.selectFrom(v5, v13);
    LongVector b4 = LanesF64.LOWER.selectFrom(e1, o1);
    LongVector b5 = LanesF64.UPPER.selectFrom(e1, o1);
    e1 = LanesF64.UPPER.selectFrom(v1, v9);
    o1 = LanesF64.UPPER.selectFrom(v5, v13);
    LongVector b6 = LanesF64.LOWER.selectFrom(e1, o1);
    LongVector b7 = LanesF64.UPPER.selectFrom(e1, o1);
    LongVector e2 = LanesF64.LOWER.selectFrom(v2, v10);
    LongVector o2 = LanesF64.LOWER.selectFrom(v6, v14);
    LongVector b8 = LanesF64.LOWER.selectFrom(e2, o2);
    LongVector b9 = LanesF64.UPPER.selectFrom(e2, o2);
    e2 = LanesF64.UPPER.selectFrom(v2, v10);
    o2 = LanesF64.UPPER.selectFrom(v6, v14);
    LongVector b10 = LanesF64.LOWER.selectFrom(e2, o2);
    LongVector b11 = LanesF64.UPPER.selectFrom(e2, o2);
    LongVector e3 = LanesF64.LOWER.selectFrom(v3, v11);
    LongVector o3 = LanesF64.LOWER.selectFrom(v7, v15);
    LongVector b12 = LanesF64.LOWER.selectFrom(e3, o3);
    LongVector b13 = LanesF64.UPPER.selectFrom(e3, o3);
    e3 = LanesF64.UPPER.selectFrom(v3, v11);
    o3 = LanesF64.UPPER.selectFrom(v7, v15);
    LongVector b14 = LanesF64.LOWER.selectFrom(e3, o3);
    LongVector b15 = LanesF64.UPPER.selectFrom(e3, o3);
    int to0 = index;
    e0 = LanesF64.LOWER.selectFrom(b0, b8);
    o0 = LanesF64.LOWER.selectFrom(b4, b12);
    LanesF64.LOWER.selectFrom(e0, o0).reinterpretAsDoubles().intoArray(to, to0);
    LanesF64.UPPER.selectFrom(e0, o0).reinterpretAsDoubles().intoArray(to, to0 + stride);
    e0 = LanesF64.UPPER.selectFrom(b0, b8);
    o0 = LanesF64.UPPER.selectFrom(b4, b12);
    LanesF64.LOWER.selectFrom(e0, o0).reinterpretAsDoubles().intoArray(to, to0 + 2 * stride);
    LanesF64.UPPER.selectFrom(e0, o0).reinterpretAsDoubles().intoArray(to, to0 + 3 * stride);
    int to1 = index + 4 * stride;
    e1 = LanesF64.LOWER.selectFrom(b1, b9);
    o1 = LanesF64.LOWER.selectFrom(b5, b13);
    LanesF64.LOWER.selectFrom(e1, o1).reinterpretAsDoubles().intoArray(to, to1);
    LanesF64.UPPER.selectFrom(e1, o1).reinterpretAsDoubles().intoArray(to, to1 + stride);
    e1 = LanesF64.UPPER.selectFrom(b1, b9);
    o1 = LanesF64.UPPER.selectFrom(b5, b13);
    LanesF64.LOWER.selectFrom(e1, o1).reinterpretAsDoubles().intoArray(to, to1 + 2 * stride);
    LanesF64.UPPER.selectFrom(e1, o1).reinterpretAsDoubles().intoArray(to, to1 + 3 * stride);
    int to2 = index + 8 * stride;
    e2 = LanesF64.LOWER.selectFrom(b2, b10);
    o2 = LanesF64.LOWER.selectFrom(b6, b14);
    LanesF64.LOWER.selectFrom(e2, o2).reinterpretAsDoubles().intoArray(to, to2);
    LanesF64.UPPER.selectFrom(e2, o2).reinterpretAsDoubles().intoArray(to, to2 + stride);
    e2 = LanesF64.UPPER.selectFrom(b2, b10);
    o2 = LanesF64.UPPER.selectFrom(b6, b14);
    LanesF64.LOWER.selectFrom(e2, o2).reinterpretAsDoubles().intoArray(to, to2 + 2 * stride);
    LanesF64.UPPER.selectFrom(e2, o2).reinterpretAsDoubles().intoArray(to, to2 + 3 * stride);
    int to3 = index + 12 * stride;
    e3 = LanesF64.LOWER.selectFrom(b3, b11);
    o3 = LanesF64.LOWER.selectFrom(b7, b15);
    LanesF64.LOWER.selectFrom(e3, o3).reinterpretAsDoubles().intoArray(to, to3);
    LanesF64.UPPER.selectFrom(e3, o3).reinterpretAsDoubles().intoArray(to, to3 + stride);
    e3 = LanesF64.UPPER.selectFrom(b3, b11);
    o3 = LanesF64.UPPER.selectFrom(b7, b15);
    LanesF64.LOWER.selectFrom(e3, o3).reinterpretAsDoubles().intoArray(to, to3 + 2 * stride);
    LanesF64.UPPER.selectFrom(e3, o3).reinterpretAsDoubles().intoArray(to, to3 + 3 * stride);
  }

  /** The first half of it from a tensor, whose rows are {@code distance} bytes apart. */
  private static void begin(MemorySegment from, long offset, long distance, double[] tile) {
    MemorySegment memory = Memory.base(from);
    long origin = Memory.at(from) + offset;
    if (LANES < 8) {
      for (int row = 0; row < LANES; row++) {
        DoubleVector.fromMemorySegment(SPECIES, memory, origin + row * distance, ORDER)
            .intoArray(tile, HALF + row * LANES);
      }
      begin(tile, HALF, LANES, tile);
      return;
    }
    long quarter = LANES / 4 * distance;
    for (int i = 0; i < LANES / 4; i++) {
      long row0 = Memory.known(origin + i * distance);
      long row1 = Memory.known(row0 + quarter);
      long row2 = Memory.known(row1 + quarter);
      long row3 = Memory.known(row2 + quarter);
      int place = 4 * i * LANES;
      LongVector v0 =
          DoubleVector.fromMemorySegment(SPECIES, memory, row0, ORDER).reinterpretAsLongs();
      LongVector v1 =
          DoubleVector.fromMemorySegment(SPECIES, memory, row1, ORDER).reinterpretAsLongs();
      LongVector v2 =
          DoubleVector.fromMemorySegment(SPECIES, memory, row2, ORDER).reinterpretAsLongs();
      LongVector v3 =
          DoubleVector.fromMemorySegment(SPECIES, memory, row3, ORDER).reinterpretAsLongs();
      LongVector even = LanesF64.LOWER.selectFrom(v0, v2);
      LongVector odd = LanesF64.LOWER.selectFrom(v1, v3);
      LanesF64.LOWER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(tile, place);
      LanesF64.UPPER.selectFrom(even, odd).reinterpretAsDoubles().intoArray(tile, place + LANES);
      even = LanesF64.UPPER.selectFrom(v0, v2);
      odd = LanesF64.UPPER.selectFrom(v1, v3);
      LanesF64.LOWER
          .selectFrom(even, odd)
          .reinterpretAsDoubles()
          .intoArray(tile, place + 2 * LANES);
      LanesF64.UPPER
          .selectFrom(even, odd)
          .reinterpretAsDoubles()
          .intoArray(tile, place + 3 * LANES);
    }
  }

  /** Elements that {@code transpose} needs for its tiles; at least four vectors'. */
  static int tileLength() {
    return 2 * HALF;
  }
}
