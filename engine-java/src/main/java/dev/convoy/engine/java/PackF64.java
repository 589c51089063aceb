package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
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

  private static final VectorShuffle<Double> LOW = VectorShuffle.makeZip(SPECIES, 0);
  private static final VectorShuffle<Double> HIGH = VectorShuffle.makeZip(SPECIES, 1);
  private static final VectorShuffle<Double> EVEN = VectorShuffle.makeUnzip(SPECIES, 0);
  private static final VectorShuffle<Double> ODD = VectorShuffle.makeUnzip(SPECIES, 1);

  private PackF64() {}

  /** A run of neighbours. */
  static void copy(MemorySegment from, long at, double[] to, int index, int length) {
    MemorySegment memory = Memory.base(from);
    long offset = Memory.at(from) + at * Double.BYTES;
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      DoubleVector.fromMemorySegment(SPECIES, memory, offset + (long) i * Double.BYTES, ORDER)
          .intoArray(to, index + i);
    }
    if (i < length) {
      VectorMask<Double> rest = VectorMask.fromLong(SPECIES, (1L << (length - i)) - 1);
      DoubleVector.fromMemorySegment(SPECIES, memory, offset + (long) i * Double.BYTES, ORDER, rest)
          .intoArray(to, index + i);
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
   * The same of rows whose every second element is wanted. They are read ahead, since the loop with
   * its masks has too few loads under way: 256 channels dilated by 2 took 1.2 times as long
   * without.
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
    touch(block, from, plane, image, width);
    MemorySegment memory = Memory.base(from);
    long origin = Memory.at(from) + (plane + start) * Double.BYTES;
    for (int slot = 0, place = index; slot < block.slots; slot++, place += length) {
      int row = block.slotRow[slot];
      if (row < 0) {
        zeros(to, place, place + length);
        continue;
      }
      long at = origin + (block.slotImage[slot] * image + (long) row * width) * Double.BYTES;
      zeros(to, place, place + first);
      for (int i = first; i < last; i += LANES) {
        // Zeros after those that are left of the row.
        long left = width - start - 2L * i;
        VectorMask<Double> near = VectorMask.fromLong(SPECIES, bits(left));
        VectorMask<Double> far = VectorMask.fromLong(SPECIES, bits(left - LANES));
        long offset = at + 2L * i * Double.BYTES;
        DoubleVector low = DoubleVector.fromMemorySegment(SPECIES, memory, offset, ORDER, near);
        offset += SPECIES.vectorByteSize();
        DoubleVector high = DoubleVector.fromMemorySegment(SPECIES, memory, offset, ORDER, far);
        low.rearrange(EVEN, high).intoArray(to, place + i);
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
      // The copy's last vector ends in zeros.
      zeros(to, index + first + ((last - first + LANES - 1) & -LANES), index + length);
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
        DoubleVector low = DoubleVector.fromArray(SPECIES, whole, at + 2 * i);
        DoubleVector high = DoubleVector.fromArray(SPECIES, whole, at + 2 * i + LANES);
        low.rearrange(EVEN, high).intoArray(to, index + i);
        low.rearrange(ODD, high).intoArray(to, index + length + i);
      }
      return;
    }
    for (int i = last; i >= 0; i -= LANES) {
      DoubleVector first = DoubleVector.fromArray(SPECIES, whole, at + 4 * i);
      DoubleVector second = DoubleVector.fromArray(SPECIES, whole, at + 4 * i + LANES);
      DoubleVector third = DoubleVector.fromArray(SPECIES, whole, at + 4 * i + 2 * LANES);
      DoubleVector fourth = DoubleVector.fromArray(SPECIES, whole, at + 4 * i + 3 * LANES);
      DoubleVector low = first.rearrange(EVEN, second);
      DoubleVector high = third.rearrange(EVEN, fourth);
      low.rearrange(EVEN, high).intoArray(to, index + i);
      DoubleVector lowOdd = first.rearrange(ODD, second);
      DoubleVector highOdd = third.rearrange(ODD, fourth);
      lowOdd.rearrange(EVEN, highOdd).intoArray(to, index + length + i);
      low.rearrange(ODD, high).intoArray(to, index + 2 * length + i);
      lowOdd.rearrange(ODD, highOdd).intoArray(to, index + 3 * length + i);
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

  /** Neighbouring rows that come to lie {@code pitch} apart, with zeros behind each. */
  static void spacedRows(
      MemorySegment from,
      long at,
      int rows,
      int width,
      double[] to,
      int index,
      int pitch,
      int length) {
    for (int row = 0; row < rows; row++) {
      int place = index + row * pitch;
      copy(from, at + (long) row * width, to, place, width);
      int end = row < rows - 1 ? pitch : length - row * pitch;
      zeros(to, place + GemmTile.roundUp(width, LANES), place + end);
    }
  }

  /** {@code to[2 * i] = from[even + i]} and {@code to[2 * i + 1] = from[odd + i]}. */
  static void zip(double[] from, int even, int odd, double[] to, int length) {
    for (int i = 0; i < length; i += LANES) {
      DoubleVector left = DoubleVector.fromArray(SPECIES, from, even + i);
      DoubleVector right = DoubleVector.fromArray(SPECIES, from, odd + i);
      left.rearrange(LOW, right).intoArray(to, 2 * i);
      left.rearrange(HIGH, right).intoArray(to, 2 * i + LANES);
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
