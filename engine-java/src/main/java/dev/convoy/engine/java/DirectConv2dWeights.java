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
  private int chunks;
  private int chunkBlocks;

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
    return "blocks of %d pixels, %d chunks of %d blocks, %d pieces"
        .formatted(blocks.blockColumns, chunks, chunkBlocks, chunks * blocks.groups);
  }

  private void cut(Conv2dSpec spec, Shape xs, Shape dys, DType dtype) {
    blocks.forward(spec, xs, dys, dtype, true);
    depth = Math.toIntExact(blocks.depth());
    int wanted = Math.min(blocks.columnBlocks, Math.ceilDiv(ENOUGH_PIECES, blocks.groups));
    chunkBlocks = Math.ceilDiv(blocks.columnBlocks, wanted);
    chunks = Math.ceilDiv(blocks.columnBlocks, chunkBlocks);
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
    partial.clear(piece * groupLength(), groupLength());
    panels.reserve(GemmPanels.Part.LEFT, blocks.blockColumns);
    Conv2dAxis rows = blocks.rows(0);
    Conv2dAxis columns = blocks.columns(0);
    long plane = (long) rows.outputs * columns.outputs;
    int last = Math.min(blocks.columnBlocks, (chunk + 1) * chunkBlocks);
    for (int i = chunk * chunkBlocks; i < last; i++) {
      long pixel = (long) i * blocks.blockColumns;
      int wide = (int) Math.min(blocks.blockColumns, blocks.images * plane - pixel);
      block.plan(rows, columns, pixel, wide, 0, rows.taps);
      blocks.packBand(panels, block, 0, x, group * blocks.channels, blocks.channels, rows.taps);
      for (int filter = 0; filter < blocks.filters; filter++) {
        for (int run = 0; run < block.runs; run++) {
          long image = (long) block.runImage[run] * blocks.groups + group;
          long at = (image * blocks.filters + filter) * plane + block.runPosition[run];
          int length = block.runLength[run];
          panels.copy(dy, at, GemmPanels.Part.LEFT, block.runColumn[run], length);
        }
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
