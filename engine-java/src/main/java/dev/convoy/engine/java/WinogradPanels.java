package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;

/**
 * Winograd convolution's part of a thread's working memory: transforms from one part to another.
 */
abstract class WinogradPanels {
  /**
   * Transforms so many vectors along an axis, into another's part; see {@link WinogradTransform}.
   */
  abstract void transform(
      WinogradTransform transform,
      GemmPanels.Part from,
      int at,
      int step,
      int next,
      GemmPanels owner,
      GemmPanels.Part to,
      int index,
      int stride,
      int far,
      int count);

  /**
   * Transforms the tiles of some channels of a block, whose band there is: a channel's come to lie
   * in rows {@code stride} apart, and a point's in matrices {@code plane} apart.
   */
  abstract void transformTiles(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      GemmPanels.Part to,
      int index,
      int stride,
      int plane);

  /**
   * The same of at most a vector of channels and so many tiles, as {@link #transformTurned} does,
   * which are then turned back: a channel's come to lie in panels of columns {@code far} apart.
   */
  abstract void transformNarrow(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      int count,
      GemmPanels.Part to,
      int index,
      int far,
      int plane);

  /** The same of at most a vector of channels, which come to lie side by side in a tile's row. */
  abstract void transformTurned(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      GemmPanels.Part to,
      int index,
      int plane);

  /**
   * Transforms so many vectors to a row of their tiles' two or four outputs, tile after tile; see
   * {@link WinogradOutputsF32#twoOutputsTurned}.
   */
  abstract void outputTiles(
      WinogradKind kind,
      GemmPanels.Part from,
      int at,
      int step,
      GemmPanels.Part to,
      int index,
      int count);

  /** Adds a bias to a run of neighbours in a part, and applies ReLU if wanted. */
  abstract void finish(
      GemmPanels.Part part,
      int index,
      int length,
      MemorySegment biases,
      long channel,
      boolean relu);
}
