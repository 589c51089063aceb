package dev.convoy.engine.java;

import jdk.incubator.vector.FloatVector;

/**
 * Transforms the tiles of a block, whose band there is, along both axes: first all columns of the
 * band, then a point's rows after another's, as {@link BlockVectors} lists them. Vectors are
 * neighbouring tiles of a channel, or, where the band is turned, a tile's element of as many
 * channels.
 */
final class WinogradBlockF32 {
  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  private WinogradBlockF32() {}

  /** Elements that lie between the axes' transforms. */
  static long betweenLength(WinogradTransform transform, PackColumns block) {
    return (long) transform.to * between(block);
  }

  /** From one point's rows to the next point's: an odd number of vectors. */
  private static int between(PackColumns block) {
    return (Math.ceilDiv(block.lines * block.slotLength(), LANES) + 1 | 1) * LANES;
  }

  /**
   * A channel at a time: its tiles come to lie in rows {@code stride} apart, and a point's in
   * matrices {@code plane} apart.
   *
   * @param rows room for {@link #betweenLength}
   */
  static void tiles(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      float[] band,
      float[] rows,
      float[] to,
      int index,
      int stride,
      int plane) {
    int points = transform.to;
    int between = between(block);
    int length = Math.toIntExact(block.channelLength());
    for (int i = 0; i < channels; i++) {
      columns(transform, block, band, i * length, rows, between);
      for (int row = 0; row < points; row++) {
        listed(
            transform,
            rows,
            row * between,
            block.tapOffset,
            block.vectors.tileFrom,
            block.vectors.tileTo,
            0,
            block.vectors.tileVectors,
            to,
            index + i * stride + row * points * plane,
            plane);
      }
    }
  }

  /** Elements of the band turned. */
  static long turnedLength(PackColumns block) {
    return block.channelLength() * LANES;
  }

  /** Elements that lie between the axes' transforms of the band turned. */
  static long turnedBetweenLength(WinogradTransform transform, PackColumns block) {
    return (long) transform.to * turnedBetween(block);
  }

  private static int turnedBetween(PackColumns block) {
    return (block.vectors.rowVectors | 1) * LANES;
  }

  /**
   * At most a vector of channels at once, which come to lie side by side in a tile's row.
   *
   * @param turned room for {@link #turnedLength}
   * @param rows room for {@link #turnedBetweenLength}
   */
  static void turned(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      float[] band,
      float[] turned,
      float[] rows,
      float[] tile,
      float[] to,
      int index,
      int plane) {
    turnedColumns(transform, block, channels, band, turned, rows, tile);
    for (int row = 0; row < transform.to; row++) {
      int at = index + row * transform.to * plane;
      turnedRow(transform, block, rows, row, 0, block.vectors.tileVectors, to, at, plane);
    }
  }

  /** Elements of a vector of tiles turned, all their points. */
  static long narrowLength(WinogradTransform transform) {
    return (long) transform.to * LANES * LANES;
  }

  /**
   * The same of so many tiles, which are then turned back: a channel's come to lie in panels of
   * columns {@code far} apart.
   *
   * @param turned room for {@link #turnedLength} and for {@link #narrowLength}
   */
  static void narrow(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      int count,
      float[] band,
      float[] turned,
      float[] rows,
      float[] tile,
      float[] to,
      int index,
      int far,
      int plane) {
    turnedColumns(transform, block, channels, band, turned, rows, tile);
    int points = transform.to;
    int width = 2 * LANES;
    int point = LANES * LANES;
    for (int row = 0; row < points; row++) {
      // A vector of tiles at a time, which stay in L1 until they are turned.
      for (int i = 0; i < count; i += LANES) {
        int some = Math.min(LANES, count - i);
        int at = index + row * points * plane + i / width * far + i % width;
        turnedRow(transform, block, rows, row, i, i + some, turned, -i * LANES, point);
        for (int column = 0; column < points; column++) {
          int from = column * point;
          TransposeF32.transpose(
              turned, from, LANES, some, channels, to, at + column * plane, width, tile);
        }
      }
    }
  }

  private static void turnedColumns(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      float[] band,
      float[] turned,
      float[] rows,
      float[] tile) {
    int length = Math.toIntExact(block.channelLength());
    TransposeF32.transpose(band, 0, length, channels, length, turned, 0, LANES, tile);
    columns(transform, block, turned, 0, rows, turnedBetween(block));
  }

  private static void columns(
      WinogradTransform transform,
      PackColumns block,
      float[] from,
      int at,
      float[] rows,
      int between) {
    listed(
        transform,
        from,
        at,
        block.vectors.rowOffset,
        block.vectors.rowFrom,
        block.vectors.rowTo,
        0,
        block.vectors.rowVectors,
        rows,
        0,
        between);
  }

  private static void turnedRow(
      WinogradTransform transform,
      PackColumns block,
      float[] rows,
      int row,
      int start,
      int end,
      float[] to,
      int index,
      int plane) {
    listed(
        transform,
        rows,
        row * turnedBetween(block),
        block.vectors.turnedOffset,
        block.vectors.tileFrom,
        block.vectors.tileTo,
        start,
        end,
        to,
        index,
        plane);
  }

  /** Transforms vectors that are listed. */
  private static void listed(
      WinogradTransform transform,
      float[] from,
      int at,
      int[] tap,
      int[] begin,
      int[] into,
      int start,
      int end,
      float[] to,
      int index,
      int plane) {
    switch (transform) {
      case SIX_INPUTS ->
          WinogradInputsF32.sixInputs(from, at, tap, begin, into, start, end, to, index, plane);
      case STRIDED_INPUTS ->
          WinogradInputsF32.stridedInputs(from, at, tap, begin, into, start, end, to, index, plane);
      case SPREAD_INPUTS ->
          WinogradInputsF32.spreadInputs(from, at, tap, begin, into, start, end, to, index, plane);
      case FOUR_GRADIENTS ->
          WinogradInputsF32.fourGradients(from, at, tap, begin, into, start, end, to, index, plane);
      case TWO_GRADIENTS ->
          WinogradInputsF32.twoGradients(from, at, tap, begin, into, start, end, to, index, plane);
      case STRIDED_GRADIENTS ->
          WinogradInputsF32.stridedGradients(
              from, at, tap, begin, into, start, end, to, index, plane);
      default -> throw new IllegalArgumentException(transform + " is of vectors at even distances");
    }
  }

  /** Transforms so many vectors, {@code next} apart, whose elements are {@code step} apart. */
  static void spaced(
      WinogradTransform transform,
      float[] from,
      int at,
      int step,
      int next,
      float[] to,
      int index,
      int stride,
      int far,
      int count) {
    switch (transform) {
      case THREE_WEIGHTS ->
          WinogradWeightsF32.threeWeights(from, at, step, next, to, index, stride, far, count);
      case FIVE_WEIGHTS ->
          WinogradWeightsF32.fiveWeights(from, at, step, next, to, index, stride, far, count);
      case FOUR_OUTPUTS ->
          WinogradOutputsF32.fourOutputs(from, at, step, next, to, index, stride, far, count);
      case TWO_OUTPUTS ->
          WinogradOutputsF32.twoOutputs(from, at, step, next, to, index, stride, far, count);
      case THREE_SUMS ->
          WinogradWeightsF32.threeSums(from, at, step, next, to, index, stride, far, count);
      case FIVE_SUMS ->
          WinogradWeightsF32.fiveSums(from, at, step, next, to, index, stride, far, count);
      case STRIDED_WEIGHTS ->
          WinogradWeightsF32.stridedWeights(from, at, step, next, to, index, stride, far, count);
      case STRIDED_OUTPUTS ->
          WinogradOutputsF32.stridedOutputs(from, at, step, next, to, index, stride, far, count);
      case STRIDED_SUMS ->
          WinogradWeightsF32.stridedSums(from, at, step, next, to, index, stride, far, count);
      case SPREAD_OUTPUTS ->
          WinogradOutputsF32.spreadOutputs(from, at, step, next, to, index, stride, far, count);
      default -> throw new IllegalArgumentException(transform + " is of vectors that are listed");
    }
  }

  /** Transforms vectors of turned tiles to a row of their outputs, tile after tile. */
  static void outputTiles(
      WinogradKind kind, float[] from, int at, int step, float[] to, int index, int count) {
    switch (kind) {
      case THREE -> WinogradOutputsF32.fourOutputsTurned(from, at, step, to, index, count);
      case FIVE -> WinogradOutputsF32.twoOutputsTurned(from, at, step, to, index, count);
      case STRIDED -> WinogradOutputsF32.stridedOutputsTurned(from, at, step, to, index, count);
      case SPREAD -> WinogradOutputsF32.spreadOutputsTurned(from, at, step, to, index, count);
    }
  }
}
