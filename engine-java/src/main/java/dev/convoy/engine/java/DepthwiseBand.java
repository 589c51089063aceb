package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;

/**
 * How a depthwise convolution of a 3×3 window goes through a plane: some rows of outputs at a time,
 * for which the rows of inputs that they see are first copied into a <em>band</em> with the padding
 * written out. Where the stride is 2, a row of the band is its even elements, then its odd ones, so
 * that what neighbouring outputs see lies side by side.
 */
final class DepthwiseBand {
  static final int TAPS = 3;

  /** Bytes of the band, which is read again for each vector of columns. */
  private static final int BYTES = 24 * 1024;

  /** Rows of outputs that repay the two rows of inputs that their neighbours see too. */
  private static final int LEAST_ROWS = 8;

  /** Wider images would overflow the sizes of bands. */
  private static final int MOST_WIDTH = 1 << 24;

  final Conv2dAxis rows = new Conv2dAxis();
  final Conv2dAxis columns = new Conv2dAxis();

  /** Elements from a row of the band to the next, and from its even ones to its odd ones. */
  int pitch;

  int lane;

  /** Rows of outputs that are worked on at a time, and how many times that makes a plane. */
  int blockRows;

  int blocks;

  /** Whether this is for such a convolution. */
  static boolean applies(Conv2dSpec spec, Shape x) {
    Window window = spec.window();
    int stride = window.strideHeight();
    return spec.groups() == x.c()
        && x.w() <= MOST_WIDTH
        && window.kernelHeight() == TAPS
        && window.kernelWidth() == TAPS
        && stride <= 2
        && stride == window.strideWidth()
        && window.dilationHeight() == 1
        && window.dilationWidth() == 1;
  }

  /** Whether it is for the gradient with respect to the input as well. */
  static boolean appliesBackward(Conv2dSpec spec, Shape x, int filters) {
    Window window = spec.window();
    return applies(spec, x)
        && filters == x.c()
        && Math.max(window.padTop(), window.padLeft()) < TAPS;
  }

  /** Plans for the axes as they have been set. */
  void plan(DType dtype) {
    long last = (columns.outputs - 1L) * columns.stride + columns.taps;
    long wide = Math.max(columns.before + columns.inputs, last);
    lane = Math.toIntExact(Math.ceilDiv(wide, columns.stride));
    pitch = Math.multiplyExact(lane, columns.stride);
    long fitting = BYTES / dtype.bytes() / pitch / rows.stride;
    blockRows = GemmTile.evenly(rows.outputs, (int) Math.max(fitting, LEAST_ROWS), 1);
    blocks = Math.ceilDiv(rows.outputs, blockRows);
  }

  /**
   * Whether vectors of so many lanes need not look past a row's ends, but for one element of
   * padding on either side; on the right none where the stride is 2.
   */
  boolean inPlace(int lanes) {
    long end = (columns.outputs - 1L) * columns.stride - columns.before + TAPS;
    long most = columns.inputs + (columns.stride == 1 ? 1L : 0L);
    return lanes > 2 // those of two have no shuffles that the compiler knows
        && columns.outputs >= lanes
        && columns.inputs >= columns.stride * lanes
        && columns.before >= 0
        && columns.before <= 1
        && end <= most;
  }

  /**
   * The same for the pairs of columns that a gradient of stride 2 is made of. Not through segments:
   * after its masked stores there, masked access through segments allocated in every kernel.
   */
  boolean spreadsInPlace(int lanes) {
    return Memory.BY_ADDRESS
        && lanes > 2
        && columns.outputs >= lanes
        && columns.inputs > lanes
        && columns.before >= 0
        && columns.before <= 1
        && columns.outputs - columns.before <= columns.inputs;
  }

  /** Rows of outputs of a block. */
  int rows(int block) {
    return Math.min(blockRows, rows.outputs - block * blockRows);
  }

  /** Rows of the band for so many rows of outputs. */
  int bandRows(int outputs) {
    return (outputs - 1) * rows.stride + rows.taps;
  }

  /** Elements of the band, with those that its last row's last vectors read in vain. */
  long length(int lanes) {
    return (long) bandRows(blockRows) * pitch + 2L * lanes;
  }

  /** The lanes from one on and before another, as far as there are any, as a mask's bits. */
  static long lanes(int from, int end) {
    int first = Math.clamp(from, 0, Long.SIZE - 1);
    int count = Math.clamp(end, first, first + Long.SIZE) - first;
    return count == 0 ? 0 : -1L >>> (Long.SIZE - count) << first;
  }
}
