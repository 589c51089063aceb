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
      long begin = Memory.at(matrix);
      long first = begin + (at + (long) j * depth) * Float.BYTES;
      long second = begin + (at + (long) Math.min(j + 1, last) * depth) * Float.BYTES;
      long third = begin + (at + (long) Math.min(j + 2, last) * depth) * Float.BYTES;
      long fourth = begin + (at + (long) Math.min(j + 3, last) * depth) * Float.BYTES;
      four(row, start, matrix, first, second, third, fourth, depth, room);
      int some = Math.min(4, count - j);
      for (int i = 0; i < some; i++) {
        to[index + j + i] = GemmOutputF32.total(room, i * LANES);
      }
    }
  }

  /** Four products at once; {@code first} to {@code fourth} count bytes. */
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
    MemorySegment memory = Memory.base(matrix);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    FloatVector sum2 = FloatVector.zero(SPECIES);
    FloatVector sum3 = FloatVector.zero(SPECIES);
    int p = 0;
    for (; p <= depth - LANES; p += LANES) {
      FloatVector factor = FloatVector.fromArray(SPECIES, row, start + p);
      long next = (long) p * Float.BYTES;
      sum0 = FloatVector.fromMemorySegment(SPECIES, memory, first + next, ORDER).fma(factor, sum0);
      sum1 = FloatVector.fromMemorySegment(SPECIES, memory, second + next, ORDER).fma(factor, sum1);
      sum2 = FloatVector.fromMemorySegment(SPECIES, memory, third + next, ORDER).fma(factor, sum2);
      sum3 = FloatVector.fromMemorySegment(SPECIES, memory, fourth + next, ORDER).fma(factor, sum3);
    }
    if (p < depth) {
      VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << (depth - p)) - 1);
      FloatVector factor = FloatVector.fromArray(SPECIES, row, start + p);
      long next = (long) p * Float.BYTES;
      sum0 =
          FloatVector.fromMemorySegment(SPECIES, memory, first + next, ORDER, rest)
              .fma(factor, sum0);
      sum1 =
          FloatVector.fromMemorySegment(SPECIES, memory, second + next, ORDER, rest)
              .fma(factor, sum1);
      sum2 =
          FloatVector.fromMemorySegment(SPECIES, memory, third + next, ORDER, rest)
              .fma(factor, sum2);
      sum3 =
          FloatVector.fromMemorySegment(SPECIES, memory, fourth + next, ORDER, rest)
              .fma(factor, sum3);
    }
    sum0.intoArray(room, 0);
    sum1.intoArray(room, LANES);
    sum2.intoArray(room, 2 * LANES);
    sum3.intoArray(room, 3 * LANES);
  }
}
