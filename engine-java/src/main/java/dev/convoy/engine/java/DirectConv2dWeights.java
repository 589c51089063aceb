package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradient with respect to the weights where few filters share an input channel, or there are
 * few weights, so that a matrix product would have little to do with what it packs: for each
 * weight, the product of {@code dy} with the shifted image, summed. Four filters at a time where
 * rows are long enough and the processor has enough registers, so that a vector of pixels that is
 * read serves all of them.
 *
 * <p>The pixels are cut into chunks, as in {@link GemmConv2dWeights}. Used by one calling thread at
 * a time.
 */
final class DirectConv2dWeights implements Conv2dBackwardWeights {
  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  /** Operations that make a chunk worth its sums. */
  private static final long PIECE_OPERATIONS = 2_000_000;

  /** Elements of all chunks' sums, unless one chunk's are more. */
  private static final long MOST_SUMS = 8 << 20;

  /** Taps at a time; sums are kept for a multiple of them. */
  static final int TAPS = 5;

  private static final int AT_ONCE = 4;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();
  private final Conv2dBlocks blocks = new Conv2dBlocks();

  private final Workers.Job products = this::multiply;
  private final Workers.Job sums = this::sum;

  // The call under way.
  private MemorySegment x;
  private MemorySegment dy;
  private MemorySegment dw;
  private MemorySegment db;
  private boolean accumulate;
  private GemmPanels partial;
  private int depth;
  private int weights;

  /** Elements of one filter's sums: a vector for each weight, then one for the bias. */
  private int filterLength;

  private int groupLength;
  private int blockRows;
  private int units;
  private int chunks;

  DirectConv2dWeights(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  @Override
  public void backwardWeights(
      Conv2dSpec spec, Tensor xs, Tensor dys, Tensor dws, Tensor dbs, boolean accumulates) {
    accumulate = accumulates;
    cut(spec, xs.shape(), dys.shape(), dys.dtype());
    partial = shared.panels(dys.dtype());
    try {
      x = xs.segment();
      dy = dys.segment();
      dw = dws.segment();
      db = dbs == null ? null : dbs.segment();
      partial.reserve(
          GemmPanels.Part.PRODUCT, Math.multiplyExact((long) chunks * blocks.groups, groupLength));
      workers.run(chunks * blocks.groups, products);
      workers.run(blocks.groups * blocks.filters, sums);
    } finally {
      x = null;
      dy = null;
      dw = null;
      db = null;
    }
  }

  @Override
  public String explainBackwardWeights(Conv2dSpec spec, Shape xs, Shape dys) {
    cut(spec, xs, dys, DType.F32);
    return "%s of an image's output at a time, %s, %s"
        .formatted(
            Words.count(blockRows, "row"),
            Words.count(chunks, "chunk"),
            Words.count(chunks * blocks.groups, "piece"));
  }

  private void cut(Conv2dSpec spec, Shape xs, Shape dys, DType dtype) {
    blocks.forward(spec, xs, dys, dtype, true);
    depth = Math.toIntExact(blocks.depth());
    weights = GemmTile.roundUp(depth, TAPS);
    blockRows = blocks.directRows();
    int outputs = blocks.rows(0).outputs;
    while (blockRows > 4
        && (long) blocks.images * Math.ceilDiv(outputs, blockRows) * blocks.groups
            < ENOUGH_PIECES) {
      blockRows = GemmTile.roundUp(blockRows / 2, 4);
    }
    units = Math.multiplyExact(blocks.images, Math.ceilDiv(outputs, blockRows));
    long pixels = (long) blocks.images * outputs * blocks.columns(0).outputs;
    long pieces = 2 * pixels * depth * blocks.filters / PIECE_OPERATIONS;
    int lanes = GemmPanels.lanes(dtype);
    filterLength = Math.multiplyExact(weights + 1, lanes);
    groupLength = Math.multiplyExact(GemmTile.roundUp(blocks.filters, AT_ONCE), filterLength);
    long fitting = MOST_SUMS / groupLength / blocks.groups;
    int most = Math.min(units, Math.ceilDiv(ENOUGH_PIECES, blocks.groups));
    chunks = Math.clamp(Math.min(pieces, fitting), 1, most);
  }

  /** One chunk's sums for one group. */
  private void multiply(int piece) {
    Scratch mine = scratch.get();
    GemmPanels panels = mine.panels(blocks.dtype);
    PackColumns block = mine.columns;
    int chunk = piece / blocks.groups;
    int group = piece % blocks.groups;
    int index = piece * groupLength;
    partial.clear(GemmPanels.Part.PRODUCT, index, groupLength);
    Conv2dAxis rows = blocks.rows(0);
    Conv2dAxis columns = blocks.columns(0);
    long planeIn = (long) rows.inputs * columns.inputs;
    long plane = (long) rows.outputs * columns.outputs;
    boolean wide = GemmTile.MANY_REGISTERS && columns.outputs >= panels.lanes();
    int pixels = Math.multiplyExact(blockRows, columns.outputs);
    panels.reserve(GemmPanels.Part.LEFT, pixels);
    int last = (int) ((chunk + 1L) * units / chunks);
    int planned = -1;
    for (int unit = (int) ((long) chunk * units / chunks); unit < last; unit++) {
      // The same rows of one image after the other, so that one plan serves many.
      int rowBlock = unit / blocks.images;
      int image = unit % blocks.images;
      long pixel = (long) rowBlock * pixels;
      int some = (int) Math.min(pixels, plane - pixel);
      if (rowBlock != planned) {
        block.plan(rows, columns, pixel, some, 0, rows.taps);
        block.planPlaces(blocks.channels, rows.taps, columns.taps);
        if (wide) {
          block.vectors.planOverlapping(panels.lanes());
        }
        panels.reserve(GemmPanels.Part.BAND, blocks.channels * block.channelLength());
        planned = rowBlock;
      }
      long at = ((long) image * blocks.groups + group) * blocks.channels * planeIn;
      panels.band(block, x, at, 0, blocks.channels, rows.inputs, columns.inputs, columns.stride);
      long first = ((long) image * blocks.groups + group) * blocks.filters * plane + pixel;
      boolean fours =
          wide && panels.direct().isBandFinite((int) (blocks.channels * block.channelLength()));
      multiply(panels, block, first, plane, some, fours, index);
    }
  }

  /**
   * The sums of a block.
   *
   * @param first where its pixels of the first filter begin
   * @param far from one filter's to the next's
   * @param fours whether four filters may be done at a time
   */
  private void multiply(
      GemmPanels panels,
      PackColumns block,
      long first,
      long far,
      int pixels,
      boolean fours,
      int index) {
    int next = filterLength;
    int filter = 0;
    while (filter < blocks.filters) {
      int left = blocks.filters - filter;
      boolean four = fours && left > 1;
      int some = four ? Math.min(left, AT_ONCE) : 1;
      long at = first + filter * far;
      int to = index + filter * next;
      if (four) {
        panels.direct().weights(block, dy, at, far, some - 1, partial, to, next);
      } else {
        panels.copy(dy, at, GemmPanels.Part.LEFT, 0, pixels);
        panels.direct().weights(block, partial, to);
      }
      for (int i = 0; i < some && db != null; i++) {
        int bias = to + i * next + weights * panels.lanes();
        panels.addSum(dy, at + i * far, pixels, partial, bias);
      }
      filter += some;
    }
  }

  /** One filter's chunks added up and written. */
  private void sum(int filter) {
    int group = filter / blocks.filters;
    int index = group * groupLength + filter % blocks.filters * filterLength;
    for (int chunk = 1; chunk < chunks; chunk++) {
      partial.add(index + chunk * blocks.groups * groupLength, index, filterLength);
    }
    GemmPanels work = scratch.get().panels(blocks.dtype);
    work.reserve(GemmPanels.Part.LEFT, weights + 1);
    work.totals(partial, index, weights + 1);
    GemmEpilogue epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    work.store(GemmPanels.Part.LEFT, 0, dw, (long) filter * depth, depth, epilogue);
    if (db != null) {
      work.store(GemmPanels.Part.LEFT, weights, db, filter, 1, epilogue);
    }
  }
}
