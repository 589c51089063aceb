package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;

/** Direct convolution's part of a thread's working memory. */
abstract class DirectPanels {
  /**
   * Sets the product part, from {@code index} on, to a block's pixels for some filters, from the
   * band.
   *
   * @param leftOwner whose left part holds the weights, from {@code a0} on, filter by filter
   * @param far from one filter's pixels to the next's
   */
  abstract void outputs(
      PackColumns block, GemmPanels leftOwner, int a0, int filters, int index, int far);

  /**
   * Adds to another's product part, from {@code index} on, the gradients of a block's taps for one
   * filter, to a vector of sums for each. The left part holds {@code dy}.
   */
  abstract void weights(PackColumns block, GemmPanels productOwner, int index);

  /** The same for four filters from {@code dy} itself; see {@link DirectWeightsF32#ofFour}. */
  abstract void weights(
      PackColumns block,
      MemorySegment dy,
      long at,
      long far,
      int last,
      GemmPanels productOwner,
      int index,
      int next);

  /** Whether so many elements of the band are finite; maybe not if what follows them isn't. */
  abstract boolean isBandFinite(int length);

  /**
   * Copies neighbouring rows from a tensor to the right part, where they come to lie {@code pitch}
   * apart, with zeros between them and up to {@code length} in all.
   */
  abstract void spacedRows(
      MemorySegment from, long at, int rows, int width, int index, int pitch, int length);

  /**
   * Adds to rows of sums in the product part, from {@code to} on, what planes in the right part
   * give under three to five rows of taps; see {@link TapRowsF32#five}.
   *
   * @param weightsOwner whose left part holds the taps, from {@code tap} on
   */
  abstract void addTapRows(
      int taps,
      int at,
      int pitch,
      int plane,
      int planes,
      GemmPanels weightsOwner,
      int tap,
      int down,
      int next,
      int columns,
      int to,
      int far);
}
