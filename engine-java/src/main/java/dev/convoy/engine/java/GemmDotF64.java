package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of few rows with a transposed matrix, as sums along its rows where they lie: to pack the
 * matrix would take longer than to read it once.
 */
final class GemmDotF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private GemmDotF64() {}

  /**
   * {@code to[index + j]} becomes the product of a row with row {@code j} of a matrix.
   *
   * @param row from {@code start} on, with zeros behind it up to whole vectors
   * @param at where the matrix's first row wanted begins
   * @param room four vectors' room
   */
  static void dots(
      double[] row,
      int start,
      MemorySegment matrix,
      long at,
      int count,
      int depth,
      double[] to,
      int index,
      double[] room) {
    for (int j = 0; j < count; j += 4) {
      int last = count - 1;
      long begin = Memory.at(matrix);
      long first = begin + (at + (long) j * depth) * Double.BYTES;
      long second = begin + (at + (long) Math.min(j + 1, last) * depth) * Double.BYTES;
      long third = begin + (at + (long) Math.min(j + 2, last) * depth) * Double.BYTES;
      long fourth = begin + (at + (long) Math.min(j + 3, last) * depth) * Double.BYTES;
      four(row, start, matrix, first, second, third, fourth, depth, room);
      int some = Math.min(4, count - j);
      for (int i = 0; i < some; i++) {
        to[index + j + i] = GemmOutputF64.total(room, i * LANES);
      }
    }
  }

  /** Four products at once; {@code first} to {@code fourth} count bytes. */
  private static void four(
      double[] row,
      int start,
      MemorySegment matrix,
      long first,
      long second,
      long third,
      long fourth,
      int depth,
      double[] room) {
    MemorySegment memory = Memory.base(matrix);
    DoubleVector sum0 = DoubleVector.zero(SPECIES);
    DoubleVector sum1 = DoubleVector.zero(SPECIES);
    DoubleVector sum2 = DoubleVector.zero(SPECIES);
    DoubleVector sum3 = DoubleVector.zero(SPECIES);
    int p = 0;
    for (; p <= depth - LANES; p += LANES) {
      DoubleVector factor = DoubleVector.fromArray(SPECIES, row, start + p);
      long next = (long) p * Double.BYTES;
      sum0 = DoubleVector.fromMemorySegment(SPECIES, memory, first + next, ORDER).fma(factor, sum0);
      sum1 =
          DoubleVector.fromMemorySegment(SPECIES, memory, second + next, ORDER).fma(factor, sum1);
      sum2 = DoubleVector.fromMemorySegment(SPECIES, memory, third + next, ORDER).fma(factor, sum2);
      sum3 =
          DoubleVector.fromMemorySegment(SPECIES, memory, fourth + next, ORDER).fma(factor, sum3);
    }
    if (p < depth) {
      VectorMask<Double> rest = VectorMask.fromLong(SPECIES, (1L << (depth - p)) - 1);
      DoubleVector factor = DoubleVector.fromArray(SPECIES, row, start + p);
      long next = (long) p * Double.BYTES;
      sum0 =
          DoubleVector.fromMemorySegment(SPECIES, memory, first + next, ORDER, rest)
              .fma(factor, sum0);
      sum1 =
          DoubleVector.fromMemorySegment(SPECIES, memory, second + next, ORDER, rest)
              .fma(factor, sum1);
      sum2 =
          DoubleVector.fromMemorySegment(SPECIES, memory, third + next, ORDER, rest)
              .fma(factor, sum2);
      sum3 =
          DoubleVector.fromMemorySegment(SPECIES, memory, fourth + next, ORDER, rest)
              .fma(factor, sum3);
    }
    sum0.intoArray(room, 0);
    sum1.intoArray(room, LANES);
    sum2.intoArray(room, 2 * LANES);
    sum3.intoArray(room, 3 * LANES);
  }
}
