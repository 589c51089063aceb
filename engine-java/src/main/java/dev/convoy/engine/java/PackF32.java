package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies from tensors into panels. Offsets into tensors count elements. Every copy may write up to
 * a vector past its end, with values that mean nothing: panels have room for it, and what lies
 * there is written later.
 */
final class PackF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private PackF32() {}

  /**
   * A run of neighbours. The last vector goes over the one before it, unless there is none: a mask
   * that ends where the memory does is looked at lane by lane, and was an object at times.
   */
  static void copy(MemorySegment from, long at, float[] to, int index, int length) {
    MemorySegment memory = Memory.base(from);
    long offset = Memory.known(Memory.at(from) + at * Float.BYTES);
    if (length < LANES) {
      VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << length) - 1);
      FloatVector.fromMemorySegment(SPECIES, memory, offset, ORDER, rest).intoArray(to, index);
      return;
    }
    for (int i = 0; i <= length - LANES; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, memory, offset + (long) i * Float.BYTES, ORDER)
          .intoArray(to, index + i);
    }
    int last = length - LANES;
    FloatVector.fromMemorySegment(SPECIES, memory, offset + (long) last * Float.BYTES, ORDER)
        .intoArray(to, index + last);
  }

  /**
   * Runs of neighbours, {@code distance} apart, to rows {@code stride} apart. Four at a time: far
   * apart, each begins with a wait for memory.
   */
  static void rows(
      MemorySegment from,
      long at,
      long distance,
      int rows,
      int length,
      float[] to,
      int index,
      int stride) {
    MemorySegment memory = Memory.base(from);
    int whole = length - length % LANES;
    int last = Math.max(0, length - LANES);
    int row = 0;
    for (; row <= rows - 4; row += 4) {
      long m0 = Memory.known(Memory.at(from) + (at + row * distance) * Float.BYTES);
      long m1 = Memory.known(m0 + distance * Float.BYTES);
      long m2 = Memory.known(m1 + distance * Float.BYTES);
      long m3 = Memory.known(m2 + distance * Float.BYTES);
      int to0 = index + row * stride;
      int to1 = to0 + stride;
      int to2 = to1 + stride;
      int to3 = to2 + stride;
      for (int i = 0; i < whole; i += LANES) {
        long o = (long) i * Float.BYTES;
        FloatVector v0 = FloatVector.fromMemorySegment(SPECIES, memory, m0 + o, ORDER);
        FloatVector v1 = FloatVector.fromMemorySegment(SPECIES, memory, m1 + o, ORDER);
        FloatVector v2 = FloatVector.fromMemorySegment(SPECIES, memory, m2 + o, ORDER);
        FloatVector v3 = FloatVector.fromMemorySegment(SPECIES, memory, m3 + o, ORDER);
        v0.intoArray(to, to0 + i);
        v1.intoArray(to, to1 + i);
        v2.intoArray(to, to2 + i);
        v3.intoArray(to, to3 + i);
      }
      for (int r = row; r < row + 4 && whole < length; r++) {
        copy(from, at + r * distance + last, to, index + r * stride + last, length - last);
      }
    }
    for (; row < rows; row++) {
      copy(from, at + row * distance, to, index + row * stride, length);
    }
  }

  /**
   * Rows {@code distance} apart, cut into panels of columns: of each panel the rows follow each
   * other. Nothing is written past the last row of the last panel.
   *
   * @param width of a panel
   * @param panel from one panel to the next
   */
  static void panels(
      MemorySegment from,
      long at,
      long distance,
      int rows,
      int columns,
      float[] to,
      int index,
      int width,
      int panel) {
    MemorySegment memory = Memory.base(from);
    int four = rows - rows % 4;
    int whole = columns - columns % width;
    for (int row = 0; row < four; row += 4) {
      long m0 = Memory.known(Memory.at(from) + (at + row * distance) * Float.BYTES);
      long m1 = Memory.known(m0 + distance * Float.BYTES);
      long m2 = Memory.known(m1 + distance * Float.BYTES);
      long m3 = Memory.known(m2 + distance * Float.BYTES);
      int place = index + row * width;
      int left = width;
      for (int i = 0; i < whole; i += LANES) {
        long o = (long) i * Float.BYTES;
        FloatVector v0 = FloatVector.fromMemorySegment(SPECIES, memory, m0 + o, ORDER);
        FloatVector v1 = FloatVector.fromMemorySegment(SPECIES, memory, m1 + o, ORDER);
        FloatVector v2 = FloatVector.fromMemorySegment(SPECIES, memory, m2 + o, ORDER);
        FloatVector v3 = FloatVector.fromMemorySegment(SPECIES, memory, m3 + o, ORDER);
        v0.intoArray(to, place);
        v1.intoArray(to, place + width);
        v2.intoArray(to, place + 2 * width);
        v3.intoArray(to, place + 3 * width);
        place += LANES;
        left -= LANES;
        if (left == 0) {
          place += panel - width;
          left = width;
        }
      }
    }
    for (int i = 0, place = index; i < columns; i += width, place += panel) {
      int row = i < whole ? four : 0;
      long first = at + row * distance + i;
      int some = Math.min(width, columns - i);
      rows(from, first, distance, rows - row, some, to, place + row * width, width);
    }
  }

  /** Rows of the column matrix from its band, one for each of the block's tap places. */
  static void columns(PackColumns block, float[] band, float[] to, int stride) {
    // Row by row, so that what is written past an end is put right.
    for (int row = 0; row < block.places; row++) {
      segments(block, band, block.place[row], to, row * stride);
    }
  }

  /**
   * Neighbouring rows that come to lie {@code pitch} apart, with zeros behind each. A mask leaves
   * zeros in a row's last vector: with a vector of zeros behind one that ends where the row does,
   * three are written where two will do.
   */
  static void spacedRows(
      MemorySegment from,
      long at,
      int rows,
      int width,
      float[] to,
      int index,
      int pitch,
      int length) {
    MemorySegment memory = Memory.base(from);
    int whole = width - width % LANES;
    VectorMask<Float> rest = VectorMask.fromLong(SPECIES, (1L << (width - whole)) - 1);
    long origin = Memory.at(from) + at * Float.BYTES;
    long step = (long) width * Float.BYTES;
    for (int row = 0, place = index; row < rows; row++, place += pitch, origin += step) {
      long start = Memory.known(origin);
      int i = 0;
      for (; i < whole; i += LANES) {
        FloatVector.fromMemorySegment(SPECIES, memory, start + (long) i * Float.BYTES, ORDER)
            .intoArray(to, place + i);
      }
      if (i < width) {
        FloatVector.fromMemorySegment(SPECIES, memory, start + (long) i * Float.BYTES, ORDER, rest)
            .intoArray(to, place + i);
        i += LANES;
      }
      for (; i < pitch; i += LANES) {
        FloatVector.zero(SPECIES).intoArray(to, place + i);
      }
    }
    zeros(to, index + rows * pitch, index + length);
  }

  /** From {@code index} on, in turn {@code from[even + i]} and {@code from[odd + i]}. */
  static void zip(float[] from, int even, int odd, float[] to, int index, int length) {
    for (int i = 0; i < length; i += LANES) {
      IntVector left = FloatVector.fromArray(SPECIES, from, even + i).reinterpretAsInts();
      IntVector right = FloatVector.fromArray(SPECIES, from, odd + i).reinterpretAsInts();
      LanesF32.LOWER.selectFrom(left, right).reinterpretAsFloats().intoArray(to, index + 2 * i);
      LanesF32.UPPER
          .selectFrom(left, right)
          .reinterpretAsFloats()
          .intoArray(to, index + 2 * i + LANES);
    }
  }

  private static void segments(PackColumns block, float[] band, int at, float[] to, int index) {
    int[] source = block.source;
    int[] column = block.column;
    int[] length = block.length;
    int count = block.segments;
    if (block.longest <= LANES) {
      for (int segment = 0; segment < count; segment++) {
        FloatVector.fromArray(SPECIES, band, at + source[segment])
            .intoArray(to, index + column[segment]);
      }
      return;
    }
    for (int segment = 0; segment < count; segment++) {
      int from = at + source[segment];
      int into = index + column[segment];
      for (int i = 0; i < length[segment]; i += LANES) {
        FloatVector.fromArray(SPECIES, band, from + i).intoArray(to, into + i);
      }
    }
  }

  /**
   * Weights as the gradient with respect to the input wants them: the filters' taps for one input
   * channel, in the order of a phase's axes.
   *
   * @param first where the first filter's taps for that channel begin
   * @param distance elements from one filter to the next
   * @param kernelWidth taps in a row of the filter
   */
  static void taps(
      MemorySegment from,
      long first,
      long distance,
      int filters,
      Conv2dAxis rows,
      Conv2dAxis columns,
      int kernelWidth,
      float[] to,
      int index) {
    int into = index;
    for (int filter = 0; filter < filters; filter++) {
      for (int row = 0; row < rows.taps; row++) {
        long at =
            first
                + filter * distance
                + (long) (rows.firstTap + row * rows.tapStep) * kernelWidth
                + columns.firstTap;
        for (int tap = 0; tap < columns.taps; tap++) {
          to[into++] = from.getAtIndex(ELEMENT, at + (long) tap * columns.tapStep);
        }
      }
    }
  }

  /**
   * The same for a panel of channels side by side.
   *
   * @param turned one filter's taps in their own order, each a panel's row of channels
   */
  static void tapPanel(
      float[] turned, Conv2dAxis rows, Conv2dAxis columns, int kernelWidth, float[] to, int index) {
    int into = index;
    for (int row = 0; row < rows.taps; row++) {
      int above = (rows.firstTap + row * rows.tapStep) * kernelWidth;
      for (int tap = 0; tap < columns.taps; tap++) {
        int from = (above + columns.firstTap + tap * columns.tapStep) * GemmKernelF32.PANEL_ROWS;
        for (int i = 0; i < GemmKernelF32.PANEL_ROWS; i += LANES) {
          FloatVector.fromArray(SPECIES, turned, from + i).intoArray(to, into + i);
        }
        into += GemmKernelF32.PANEL_ROWS;
      }
    }
  }

  /** Zeros, and up to a vector of them past the end. */
  static void zeros(float[] to, int from, int until) {
    for (int i = from; i < until; i += LANES) {
      FloatVector.zero(SPECIES).intoArray(to, i);
    }
  }
}
