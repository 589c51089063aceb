package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Winners of max pooling between an {@link ArgMax}, of one or four bytes each, and int arrays. */
final class PoolPlaces {
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  /** As many lanes as {@code I}, or the fewest there are. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(
          byte.class,
          VectorShape.forBitSize(Math.max(Long.SIZE, I.vectorBitSize() / Integer.BYTES)));

  /** Elements that arrays need beyond those copied. */
  static final int ROOM = Math.max(I.length(), B.length());

  private PoolPlaces() {}

  /** Copies winners from the array's beginning. */
  static void store(PoolBuffers scratch, int[] places, ArgMax argmax, long at, int count) {
    MemorySegment winners = argmax.segment();
    if (argmax.bytesPerWinner() > 1) {
      MemorySegment.copy(places, 0, winners, ValueLayout.JAVA_INT, at * Integer.BYTES, count);
      return;
    }
    byte[] bytes = scratch.bytes(count + (long) ROOM);
    for (int i = 0; i < count; i += I.length()) {
      IntVector wide = IntVector.fromArray(I, places, i);
      ((ByteVector) wide.convertShape(VectorOperators.I2B, B, 0)).intoArray(bytes, i);
    }
    MemorySegment.copy(bytes, 0, winners, ValueLayout.JAVA_BYTE, at, count);
  }

  /** Copies winners to the array's beginning. */
  static void load(PoolBuffers scratch, ArgMax argmax, long at, int count, int[] places) {
    MemorySegment winners = argmax.segment();
    if (argmax.bytesPerWinner() > 1) {
      MemorySegment.copy(winners, ValueLayout.JAVA_INT, at * Integer.BYTES, places, 0, count);
      return;
    }
    byte[] bytes = scratch.bytes(count + (long) ROOM);
    MemorySegment.copy(winners, ValueLayout.JAVA_BYTE, at, bytes, 0, count);
    for (int i = 0; i < count; i += I.length()) {
      ByteVector narrow = ByteVector.fromArray(B, bytes, i);
      ((IntVector) narrow.convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0)).intoArray(places, i);
    }
  }

  /** Copies rows, with gaps of places that no tap has before, between and behind them. */
  static void spread(int[] from, int width, int rows, int[] to, int gap) {
    Arrays.fill(to, 0, gap, -1);
    for (int row = 0; row < rows; row++) {
      int source = row * width;
      int target = gap + row * (width + gap);
      for (int c = 0; c < width; c += I.length()) {
        IntVector.fromArray(I, from, source + c).intoArray(to, target + c);
      }
      for (int c = 0; c < gap; c += I.length()) {
        IntVector.broadcast(I, -1).intoArray(to, target + width + c);
      }
    }
  }
}
