package dev.convoy.engine.java;

import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * One matrix product under way: the output is cut into blocks, each made by one thread. An operand
 * that one block alone needs is packed by its thread, a cache-sized part at a time; what several
 * need is packed once, by all threads, before. Used by one calling thread at a time.
 */
final class GemmMatmul {
  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  /** Operations that make a block worth handing to a thread. */
  private static final long PIECE_OPERATIONS = 4_000_000;

  /** Elements that make packing them worth handing to a thread. */
  private static final int PIECE_ELEMENTS = 32 * 1024;

  /** Elements of an operand that are packed for all threads at most. */
  private static final int MOST_SHARED = 16 * 1024 * 1024;

  /** Rows whose products with a transposed matrix are made without packing it. */
  private static final int FEW_ROWS = 4;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final int mostPacked;
  private final Scratch shared = new Scratch();
  private final Operand left = new Operand(GemmPanels.Part.LEFT);
  private final Operand right = new Operand(GemmPanels.Part.RIGHT);
  private final Workers.Job packing = this::pack;
  private final Workers.Job product = this::multiply;
  private final Workers.Job dots = this::dot;

  // The call under way.
  private MemorySegment bias;
  private MemorySegment output;
  private DType dtype;
  private GemmEpilogue epilogue;
  private GemmPanels packed;
  private int rows;
  private int columns;
  private int depth;
  private int blockRows;
  private int blockColumns;
  private int columnBlocks;

  // The part of the depth under way, and the parts of it that fit in cache.
  private int from;
  private int deep;
  private int steps;

  /** One of the two matrices: rows of A or columns of B, side by side in panels. */
  private static final class Operand {
    private final GemmPanels.Part part;
    private MemorySegment matrix;

    /** Whether the depth runs along the matrix's rows. */
    private boolean across;

    private int count;
    private int width;

    /** Whether it is packed for all threads, and how many of them at a time. */
    private boolean shared;

    private int pieceLength;
    private int pieces;

    Operand(GemmPanels.Part part) {
      this.part = part;
    }

    int panels() {
      return Math.ceilDiv(count, width);
    }
  }

  /**
   * Makes one.
   *
   * @param mostPacked elements of an operand that are packed for all threads at a time, but at
   *     least so much as fits in cache of each row or column
   */
  GemmMatmul(Workers workers, ThreadLocal<Scratch> scratch, int mostPacked) {
    this.workers = workers;
    this.scratch = scratch;
    this.mostPacked = mostPacked;
  }

  void run(MatmulSpec spec, Tensor a, Tensor b, Tensor biases, Tensor y) {
    left.matrix = a.segment();
    right.matrix = b.segment();
    bias = biases == null ? null : biases.segment();
    output = y.segment();
    dtype = y.dtype();
    left.across = !spec.transposeA();
    right.across = spec.transposeB();
    if (spec.accumulate()) {
      epilogue = GemmEpilogue.ADD;
    } else {
      epilogue = spec.activation() == Activation.RELU ? GemmEpilogue.RELU : GemmEpilogue.OVERWRITE;
    }
    rows = y.shape().dim(0);
    columns = y.shape().dim(1);
    depth = a.shape().dim(left.across ? 1 : 0);
    packed = shared.panels(dtype);
    try {
      // A left operand given transposed would have to be gathered first.
      if (right.across && left.across && rows <= FEW_ROWS) {
        workers.run(cutDots(), dots);
      } else {
        runParts();
      }
    } finally {
      left.matrix = null;
      right.matrix = null;
      bias = null;
      output = null;
      packed = null;
    }
  }

  private void runParts() {
    int pieces = cut();
    left.count = rows;
    left.width = GemmPanels.panelRows(dtype);
    left.shared = columnBlocks > 1 && fits(left);
    right.count = columns;
    right.width = GemmPanels.tileColumns(dtype);
    right.shared = rows > blockRows && fits(right);
    int most = Math.min(mostDeep(left), mostDeep(right));
    int part = GemmTile.evenly(depth, most, 1);
    for (from = 0; from < depth; from += part) {
      deep = Math.min(part, depth - from);
      steps = GemmTile.evenly(deep, GemmTile.DEPTH, 1);
      workers.run(cutPacking(left) + cutPacking(right), packing);
      workers.run(pieces, product);
    }
  }

  /** Whether what fits in cache of each of its rows or columns may be packed at a time. */
  private boolean fits(Operand operand) {
    return (long) operand.count * Math.min(depth, GemmTile.DEPTH) <= MOST_SHARED;
  }

  /** How much of the depth of an operand is packed at a time. */
  private int mostDeep(Operand operand) {
    int fits = mostPacked / (operand.panels() * operand.width) / GemmTile.DEPTH;
    return operand.shared ? Math.min(depth, Math.max(fits, 1) * GemmTile.DEPTH) : depth;
  }

  /** Chooses the blocks, by the shapes alone, and returns their number. */
  private int cut() {
    int tile = GemmPanels.tileColumns(dtype);
    int panel = GemmPanels.panelRows(dtype);
    blockRows = GemmTile.evenly(rows, GemmTile.MOST_ROWS, panel);
    blockColumns = GemmTile.evenly(columns, GemmTile.ROW_BYTES / dtype.bytes(), tile);
    while (count() < ENOUGH_PIECES
        && 2L * blockRows * blockColumns * depth > PIECE_OPERATIONS
        && (blockRows > 2 * panel || blockColumns > 2 * tile)) {
      // If only the longer side is cut, the other's operand need not be packed for all.
      boolean tall = rows > columns ? blockRows > 2 * panel : blockColumns <= 2 * tile;
      if (tall) {
        blockRows = GemmTile.roundUp(blockRows / 2, panel);
      } else {
        blockColumns = GemmTile.roundUp(blockColumns / 2, tile);
      }
    }
    columnBlocks = Math.ceilDiv(columns, blockColumns);
    return Math.toIntExact(count());
  }

  /** Cuts what there is to pack of an operand for all threads, and returns the pieces' number. */
  private int cutPacking(Operand operand) {
    operand.pieces = 0;
    if (operand.shared) {
      int width = operand.panels() * operand.width;
      long length = (long) Math.ceilDiv(deep, steps) * steps * width;
      packed.reserve(operand.part, length);
      if (operand.across) {
        int some = Math.max(1, PIECE_ELEMENTS / deep);
        operand.pieceLength = GemmTile.roundUp(some, operand.width);
        operand.pieces = Math.ceilDiv(operand.count, operand.pieceLength);
      } else {
        operand.pieceLength = Math.min(steps, Math.max(PIECE_ELEMENTS / width, 4));
        operand.pieces = Math.ceilDiv(deep, steps) * Math.ceilDiv(steps, operand.pieceLength);
      }
    }
    return operand.pieces;
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
    panels.copy(left.matrix, 0, depth, rows, depth, GemmPanels.Part.LEFT, 0, stride);
    for (int row = 0; row < rows; row++) {
      int index = row * across;
      panels.dots(row * stride, right.matrix, (long) column * depth, wide, depth, index);
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

  private void pack(int piece) {
    if (piece < left.pieces) {
      pack(left, piece);
    } else {
      pack(right, piece - left.pieces);
    }
  }

  /** Packs some of an operand for all threads: parts of the depth, then panels. */
  private void pack(Operand operand, int piece) {
    GemmPanels mine = scratch.get().panels(dtype);
    int panel = steps * operand.width;
    if (operand.across) {
      int first = piece * operand.pieceLength;
      int some = Math.min(operand.pieceLength, operand.count - first);
      for (int step = 0; step < deep; step += steps) {
        int index = (step / steps * operand.panels() + first / operand.width) * panel;
        pack(mine, operand, first, some, step, Math.min(steps, deep - step), packed, index, panel);
      }
      return;
    }
    int parts = Math.ceilDiv(steps, operand.pieceLength);
    int step = piece / parts * steps;
    int above = piece % parts * operand.pieceLength;
    int some = Math.min(Math.min(operand.pieceLength, steps - above), deep - step - above);
    if (some > 0) {
      int index = step / steps * operand.panels() * panel + above * operand.width;
      pack(mine, operand, 0, operand.count, step + above, some, packed, index, panel);
    }
  }

  /**
   * Packs so many of an operand's rows or columns.
   *
   * @param step the first of their elements, of the part of the depth under way
   */
  private void pack(
      GemmPanels mine,
      Operand operand,
      int first,
      int count,
      int step,
      int some,
      GemmPanels owner,
      int index,
      int panel) {
    long at = operand.across ? (long) first * depth : first;
    long distance = operand.across ? depth : operand.count;
    at += (from + step) * (operand.across ? 1L : operand.count);
    mine.panels(
        operand.matrix,
        at,
        distance,
        operand.across,
        count,
        some,
        operand.width,
        owner,
        operand.part,
        index,
        panel);
  }

  private void multiply(int piece) {
    GemmPanels mine = scratch.get().panels(dtype);
    int row = piece / columnBlocks * blockRows;
    int column = piece % columnBlocks * blockColumns;
    int high = Math.min(blockRows, rows - row);
    int wide = Math.min(blockColumns, columns - column);
    int stride = mine.stride(blockColumns);
    mine.reserve(GemmPanels.Part.PRODUCT, (long) GemmTile.roundUp(high, left.width) * stride);
    if (from > 0) {
      long at = (long) row * columns + column;
      mine.copy(output, at, columns, high, wide, GemmPanels.Part.PRODUCT, 0, stride);
    } else if (bias != null) {
      mine.copy(bias, column, 0, high, wide, GemmPanels.Part.PRODUCT, 0, stride);
    }
    int leftPanel = steps * left.width;
    int rightPanel = steps * right.width;
    for (int step = 0; step < deep; step += steps) {
      int some = Math.min(steps, deep - step);
      int a = operand(mine, left, row, high, step, some);
      int b = operand(mine, right, column, wide, step, some);
      mine.multiply(
          left.shared ? packed : mine,
          a,
          leftPanel,
          right.shared ? packed : mine,
          b,
          right.width,
          rightPanel,
          mine,
          0,
          stride,
          high,
          wide,
          some,
          bias != null || from + step > 0);
    }
    GemmEpilogue how = epilogue();
    for (int i = 0; i < high; i++) {
      long at = (long) (row + i) * columns + column;
      mine.store(GemmPanels.Part.PRODUCT, i * stride, output, at, wide, how);
    }
  }

  /** Where an operand's part for a block begins, which is packed unless it has been. */
  private int operand(GemmPanels mine, Operand operand, int first, int count, int step, int some) {
    int panel = steps * operand.width;
    if (operand.shared) {
      return (step / steps * operand.panels() + first / operand.width) * panel;
    }
    mine.reserve(operand.part, (long) Math.ceilDiv(count, operand.width) * panel);
    pack(mine, operand, first, count, step, some, mine, 0, panel);
    return 0;
  }

  /** What becomes of the sums of the part of the depth under way: later ones begin with them. */
  private GemmEpilogue epilogue() {
    if (from > 0) {
      boolean last = from + deep == depth;
      return last && epilogue == GemmEpilogue.RELU ? epilogue : GemmEpilogue.OVERWRITE;
    }
    boolean activates = epilogue == GemmEpilogue.RELU && deep < depth;
    return activates ? GemmEpilogue.OVERWRITE : epilogue;
  }
}
