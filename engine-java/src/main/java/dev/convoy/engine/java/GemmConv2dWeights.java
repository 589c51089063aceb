package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradient with respect to the weights as a matrix product over pixels: the column matrix,
 * packed block by block straight from the image, times {@code dy} transposed; and, where that is in
 * cache, the gradient with respect to the bias.
 *
 * <p>The pixels are cut into a few chunks, each of which makes a sum of its own; these are then
 * added in order, so that the result does not depend on the threads. Used by one calling thread at
 * a time.
 */
final class GemmConv2dWeights implements Conv2dBackwardWeights {
  /** Pixels that are multiplied at a time: a panel of filters of theirs fits in L1. */
  private static final int DEPTH = 128;

  /** Bytes of both matrices that are packed at a time, which L2 holds. */
  private static final int PACKED_BYTES = 768 * 1024;

  /** Most rows of the column matrix and most filters that are worked on at a time. */
  private static final int MOST_ROWS = 512;

  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  /** Pixels that make a chunk worth its sum. */
  private static final int LEAST_CHUNK = 8 * DEPTH;

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
  private int images;
  private int filtersOfAll;
  private int planeOut;

  private int channelsPerBlock;
  private int tapRowsPerBlock;
  private int channelBlocks;
  private int tapRowBlocks;
  private int filterBlocks;
  private int blockFilters;
  private int blockRows;
  private int packedPixels;
  private int tile;
  private int filterPanels;
  private int sumPanel;
  private int outputs;
  private int chunks;
  private long chunkPixels;

  GemmConv2dWeights(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  @Override
  public void backwardWeights(
      Conv2dSpec spec, Tensor xs, Tensor dys, Tensor dws, Tensor dbs, boolean accumulates) {
    dy = dys.segment();
    accumulate = accumulates;
    images = dys.shape().n();
    filtersOfAll = dys.shape().c();
    planeOut = Math.multiplyExact(dys.shape().h(), dys.shape().w());
    partial = shared.panels(dys.dtype());
    try {
      x = xs.segment();
      dw = dws.segment();
      db = dbs == null ? null : dbs.segment();
      blocks.forward(spec, xs.shape(), dys.shape(), dys.dtype(), false);
      cut();
      partial.reserve(
          GemmPanels.Part.PRODUCT, Math.multiplyExact((long) outputs * chunks, regionLength()));
      workers.run(outputs * chunks, products);
      workers.run(outputs, sums);
    } finally {
      x = null;
      dy = null;
      dw = null;
      db = null;
    }
  }

  @Override
  public String explainBackwardWeights(Conv2dSpec spec, Shape x, Shape y) {
    images = y.n();
    planeOut = Math.multiplyExact(y.h(), y.w());
    partial = shared.panels(DType.F32);
    blocks.forward(spec, x, y, DType.F32, false);
    cut();
    return ("blocks of %d taps by %d filters by %d pixels, %s of pixels, %s, "
            + "%d KiB of sums in %s")
        .formatted(
            blockRows,
            blockFilters,
            packedPixels,
            Words.count(chunks, "chunk"),
            Words.count(outputs * chunks, "piece"),
            regionLength() * outputs * chunks * DType.F32.bytes() / 1024,
            DType.F32);
  }

  private void cut() {
    Conv2dAxis rows = blocks.rows(0);
    Conv2dAxis columns = blocks.columns(0);
    int taps = Math.multiplyExact(rows.taps, columns.taps);
    if (taps <= MOST_ROWS) {
      tapRowsPerBlock = rows.taps;
      channelBlocks = Math.ceilDiv(blocks.channels, MOST_ROWS / taps);
      channelsPerBlock = Math.ceilDiv(blocks.channels, channelBlocks);
    } else {
      tapRowsPerBlock = Math.max(1, MOST_ROWS / columns.taps);
      channelsPerBlock = 1;
    }
    channelBlocks = Math.ceilDiv(blocks.channels, channelsPerBlock);
    tapRowBlocks = Math.ceilDiv(rows.taps, tapRowsPerBlock);
    blockRows = channelsPerBlock * tapRowsPerBlock * columns.taps;
    int most = GemmTile.ROW_BYTES / blocks.dtype.bytes();
    filterBlocks = Math.ceilDiv(blocks.filters, most);
    blockFilters = Math.ceilDiv(blocks.filters, filterBlocks);
    // The longer the runs that are read from each channel, the better the processor sees them
    // coming.
    int pixelsOfBoth = PACKED_BYTES / blocks.dtype.bytes() / (blockRows + blockFilters);
    packedPixels = DEPTH * Math.clamp(pixelsOfBoth / DEPTH, 1, 8);
    tile = GemmPanels.tileColumns(blocks.dtype);
    filterPanels = Math.ceilDiv(blockFilters, tile);
    sumPanel = GemmTile.roundUp(blockRows, GemmTile.ROWS) * tile;
    outputs = Math.toIntExact((long) blocks.groups * channelBlocks * tapRowBlocks * filterBlocks);
    long pixels = (long) images * planeOut;
    long wanted = Math.min(Math.ceilDiv(ENOUGH_PIECES, outputs), pixels / LEAST_CHUNK);
    chunkPixels = Math.ceilDiv(pixels, Math.max(1, wanted));
    chunkPixels = Math.ceilDiv(chunkPixels, (long) packedPixels) * packedPixels;
    chunks = (int) Math.ceilDiv(pixels, chunkPixels);
  }

  /** Elements of one output block's sum, in panels of filters, then those of {@code dy}. */
  private long regionLength() {
    return (long) filterPanels * (sumPanel + tile);
  }

  /** One chunk's sum of one output block. */
  private void multiply(int piece) {
    Scratch mine = scratch.get();
    GemmPanels panels = mine.panels(blocks.dtype);
    Output out = mine.output;
    locate(out, piece % outputs);
    int chunk = piece / outputs;
    int region = (int) (piece * regionLength());
    int left = panels.stride(packedPixels);
    int rightPanel = packedPixels * tile;
    panels.reserve(GemmPanels.Part.LEFT, (long) GemmTile.roundUp(out.rows, GemmTile.ROWS) * left);
    panels.reserve(GemmPanels.Part.RIGHT, (long) filterPanels * rightPanel);
    long last = Math.min((chunk + 1) * chunkPixels, (long) images * planeOut);
    Conv2dAxis rows = blocks.rows(0);
    Conv2dAxis columns = blocks.columns(0);
    int gradients = region + filterPanels * sumPanel;
    partial.clear(GemmPanels.Part.PRODUCT, gradients, filterPanels * tile);
    boolean fresh = true;
    for (long pixel = chunk * chunkPixels; pixel < last; pixel += packedPixels) {
      int pixels = (int) Math.min(packedPixels, last - pixel);
      mine.columns.plan(rows, columns, pixel, pixels, out.tapRow, out.tapRows);
      int channel = out.group * blocks.channels + out.channel;
      blocks.pack(
          panels,
          mine.columns,
          0,
          x,
          channel,
          out.channels,
          out.tapRows,
          GemmPanels.Part.LEFT,
          left);
      packFilters(panels, mine.columns, out);
      if (givesBias(out)) {
        panels.addRows(0, rightPanel, tile, pixels, filterPanels, partial, gradients);
      }
      for (int first = 0; first < pixels; first += DEPTH) {
        panels.addProduct(
            panels,
            first,
            left,
            first * tile,
            rightPanel,
            partial,
            region,
            sumPanel,
            out.rows,
            out.filters,
            Math.min(DEPTH, pixels - first),
            fresh);
        fresh = false;
      }
    }
    if (fresh) {
      partial.clear(GemmPanels.Part.PRODUCT, region, filterPanels * sumPanel); // no pixels left
    }
  }

  private void packFilters(GemmPanels panels, PackColumns block, Output out) {
    int filter = out.group * blocks.filters + out.filter;
    for (int first = 0; first < out.filters; first += tile) {
      for (int run = 0; run < block.runs; run++) {
        long plane = (long) block.runImage[run] * filtersOfAll + filter + first;
        panels.transpose(
            dy,
            plane * planeOut + block.runPosition[run],
            planeOut,
            Math.min(tile, out.filters - first),
            block.runLength[run],
            GemmPanels.Part.RIGHT,
            first * packedPixels + block.runColumn[run] * tile,
            tile);
      }
    }
  }

  /** The output block's chunks added up and written. */
  private void sum(int output) {
    Scratch mine = scratch.get();
    GemmPanels panels = mine.panels(blocks.dtype);
    Output out = mine.output;
    locate(out, output);
    int length = (int) regionLength();
    for (int chunk = 1; chunk < chunks; chunk++) {
      partial.add((chunk * outputs + output) * length, output * length, length);
    }
    int across = panels.stride(out.rows);
    panels.reserve(GemmPanels.Part.LEFT, (long) out.filters * across);
    for (int first = 0; first < out.filters; first += tile) {
      panels.transpose(
          partial,
          GemmPanels.Part.PRODUCT,
          output * length + first / tile * sumPanel,
          tile,
          out.rows,
          Math.min(tile, out.filters - first),
          GemmPanels.Part.LEFT,
          first * across,
          across);
    }
    Conv2dAxis rows = blocks.rows(0);
    Conv2dAxis columns = blocks.columns(0);
    GemmEpilogue epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    if (givesBias(out)) {
      int gradients = output * length + filterPanels * sumPanel;
      long at = (long) out.group * blocks.filters + out.filter;
      partial.store(GemmPanels.Part.PRODUCT, gradients, db, at, out.filters, epilogue);
    }
    for (int filter = 0; filter < out.filters; filter++) {
      long place = (long) out.group * blocks.filters + out.filter + filter;
      long at = ((place * blocks.channels + out.channel) * rows.taps + out.tapRow) * columns.taps;
      panels.store(GemmPanels.Part.LEFT, filter * across, dw, at, out.rows, epilogue);
    }
  }

  /**
   * Whether a block, of those with the same filters, is the one that sums up the bias's gradient.
   */
  private boolean givesBias(Output out) {
    return db != null && out.channel == 0 && out.tapRow == 0;
  }

  /** A block of {@code dw}: some rows of the column matrix by some filters. */
  static final class Output {
    int group;
    int channel;
    int channels;
    int tapRow;
    int tapRows;
    int filter;
    int filters;
    int rows;
  }

  private void locate(Output out, int index) {
    int filterBlock = index % filterBlocks;
    int rest = index / filterBlocks;
    int tapRowBlock = rest % tapRowBlocks;
    rest /= tapRowBlocks;
    out.group = rest / channelBlocks;
    out.channel = rest % channelBlocks * channelsPerBlock;
    out.channels = Math.min(channelsPerBlock, blocks.channels - out.channel);
    Conv2dAxis rows = blocks.rows(0);
    out.tapRow = tapRowBlock * tapRowsPerBlock;
    out.tapRows = Math.min(tapRowsPerBlock, rows.taps - out.tapRow);
    out.filter = filterBlock * blockFilters;
    out.filters = Math.min(blockFilters, blocks.filters - out.filter);
    out.rows = out.channels * out.tapRows * blocks.columns(0).taps;
  }
}
