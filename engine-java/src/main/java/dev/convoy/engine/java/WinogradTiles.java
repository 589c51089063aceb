package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.util.Arrays;

/**
 * The tiles of a Winograd convolution and how they are cut into blocks. A tile is an output of a
 * convolution with a kernel as large as the tile's input: so the planning and packing of column
 * matrices serves tiles too. With dilation, each phase is such a convolution; where all have as
 * many tiles they are worked on together.
 *
 * <p>All of it follows from the shapes alone. Made anew for each call, in place.
 */
final class WinogradTiles {
  /** Blocks that are enough to share. */
  private static final int ENOUGH_BLOCKS = 4;

  /** Bytes of a row of a block of tiles, however few blocks there are. */
  private static final int LEAST_BYTES = 256;

  WinogradKind kind;
  DType dtype;
  int images;
  int groups;

  /** Input and output channels of a group, as this convolution has them. */
  int channels;

  int filters;

  /** The tensor that is written, and the padding that is not the window's: of the gradient. */
  private final Conv2dAxis rowAxis = new Conv2dAxis();

  private final Conv2dAxis columnAxis = new Conv2dAxis();
  private Conv2dAxis[] rowPhases = {};
  private Conv2dAxis[] columnPhases = {};
  private int rowPhaseCount;
  private int columnPhaseCount;

  /** Tiles of a block, and blocks of a phase: of the first, which has the most tiles. */
  int blockTiles;

  int blocks;

  /** Blocks of a row of tiles, or 0 where a block is whole rows. */
  private int rowBlocks;

  void forward(Conv2dSpec spec, Shape x, Shape y, DType type) {
    Window window = spec.window();
    sizes(WinogradKind.of(window), spec, x, y, type);
    rowAxis.forward(
        x.h(), y.h(), window.kernelHeight(), 1, window.dilationHeight(), window.padTop());
    columnAxis.forward(
        x.w(), y.w(), window.kernelWidth(), 1, window.dilationWidth(), window.padLeft());
    phases(kind.stride, kind.inputs);
  }

  void backwardInput(Conv2dSpec spec, Shape dx, Shape dy, DType type) {
    Window window = spec.window();
    sizes(WinogradKind.of(window).backward(), spec, dy, dx, type);
    if (kind == WinogradKind.SPREAD) {
      rowAxis.spread(dx.h(), dy.h(), window.padTop());
      columnAxis.spread(dx.w(), dy.w(), window.padLeft());
    } else {
      rowAxis.backward(
          0, dx.h(), dy.h(), window.kernelHeight(), 1, window.dilationHeight(), window.padTop());
      columnAxis.backward(
          0, dx.w(), dy.w(), window.kernelWidth(), 1, window.dilationWidth(), window.padLeft());
    }
    phases(kind.stride, kind.inputs);
  }

  /** The same tiles' outputs, as inputs of the gradient with respect to the weights. */
  void outputs(Conv2dSpec spec, Shape y, DType type) {
    Window window = spec.window();
    sizes(WinogradKind.of(window), spec, y, y, type);
    rowAxis.forward(y.h(), y.h(), 1, 1, window.dilationHeight(), 0);
    columnAxis.forward(y.w(), y.w(), 1, 1, window.dilationWidth(), 0);
    phases(kind.outputs, kind.outputs);
  }

  private void sizes(WinogradKind of, Conv2dSpec spec, Shape in, Shape out, DType type) {
    kind = of;
    dtype = type;
    images = in.n();
    groups = spec.groups();
    channels = in.c() / groups;
    filters = out.c() / groups;
  }

  private void phases(int apart, int taps) {
    rowPhaseCount = Math.min(rowAxis.dilation, rowAxis.outputs);
    columnPhaseCount = Math.min(columnAxis.dilation, columnAxis.outputs);
    // All phases in a block read an image once, not once each. Rows of the image are split into
    // two or four phases as vectors.
    int rows = likePhases(rowAxis) ? rowPhaseCount : 1;
    boolean split = columnPhaseCount == 2 || columnPhaseCount == 4;
    int columns = split && likePhases(columnAxis) ? columnPhaseCount : 1;
    rowPhaseCount /= rows;
    columnPhaseCount /= columns;
    rowPhases = tiles(rowAxis, rowPhaseCount, rows, rowPhases, apart, taps);
    columnPhases = tiles(columnAxis, columnPhaseCount, columns, columnPhases, apart, taps);
  }

  /** Whether all phases have as many tiles. */
  private boolean likePhases(Conv2dAxis axis) {
    int last = Math.min(axis.dilation, axis.outputs) - 1;
    return Conv2dAxis.tilesOf(axis, 0, kind.outputs)
        == Conv2dAxis.tilesOf(axis, last, kind.outputs);
  }

  private Conv2dAxis[] tiles(
      Conv2dAxis axis, int count, int together, Conv2dAxis[] phases, int apart, int taps) {
    Conv2dAxis[] all = phases;
    if (all.length < count) {
      all = Arrays.copyOf(phases, count);
      for (int i = phases.length; i < count; i++) {
        all[i] = new Conv2dAxis();
      }
    }
    for (int phase = 0; phase < count; phase++) {
      all[phase].tiles(axis, phase, together, kind.outputs, apart, taps);
    }
    return all;
  }

  /**
   * Cuts the tiles into blocks of about so many: whole rows of tiles if they are not longer, since
   * the images' rows of a tile are then packed no more often than they must, and else parts of one
   * row, of which no more is packed than they need.
   */
  void cut(int rowBytes) {
    int most = rowBytes / dtype.bytes();
    int row = columnPhases[0].outputs;
    long rows = tiles(0) / row;
    if (row <= most) {
      cutRows(Math.ceilDiv(rows, Math.ceilDiv(rows, (long) (most / row))));
    } else {
      rowBlocks = Math.ceilDiv(row, most);
      blockTiles = GemmTile.roundUp(Math.ceilDiv(row, rowBlocks), lanes());
      blocks = Math.toIntExact(rows * rowBlocks);
    }
  }

  /**
   * The same for tiles that are columns of products: as many whole rows as leave least of the
   * blocks' last panels empty, as a quarter of all columns was for 512 channels of 28×28, which
   * took 1.15 times as long; and shorter ones where there would be too few blocks to share among
   * threads.
   *
   * @param others what there is to share for each block
   */
  void cutColumns(int rowBytes, int others) {
    int bytes = rowBytes;
    long shared = tiles(0) * phases() * others * dtype.bytes() / ENOUGH_BLOCKS;
    while (bytes > LEAST_BYTES && bytes > shared) {
      bytes /= 2;
    }
    int row = columnPhases[0].outputs;
    long rows = tiles(0) / row;
    long most = Math.min(bytes / dtype.bytes() / row, rows);
    if (most == 0) {
      cut(bytes);
      return;
    }
    long best = most;
    long least = Long.MAX_VALUE;
    for (long some = most; some > most / 2; some--) {
      long columns = panelColumns(some, rows, row);
      best = columns < least ? some : best;
      least = Math.min(columns, least);
    }
    cutRows(best);
  }

  /** Columns of the panels of all blocks of so many rows. */
  private long panelColumns(long some, long rows, int row) {
    int panel = GemmPanels.tileColumns(dtype);
    long last = rows % some * row;
    return rows / some * GemmTile.roundUp((int) some * row, panel)
        + GemmTile.roundUp((int) last, panel);
  }

  private void cutRows(long some) {
    rowBlocks = 0;
    blockTiles = (int) some * columnPhases[0].outputs;
    blocks = (int) Math.ceilDiv(tiles(0), (long) blockTiles);
  }

  /** The first tile of a block of a phase. */
  long first(int block, int phase) {
    if (rowBlocks == 0) {
      return (long) block * blockTiles;
    }
    long row = block / rowBlocks;
    return row * columns(phase).outputs + (long) (block % rowBlocks) * blockTiles;
  }

  /** Tiles of a block; none where a phase has fewer than the first. */
  int count(int block, int phase) {
    long left =
        rowBlocks == 0 || first(block, phase) >= tiles(phase)
            ? tiles(phase) - first(block, phase)
            : columns(phase).outputs - (long) (block % rowBlocks) * blockTiles;
    return (int) Math.clamp(left, 0L, (long) blockTiles);
  }

  private int lanes() {
    return GemmPanels.lanes(dtype);
  }

  int phases() {
    return rowPhaseCount * columnPhaseCount;
  }

  Conv2dAxis rows(int phase) {
    return rowPhases[phase / columnPhaseCount];
  }

  Conv2dAxis columns(int phase) {
    return columnPhases[phase % columnPhaseCount];
  }

  /** Tiles of a phase in all images. */
  long tiles(int phase) {
    return (long) images * rows(phase).outputs * columns(phase).outputs;
  }

  /** Tiles of all phases. */
  long tiles() {
    long tiles = 0;
    for (int phase = 0; phase < phases(); phase++) {
      tiles += tiles(phase);
    }
    return tiles;
  }

  /** The distance between rows of a block's tiles: an odd number of vectors. */
  int stride() {
    return (Math.ceilDiv(blockTiles, lanes()) | 1) * lanes();
  }

  /** From one point's matrix to the next: not a multiple of the cache's sets. */
  int plane(int rows, int stride) {
    return rows * stride + 2 * lanes();
  }
}
