package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Transposes matrices a tile of vectors at a time. */
final class TransposeF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int HALF = LANES * LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private TransposeF32() {}

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
      float[] to,
      int index,
      int stride,
      float[] tile) {
    for (int i = 0; i < rows; i += LANES) {
      int high = Math.min(LANES, rows - i);
      for (int j = 0; j < columns; j += LANES) {
        int wide = Math.min(LANES, columns - j);
        int place = index + j * stride + i;
        if (high == LANES && wide == LANES) {
          begin(from, (at + i * distance + j) * Float.BYTES, distance * Float.BYTES, tile);
        } else {
          for (int row = 0; row < high; row++) {
            PackF32.copy(from, at + (i + row) * distance + j, tile, HALF + row * LANES, wide);
          }
          begin(tile, HALF, LANES, tile);
        }
        end(tile, wide, to, place, stride);
      }
    }
  }

  /** {@code to[index + j * stride + i] = from[at + i * distance + j]}, within arrays. */
  static void transpose(
      float[] from,
      int at,
      int distance,
      int rows,
      int columns,
      float[] to,
      int index,
      int stride,
      float[] tile) {
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
            FloatVector.fromArray(SPECIES, from, place).intoArray(tile, HALF + row * LANES);
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
  private static void begin(float[] from, int at, int distance, float[] tile) {
    if (LANES >= 8) {
      interleaveFours(from, at, distance, tile, 0, LANES);
    } else if (LANES == 4) {
      interleave(from, at, distance, tile, 0, LANES);
    } else {
      for (int row = 0; row < LANES; row++) {
        FloatVector.fromArray(SPECIES, from, at + row * distance).intoArray(tile, row * LANES);
      }
    }
  }

  /** The second half of it, of which the first rows are written. */
  private static void end(float[] tile, int rows, float[] to, int index, int stride) {
    boolean whole = rows == LANES;
    float[] into = whole ? to : tile;
    int place = whole ? index : HALF;
    int apart = whole ? stride : LANES;
    if (LANES == 16) {
      interleaveFours(tile, 0, LANES, into, place, apart);
    } else {
      interleave(tile, 0, LANES, into, place, apart);
    }
    for (int row = 0; row < rows && !whole; row++) {
      FloatVector.fromArray(SPECIES, tile, HALF + row * LANES).intoArray(to, index + row * stride);
    }
  }

  private static void interleave(
      float[] from, int at, int distance, float[] to, int index, int stride) {
    for (int i = 0; i < LANES / 2; i++) {
      int above = at + i * distance;
      int below = above + LANES / 2 * distance;
      int place = index + 2 * i * stride;
      IntVector upper = FloatVector.fromArray(SPECIES, from, above).reinterpretAsInts();
      IntVector lower = FloatVector.fromArray(SPECIES, from, below).reinterpretAsInts();
      LanesF32.LOWER.selectFrom(upper, lower).reinterpretAsFloats().intoArray(to, place);
      LanesF32.UPPER.selectFrom(upper, lower).reinterpretAsFloats().intoArray(to, place + stride);
    }
  }

  private static void interleaveFours(
      float[] from, int at, int distance, float[] to, int index, int stride) {
    int quarter = LANES / 4 * distance;
    for (int i = 0; i < LANES / 4; i++) {
      int row = at + i * distance;
      int place = index + 4 * i * stride;
      IntVector v0 = FloatVector.fromArray(SPECIES, from, row).reinterpretAsInts();
      IntVector v1 = FloatVector.fromArray(SPECIES, from, row + quarter).reinterpretAsInts();
      IntVector v2 = FloatVector.fromArray(SPECIES, from, row + 2 * quarter).reinterpretAsInts();
      IntVector v3 = FloatVector.fromArray(SPECIES, from, row + 3 * quarter).reinterpretAsInts();
      IntVector even = LanesF32.LOWER.selectFrom(v0, v2);
      IntVector odd = LanesF32.LOWER.selectFrom(v1, v3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, place);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, place + stride);
      even = LanesF32.UPPER.selectFrom(v0, v2);
      odd = LanesF32.UPPER.selectFrom(v1, v3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, place + 2 * stride);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(to, place + 3 * stride);
    }
  }

  /**
   * All of it, of a tile of 16 vectors, which the registers hold: 30 ns, where 54 go by on the way
   * through memory. Tiles of eight vectors take as long either way.
   */
  private static void sixteen(
      float[] from, int at, int distance, float[] to, int index, int stride) {
    int four = 4 * distance;
    int row1 = at + distance;
    int row2 = at + 2 * distance;
    int row3 = at + 3 * distance;
    IntVector v0 = FloatVector.fromArray(SPECIES, from, at).reinterpretAsInts();
    IntVector v4 = FloatVector.fromArray(SPECIES, from, at + four).reinterpretAsInts();
    IntVector v8 = FloatVector.fromArray(SPECIES, from, at + 2 * four).reinterpretAsInts();
    IntVector v12 = FloatVector.fromArray(SPECIES, from, at + 3 * four).reinterpretAsInts();
    IntVector v1 = FloatVector.fromArray(SPECIES, from, row1).reinterpretAsInts();
    IntVector v5 = FloatVector.fromArray(SPECIES, from, row1 + four).reinterpretAsInts();
    IntVector v9 = FloatVector.fromArray(SPECIES, from, row1 + 2 * four).reinterpretAsInts();
    IntVector v13 = FloatVector.fromArray(SPECIES, from, row1 + 3 * four).reinterpretAsInts();
    IntVector v2 = FloatVector.fromArray(SPECIES, from, row2).reinterpretAsInts();
    IntVector v6 = FloatVector.fromArray(SPECIES, from, row2 + four).reinterpretAsInts();
    IntVector v10 = FloatVector.fromArray(SPECIES, from, row2 + 2 * four).reinterpretAsInts();
    IntVector v14 = FloatVector.fromArray(SPECIES, from, row2 + 3 * four).reinterpretAsInts();
    IntVector v3 = FloatVector.fromArray(SPECIES, from, row3).reinterpretAsInts();
    IntVector v7 = FloatVector.fromArray(SPECIES, from, row3 + four).reinterpretAsInts();
    IntVector v11 = FloatVector.fromArray(SPECIES, from, row3 + 2 * four).reinterpretAsInts();
    IntVector v15 = FloatVector.fromArray(SPECIES, from, row3 + 3 * four).reinterpretAsInts();
    IntVector e0 = LanesF32.LOWER.selectFrom(v0, v8);
    IntVector o0 = LanesF32.LOWER.selectFrom(v4, v12);
    IntVector b0 = LanesF32.LOWER.selectFrom(e0, o0);
    IntVector b1 = LanesF32.UPPER.selectFrom(e0, o0);
    e0 = LanesF32.UPPER.selectFrom(v0, v8);
    o0 = LanesF32.UPPER.selectFrom(v4, v12);
    IntVector b2 = LanesF32.LOWER.selectFrom(e0, o0);
    IntVector b3 = LanesF32.UPPER.selectFrom(e0, o0);
    IntVector e1 = LanesF32.LOWER.selectFrom(v1, v9);
    IntVector o1 = LanesF32.LOWER.selectFrom(v5, v13);
    IntVector b4 = LanesF32.LOWER.selectFrom(e1, o1);
    IntVector b5 = LanesF32.UPPER.selectFrom(e1, o1);
    e1 = LanesF32.UPPER.selectFrom(v1, v9);
    o1 = LanesF32.UPPER.selectFrom(v5, v13);
    IntVector b6 = LanesF32.LOWER.selectFrom(e1, o1);
    IntVector b7 = LanesF32.UPPER.selectFrom(e1, o1);
    IntVector e2 = LanesF32.LOWER.selectFrom(v2, v10);
    IntVector o2 = LanesF32.LOWER.selectFrom(v6, v14);
    IntVector b8 = LanesF32.LOWER.selectFrom(e2, o2);
    IntVector b9 = LanesF32.UPPER.selectFrom(e2, o2);
    e2 = LanesF32.UPPER.selectFrom(v2, v10);
    o2 = LanesF32.UPPER.selectFrom(v6, v14);
    IntVector b10 = LanesF32.LOWER.selectFrom(e2, o2);
    IntVector b11 = LanesF32.UPPER.selectFrom(e2, o2);
    IntVector e3 = LanesF32.LOWER.selectFrom(v3, v11);
    IntVector o3 = LanesF32.LOWER.selectFrom(v7, v15);
    IntVector b12 = LanesF32.LOWER.selectFrom(e3, o3);
    IntVector b13 = LanesF32.UPPER.selectFrom(e3, o3);
    e3 = LanesF32.UPPER.selectFrom(v3, v11);
    o3 = LanesF32.UPPER.selectFrom(v7, v15);
    IntVector b14 = LanesF32.LOWER.selectFrom(e3, o3);
    IntVector b15 = LanesF32.UPPER.selectFrom(e3, o3);
    int to0 = index;
    e0 = LanesF32.LOWER.selectFrom(b0, b8);
    o0 = LanesF32.LOWER.selectFrom(b4, b12);
    LanesF32.LOWER.selectFrom(e0, o0).reinterpretAsFloats().intoArray(to, to0);
    LanesF32.UPPER.selectFrom(e0, o0).reinterpretAsFloats().intoArray(to, to0 + stride);
    e0 = LanesF32.UPPER.selectFrom(b0, b8);
    o0 = LanesF32.UPPER.selectFrom(b4, b12);
    LanesF32.LOWER.selectFrom(e0, o0).reinterpretAsFloats().intoArray(to, to0 + 2 * stride);
    LanesF32.UPPER.selectFrom(e0, o0).reinterpretAsFloats().intoArray(to, to0 + 3 * stride);
    int to1 = index + 4 * stride;
    e1 = LanesF32.LOWER.selectFrom(b1, b9);
    o1 = LanesF32.LOWER.selectFrom(b5, b13);
    LanesF32.LOWER.selectFrom(e1, o1).reinterpretAsFloats().intoArray(to, to1);
    LanesF32.UPPER.selectFrom(e1, o1).reinterpretAsFloats().intoArray(to, to1 + stride);
    e1 = LanesF32.UPPER.selectFrom(b1, b9);
    o1 = LanesF32.UPPER.selectFrom(b5, b13);
    LanesF32.LOWER.selectFrom(e1, o1).reinterpretAsFloats().intoArray(to, to1 + 2 * stride);
    LanesF32.UPPER.selectFrom(e1, o1).reinterpretAsFloats().intoArray(to, to1 + 3 * stride);
    int to2 = index + 8 * stride;
    e2 = LanesF32.LOWER.selectFrom(b2, b10);
    o2 = LanesF32.LOWER.selectFrom(b6, b14);
    LanesF32.LOWER.selectFrom(e2, o2).reinterpretAsFloats().intoArray(to, to2);
    LanesF32.UPPER.selectFrom(e2, o2).reinterpretAsFloats().intoArray(to, to2 + stride);
    e2 = LanesF32.UPPER.selectFrom(b2, b10);
    o2 = LanesF32.UPPER.selectFrom(b6, b14);
    LanesF32.LOWER.selectFrom(e2, o2).reinterpretAsFloats().intoArray(to, to2 + 2 * stride);
    LanesF32.UPPER.selectFrom(e2, o2).reinterpretAsFloats().intoArray(to, to2 + 3 * stride);
    int to3 = index + 12 * stride;
    e3 = LanesF32.LOWER.selectFrom(b3, b11);
    o3 = LanesF32.LOWER.selectFrom(b7, b15);
    LanesF32.LOWER.selectFrom(e3, o3).reinterpretAsFloats().intoArray(to, to3);
    LanesF32.UPPER.selectFrom(e3, o3).reinterpretAsFloats().intoArray(to, to3 + stride);
    e3 = LanesF32.UPPER.selectFrom(b3, b11);
    o3 = LanesF32.UPPER.selectFrom(b7, b15);
    LanesF32.LOWER.selectFrom(e3, o3).reinterpretAsFloats().intoArray(to, to3 + 2 * stride);
    LanesF32.UPPER.selectFrom(e3, o3).reinterpretAsFloats().intoArray(to, to3 + 3 * stride);
  }

  /** The first half of it from a tensor, whose rows are {@code distance} bytes apart. */
  private static void begin(MemorySegment from, long offset, long distance, float[] tile) {
    MemorySegment memory = Memory.base(from);
    long origin = Memory.at(from) + offset;
    if (LANES < 8) {
      for (int row = 0; row < LANES; row++) {
        FloatVector.fromMemorySegment(SPECIES, memory, origin + row * distance, ORDER)
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
      IntVector v0 = IntVector.fromMemorySegment(LanesF32.BITS, memory, row0, ORDER);
      IntVector v1 = IntVector.fromMemorySegment(LanesF32.BITS, memory, row1, ORDER);
      IntVector v2 = IntVector.fromMemorySegment(LanesF32.BITS, memory, row2, ORDER);
      IntVector v3 = IntVector.fromMemorySegment(LanesF32.BITS, memory, row3, ORDER);
      IntVector even = LanesF32.LOWER.selectFrom(v0, v2);
      IntVector odd = LanesF32.LOWER.selectFrom(v1, v3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(tile, place);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(tile, place + LANES);
      even = LanesF32.UPPER.selectFrom(v0, v2);
      odd = LanesF32.UPPER.selectFrom(v1, v3);
      LanesF32.LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(tile, place + 2 * LANES);
      LanesF32.UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(tile, place + 3 * LANES);
    }
  }

  /** Elements that {@code transpose} needs for its tiles; at least four vectors'. */
  static int tileLength() {
    return 2 * HALF;
  }
}
