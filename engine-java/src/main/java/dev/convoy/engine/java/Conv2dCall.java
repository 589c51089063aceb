package dev.convoy.engine.java;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * Convolution and its gradient with respect to the input: a matrix product of the weights and the
 * column matrix, of which only cache-sized blocks are ever packed, straight from the image.
 *
 * <p>The output is cut into blocks of filters by pixels, each made by one thread alone. Used by one
 * calling thread at a time.
 */
final class Conv2dCall implements Conv2dForward, Conv2dBackwardInput {
  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();
  private final Conv2dBlocks blocks = new Conv2dBlocks();

  private final Workers.Job packing = this::packPanel;
  private final Workers.Job product = this::multiply;

  // The call under way.
  private MemorySegment input;
  private MemorySegment weights;
  private MemorySegment bias;
  private MemorySegment output;
  private GemmEpilogue epilogue;
  private GemmPanels packed;
  private boolean backward;
  private int kernelHeight;
  private int kernelWidth;

  Conv2dCall(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  @Override
  public void forward(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    blocks.forward(spec, x.shape(), y.shape(), x.dtype(), false);
    bias = b == null ? null : b.segment();
    epilogue = spec.activation() == Activation.RELU ? GemmEpilogue.RELU : GemmEpilogue.OVERWRITE;
    backward = false;
    run(spec.window(), x, w, y);
  }

  @Override
  public void backwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    blocks.backwardInput(spec, dx.shape(), dy.shape(), dy.dtype(), false);
    bias = null;
    epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    backward = true;
    run(spec.window(), dy, w, dx);
  }

  @Override
  public String explainForward(Conv2dSpec spec, Shape x, Shape y) {
    blocks.forward(spec, x, y, DType.F32, false);
    return blocks.describe();
  }

  @Override
  public String explainBackwardInput(Conv2dSpec spec, Shape x, Shape y) {
    blocks.backwardInput(spec, x, y, DType.F32, false);
    return blocks.describe();
  }

  private void run(Window window, Tensor in, Tensor w, Tensor out) {
    input = in.segment();
    weights = w.segment();
    output = out.segment();
    kernelHeight = window.kernelHeight();
    kernelWidth = window.kernelWidth();
    packed = shared.panels(in.dtype());
    try {
      packed.reserve(GemmPanels.Part.LEFT, blocks.panelsLength());
      workers.run(blocks.groups * blocks.panels(), packing);
      workers.run(blocks.pieces, product);
    } finally {
      input = null;
      weights = null;
      bias = null;
      output = null;
    }
  }

  /** Packs the weights of a panel of filters or, for the gradient, of channels of the forward. */
  private void packPanel(int piece) {
    GemmPanels panels = scratch.get().panels(blocks.dtype);
    int group = piece / blocks.panels();
    int panel = piece % blocks.panels();
    int width = GemmPanels.panelRows(blocks.dtype);
    int first = panel * width;
    int some = Math.min(width, blocks.filters - first);
    int taps = kernelHeight * kernelWidth;
    if (!backward) {
      int depth = (int) blocks.depth();
      long at = ((long) group * blocks.filters + first) * depth;
      panels.panels(
          weights,
          at,
          depth,
          true,
          some,
          depth,
          width,
          packed,
          GemmPanels.Part.LEFT,
          blocks.panelIndex(0, group, panel),
          0);
      return;
    }
    panels.reserve(GemmPanels.Part.BAND, (long) taps * width);
    for (int filter = 0; filter < blocks.channels; filter++) {
      long at = (((long) group * blocks.channels + filter) * blocks.filters + first) * taps;
      packTaps(panels, at, some, group, panel, filter);
    }
  }

  private void packTaps(GemmPanels panels, long at, int some, int group, int panel, int filter) {
    int taps = kernelHeight * kernelWidth;
    int width = GemmPanels.panelRows(blocks.dtype);
    if (taps == 1 && blocks.phases() == 1) {
      int index = blocks.panelIndex(0, group, panel) + filter * width;
      panels.panels(weights, at, 0, false, some, 1, width, packed, GemmPanels.Part.LEFT, index, 0);
      return;
    }
    panels.transpose(weights, at, taps, some, taps, GemmPanels.Part.BAND, 0, width);
    for (int phase = 0; phase < blocks.phases(); phase++) {
      Conv2dAxis rows = blocks.rows(phase);
      Conv2dAxis columns = blocks.columns(phase);
      int before = filter * rows.taps * columns.taps * width;
      int index = blocks.panelIndex(phase, group, panel) + before;
      panels.tapPanel(rows, columns, kernelWidth, packed, index);
    }
  }

  private void multiply(int piece) {
    Scratch mine = scratch.get();
    int last = Math.min(blocks.units, (piece + 1) * blocks.unitsPerPiece);
    for (int unit = piece * blocks.unitsPerPiece; unit < last; unit++) {
      multiply(mine, unit);
    }
  }

  /** One block of the output. */
  private void multiply(Scratch mine, int unit) {
    int columnBlock = unit % blocks.columnBlocks;
    int rest = unit / blocks.columnBlocks;
    int rowBlock = rest % blocks.rowBlocks;
    rest /= blocks.rowBlocks;
    int group = rest % blocks.groups;
    int phase = rest / blocks.groups;
    Conv2dAxis rows = blocks.rows(phase);
    Conv2dAxis columns = blocks.columns(phase);
    long pixels = (long) blocks.images * rows.outputs * columns.outputs;
    long firstPixel = (long) columnBlock * blocks.blockColumns;
    if (firstPixel >= pixels) {
      return; // a phase of fewer pixels than the first
    }
    int wide = (int) Math.min(blocks.blockColumns, pixels - firstPixel);
    int firstFilter = rowBlock * blocks.blockRows;
    int high = Math.min(blocks.blockRows, blocks.filters - firstFilter);
    int channelOut = group * blocks.filters + firstFilter;

    GemmPanels panels = mine.panels(blocks.dtype);
    int stride = panels.stride(blocks.blockColumns);
    panels.reserve(
        GemmPanels.Part.PRODUCT, (long) GemmTile.roundUp(blocks.blockRows, GemmTile.ROWS) * stride);
    PackColumns block = mine.columns;
    int panel = firstFilter / GemmPanels.panelRows(blocks.dtype);
    int a0 = blocks.panelIndex(phase, group, panel);
    boolean stored =
        product(panels, block, phase, firstPixel, wide, group, a0, high, stride, channelOut);
    if (!stored) {
      store(panels, block, rows, columns, channelOut, high, stride);
    }
  }

  /** The block as a product, a part of the depth at a time. Returns whether it is also stored. */
  private boolean product(
      GemmPanels panels,
      PackColumns block,
      int phase,
      long firstPixel,
      int wide,
      int group,
      int weightsIndex,
      int high,
      int stride,
      int channelOut) {
    Conv2dAxis rows = blocks.rows(phase);
    Conv2dAxis columns = blocks.columns(phase);
    int depth = blocks.channels * rows.taps * columns.taps;
    if (depth == 0) {
      panels.fill(high, wide, stride, null, 0);
    }
    int panelRows = GemmPanels.panelRows(blocks.dtype);
    int panelLength = blocks.panelLength(phase);
    int tapRows = blocks.tapRows(rows, columns);
    int tapRow = 0;
    do {
      int tapsHigh = Math.min(tapRows, rows.taps - tapRow);
      block.plan(rows, columns, firstPixel, wide, tapRow, tapsHigh);
      int most = blocks.channelsAtOnce(block, rows, columns);
      for (int channel = 0; channel < blocks.channels && depth > 0; channel += most) {
        int some = Math.min(most, blocks.channels - channel);
        int channelIn = group * blocks.channels + channel;
        blocks.pack(
            panels, block, phase, input, channelIn, some, tapsHigh, GemmPanels.Part.RIGHT, stride);
        int above = (channel * rows.taps + tapRow) * columns.taps;
        int a0 = weightsIndex + above * panelRows;
        int steps = some * tapsHigh * columns.taps;
        if (steps == depth && isWhole(block, columns, wide, high)) {
          long plane = (long) rows.size * columns.size;
          long image = (long) block.runImage[0] * blocks.groups * blocks.filters;
          panels.multiplyInto(
              packed,
              a0,
              panelLength,
              stride,
              GemmPanels.tileColumns(blocks.dtype),
              output,
              (image + channelOut) * plane + block.runPosition[0],
              plane,
              high,
              wide,
              depth,
              bias,
              channelOut,
              epilogue == GemmEpilogue.RELU);
          return true;
        }
        panels.multiply(
            packed,
            a0,
            panelLength,
            panels,
            0,
            stride,
            GemmPanels.tileColumns(blocks.dtype),
            panels,
            0,
            stride,
            high,
            wide,
            steps,
            above > 0);
      }
      tapRow += tapRows;
    } while (tapRow < rows.taps);
    return false;
  }

  /** Whether a block is made of whole tiles whose rows are neighbours in the output. */
  private boolean isWhole(PackColumns block, Conv2dAxis columns, int wide, int high) {
    return block.runs == 1
        && columns.step == 1
        && wide % GemmPanels.tileColumns(blocks.dtype) == 0
        && high % GemmTile.ROWS == 0
        && epilogue != GemmEpilogue.ADD;
  }

  private void store(
      GemmPanels panels,
      PackColumns block,
      Conv2dAxis rows,
      Conv2dAxis columns,
      int channelOut,
      int high,
      int stride) {
    long plane = (long) rows.size * columns.size;
    for (int run = 0; run < block.runs; run++) {
      long image = (long) block.runImage[run] * blocks.groups * blocks.filters;
      for (int row = 0; row < high; row++) {
        int index = row * stride + block.runColumn[run];
        long at = (image + channelOut + row) * plane + block.runPosition[run];
        int length = block.runLength[run];
        if (columns.step == 1) {
          panels.store(
              GemmPanels.Part.PRODUCT, index, output, at, length, epilogue, bias, channelOut + row);
        } else {
          boolean add = epilogue == GemmEpilogue.ADD;
          panels.scatter(GemmPanels.Part.PRODUCT, index, output, at, columns.step, length, add);
        }
      }
    }
  }
}
