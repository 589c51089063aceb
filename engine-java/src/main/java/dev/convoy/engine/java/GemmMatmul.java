package dev.convoy.engine.java;

import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * One matrix product under way: the output is cut into blocks, each made by one thread, which packs
 * what it needs of both operands a cache-sized part at a time. Used by one calling thread at a
 * time.
 */
final class GemmMatmul {
  /** Most rows of a block: tall, since the right operand is packed anew for each block of rows. */
  private static final int MOST_ROWS = 512;

  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  /** Operations that make a block worth handing to a thread. */
  private static final long PIECE_OPERATIONS = 4_000_000;

  /** Rows whose products with a transposed matrix are made without packing it. */
  private static final int FEW_ROWS = 4;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Workers.Job product = this::multiply;
  private final Workers.Job dots = this::dot;

  // The call under way.
  private MemorySegment left;
  private MemorySegment right;
  private MemorySegment bias;
  private MemorySegment output;
  private DType dtype;
  private boolean transposeLeft;
  private boolean transposeRight;
  private GemmEpilogue epilogue;
  private int rows;
  private int columns;
  private int depth;
  private int blockRows;
  private int blockColumns;
  private int columnBlocks;

  GemmMatmul(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  void run(MatmulSpec spec, Tensor a, Tensor b, Tensor biases, Tensor y) {
    left = a.segment();
    right = b.segment();
    bias = biases == null ? null : biases.segment();
    output = y.segment();
    dtype = y.dtype();
    transposeLeft = spec.transposeA();
    transposeRight = spec.transposeB();
    if (spec.accumulate()) {
      epilogue = GemmEpilogue.ADD;
    } else {
      epilogue = spec.activation() == Activation.RELU ? GemmEpilogue.RELU : GemmEpilogue.OVERWRITE;
    }
    rows = y.shape().dim(0);
    columns = y.shape().dim(1);
    depth = a.shape().dim(transposeLeft ? 0 : 1);
    try {
      // A left operand given transposed would have to be gathered first.
      if (transposeRight && !transposeLeft && rows <= FEW_ROWS) {
        workers.run(cutDots(), dots);
      } else {
        workers.run(cut(), product);
      }
    } finally {
      left = null;
      right = null;
      bias = null;
      output = null;
    }
  }

  /** Chooses the blocks, by the shapes alone, and returns their number. */
  private int cut() {
    int tile = GemmPanels.tileColumns(dtype);
    int panel = GemmPanels.panelRows(dtype);
    blockRows = GemmTile.evenly(rows, MOST_ROWS, panel);
    blockColumns = GemmTile.evenly(columns, GemmTile.ROW_BYTES / dtype.bytes(), tile);
    while (count() < ENOUGH_PIECES
        && 2L * blockRows * blockColumns * depth > PIECE_OPERATIONS
        && (blockRows > 2 * panel || blockColumns > 2 * tile)) {
      // What makes the other operand be packed more often is the worse to halve.
      if (blockRows > blockColumns || blockColumns <= 2 * tile) {
        blockRows = GemmTile.roundUp(blockRows / 2, panel);
      } else {
        blockColumns = GemmTile.roundUp(blockColumns / 2, tile);
      }
    }
    columnBlocks = Math.ceilDiv(columns, blockColumns);
    return Math.toIntExact(count());
  }

  /** Cuts the columns of a product of few rows, and returns the number of pieces. */
  private int cutDots() {
    long each = 2L * rows * depth;
    long pieces = Math.clamp(each * columns / PIECE_OPERATIONS, 1L, ENOUGH_PIECES);
    blockColumns = GemmTile.roundUp((int) Math.ceilDiv(columns, pieces), 4);
    return Math.ceilDiv(columns, blockColumns);
  }

  private void dot(int piece) {
    GemmPanels panels = scratch.get().panels(dtype);
    int column = piece * blockColumns;
    int wide = Math.min(blockColumns, columns - column);
    int stride = GemmTile.roundUp(depth, panels.lanes());
    int across = GemmTile.roundUp(wide, panels.lanes());
    panels.reserve(GemmPanels.Part.LEFT, (long) rows * stride);
    panels.reserve(GemmPanels.Part.PRODUCT, (long) rows * across);
    panels.reserve(GemmPanels.Part.BAND, across);
    panels.copy(left, 0, depth, rows, depth, GemmPanels.Part.LEFT, 0, stride);
    for (int row = 0; row < rows; row++) {
      int index = row * across;
      panels.dots(row * stride, right, (long) column * depth, wide, depth, index);
      if (bias != null) {
        panels.copy(bias, column, GemmPanels.Part.BAND, 0, wide);
        panels.addBand(index, wide);
      }
      long at = (long) row * columns + column;
      panels.store(GemmPanels.Part.PRODUCT, index, output, at, wide, epilogue);
    }
  }

  private long count() {
    return (long) Math.ceilDiv(rows, blockRows) * Math.ceilDiv(columns, blockColumns);
  }

  private void multiply(int piece) {
    GemmPanels panels = scratch.get().panels(dtype);
    int row = piece / columnBlocks * blockRows;
    int column = piece % columnBlocks * blockColumns;
    int high = Math.min(blockRows, rows - row);
    int wide = Math.min(blockColumns, columns - column);
    int steps = GemmTile.evenly(depth, GemmTile.DEPTH, 1);
    int stride = panels.stride(blockColumns);
    long tileRows = GemmTile.roundUp(high, GemmPanels.panelRows(dtype));
    panels.reserve(GemmPanels.Part.PRODUCT, tileRows * stride);
    panels.reserve(GemmPanels.Part.LEFT, tileRows * steps);
    panels.reserve(GemmPanels.Part.RIGHT, (long) steps * stride);
    if (bias != null) {
      panels.copy(bias, column, 0, high, wide, GemmPanels.Part.PRODUCT, 0, stride);
    }
    for (int step = 0; step < depth; step += steps) {
      int some = Math.min(steps, depth - step);
      int panel = packLeft(panels, row, high, step, some);
      packRight(panels, column, wide, step, some, stride);
      boolean add = bias != null || step > 0;
      panels.multiply(
          panels,
          0,
          panel,
          0,
          stride,
          GemmPanels.tileColumns(dtype),
          0,
          stride,
          high,
          wide,
          some,
          add);
    }
    for (int i = 0; i < high; i++) {
      long at = (long) (row + i) * columns + column;
      panels.store(GemmPanels.Part.PRODUCT, i * stride, output, at, wide, epilogue);
    }
  }

  /** Packs panels of rows and returns how far apart they lie. */
  private int packLeft(GemmPanels panels, int row, int high, int step, int some) {
    int panelRows = GemmPanels.panelRows(dtype);
    int length = some * panelRows;
    for (int i = 0; i < high; i += panelRows) {
      int index = i * some;
      int count = Math.min(panelRows, high - i);
      if (transposeLeft) {
        long at = (long) step * rows + row + i;
        panels.copy(left, at, rows, some, count, GemmPanels.Part.LEFT, index, panelRows);
      } else {
        long at = (long) (row + i) * depth + step;
        panels.panel(left, at, depth, count, some, panels, index);
      }
    }
    return length;
  }

  private void packRight(GemmPanels panels, int column, int wide, int step, int some, int stride) {
    GemmPanels.Part part = GemmPanels.Part.RIGHT;
    if (transposeRight) {
      panels.transpose(right, (long) column * depth + step, depth, wide, some, part, 0, stride);
    } else {
      panels.copy(right, (long) step * columns + column, columns, some, wide, part, 0, stride);
    }
  }
}
