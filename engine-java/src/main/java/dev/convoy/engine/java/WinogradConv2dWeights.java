package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradient with respect to the weights by Winograd's minimal filtering, see {@link
 * WinogradTransform}: for each of a tile's points a product of matrices, of the transformed tiles
 * of {@code x} and those of {@code dy}, summed over all tiles and transformed back at the end.
 *
 * <p>The tiles are cut into chunks whose sums are private and added in order, so that the result
 * does not depend on who did which. Both operands are transformed as vectors of channels, which
 * come to lie side by side as products of matrices want them. Where all tiles are one block, the
 * sums of a panel of filters are transformed back while they are in cache. Used by one calling
 * thread at a time.
 */
final class WinogradConv2dWeights implements Conv2dBackwardWeights {
  /** Bytes of a row of a block of tiles. */
  private static final int ROW_BYTES = 512;

  /** Most channels whose sums are worked on at a time. */
  private static final int MOST_CHANNELS = 128;

  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 8;

  /** Most pieces of a single block of tiles, which each of them transforms. */
  private static final int FEW_PIECES = 4;

  /** Operations of its products that repay that. */
  private static final long PIECE_OPERATIONS = 40_000_000;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();
  private final Operand left = new Operand(GemmPanels.Part.LEFT);
  private final Operand right = new Operand(GemmPanels.Part.RIGHT);
  private final WinogradTiles inputs = left.tiles;

  private final Workers.Job products = this::multiply;
  private final Workers.Job all = this::multiplyAll;
  private final Workers.Job sums = this::sum;

  // The call under way.
  private MemorySegment dw;
  private MemorySegment db;
  private boolean accumulate;
  private GemmPanels partial;
  private WinogradKind kind;
  private int points;
  private int planes;
  private int taps;
  private int kernel;
  private int side;
  private int channelsPerBlock;
  private int channelBlocks;
  private int chunks;
  private int tile;
  private int filterPanels;

  /** Pieces that the filters of a block are shared among, or 0 if there are several blocks. */
  private int filterBlocks;

  private int sumPanel;
  private int sumPlane;
  private int vectorsPerFilters;

  WinogradConv2dWeights(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  @Override
  public void backwardWeights(
      Conv2dSpec spec, Tensor xs, Tensor dys, Tensor dws, Tensor dbs, boolean accumulates) {
    left.tensor = xs.segment();
    right.tensor = dys.segment();
    dw = dws.segment();
    db = dbs == null ? null : dbs.segment();
    accumulate = accumulates;
    partial = shared.panels(dys.dtype());
    try {
      cut(spec, xs.shape(), dys.shape(), dys.dtype());
      if (filterBlocks > 0) {
        workers.run(regions() * filterBlocks, all);
        return;
      }
      partial.reserve(
          GemmPanels.Part.PRODUCT, Math.multiplyExact((long) regions() * chunks, region()));
      workers.run(regions() * chunks, products);
      workers.run(regions() * vectorsPerFilters, sums);
    } finally {
      left.tensor = null;
      right.tensor = null;
      dw = null;
      db = null;
    }
  }

  @Override
  public String explainBackwardWeights(Conv2dSpec spec, Shape xs, Shape dys) {
    cut(spec, xs, dys, DType.F32);
    return ("tiles of %d by %d outputs from %d by %d inputs, %s, blocks of %d channels by %d tiles, "
            + "%s of tiles, %s, %d KiB of sums in %s")
        .formatted(
            side,
            side,
            kind.inputs,
            kind.inputs,
            Words.count(inputs.phases(), "phase"),
            channelsPerBlock,
            inputs.blockTiles,
            Words.count(chunks, "chunk"),
            Words.count(regions() * Math.max(chunks, filterBlocks), "piece"),
            filterBlocks > 0 ? 0 : region() * regions() * chunks * DType.F32.bytes() / 1024,
            DType.F32);
  }

  private void cut(Conv2dSpec spec, Shape xs, Shape dys, DType dtype) {
    inputs.forward(spec, xs, dys, dtype);
    right.tiles.outputs(spec, dys, dtype);
    kind = inputs.kind;
    points = kind.points;
    planes = kind.planes();
    taps = kind.taps;
    kernel = kind.kernel();
    side = kind.outputs;
    channelBlocks = Math.ceilDiv(inputs.channels, MOST_CHANNELS);
    channelsPerBlock =
        GemmTile.roundUp(Math.ceilDiv(inputs.channels, channelBlocks), GemmTile.ROWS);
    channelBlocks = Math.ceilDiv(inputs.channels, channelsPerBlock);
    inputs.cut(ROW_BYTES);
    long blocks = (long) inputs.phases() * inputs.blocks;
    chunks = (int) Math.min(blocks, Math.ceilDiv(ENOUGH_PIECES, regions()));
    tile = GemmPanels.tileColumns(dtype);
    filterPanels = Math.ceilDiv(inputs.filters, tile);
    vectorsPerFilters = Math.ceilDiv(inputs.filters, GemmPanels.lanes(dtype));
    left.lay(kind.toPoints, GemmPanels.panelRows(dtype), channelsPerBlock, inputs);
    right.lay(kind.toGradients, tile, inputs.filters, inputs);
    sumPanel = channelsPerBlock * tile;
    long operations = 2L * planes * inputs.channels * inputs.filters * inputs.blockTiles;
    int few = (int) Math.clamp(operations * inputs.groups / PIECE_OPERATIONS, 1L, FEW_PIECES);
    filterBlocks = blocks > 1 ? 0 : Math.min(filterPanels, Math.ceilDiv(few, regions()));
    sumPlane = inputs.plane(filterBlocks > 0 ? 1 : filterPanels, sumPanel);
  }

  /** Blocks of the sums. */
  private int regions() {
    return inputs.groups * channelBlocks;
  }

  /** Elements of a block of sums: of the points, then of {@code dy}. */
  private long region() {
    return (long) planes * sumPlane + (long) (filterBlocks > 0 ? 1 : filterPanels) * tile;
  }

  /** One chunk's sums for some channels. */
  private void multiply(int piece) {
    Scratch mine = scratch.get();
    GemmPanels work = mine.panels(inputs.dtype);
    int region = piece % regions();
    int chunk = piece / regions();
    int group = region / channelBlocks;
    int channel = region % channelBlocks * channelsPerBlock;
    int channels = Math.min(channelsPerBlock, inputs.channels - channel);
    int sum = (int) (piece * region());
    int gradients = sum + planes * sumPlane;
    partial.clear(GemmPanels.Part.PRODUCT, gradients, filterPanels * tile);
    boolean fresh = true;
    work.reserve(GemmPanels.Part.LEFT, (long) planes * left.plane);
    work.reserve(GemmPanels.Part.RIGHT, (long) planes * right.plane);
    long blocks = (long) inputs.phases() * inputs.blocks;
    int last = (int) ((chunk + 1) * blocks / chunks);
    for (int block = (int) (chunk * blocks / chunks); block < last; block++) {
      int phase = block / inputs.blocks;
      long first = inputs.first(block % inputs.blocks, phase);
      int deep = inputs.count(block % inputs.blocks, phase);
      if (deep == 0) {
        continue; // a phase of fewer tiles than the first
      }
      left.transform(work, mine.columns, phase, group, channel, channels, first, deep, 0);
      right.transform(work, mine.columns, phase, group, 0, inputs.filters, first, deep, 0);
      if (db != null && channel == 0) {
        // A tile's transform is, at the points one, the sum of its elements.
        int ones = (points + 1) * right.plane;
        work.addRows(ones, right.panel, tile, deep, filterPanels, partial, gradients);
      }
      addProducts(work, sum, channels, deep, fresh);
      fresh = false;
    }
    if (fresh) {
      partial.clear(GemmPanels.Part.PRODUCT, sum, planes * sumPlane); // phases without tiles
    }
  }

  /**
   * Adds a block's products to a chunk's sums, or sets them. By itself: the compiler takes the loop
   * for hot, and would compile all that is around it as well, for a third of a second.
   */
  private void addProducts(GemmPanels work, int sum, int channels, int deep, boolean fresh) {
    for (int plane = 0; plane < planes; plane++) {
      for (int panel = 0; panel < filterPanels; panel++) {
        work.multiply(
            work,
            plane * left.plane,
            left.panel,
            work,
            plane * right.plane + panel * right.panel,
            tile,
            right.panel,
            partial,
            sum + plane * sumPlane + panel * sumPanel,
            tile,
            channels,
            Math.min(tile, inputs.filters - panel * tile),
            deep,
            !fresh);
      }
    }
  }

  /** All there is of some channels and some panels of filters, of a single block of tiles. */
  private void multiplyAll(int piece) {
    Scratch mine = scratch.get();
    GemmPanels work = mine.panels(inputs.dtype);
    int region = piece / filterBlocks;
    int group = region / channelBlocks;
    int channel = region % channelBlocks * channelsPerBlock;
    int channels = Math.min(channelsPerBlock, inputs.channels - channel);
    int firstPanel = piece % filterBlocks * filterPanels / filterBlocks;
    int lastPanel = (piece % filterBlocks + 1) * filterPanels / filterBlocks;
    int end = Math.min(lastPanel * tile, inputs.filters);
    int deep = (int) inputs.tiles(0);
    work.reserve(GemmPanels.Part.LEFT, (long) planes * left.plane);
    work.reserve(GemmPanels.Part.RIGHT, (long) planes * right.plane);
    work.reserve(GemmPanels.Part.PRODUCT, region());
    int begin = firstPanel * tile;
    int index = firstPanel * right.panel;
    left.transform(work, mine.columns, 0, group, channel, channels, 0, deep, 0);
    right.transform(work, mine.columns, 0, group, begin, end - begin, 0, deep, index);
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      int first = panel * tile;
      int operand = panel * right.panel;
      int some = Math.min(tile, end - first);
      work.clear(GemmPanels.Part.PRODUCT, planes * sumPlane, tile);
      if (db != null && channel == 0) {
        int ones = (points + 1) * right.plane + operand;
        work.addRows(ones, right.panel, tile, deep, 1, work, planes * sumPlane);
      }
      for (int plane = 0; plane < planes; plane++) {
        work.multiply(
            work,
            plane * left.plane,
            left.panel,
            work,
            plane * right.plane + operand,
            tile,
            right.panel,
            work,
            plane * sumPlane,
            tile,
            channels,
            some,
            deep,
            false);
      }
      for (int i = 0; i < some; i += work.lanes()) {
        write(work, work, i, planes * sumPlane + i, group, channel, channels, first + i);
      }
    }
  }

  /** The chunks of some channels and a vector of filters added up, transformed and written. */
  private void sum(int piece) {
    GemmPanels work = scratch.get().panels(inputs.dtype);
    int lanes = work.lanes();
    int region = piece / vectorsPerFilters;
    int filter = piece % vectorsPerFilters * lanes;
    int group = region / channelBlocks;
    int channel = region % channelBlocks * channelsPerBlock;
    int channels = Math.min(channelsPerBlock, inputs.channels - channel);
    int start = (int) (region * region());
    int from = start + filter / tile * sumPanel + filter % tile;
    int gradients = start + planes * sumPlane + filter;
    int distance = (int) (regions() * region());
    for (int chunk = 1; chunk < chunks; chunk++) {
      for (int plane = 0; plane < planes; plane++) {
        int to = from + plane * sumPlane;
        partial.add(to + chunk * distance, to, tile, channels);
      }
      partial.add(gradients + chunk * distance, gradients, lanes, 1);
    }
    write(work, partial, from, gradients, group, channel, channels, filter);
  }

  /**
   * Transforms the sums of some channels and a vector of filters back, and writes them.
   *
   * @param owner whose product holds them, from {@code from} on
   * @param gradients where it holds the sums of {@code dy}
   */
  private void write(
      GemmPanels work,
      GemmPanels owner,
      int from,
      int gradients,
      int group,
      int channel,
      int channels,
      int filter) {
    int lanes = work.lanes();
    int some = Math.min(lanes, inputs.filters - filter);
    long place = (long) group * inputs.filters + filter;
    GemmEpilogue epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    if (db != null && channel == 0) {
      owner.store(GemmPanels.Part.PRODUCT, gradients, db, place, some, epilogue);
    }
    int half = channels * lanes;
    work.reserve(GemmPanels.Part.TILES, (long) points * taps * half);
    work.reserve(GemmPanels.Part.TURNED, (long) kernel * half);
    for (int point = 0; point < points; point++) {
      owner
          .winograd()
          .transform(
              kind.toSums,
              GemmPanels.Part.PRODUCT,
              from + point * sumPlane,
              points * sumPlane,
              tile,
              work,
              GemmPanels.Part.TILES,
              point * half,
              points * half,
              lanes,
              channels);
    }
    for (int row = 0; row < taps; row++) {
      work.winograd()
          .transform(
              kind.toSums,
              GemmPanels.Part.TILES,
              row * points * half,
              half,
              lanes,
              work,
              GemmPanels.Part.TURNED,
              row * taps * lanes,
              lanes,
              kernel * lanes,
              channels);
    }
    int length = channels * kernel;
    int wide = GemmTile.roundUp(length, lanes);
    work.reserve(GemmPanels.Part.BAND, (long) lanes * (wide + lanes));
    work.transpose(
        work, GemmPanels.Part.TURNED, 0, lanes, length, some, GemmPanels.Part.BAND, 0, wide);
    for (int i = 0; i < some; i++) {
      long at = ((place + i) * inputs.channels + channel) * kernel;
      work.store(GemmPanels.Part.BAND, i * wide, dw, at, length, epilogue);
    }
  }

  /** One of the products' operands: what it is made of, and where it lies. */
  private static final class Operand {
    final GemmPanels.Part part;
    final WinogradTiles tiles = new WinogradTiles();
    MemorySegment tensor;

    /** From one panel to the next, and from one point's to the next point's. */
    int panel;

    int plane;
    private WinogradTransform transform;
    private int width;

    Operand(GemmPanels.Part part) {
      this.part = part;
    }

    /** Panels of so many channels, of so many in all, whose rows are a block's tiles. */
    void lay(WinogradTransform chosen, int channelsOfPanel, int channels, WinogradTiles blocks) {
      transform = chosen;
      width = channelsOfPanel;
      panel = blocks.blockTiles * width;
      plane = blocks.plane(Math.ceilDiv(channels, width), panel);
    }

    /**
     * Transforms a block's tiles of some channels.
     *
     * @param begin the first channel, in its group
     * @param first the first tile
     * @param deep how many tiles
     * @param index where the first channel's come to lie
     */
    void transform(
        GemmPanels work,
        PackColumns block,
        int phase,
        int group,
        int begin,
        int channels,
        long first,
        int deep,
        int index) {
      Conv2dAxis rows = tiles.rows(phase);
      Conv2dAxis columns = tiles.columns(phase);
      long size = (long) rows.inputs * columns.inputs;
      long image = (long) tiles.groups * tiles.channels * size;
      long at = (group * tiles.channels + begin) * size;
      int apart = PackColumns.apart(columns);
      int lanes = work.lanes();
      block.planWhole(rows, columns, first, deep);
      block.vectors.planTurned(lanes, transform.from, width);
      work.reserve(GemmPanels.Part.BAND, lanes * block.channelLength());
      for (int i = 0; i < channels; i += lanes) {
        int some = Math.min(lanes, channels - i);
        work.band(block, tensor, at + i * size, image, some, rows.inputs, columns.inputs, apart);
        int place = index + i / width * panel + i % width;
        work.winograd().transformTurned(transform, block, some, part, place, plane);
      }
    }
  }
}
