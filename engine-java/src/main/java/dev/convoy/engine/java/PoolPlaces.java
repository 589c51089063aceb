package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Winners of max pooling between an {@link ArgMax}, of one or four bytes each, and arrays. */
final class PoolPlaces {
  private PoolPlaces() {}

  /** Copies winners from the beginning of the array that is of their size. */
  static void store(ArgMax argmax, long at, int count, byte[] bytes, int[] ints) {
    MemorySegment winners = argmax.segment();
    if (argmax.bytesPerWinner() == 1) {
      MemorySegment.copy(bytes, 0, winners, ValueLayout.JAVA_BYTE, at, count);
    } else {
      MemorySegment.copy(ints, 0, winners, ValueLayout.JAVA_INT, at * Integer.BYTES, count);
    }
  }

  /** Copies winners to the beginning of the array that is of their size. */
  static void load(ArgMax argmax, long at, int count, byte[] bytes, int[] ints) {
    MemorySegment winners = argmax.segment();
    if (argmax.bytesPerWinner() == 1) {
      MemorySegment.copy(winners, ValueLayout.JAVA_BYTE, at, bytes, 0, count);
    } else {
      MemorySegment.copy(winners, ValueLayout.JAVA_INT, at * Integer.BYTES, ints, 0, count);
    }
  }
}
