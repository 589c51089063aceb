package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradient with respect to the weights where few filters share an input channel, so that a
 * matrix product would have little to do with what it packs: for each weight, the product of {@code
 * dy} with the shifted image, summed.
 *
 * <p>The pixels are cut into chunks, as in {@link GemmConv2dWeights}. Used by one calling thread at
 * a time.
 */
final class DirectConv2dWeights {
  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

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
  private boolean accumulate;
  private GemmPanels partial;
  private int depth;
  private int blockRows;
  private int units;
  private int chunks;

  DirectConv2dWeights(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  void backward(Conv2dSpec spec, Tensor xs, Tensor dys, Tensor dws, boolean accumulates) {
    accumulate = accumulates;
    cut(spec, xs.shape(), dys.shape(), dys.dtype());
    partial = shared.panels(dys.dtype());
    try {
      x = xs.segment();
      dy = dys.segment();
      dw = dws.segment();
      partial.reserve(GemmPanels.Part.PRODUCT, (long) chunks * blocks.groups * groupLength());
      workers.run(chunks * blocks.groups, products);
      workers.run(blocks.groups, sums);
    } finally {
      x = null;
      dy = null;
      dw = null;
    }
  }

  /** How the gradient would be computed, in words. */
  String explain(Conv2dSpec spec, Shape xs, Shape dys) {
    cut(spec, xs, dys, DType.F32);
    return "%d rows of an image's output at a time, %d chunks, %d pieces"
        .formatted(blockRows, chunks, chunks * blocks.groups);
  }

  private void cut(Conv2dSpec spec, Shape xs, Shape dys, DType dtype) {
    blocks.forward(spec, xs, dys, dtype, true);
    depth = Math.toIntExact(blocks.depth());
    blockRows = blocks.directRows();
    int outputs = blocks.rows(0).outputs;
    while (blockRows > 4
        && (long) blocks.images * Math.ceilDiv(outputs, blockRows) * blocks.groups
            < ENOUGH_PIECES) {
      blockRows = GemmTile.roundUp(blockRows / 2, 4);
    }
    units = Math.multiplyExact(blocks.images, Math.ceilDiv(outputs, blockRows));
    chunks = Math.min(units, Math.ceilDiv(ENOUGH_PIECES, blocks.groups));
  }

  /** From one group's sums to the next, in whole vectors. */
  private int groupLength() {
    return partial.stride(blocks.filters * depth);
  }

  /** One chunk's sums for one group. */
  private void multiply(int piece) {
    Scratch mine = scratch.get();
    GemmPanels panels = mine.panels(blocks.dtype);
    PackColumns block = mine.columns;
    int chunk = piece / blocks.groups;
    int group = piece % blocks.groups;
    partial.clear(GemmPanels.Part.PRODUCT, piece * groupLength(), groupLength());
    Conv2dAxis rows = blocks.rows(0);
    Conv2dAxis columns = blocks.columns(0);
    long planeIn = (long) rows.inputs * columns.inputs;
    long plane = (long) rows.outputs * columns.outputs;
    int pixels = Math.multiplyExact(blockRows, columns.outputs);
    panels.reserve(GemmPanels.Part.LEFT, pixels);
    int last = (int) ((chunk + 1L) * units / chunks);
    int planned = -1;
    for (int unit = (int) ((long) chunk * units / chunks); unit < last; unit++) {
      // The same rows of one image after the other, so that one plan serves many.
      int rowBlock = unit / blocks.images;
      int image = unit % blocks.images;
      long pixel = (long) rowBlock * pixels;
      int wide = (int) Math.min(pixels, plane - pixel);
      if (rowBlock != planned) {
        block.plan(rows, columns, pixel, wide, 0, rows.taps);
        block.planPlaces(blocks.channels, rows.taps, columns.taps);
        panels.reserve(GemmPanels.Part.BAND, blocks.channels * block.channelLength());
        planned = rowBlock;
      }
      long at = ((long) image * blocks.groups + group) * blocks.channels * planeIn;
      panels.band(block, x, at, 0, blocks.channels, rows.inputs, columns.inputs, columns.stride);
      for (int filter = 0; filter < blocks.filters; filter++) {
        long channel = ((long) image * blocks.groups + group) * blocks.filters + filter;
        panels.copy(dy, channel * plane + pixel, GemmPanels.Part.LEFT, 0, wide);
        panels.directWeights(block, partial, piece * groupLength() + filter * depth);
      }
    }
  }

  private void sum(int group) {
    int length = groupLength();
    for (int chunk = 1; chunk < chunks; chunk++) {
      partial.add((chunk * blocks.groups + group) * length, group * length, length);
    }
    GemmEpilogue epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    int weights = blocks.filters * depth;
    long at = (long) group * weights;
    partial.store(GemmPanels.Part.PRODUCT, group * length, dw, at, weights, epilogue);
  }
}
