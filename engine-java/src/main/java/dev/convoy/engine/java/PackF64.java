package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies from tensors into panels. Offsets into tensors count elements. Every copy may write up to
 * a vector past its end, with values that mean nothing: panels have room for it, and what lies
 * there is written later.
 */
final class PackF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;

  private PackF64() {}

  /**
   * A run of neighbours. The last vector goes over the one before it, unless there is none: a mask
   * that ends where the memory does is looked at lane by lane, and was an object at times.
   */
  static void copy(MemorySegment from, long at, double[] to, int index, int length) {
    MemorySegment memory = Memory.base(from);
    long offset = Memory.known(Memory.at(from) + at * Double.BYTES);
    if (length < LANES) {
      VectorMask<Double> rest = VectorMask.fromLong(SPECIES, (1L << length) - 1);
      DoubleVector.fromMemorySegment(SPECIES, memory, offset, ORDER, rest).intoArray(to, index);
      return;
    }
    for (int i = 0; i <= length - LANES; i += LANES) {
      DoubleVector.fromMemorySegment(SPECIES, memory, offset + (long) i * Double.BYTES, ORDER)
          .intoArray(to, index + i);
    }
    int last = length - LANES;
    DoubleVector.fromMemorySegment(SPECIES, memory, offset + (long) last * Double.BYTES, ORDER)
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
      double[] to,
      int index,
      int stride) {
    MemorySegment memory = Memory.base(from);
    int whole = length - length % LANES;
    int last = Math.max(0, length - LANES);
    int row = 0;
    for (; row <= rows - 4; row += 4) {
      long m0 = Memory.known(Memory.at(from) + (at + row * distance) * Double.BYTES);
      long m1 = Memory.known(m0 + distance * Double.BYTES);
      long m2 = Memory.known(m1 + distance * Double.BYTES);
      long m3 = Memory.known(m2 + distance * Double.BYTES);
      int to0 = index + row * stride;
      int to1 = to0 + stride;
      int to2 = to1 + stride;
      int to3 = to2 + stride;
      for (int i = 0; i < whole; i += LANES) {
        long o = (long) i * Double.BYTES;
        DoubleVector v0 = DoubleVector.fromMemorySegment(SPECIES, memory, m0 + o, ORDER);
        DoubleVector v1 = DoubleVector.fromMemorySegment(SPECIES, memory, m1 + o, ORDER);
        DoubleVector v2 = DoubleVector.fromMemorySegment(SPECIES, memory, m2 + o, ORDER);
        DoubleVector v3 = DoubleVector.fromMemorySegment(SPECIES, memory, m3 + o, ORDER);
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
      double[] to,
      int index,
      int width,
      int panel) {
    MemorySegment memory = Memory.base(from);
    int four = rows - rows % 4;
    int whole = columns - columns % width;
    for (int row = 0; row < four; row += 4) {
      long m0 = Memory.known(Memory.at(from) + (at + row * distance) * Double.BYTES);
      long m1 = Memory.known(m0 + distance * Double.BYTES);
      long m2 = Memory.known(m1 + distance * Double.BYTES);
      long m3 = Memory.known(m2 + distance * Double.BYTES);
      int place = index + row * width;
      int left = width;
      for (int i = 0; i < whole; i += LANES) {
        long o = (long) i * Double.BYTES;
        DoubleVector v0 = DoubleVector.fromMemorySegment(SPECIES, memory, m0 + o, ORDER);
        DoubleVector v1 = DoubleVector.fromMemorySegment(SPECIES, memory, m1 + o, ORDER);
        DoubleVector v2 = DoubleVector.fromMemorySegment(SPECIES, memory, m2 + o, ORDER);
        DoubleVector v3 = DoubleVector.fromMemorySegment(SPECIES, memory, m3 + o, ORDER);
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
  static void columns(PackColumns block, double[] band, double[] to, int stride) {
    // Row by row, so that what is written past an end is put right.
    for (int row = 0; row < block.places; row++) {
      segments(block, band, block.place[row], to, row * stride);
    }
  }

  /**
   * Neighbouring rows that come to lie {@code pitch} apart, with zeros behind each. The last vector
   * of a row ends where the row does; what zeros overwrite of the next row is put right by it.
   */
  static void spacedRows(
      MemorySegment from,
      long at,
      int rows,
      int width,
      double[] to,
      int index,
      int pitch,
      int length) {
    int last = width - LANES;
    if (last < 0) {
      for (int row = 0, place = index; row < rows; row++, place += pitch) {
        copy(from, at + (long) row * width, to, place, width);
        zeros(to, place + LANES, place + pitch);
      }
    } else {
      MemorySegment memory = Memory.base(from);
      long origin = Memory.at(from) + at * Double.BYTES;
      long step = (long) width * Double.BYTES;
      for (int row = 0, place = index; row < rows; row++, place += pitch, origin += step) {
        long start = Memory.known(origin);
        for (int i = 0; i < last; i += LANES) {
          DoubleVector.fromMemorySegment(SPECIES, memory, start + (long) i * Double.BYTES, ORDER)
              .intoArray(to, place + i);
        }
        DoubleVector.fromMemorySegment(SPECIES, memory, start + (long) last * Double.BYTES, ORDER)
            .intoArray(to, place + last);
        for (int i = width; i < pitch; i += LANES) {
          DoubleVector.zero(SPECIES).intoArray(to, place + i);
        }
      }
    }
    zeros(to, index + rows * pitch, index + length);
  }

  /** From {@code index} on, in turn {@code from[even + i]} and {@code from[odd + i]}. */
  static void zip(double[] from, int even, int odd, double[] to, int index, int length) {
    for (int i = 0; i < length; i += LANES) {
      LongVector left = DoubleVector.fromArray(SPECIES, from, even + i).reinterpretAsLongs();
      LongVector right = DoubleVector.fromArray(SPECIES, from, odd + i).reinterpretAsLongs();
      LanesF64.LOWER.selectFrom(left, right).reinterpretAsDoubles().intoArray(to, index + 2 * i);
      LanesF64.UPPER
          .selectFrom(left, right)
          .reinterpretAsDoubles()
          .intoArray(to, index + 2 * i + LANES);
    }
  }

  private static void segments(PackColumns block, double[] band, int at, double[] to, int index) {
    int[] source = block.source;
    int[] column = block.column;
    int[] length = block.length;
    int count = block.segments;
    if (block.longest <= LANES) {
      for (int segment = 0; segment < count; segment++) {
        DoubleVector.fromArray(SPECIES, band, at + source[segment])
            .intoArray(to, index + column[segment]);
      }
      return;
    }
    for (int segment = 0; segment < count; segment++) {
      int from = at + source[segment];
      int into = index + column[segment];
      for (int i = 0; i < length[segment]; i += LANES) {
        DoubleVector.fromArray(SPECIES, band, from + i).intoArray(to, into + i);
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
      double[] to,
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
      double[] turned,
      Conv2dAxis rows,
      Conv2dAxis columns,
      int kernelWidth,
      double[] to,
      int index) {
    int into = index;
    for (int row = 0; row < rows.taps; row++) {
      int above = (rows.firstTap + row * rows.tapStep) * kernelWidth;
      for (int tap = 0; tap < columns.taps; tap++) {
        int from = (above + columns.firstTap + tap * columns.tapStep) * GemmKernelF64.PANEL_ROWS;
        for (int i = 0; i < GemmKernelF64.PANEL_ROWS; i += LANES) {
          DoubleVector.fromArray(SPECIES, turned, from + i).intoArray(to, into + i);
        }
        into += GemmKernelF64.PANEL_ROWS;
      }
    }
  }

  /** Zeros, and up to a vector of them past the end. */
  static void zeros(double[] to, int from, int until) {
    for (int i = from; i < until; i += LANES) {
      DoubleVector.zero(SPECIES).intoArray(to, i);
    }
  }
}
