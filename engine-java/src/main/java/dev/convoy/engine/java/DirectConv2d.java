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
 * Convolution and its gradient with respect to the input where few filters share an input channel:
 * sums over the band itself, see {@link PackColumns}, a few rows of one image at a time. Where
 * images fit, one plan serves them all. The usual depthwise convolutions are {@link
 * DepthwiseConv2d}'s.
 *
 * <p>Used by one calling thread at a time.
 */
final class DirectConv2d implements Conv2dForward, Conv2dBackwardInput {
  /** Operations that make a piece worth handing to a thread. */
  private static final long PIECE_OPERATIONS = 4_000_000;

  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  /** Filters that share the pixels that are read. */
  static final int AT_ONCE = 4;

  /** Vectors of pixels at a time. */
  static final int VECTORS = 4;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();
  private final Conv2dBlocks blocks = new Conv2dBlocks();

  private final Workers.Job packing = this::pack;
  private final Workers.Job summing = this::sum;

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
  private int blockRows;
  private int rowBlocks;
  private int units;
  private int unitsPerPiece;

  DirectConv2d(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  @Override
  public void forward(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    blocks.forward(spec, x.shape(), y.shape(), x.dtype(), true);
    bias = b == null ? null : b.segment();
    epilogue = spec.activation() == Activation.RELU ? GemmEpilogue.RELU : GemmEpilogue.OVERWRITE;
    backward = false;
    run(spec.window(), x, w, y);
  }

  @Override
  public void backwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    blocks.backwardInput(spec, dx.shape(), dy.shape(), dy.dtype(), true);
    bias = null;
    epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    backward = true;
    run(spec.window(), dy, w, dx);
  }

  @Override
  public String explainForward(Conv2dSpec spec, Shape x, Shape y) {
    blocks.forward(spec, x, y, DType.F32, true);
    return describe();
  }

  @Override
  public String explainBackwardInput(Conv2dSpec spec, Shape x, Shape y) {
    blocks.backwardInput(spec, x, y, DType.F32, true);
    return describe();
  }

  private String describe() {
    cut();
    return "%s, %s of an image's output at a time, %s"
        .formatted(
            Words.count(blocks.phases(), "phase"),
            Words.count(blockRows, "row"),
            Words.count(Math.ceilDiv(units, unitsPerPiece), "piece"));
  }

  private void cut() {
    Conv2dAxis rows = blocks.rows(0);
    Conv2dAxis columns = blocks.columns(0);
    blockRows = blocks.directRows();
    rowBlocks = Math.ceilDiv(rows.outputs, blockRows);
    long others = (long) blocks.images * blocks.groups * blocks.rowPhaseCount();
    while (blockRows > 4 && others * rowBlocks < ENOUGH_PIECES) {
      blockRows = GemmTile.roundUp(blockRows / 2, 4);
      rowBlocks = Math.ceilDiv(rows.outputs, blockRows);
    }
    units = Math.toIntExact(others * rowBlocks);
    long operations =
        Math.max(1, 2L * blockRows * columns.outputs * blocks.depth() * blocks.filters);
    unitsPerPiece =
        (int) Math.clamp(PIECE_OPERATIONS / operations, 1L, Math.max(1, units / ENOUGH_PIECES));
  }

  private void run(Window window, Tensor in, Tensor w, Tensor out) {
    input = in.segment();
    weights = w.segment();
    output = out.segment();
    kernelHeight = window.kernelHeight();
    kernelWidth = window.kernelWidth();
    packed = shared.panels(in.dtype());
    try {
      cut();
      packed.reserve(GemmPanels.Part.LEFT, w.shape().elements());
      workers.run(blocks.groups, packing);
      workers.run(Math.ceilDiv(units, unitsPerPiece), summing);
    } finally {
      input = null;
      weights = null;
      bias = null;
      output = null;
    }
  }

  /** Packs the weights of one group. */
  private void pack(int group) {
    int taps = kernelHeight * kernelWidth;
    if (!backward) {
      int length = blocks.filters * blocks.channels * taps;
      packed.copyExactly(
          weights, (long) group * length, GemmPanels.Part.LEFT, group * length, length);
      return;
    }
    long distance = (long) blocks.filters * taps;
    for (int channel = 0; channel < blocks.filters; channel++) {
      long first = (long) group * blocks.channels * distance + (long) channel * taps;
      for (int phase = 0; phase < blocks.phases(); phase++) {
        Conv2dAxis rows = blocks.rows(phase);
        Conv2dAxis columns = blocks.columns(phase);
        int index = blocks.weightsIndex(phase, group * blocks.filters + channel);
        packed.taps(weights, first, distance, blocks.channels, rows, columns, kernelWidth, index);
      }
    }
  }

  private void sum(int piece) {
    Scratch mine = scratch.get();
    if (rowBlocks == 1) {
      for (int phase = 0; phase < blocks.phases(); phase++) {
        plan(mine.phase(phase), phase, 0);
      }
    }
    int last = Math.min(units, (piece + 1) * unitsPerPiece);
    for (int unit = piece * unitsPerPiece; unit < last; unit++) {
      sum(mine, unit);
    }
  }

  private void plan(PackColumns block, int phase, int rowBlock) {
    Conv2dAxis rows = blocks.rows(phase);
    Conv2dAxis columns = blocks.columns(phase);
    int first = rowBlock * blockRows;
    int high = Math.max(0, Math.min(blockRows, rows.outputs - first));
    long pixel = (long) first * columns.outputs;
    block.plan(rows, columns, pixel, Math.multiplyExact(high, columns.outputs), 0, rows.taps);
    block.planPlaces(blocks.channels, rows.taps, columns.taps);
    block.vectors.planAtLeast(VECTORS, GemmPanels.lanes(blocks.dtype));
  }

  /** Some rows of one group of one image: of one phase of its rows, of all of its columns. */
  private void sum(Scratch mine, int unit) {
    int rowBlock = unit % rowBlocks;
    int rest = unit / rowBlocks;
    int rowPhase = rest % blocks.rowPhaseCount();
    rest /= blocks.rowPhaseCount();
    int group = rest % blocks.groups;
    int image = rest / blocks.groups;
    int columnPhases = blocks.phases() / blocks.rowPhaseCount();
    GemmPanels work = mine.panels(blocks.dtype);
    int width = blocks.columns(0).outputs;
    int first = rowBlock * blockRows;
    int high = Math.min(blockRows, blocks.rows(rowPhase * columnPhases).outputs - first);
    if (high <= 0) {
      return; // a phase of fewer rows than the first
    }
    int region = work.stride(Math.multiplyExact(high, width));
    work.reserve(GemmPanels.Part.PRODUCT, (long) columnPhases * phaseRegion(region));
    for (int columnPhase = 0; columnPhase < columnPhases; columnPhase++) {
      int phase = rowPhase * columnPhases + columnPhase;
      PackColumns block = mine.phase(phase);
      if (rowBlocks > 1) {
        plan(block, phase, rowBlock);
      }
      Conv2dAxis rows = blocks.rows(phase);
      Conv2dAxis columns = blocks.columns(phase);
      long plane = (long) rows.inputs * columns.inputs;
      long at = ((long) image * blocks.groups + group) * blocks.channels * plane;
      work.reserve(GemmPanels.Part.BAND, blocks.channels * block.channelLength());
      work.band(block, input, at, 0, blocks.channels, rows.inputs, columns.inputs, columns.stride);
      int index = columnPhase * phaseRegion(region);
      int a0 = blocks.weightsIndex(phase, group * blocks.filters);
      work.direct().outputs(block, packed, a0, blocks.filters, index, region);
    }
    for (int filter = 0; filter < blocks.filters; filter++) {
      store(work, image, group * blocks.filters + filter, filter, rowPhase, first, high, region);
    }
  }

  /** Elements of one phase's outputs, {@code region} for each filter. */
  private int phaseRegion(int region) {
    return Math.multiplyExact(GemmTile.roundUp(blocks.filters, AT_ONCE), region);
  }

  private void store(
      GemmPanels work,
      int image,
      int channel,
      int filter,
      int rowPhase,
      int first,
      int high,
      int region) {
    int columnPhases = blocks.phases() / blocks.rowPhaseCount();
    Conv2dAxis rows = blocks.rows(rowPhase * columnPhases);
    Conv2dAxis columns = blocks.columns(rowPhase * columnPhases);
    long channels = (long) blocks.groups * blocks.filters;
    long plane = (image * channels + channel) * rows.size * columns.size;
    GemmPanels.Part part = GemmPanels.Part.PRODUCT;
    int index = filter * region;
    if (columns.step == 1 && rows.step == 1) {
      long at = plane + (long) (rows.start + first) * columns.size + columns.start;
      work.store(part, index, output, at, high * columns.outputs, epilogue, bias, channel);
      return;
    }
    for (int row = 0; row < high; row++) {
      long above = rows.start + (long) (first + row) * rows.step;
      long at = plane + above * columns.size;
      storeRow(work, index, row, region, at);
    }
  }

  /** A row of {@code dx} from those of its columns' phases. */
  private void storeRow(GemmPanels work, int index, int row, int region, long at) {
    int columnPhases = blocks.phases() / blocks.rowPhaseCount();
    int phaseRegion = phaseRegion(region);
    GemmPanels.Part part = GemmPanels.Part.PRODUCT;
    if (blocks.columns(0).step == 1) {
      int width = blocks.columns(0).outputs;
      work.store(part, index + row * width, output, at, width, epilogue);
      return;
    }
    if (columnPhases == 2) {
      int width = blocks.columns(0).outputs;
      int even = index + row * width;
      int odd = index + phaseRegion + row * blocks.columns(1).outputs;
      int size = blocks.columns(0).size;
      work.reserve(GemmPanels.Part.TURNED, 2L * GemmTile.roundUp(width, work.lanes()));
      work.zip(part, even, odd, GemmPanels.Part.TURNED, 0, width);
      work.store(GemmPanels.Part.TURNED, 0, output, at, size, epilogue);
      return;
    }
    for (int phase = 0; phase < columnPhases; phase++) {
      Conv2dAxis columns = blocks.columns(phase);
      int from = index + phase * phaseRegion + row * columns.outputs;
      boolean add = epilogue == GemmEpilogue.ADD;
      work.scatter(part, from, output, at + columns.start, columns.step, columns.outputs, add);
    }
  }
}
