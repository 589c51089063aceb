package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of few rows with a transposed matrix, as sums along its rows where they lie: to pack the
 * matrix would take longer than to read it once.
 */
final class GemmDotF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private GemmDotF32() {}

  /**
   * {@code to[index + j]} becomes the product of a row with row {@code j} of a matrix.
   *
   * @param row from {@code start} on, with zeros behind it up to whole vectors
   * @param at where the matrix's first row wanted begins
   * @param room four vectors' room
   */
  static void dots(
      float[] row,
      int start,
      MemorySegment matrix,
      long at,
      int count,
      int depth,
      float[] to,
      int index,
      float[] room) {
    for (int j = 0; j < count; j += 4) {
      int last = count - 1;
      long first = at + (long) j * depth;
      long second = at + (long) Math.min(j + 1, last) * depth;
      long third = at + (long) Math.min(j + 2, last) * depth;
      long fourth = at + (long) Math.min(j + 3, last) * depth;
      four(row, start, matrix, first, second, third, fourth, depth, room);
      int some = Math.min(4, count - j);
      for (int i = 0; i < some; i++) {
        to[index + j + i] = GemmOutputF32.total(room, i * LANES);
      }
    }
  }

  private static void four(
      float[] row,
      int start,
      MemorySegment matrix,
      long first,
      long second,
      long third,
      long fourth,
      int depth,
      float[] room) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    FloatVector sum2 = FloatVector.zero(SPECIES);
    FloatVector sum3 = FloatVector.zero(SPECIES);
    int p = 0;
    for (; p <= depth - LANES; p += LANES) {
      FloatVector factor = FloatVector.fromArray(SPECIES, row, start + p);
      sum0 = load(matrix, first + p).fma(factor, sum0);
      sum1 = load(matrix, second + p).fma(factor, sum1);
      sum2 = load(matrix, third + p).fma(factor, sum2);
      sum3 = load(matrix, fourth + p).fma(factor, sum3);
    }
    if (p < depth) {
      VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << (depth - p)) - 1);
      FloatVector factor = FloatVector.fromArray(SPECIES, row, start + p);
      sum0 = load(matrix, first + p, rest).fma(factor, sum0);
      sum1 = load(matrix, second + p, rest).fma(factor, sum1);
      sum2 = load(matrix, third + p, rest).fma(factor, sum2);
      sum3 = load(matrix, fourth + p, rest).fma(factor, sum3);
    }
    sum0.intoArray(room, 0);
    sum1.intoArray(room, LANES);
    sum2.intoArray(room, 2 * LANES);
    sum3.intoArray(room, 3 * LANES);
  }

  private static FloatVector load(MemorySegment matrix, long at) {
    return FloatVector.fromMemorySegment(SPECIES, matrix, at * Float.BYTES, ORDER);
  }

  private static FloatVector load(MemorySegment matrix, long at, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(SPECIES, matrix, at * Float.BYTES, ORDER, mask);
  }
}
