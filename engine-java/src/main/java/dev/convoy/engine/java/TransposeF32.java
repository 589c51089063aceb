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
        if (high == LANES && wide == LANES && LANES > 2) {
          interleave(from, (at + i * distance + j) * Float.BYTES, distance * Float.BYTES, tile);
          turn(tile, 4, wide, to, place, stride);
        } else {
          for (int row = 0; row < high; row++) {
            PackF32.copy(from, at + (i + row) * distance + j, tile, row * LANES, wide);
          }
          turn(tile, 2, wide, to, place, stride);
        }
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
        for (int row = 0; row < high; row++) {
          FloatVector.fromArray(SPECIES, from, at + (i + row) * distance + j)
              .intoArray(tile, row * LANES);
        }
        turn(tile, 2, Math.min(LANES, columns - j), to, index + j * stride + i, stride);
      }
    }
  }

  /**
   * Transposes a tile of as many rows as lanes. Interleaving each row of the upper half with its
   * counterpart of the lower half moves one bit of an element's row number into its column number,
   * so that doing it for every bit swaps them.
   *
   * @param tile two tiles' room; the first holds the elements
   * @param next 2, or 4 where the first bit is done
   */
  private static void turn(float[] tile, int next, int rows, float[] to, int index, int stride) {
    int here = 0;
    int there = LANES * LANES;
    for (int bit = next; bit < LANES; bit *= 2) {
      interleave(tile, here, tile, there, LANES);
      int swap = here;
      here = there;
      there = swap;
    }
    if (rows == LANES) {
      interleave(tile, here, to, index, stride);
      return;
    }
    interleave(tile, here, tile, there, LANES);
    for (int row = 0; row < rows; row++) {
      FloatVector.fromArray(SPECIES, tile, there + row * LANES).intoArray(to, index + row * stride);
    }
  }

  private static void interleave(float[] from, int at, float[] to, int index, int stride) {
    for (int i = 0; i < LANES / 2; i++) {
      IntVector upper = FloatVector.fromArray(SPECIES, from, at + i * LANES).reinterpretAsInts();
      IntVector lower =
          FloatVector.fromArray(SPECIES, from, at + (i + LANES / 2) * LANES).reinterpretAsInts();
      int place = index + 2 * i * stride;
      LanesF32.LOWER.selectFrom(upper, lower).reinterpretAsFloats().intoArray(to, place);
      LanesF32.UPPER.selectFrom(upper, lower).reinterpretAsFloats().intoArray(to, place + stride);
    }
  }

  /** The same from a tensor, whose rows are {@code distance} bytes apart. */
  private static void interleave(MemorySegment from, long offset, long distance, float[] to) {
    MemorySegment memory = Memory.base(from);
    long begin = Memory.at(from) + offset;
    for (int i = 0; i < LANES / 2; i++) {
      long above = begin + i * distance;
      long below = above + LANES / 2 * distance;
      IntVector upper =
          FloatVector.fromMemorySegment(SPECIES, memory, above, ORDER).reinterpretAsInts();
      IntVector lower =
          FloatVector.fromMemorySegment(SPECIES, memory, below, ORDER).reinterpretAsInts();
      int place = 2 * i * LANES;
      LanesF32.LOWER.selectFrom(upper, lower).reinterpretAsFloats().intoArray(to, place);
      LanesF32.UPPER.selectFrom(upper, lower).reinterpretAsFloats().intoArray(to, place + LANES);
    }
  }

  /** Elements that {@code transpose} needs for its tiles; at least four vectors'. */
  static int tileLength() {
    return 2 * LANES * LANES;
  }
}
