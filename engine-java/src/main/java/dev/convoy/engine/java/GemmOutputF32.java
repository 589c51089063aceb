package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Copies from panels into tensors, whose offsets count elements. */
final class GemmOutputF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private static final FloatVector ZERO = FloatVector.zero(SPECIES);

  /** Every second lane, from the first. */
  private static final long EVEN = 0x5555_5555_5555_5555L;

  private GemmOutputF32() {}

  /**
   * Runs of neighbours, {@code far} apart, that come to lie {@code step} apart.
   *
   * @param bias what is added to each element first, if they overwrite
   */
  static void store(
      float[] from,
      int index,
      int far,
      MemorySegment to,
      long at,
      long step,
      int rows,
      int length,
      GemmEpilogue epilogue,
      float bias) {
    if (epilogue == GemmEpilogue.ADD) {
      add(from, index, far, to, at, step, rows, length);
    } else {
      boolean relu = epilogue == GemmEpilogue.RELU;
      overwrite(from, index, far, to, at, step, rows, length, bias, relu);
    }
  }

  private static void overwrite(
      float[] from,
      int index,
      int far,
      MemorySegment segment,
      long at,
      long step,
      int rows,
      int length,
      float bias,
      boolean relu) {
    MemorySegment to = Memory.base(segment);
    long place = Memory.at(segment) + at * Float.BYTES;
    int whole = length - length % LANES;
    VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << (length - whole)) - 1);
    for (int row = 0, first = index; row < rows; row++) {
      long start = Memory.known(place);
      for (int i = 0; i < whole; i += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, from, first + i).add(bias);
        if (relu) {
          v = v.blend(ZERO, v.compare(VectorOperators.LT, ZERO));
        }
        v.intoMemorySegment(to, start + (long) i * Float.BYTES, ORDER);
      }
      if (whole < length) {
        FloatVector v = FloatVector.fromArray(SPECIES, from, first + whole).add(bias);
        if (relu) {
          v = v.blend(ZERO, v.compare(VectorOperators.LT, ZERO));
        }
        v.intoMemorySegment(to, place + (long) whole * Float.BYTES, ORDER, rest);
      }
      first += far;
      place += step * Float.BYTES;
    }
  }

  /** A tile of a product; see {@link GemmKernelF32#multiplyInto}. */
  static void storeTile(
      float[] tile,
      MemorySegment segment,
      long at,
      long far,
      MemorySegment biases,
      long channel,
      boolean relu) {
    MemorySegment to = Memory.base(segment);
    long place = Memory.at(segment) + at * Float.BYTES;
    for (int row = 0; row < GemmTile.ROWS; row++, place += far * Float.BYTES) {
      float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel + row);
      long start = Memory.known(place);
      int index = row * GemmKernelF32.TILE_COLUMNS;
      for (int i = 0; i < GemmKernelF32.TILE_COLUMNS; i += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, tile, index + i).add(bias);
        if (relu) {
          v = v.blend(ZERO, v.compare(VectorOperators.LT, ZERO));
        }
        v.intoMemorySegment(to, start + (long) i * Float.BYTES, ORDER);
      }
    }
  }

  private static void add(
      float[] from,
      int index,
      int far,
      MemorySegment segment,
      long at,
      long step,
      int rows,
      int length) {
    MemorySegment to = Memory.base(segment);
    long offset = Memory.at(segment) + at * Float.BYTES;
    int whole = length - length % LANES;
    VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << (length - whole)) - 1);
    for (int row = 0, first = index; row < rows; row++) {
      long start = Memory.known(offset);
      for (int i = 0; i < whole; i += LANES) {
        long place = start + (long) i * Float.BYTES;
        FloatVector.fromMemorySegment(SPECIES, to, place, ORDER)
            .add(FloatVector.fromArray(SPECIES, from, first + i))
            .intoMemorySegment(to, place, ORDER);
      }
      if (whole < length) {
        long place = offset + (long) whole * Float.BYTES;
        FloatVector.fromMemorySegment(SPECIES, to, place, ORDER, rest)
            .add(FloatVector.fromArray(SPECIES, from, first + whole))
            .intoMemorySegment(to, place, ORDER, rest);
      }
      first += far;
      offset += step * Float.BYTES;
    }
  }

  /** Adds a bias to whole vectors, and applies ReLU if wanted. */
  static void finish(float[] array, int index, int length, float bias, boolean relu) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, array, index + i).add(bias);
      if (relu) {
        v = v.blend(ZERO, v.compare(VectorOperators.LT, ZERO));
      }
      v.intoArray(array, index + i);
    }
  }

  /** Elements that come to lie {@code step} apart. */
  static void scatter(
      float[] from, int index, MemorySegment to, long at, int step, int length, boolean add) {
    if (step == 2) {
      spread(from, index, to, at, length, add);
      return;
    }
    for (int i = 0; i < length; i++) {
      long place = at + (long) i * step;
      float old = add ? to.getAtIndex(ELEMENT, place) : 0;
      to.setAtIndex(ELEMENT, place, old + from[index + i]);
    }
  }

  /** Elements that come to lie two apart. */
  private static void spread(
      float[] from, int index, MemorySegment to, long at, int length, boolean add) {
    MemorySegment memory = Memory.base(to);
    long offset = Memory.at(to) + at * Float.BYTES;
    for (int i = 0; i < length; i += LANES, offset += 2L * SPECIES.vectorByteSize()) {
      FloatVector v = FloatVector.fromArray(SPECIES, from, index + i);
      FloatVector low =
          LanesF32.LOWER
              .selectFrom(v.reinterpretAsInts(), v.reinterpretAsInts())
              .reinterpretAsFloats();
      FloatVector high =
          LanesF32.UPPER
              .selectFrom(v.reinterpretAsInts(), v.reinterpretAsInts())
              .reinterpretAsFloats();
      long next = offset + SPECIES.vectorByteSize();
      int left = 2 * (length - i);
      VectorMask<Float> near = VectorMask.fromLong(SPECIES, EVEN & bits(left));
      VectorMask<Float> far = VectorMask.fromLong(SPECIES, EVEN & bits(left - LANES));
      if (add) {
        low = low.add(FloatVector.fromMemorySegment(SPECIES, memory, offset, ORDER, near));
        high = high.add(FloatVector.fromMemorySegment(SPECIES, memory, next, ORDER, far));
      }
      low.intoMemorySegment(memory, offset, ORDER, near);
      high.intoMemorySegment(memory, next, ORDER, far);
    }
  }

  /** As many low bits as elements are left, up to a vector's. */
  private static long bits(int left) {
    return (1L << Math.clamp(left, 0, LANES)) - 1;
  }

  /** Adds whole vectors: {@code to[i] += from[i]}. */
  static void add(float[] from, int index, float[] to, int at, int length) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(SPECIES, to, at + i)
          .add(FloatVector.fromArray(SPECIES, from, index + i))
          .intoArray(to, at + i);
    }
  }

  /** Adds vectors that are {@code distance} apart to others in the same array. */
  static void add(float[] array, int from, int to, int distance, int count) {
    for (int n = 0, i = 0; n < count; n++, i += distance) {
      FloatVector.fromArray(SPECIES, array, to + i)
          .add(FloatVector.fromArray(SPECIES, array, from + i))
          .intoArray(array, to + i);
    }
  }

  /** Adds so many vectors that are {@code distance} apart to one in another array. */
  static void addRows(float[] from, int at, int distance, int count, float[] to, int index) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int n = 0, i = at; n < count; n++, i += distance) {
      sum = sum.add(FloatVector.fromArray(SPECIES, from, i));
    }
    sum.add(FloatVector.fromArray(SPECIES, to, index)).intoArray(to, index);
  }

  /**
   * The sum of a vector in an array, which is overwritten: of neighbours, then of those' sums, and
   * so on. The vector's own reduction leaves the order open, and the interpreter's is not the
   * compiler's.
   */
  static float total(float[] array, int at) {
    FloatVector sums = FloatVector.fromArray(SPECIES, array, at);
    for (int wide = LANES; wide > 1; wide /= 2) {
      IntVector lanes = sums.reinterpretAsInts();
      sums =
          LanesF32.EVEN
              .selectFrom(lanes, lanes)
              .reinterpretAsFloats()
              .add(LanesF32.ODD.selectFrom(lanes, lanes).reinterpretAsFloats());
    }
    sums.intoArray(array, at);
    return array[at];
  }

  /**
   * The sum of a run of neighbours, always in the same order.
   *
   * @param room a vector's room
   */
  static float sum(MemorySegment from, long at, int length, float[] room) {
    MemorySegment memory = Memory.base(from);
    long offset = Memory.known(Memory.at(from) + at * Float.BYTES);
    FloatVector even = FloatVector.zero(SPECIES);
    FloatVector odd = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= length - 2 * LANES; i += 2 * LANES) {
      long place = offset + (long) i * Float.BYTES;
      even = even.add(FloatVector.fromMemorySegment(SPECIES, memory, place, ORDER));
      place += SPECIES.vectorByteSize();
      odd = odd.add(FloatVector.fromMemorySegment(SPECIES, memory, place, ORDER));
    }
    for (; i < length; i += LANES) {
      long rest = i + LANES > length ? (1L << (length - i)) - 1 : -1L;
      VectorMask<Float> mask = VectorMask.fromLong(SPECIES, rest);
      long place = offset + (long) i * Float.BYTES;
      even = even.add(FloatVector.fromMemorySegment(SPECIES, memory, place, ORDER, mask));
    }
    even.add(odd).intoArray(room, 0);
    return total(room, 0);
  }
}
