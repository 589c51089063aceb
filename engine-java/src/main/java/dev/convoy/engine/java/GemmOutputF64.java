package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Copies from panels into tensors, whose offsets count elements. */
final class GemmOutputF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;

  private static final DoubleVector ZERO = DoubleVector.zero(SPECIES);

  /** Every second lane, from the first. */
  private static final long EVEN = 0x5555_5555_5555_5555L;

  private GemmOutputF64() {}

  /**
   * Runs of neighbours, {@code far} apart, that come to lie {@code step} apart.
   *
   * @param bias what is added to each element first, if they overwrite
   */
  static void store(
      double[] from,
      int index,
      int far,
      MemorySegment to,
      long at,
      long step,
      int rows,
      int length,
      GemmEpilogue epilogue,
      double bias) {
    if (epilogue == GemmEpilogue.ADD) {
      add(from, index, far, to, at, step, rows, length);
    } else {
      boolean relu = epilogue == GemmEpilogue.RELU;
      overwrite(from, index, far, to, at, step, rows, length, bias, relu);
    }
  }

  private static void overwrite(
      double[] from,
      int index,
      int far,
      MemorySegment segment,
      long at,
      long step,
      int rows,
      int length,
      double bias,
      boolean relu) {
    MemorySegment to = Memory.base(segment);
    long place = Memory.at(segment) + at * Double.BYTES;
    int whole = length - length % LANES;
    VectorMask<Double> rest = VectorMask.fromLong(SPECIES, (1L << (length - whole)) - 1);
    for (int row = 0, first = index; row < rows; row++) {
      long start = Memory.known(place);
      for (int i = 0; i < whole; i += LANES) {
        DoubleVector v = DoubleVector.fromArray(SPECIES, from, first + i).add(bias);
        if (relu) {
          v = v.blend(ZERO, v.compare(VectorOperators.LT, ZERO));
        }
        v.intoMemorySegment(to, start + (long) i * Double.BYTES, ORDER);
      }
      if (whole < length) {
        DoubleVector v = DoubleVector.fromArray(SPECIES, from, first + whole).add(bias);
        if (relu) {
          v = v.blend(ZERO, v.compare(VectorOperators.LT, ZERO));
        }
        v.intoMemorySegment(to, place + (long) whole * Double.BYTES, ORDER, rest);
      }
      first += far;
      place += step * Double.BYTES;
    }
  }

  private static void add(
      double[] from,
      int index,
      int far,
      MemorySegment segment,
      long at,
      long step,
      int rows,
      int length) {
    MemorySegment to = Memory.base(segment);
    long offset = Memory.at(segment) + at * Double.BYTES;
    int whole = length - length % LANES;
    VectorMask<Double> rest = VectorMask.fromLong(SPECIES, (1L << (length - whole)) - 1);
    for (int row = 0, first = index; row < rows; row++) {
      long start = Memory.known(offset);
      for (int i = 0; i < whole; i += LANES) {
        long place = start + (long) i * Double.BYTES;
        DoubleVector.fromMemorySegment(SPECIES, to, place, ORDER)
            .add(DoubleVector.fromArray(SPECIES, from, first + i))
            .intoMemorySegment(to, place, ORDER);
      }
      if (whole < length) {
        long place = offset + (long) whole * Double.BYTES;
        DoubleVector.fromMemorySegment(SPECIES, to, place, ORDER, rest)
            .add(DoubleVector.fromArray(SPECIES, from, first + whole))
            .intoMemorySegment(to, place, ORDER, rest);
      }
      first += far;
      offset += step * Double.BYTES;
    }
  }

  /** Adds a bias to whole vectors, and applies ReLU if wanted. */
  static void finish(double[] array, int index, int length, double bias, boolean relu) {
    for (int i = 0; i < length; i += LANES) {
      DoubleVector v = DoubleVector.fromArray(SPECIES, array, index + i).add(bias);
      if (relu) {
        v = v.blend(ZERO, v.compare(VectorOperators.LT, ZERO));
      }
      v.intoArray(array, index + i);
    }
  }

  /** Elements that come to lie {@code step} apart. */
  static void scatter(
      double[] from, int index, MemorySegment to, long at, int step, int length, boolean add) {
    if (step == 2) {
      spread(from, index, to, at, length, add);
      return;
    }
    for (int i = 0; i < length; i++) {
      long place = at + (long) i * step;
      double old = add ? to.getAtIndex(ELEMENT, place) : 0;
      to.setAtIndex(ELEMENT, place, old + from[index + i]);
    }
  }

  /** Elements that come to lie two apart. */
  private static void spread(
      double[] from, int index, MemorySegment to, long at, int length, boolean add) {
    MemorySegment memory = Memory.base(to);
    long offset = Memory.at(to) + at * Double.BYTES;
    for (int i = 0; i < length; i += LANES, offset += 2L * SPECIES.vectorByteSize()) {
      DoubleVector v = DoubleVector.fromArray(SPECIES, from, index + i);
      DoubleVector low =
          LanesF64.LOWER
              .selectFrom(v.reinterpretAsLongs(), v.reinterpretAsLongs())
              .reinterpretAsDoubles();
      DoubleVector high =
          LanesF64.UPPER
              .selectFrom(v.reinterpretAsLongs(), v.reinterpretAsLongs())
              .reinterpretAsDoubles();
      long next = offset + SPECIES.vectorByteSize();
      int left = 2 * (length - i);
      VectorMask<Double> near = VectorMask.fromLong(SPECIES, EVEN & bits(left));
      VectorMask<Double> far = VectorMask.fromLong(SPECIES, EVEN & bits(left - LANES));
      if (add) {
        low = low.add(DoubleVector.fromMemorySegment(SPECIES, memory, offset, ORDER, near));
        high = high.add(DoubleVector.fromMemorySegment(SPECIES, memory, next, ORDER, far));
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
  static void add(double[] from, int index, double[] to, int at, int length) {
    for (int i = 0; i < length; i += LANES) {
      DoubleVector.fromArray(SPECIES, to, at + i)
          .add(DoubleVector.fromArray(SPECIES, from, index + i))
          .intoArray(to, at + i);
    }
  }

  /** Adds vectors that are {@code distance} apart to others in the same array. */
  static void add(double[] array, int from, int to, int distance, int count) {
    for (int n = 0, i = 0; n < count; n++, i += distance) {
      DoubleVector.fromArray(SPECIES, array, to + i)
          .add(DoubleVector.fromArray(SPECIES, array, from + i))
          .intoArray(array, to + i);
    }
  }

  /** Adds so many vectors that are {@code distance} apart to one in another array. */
  static void addRows(double[] from, int at, int distance, int count, double[] to, int index) {
    DoubleVector sum = DoubleVector.zero(SPECIES);
    for (int n = 0, i = at; n < count; n++, i += distance) {
      sum = sum.add(DoubleVector.fromArray(SPECIES, from, i));
    }
    sum.add(DoubleVector.fromArray(SPECIES, to, index)).intoArray(to, index);
  }

  /**
   * The sum of a vector in an array, which is overwritten: of neighbours, then of those' sums, and
   * so on. The vector's own reduction leaves the order open, and the interpreter's is not the
   * compiler's.
   */
  static double total(double[] array, int at) {
    DoubleVector sums = DoubleVector.fromArray(SPECIES, array, at);
    for (int wide = LANES; wide > 1; wide /= 2) {
      LongVector lanes = sums.reinterpretAsLongs();
      sums =
          LanesF64.EVEN
              .selectFrom(lanes, lanes)
              .reinterpretAsDoubles()
              .add(LanesF64.ODD.selectFrom(lanes, lanes).reinterpretAsDoubles());
    }
    sums.intoArray(array, at);
    return array[at];
  }

  /**
   * The sum of a run of neighbours, always in the same order.
   *
   * @param room a vector's room
   */
  static double sum(MemorySegment from, long at, int length, double[] room) {
    MemorySegment memory = Memory.base(from);
    long offset = Memory.known(Memory.at(from) + at * Double.BYTES);
    DoubleVector even = DoubleVector.zero(SPECIES);
    DoubleVector odd = DoubleVector.zero(SPECIES);
    int i = 0;
    for (; i <= length - 2 * LANES; i += 2 * LANES) {
      long place = offset + (long) i * Double.BYTES;
      even = even.add(DoubleVector.fromMemorySegment(SPECIES, memory, place, ORDER));
      place += SPECIES.vectorByteSize();
      odd = odd.add(DoubleVector.fromMemorySegment(SPECIES, memory, place, ORDER));
    }
    for (; i < length; i += LANES) {
      long rest = i + LANES > length ? (1L << (length - i)) - 1 : -1L;
      VectorMask<Double> mask = VectorMask.fromLong(SPECIES, rest);
      long place = offset + (long) i * Double.BYTES;
      even = even.add(DoubleVector.fromMemorySegment(SPECIES, memory, place, ORDER, mask));
    }
    even.add(odd).intoArray(room, 0);
    return total(room, 0);
  }
}
