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
    long offset = Memory.at(from) + at * Double.BYTES;
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
      long m0 = Memory.at(from) + (at + row * distance) * Double.BYTES;
      long m1 = m0 + distance * Double.BYTES;
      long m2 = m1 + distance * Double.BYTES;
      long m3 = m2 + distance * Double.BYTES;
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
      long m0 = Memory.at(from) + (at + row * distance) * Double.BYTES;
      long m1 = m0 + distance * Double.BYTES;
      long m2 = m1 + distance * Double.BYTES;
      long m3 = m2 + distance * Double.BYTES;
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

  /**
   * The band of a block of columns.
   *
   * @param first where the images' first channel wanted begins
   * @param image elements from one image to the next
   * @param channels channels wanted
   * @param height rows of the images
   * @param width columns of the images
   * @param stride of the convolution along a row
   * @param whole room for a channel of the band and a vector more for each of its lanes
   */
  static void band(
      PackColumns block,
      MemorySegment from,
      long first,
      long image,
      int channels,
      int height,
      int width,
      int stride,
      double[] whole,
      double[] band) {
    int length = block.slotLength();
    int to = 0;
    for (int channel = 0; channel < channels; channel++) {
      long plane = first + (long) channel * height * width;
      if (block.split > 1 && block.phases > 1) {
        phases(block, from, plane, image, width, whole, band, to);
        to += block.slots * length;
        continue;
      }
      if (block.split > 1) {
        // All rows first: one just stored is not ready to be loaded in other vectors.
        rows(block, from, plane, image, width, stride / block.split, whole, 0);
        for (int slot = 0; slot < block.slots; slot++, to += length) {
          split(whole, slot * length, block.split, band, to, block.laneLength);
        }
        continue;
      }
      if (block.lanes == 1) {
        rows(block, from, plane, image, width, stride, band, to);
        to += block.slots * length;
        continue;
      }
      for (int slot = 0; slot < block.slots; slot++, to += length) {
        int row = block.slotRow[slot];
        if (row < 0) {
          zeros(band, to, to + length);
          continue;
        }
        long at = plane + block.slotImage[slot] * image + (long) row * width;
        for (int lane = 0; lane < block.lanes; lane++) {
          int index = to + lane * block.laneLength;
          lane(from, at, width, block.laneStart[lane], stride, band, index, block.laneLength);
        }
      }
    }
  }

  /** A channel's rows, whose phases take turns, as the lanes of each phase do in it. */
  private static void phases(
      PackColumns block,
      MemorySegment from,
      long plane,
      long image,
      int width,
      double[] whole,
      double[] band,
      int to) {
    int length = block.slotLength();
    int phase = length / block.phases;
    int all = block.slots * length;
    // All rows first, as above.
    int turned = all + LANES;
    rows(block, from, plane, image, width, 1, whole, 0);
    for (int at = 0; at < all; at += length) {
      split(whole, at, block.phases, whole, turned + at, phase);
    }
    for (int at = 0; at < all; at += phase) {
      split(whole, turned + at, block.split, band, to + at, block.laneLength);
    }
  }

  /** A channel's rows, each of one lane whose elements are {@code apart}. */
  private static void rows(
      PackColumns block,
      MemorySegment from,
      long plane,
      long image,
      int width,
      int apart,
      double[] to,
      int index) {
    int length = block.slotLength();
    long start = block.laneStart[0];
    if (apart == 2) {
      halfRows(block, from, plane, image, width, to, index);
      return;
    }
    if (apart != 1) {
      for (int slot = 0, place = index; slot < block.slots; slot++, place += length) {
        int row = block.slotRow[slot];
        if (row < 0) {
          zeros(to, place, place + length);
        } else {
          long at = plane + block.slotImage[slot] * image + (long) row * width;
          lane(from, at, width, start, apart, to, place, length);
        }
      }
      return;
    }
    MemorySegment memory = Memory.base(from);
    int first = (int) Math.min(Math.max(-start, 0), length);
    int last = (int) Math.max(Math.min(width - start, length), first);
    int whole = last - (last - first) % LANES;
    VectorMask<Double> rest = VectorMask.fromLong(SPECIES, (1L << (last - whole)) - 1);
    long origin = Memory.at(from) + (plane + start) * Double.BYTES;
    for (int slot = 0, place = index; slot < block.slots; slot++, place += length) {
      int row = block.slotRow[slot];
      if (row < 0) {
        zeros(to, place, place + length);
        continue;
      }
      long at = origin + (block.slotImage[slot] * image + (long) row * width) * Double.BYTES;
      int i = 0;
      for (; i < first; i += LANES) {
        DoubleVector.zero(SPECIES).intoArray(to, place + i);
      }
      for (i = first; i < whole; i += LANES) {
        DoubleVector.fromMemorySegment(SPECIES, memory, at + (long) i * Double.BYTES, ORDER)
            .intoArray(to, place + i);
      }
      if (i < last) {
        DoubleVector.fromMemorySegment(SPECIES, memory, at + (long) i * Double.BYTES, ORDER, rest)
            .intoArray(to, place + i);
        i += LANES;
      }
      for (; i < length; i += LANES) {
        DoubleVector.zero(SPECIES).intoArray(to, place + i);
      }
    }
  }

  /**
   * The same of rows whose every second element is wanted. They are read ahead, as there are too
   * few loads under way else: 256 channels dilated by 2 took 1.03 to 1.08 times as long without.
   */
  private static void halfRows(
      PackColumns block,
      MemorySegment from,
      long plane,
      long image,
      int width,
      double[] to,
      int index) {
    int length = block.slotLength();
    long start = block.laneStart[0];
    int first = (int) Math.clamp(-(start >> 1), 0L, (long) length);
    int last = (int) Math.clamp((width - start + 1) >> 1, (long) first, (long) length);
    // As many vectors as need no mask: all of their elements lie in the row.
    touch(block, from, plane, image, width);
    int whole = first;
    while (whole < last && start + 2L * (whole + LANES) <= width) {
      whole += LANES;
    }
    // Zeros after those that are left of a row.
    long left = width - start - 2L * whole;
    VectorMask<Double> near = VectorMask.fromLong(SPECIES, bits(left));
    VectorMask<Double> far = VectorMask.fromLong(SPECIES, bits(left - LANES));
    MemorySegment memory = Memory.base(from);
    long origin = Memory.at(from) + (plane + start) * Double.BYTES;
    long vector = SPECIES.vectorByteSize();
    for (int slot = 0, place = index; slot < block.slots; slot++, place += length) {
      int row = block.slotRow[slot];
      if (row < 0) {
        zeros(to, place, place + length);
        continue;
      }
      long at = origin + (block.slotImage[slot] * image + (long) row * width) * Double.BYTES;
      zeros(to, place, place + first);
      for (int i = first; i < whole; i += LANES) {
        long offset = at + 2L * i * Double.BYTES;
        LongVector low =
            DoubleVector.fromMemorySegment(SPECIES, memory, offset, ORDER).reinterpretAsLongs();
        LongVector high =
            DoubleVector.fromMemorySegment(SPECIES, memory, offset + vector, ORDER)
                .reinterpretAsLongs();
        LanesF64.EVEN.selectFrom(low, high).reinterpretAsDoubles().intoArray(to, place + i);
      }
      if (whole < last) {
        long offset = at + 2L * whole * Double.BYTES;
        LongVector low =
            DoubleVector.fromMemorySegment(SPECIES, memory, offset, ORDER, near)
                .reinterpretAsLongs();
        LongVector high =
            DoubleVector.fromMemorySegment(SPECIES, memory, offset + vector, ORDER, far)
                .reinterpretAsLongs();
        LanesF64.EVEN.selectFrom(low, high).reinterpretAsDoubles().intoArray(to, place + whole);
      }
      zeros(to, place + last, place + length);
    }
  }

  /** Reads what a channel's band is made of, image by image. */
  private static void touch(
      PackColumns block, MemorySegment from, long plane, long image, int width) {
    for (int slot = 0; slot < block.slots; ) {
      int here = block.slotImage[slot];
      int above = Integer.MAX_VALUE;
      int below = -1;
      for (; slot < block.slots && block.slotImage[slot] == here; slot++) {
        int row = block.slotRow[slot];
        above = row < 0 ? above : Math.min(above, row);
        below = Math.max(below, row);
      }
      if (below >= 0) {
        long at = plane + here * image;
        Memory.touch(
            from,
            (at + (long) above * width) * Double.BYTES,
            (at + (below + 1L) * width) * Double.BYTES);
      }
    }
  }

  /** {@code to[index + i] = row[start + i * stride]}, zero outside the row. */
  private static void lane(
      MemorySegment from,
      long at,
      int width,
      long start,
      int stride,
      double[] to,
      int index,
      int length) {
    if (stride == 1) {
      int first = (int) Math.min(Math.max(-start, 0), length);
      int last = (int) Math.max(Math.min(width - start, length), first);
      zeros(to, index, index + first);
      copy(from, at + start + first, to, index + first, last - first);
      zeros(to, index + last, index + length);
      return;
    }
    int first = (int) Math.clamp(Math.ceilDiv(-start, (long) stride), 0L, (long) length);
    int last = (int) Math.clamp(Math.ceilDiv(width - start, (long) stride), (long) first, length);
    zeros(to, index, index + first);
    for (int i = first; i < last; i++) {
      to[index + i] = from.getAtIndex(ELEMENT, at + start + (long) i * stride);
    }
    zeros(to, index + last, index + length);
  }

  private static void zeros(double[] to, int from, int until) {
    for (int i = from; i < until; i += LANES) {
      DoubleVector.zero(SPECIES).intoArray(to, i);
    }
  }

  /**
   * Splits a row into lanes. From the last vectors to the first, so that what a lane's last vector
   * writes past its end is put right by the next lane's first.
   */
  static void split(double[] whole, int at, int lanes, double[] to, int index, int length) {
    int last = (length - 1) / LANES * LANES;
    if (lanes == 2) {
      for (int i = last; i >= 0; i -= LANES) {
        LongVector low = DoubleVector.fromArray(SPECIES, whole, at + 2 * i).reinterpretAsLongs();
        LongVector high =
            DoubleVector.fromArray(SPECIES, whole, at + 2 * i + LANES).reinterpretAsLongs();
        LanesF64.EVEN.selectFrom(low, high).reinterpretAsDoubles().intoArray(to, index + i);
        LanesF64.ODD.selectFrom(low, high).reinterpretAsDoubles().intoArray(to, index + length + i);
      }
      return;
    }
    for (int i = last; i >= 0; i -= LANES) {
      LongVector first = DoubleVector.fromArray(SPECIES, whole, at + 4 * i).reinterpretAsLongs();
      LongVector second =
          DoubleVector.fromArray(SPECIES, whole, at + 4 * i + LANES).reinterpretAsLongs();
      LongVector third =
          DoubleVector.fromArray(SPECIES, whole, at + 4 * i + 2 * LANES).reinterpretAsLongs();
      LongVector fourth =
          DoubleVector.fromArray(SPECIES, whole, at + 4 * i + 3 * LANES).reinterpretAsLongs();
      LongVector low = LanesF64.EVEN.selectFrom(first, second);
      LongVector high = LanesF64.EVEN.selectFrom(third, fourth);
      LanesF64.EVEN.selectFrom(low, high).reinterpretAsDoubles().intoArray(to, index + i);
      LongVector lowOdd = LanesF64.ODD.selectFrom(first, second);
      LongVector highOdd = LanesF64.ODD.selectFrom(third, fourth);
      LanesF64.EVEN
          .selectFrom(lowOdd, highOdd)
          .reinterpretAsDoubles()
          .intoArray(to, index + length + i);
      LanesF64.ODD
          .selectFrom(low, high)
          .reinterpretAsDoubles()
          .intoArray(to, index + 2 * length + i);
      LanesF64.ODD
          .selectFrom(lowOdd, highOdd)
          .reinterpretAsDoubles()
          .intoArray(to, index + 3 * length + i);
    }
  }

  /** As many low bits as elements are left, up to a vector's. */
  private static long bits(long left) {
    return (1L << Math.clamp(left, 0, LANES)) - 1;
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
        for (int i = 0; i < last; i += LANES) {
          DoubleVector.fromMemorySegment(SPECIES, memory, origin + (long) i * Double.BYTES, ORDER)
              .intoArray(to, place + i);
        }
        DoubleVector.fromMemorySegment(SPECIES, memory, origin + (long) last * Double.BYTES, ORDER)
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
}
