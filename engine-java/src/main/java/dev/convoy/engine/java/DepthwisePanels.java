package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;

/**
 * Depthwise convolution's part of a thread's working memory: what it computes from a band, or from
 * a plane where it lies.
 */
abstract class DepthwisePanels {
  /** Makes room for a band of a depthwise convolution, and zeros beside its rows. */
  abstract void reserveBand(DepthwiseBand plan);

  /** A block's rows, {@code first} the first of the outputs. */
  abstract void band(DepthwiseBand plan, MemorySegment from, long at, int first, int rows);

  /** Rows of a depthwise convolution's outputs from the band; see {@link DepthwiseF32#outputs}. */
  abstract void outputs(
      DepthwiseBand plan,
      int rows,
      GemmPanels leftOwner,
      int weights,
      MemorySegment biases,
      long channel,
      GemmEpilogue epilogue,
      MemorySegment y,
      long to);

  /** The same from the plane itself; see {@link DepthwisePlaneF32#outputs}. */
  abstract void outputs(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      int row,
      int rows,
      GemmPanels leftOwner,
      int weights,
      MemorySegment biases,
      long channel,
      boolean relu,
      MemorySegment y,
      long to);

  /** Pairs of rows of its gradient with respect to the input, for a stride of 2. */
  abstract void spread(DepthwiseBand plan, GemmPanels leftOwner, int weights, int rows, int width);

  /** The same from the plane itself to its place; see {@link DepthwisePlaneSpreadF32#spread}. */
  abstract void spread(
      DepthwiseBand plan,
      MemorySegment dy,
      long from,
      int row,
      int pairs,
      GemmPanels leftOwner,
      int weights,
      MemorySegment dx,
      long to);

  /** Adds to the sums of the weights' gradients; see {@link DepthwisePlaneWeightsF32#weights}. */
  abstract void weights(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      MemorySegment dy,
      long gradients,
      int row,
      int rows,
      GemmPanels productOwner,
      int index);

  /** Adds to the vectors of sums of its weights' gradients, with rows of {@code dy} on the left. */
  abstract void weights(DepthwiseBand plan, int rows, GemmPanels productOwner, int index);

  /** Reverses runs of so many neighbours. */
  abstract void reverse(GemmPanels.Part part, int run, int length);
}
