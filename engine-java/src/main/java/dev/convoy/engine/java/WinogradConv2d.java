package dev.convoy.engine.java;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.WeightsCache;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * Convolution and its gradient with respect to the input by Winograd's minimal filtering, see
 * {@link WinogradTransform}: for each of a tile's points a product of matrices, of the transformed
 * weights and a block of transformed tiles. The gradient is the convolution of {@code dy} with the
 * weights turned round.
 *
 * <p>Used by one calling thread at a time.
 */
final class WinogradConv2d
    implements Conv2dForward, Conv2dBackwardInput, WeightsCache.Layout<GemmPanels> {
  /**
   * Bytes of a row of a block of tiles, at most. The longer, the less often the transformed weights
   * are read, though all of a block's tiles are then more than L2 holds: 512 took 1.04 to 1.09
   * times as long in the mean, and 2048, of twice the memory, .95 to 1.04 times.
   */
  private static final int ROW_BYTES = 1024;

  /** Channels or filters whose tiles are transformed at a time. */
  private static final int AT_ONCE = 4;

  /** Channels whose weights are transformed at a time. */
  private static final int SOME = 16;

  private final Workers workers;
  private final WeightsCache<GemmPanels> kept;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();
  private final WinogradTiles tiles = new WinogradTiles();

  private final Workers.Job transforming = this::transformWeights;
  private final Workers.Job product = this::multiply;

  // The call under way.
  private MemorySegment input;
  private MemorySegment weights;
  private MemorySegment bias;
  private MemorySegment output;
  private GemmEpilogue epilogue;
  private GemmPanels packed;
  private boolean backward;
  private WinogradKind kind;
  private int points;
  private int taps;
  private int kernel;
  private int outputs;
  private int panelRows;
  private int panels;
  private int weightsPlane;
  private int tile;
  private int stride;
  private int inputPanel;
  private int inputPlane;
  private int productPlane;

  WinogradConv2d(Workers workers, ThreadLocal<Scratch> scratch, WeightsCache<GemmPanels> kept) {
    this.workers = workers;
    this.kept = kept;
    this.scratch = scratch;
  }

  @Override
  public void forward(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    tiles.forward(spec, x.shape(), y.shape(), x.dtype());
    bias = b == null ? null : b.segment();
    epilogue = spec.activation() == Activation.RELU ? GemmEpilogue.RELU : GemmEpilogue.OVERWRITE;
    backward = false;
    run(x, w, y);
  }

  @Override
  public void backwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    tiles.backwardInput(spec, dx.shape(), dy.shape(), dy.dtype());
    bias = null;
    epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    backward = true;
    run(dy, w, dx);
  }

  @Override
  public String explainForward(Conv2dSpec spec, Shape x, Shape y) {
    tiles.forward(spec, x, y, DType.F32);
    cut();
    return describe(filterOutputs(y));
  }

  @Override
  public String explainBackwardInput(Conv2dSpec spec, Shape x, Shape y) {
    tiles.backwardInput(spec, x, y, DType.F32);
    cut();
    return describe(filterOutputs(x));
  }

  private static long filterOutputs(Shape out) {
    return out.elements() / out.c();
  }

  private String describe(long filterOutputs) {
    int bytes = tiles.dtype.bytes();
    long weightsBytes = (long) tiles.groups * tiles.filters * tiles.channels * kernel * bytes;
    boolean keeps = WeightsCache.isWorthwhile(weightsBytes, filterOutputs);
    return ("tiles of %d by %d outputs from %d by %d inputs, %s, blocks of %d tiles, %s, "
            + "%d KiB of scratch a thread and %d KiB of transformed weights%s in %s")
        .formatted(
            outputs,
            outputs,
            kind.inputs,
            kind.inputs,
            Words.count(tiles.phases(), "phase"),
            tiles.blockTiles,
            Words.count(tiles.phases() * tiles.groups * tiles.blocks, "piece"),
            ((long) kind.inputPlanes() * inputPlane + (long) kind.planes() * productPlane)
                * bytes
                / 1024,
            weightsLength() * bytes / 1024,
            keeps ? ", kept while weights stay the same," : "",
            tiles.dtype);
  }

  private void cut() {
    panelRows = GemmPanels.panelRows(tiles.dtype);
    kind = tiles.kind;
    points = kind.points;
    taps = kind.taps;
    kernel = kind.kernel();
    outputs = kind.outputs;
    tiles.cutColumns(ROW_BYTES, tiles.groups);
    panels = Math.ceilDiv(tiles.filters, panelRows);
    weightsPlane = Math.multiplyExact(tiles.channels + 1, panelRows);
    tile = GemmPanels.tileColumns(tiles.dtype);
    stride = tiles.stride();
    inputPanel = tiles.plane(tiles.channels, tile);
    inputPlane = Math.ceilDiv(tiles.blockTiles, tile) * inputPanel;
    productPlane = tiles.plane(panelRows, stride);
  }

  /** Elements of the transformed weights: by panel of filters, then point. */
  private long weightsLength() {
    return (long) tiles.groups * panels * kind.weightPlanes() * weightsPlane;
  }

  private void run(Tensor in, Tensor w, Tensor out) {
    input = in.segment();
    weights = w.segment();
    output = out.segment();
    try {
      cut();
      long layout = 2L * tiles.groups + (backward ? 1 : 0);
      long bytes = weightsLength() * in.dtype().bytes();
      packed = kept.get(w, layout, bytes, filterOutputs(out.shape()), this);
      if (packed == null) {
        fill(shared.panels(in.dtype()));
      }
      workers.run(Math.multiplyExact(tiles.phases() * tiles.groups, tiles.blocks), product);
    } finally {
      input = null;
      weights = null;
      bias = null;
      output = null;
      packed = null;
    }
  }

  @Override
  public GemmPanels allocate() {
    return Scratch.newPanels(tiles.dtype);
  }

  @Override
  public void fill(GemmPanels memory) {
    packed = memory;
    packed.reserve(GemmPanels.Part.LEFT, weightsLength());
    workers.run(tiles.groups * panels, transforming);
  }

  /** Transforms the weights of a panel of filters, some channels at a time. */
  private void transformWeights(int piece) {
    GemmPanels mine = scratch.get().panels(tiles.dtype);
    int group = piece / panels;
    int first = piece % panels * panelRows;
    int high = Math.min(panelRows, tiles.filters - first);
    mine.reserve(GemmPanels.Part.BAND, (long) SOME * kernel * panelRows);
    mine.reserve(GemmPanels.Part.TILES, (long) kind.weightPoints * taps * SOME * panelRows);
    for (int channel = 0; channel < tiles.channels; channel += SOME) {
      int some = Math.min(SOME, tiles.channels - channel);
      turnWeights(mine, group, first, high, channel, some);
      for (int row = 0; row < panelRows; row += mine.lanes()) {
        int index = piece * kind.weightPlanes() * weightsPlane + channel * panelRows + row;
        transformWeights(mine, row, index, some);
      }
    }
  }

  /** Lays some channels' taps out, each tap a row of a panel's filters. */
  private void turnWeights(GemmPanels mine, int group, int first, int high, int channel, int some) {
    GemmPanels.Part band = GemmPanels.Part.BAND;
    if (!backward) {
      long filter = (long) group * tiles.filters + first;
      long at = (filter * tiles.channels + channel) * kernel;
      long distance = (long) tiles.channels * kernel;
      mine.transpose(weights, at, distance, high, some * kernel, band, 0, panelRows);
      return;
    }
    for (int i = 0; i < some; i++) {
      long filter = (long) group * tiles.channels + channel + i;
      long at = (filter * tiles.filters + first) * kernel;
      mine.transpose(weights, at, kernel, high, kernel, band, i * kernel * panelRows, panelRows);
    }
  }

  private void transformWeights(GemmPanels mine, int row, int index, int some) {
    GemmPanels.Part band = GemmPanels.Part.BAND;
    GemmPanels.Part half = GemmPanels.Part.TILES;
    int from = row + (backward ? (kernel - 1) * panelRows : 0);
    int tap = backward ? -panelRows : panelRows;
    int next = kernel * panelRows;
    int lanes = mine.lanes();
    int far = some * lanes;
    for (int column = 0; column < taps; column++) {
      mine.winograd()
          .transform(
              kind.toWeights,
              band,
              from + column * tap,
              taps * tap,
              next,
              mine,
              half,
              column * far,
              taps * far,
              lanes,
              some);
    }
    for (int point = 0; point < kind.weightPoints; point++) {
      mine.winograd()
          .transform(
              kind.toWeights,
              half,
              point * taps * far,
              far,
              lanes,
              packed,
              GemmPanels.Part.LEFT,
              index + point * kind.weightPoints * weightsPlane,
              weightsPlane,
              panelRows,
              some);
    }
  }

  /** One block of tiles. */
  private void multiply(int piece) {
    Scratch mine = scratch.get();
    int block = piece % tiles.blocks;
    int rest = piece / tiles.blocks;
    int group = rest % tiles.groups;
    int phase = rest / tiles.groups;
    long first = tiles.first(block, phase);
    int wide = tiles.count(block, phase);
    if (wide == 0) {
      return; // a phase of fewer tiles than the first
    }
    GemmPanels work = mine.panels(tiles.dtype);
    work.reserve(GemmPanels.Part.RIGHT, (long) kind.inputPlanes() * inputPlane);
    work.reserve(GemmPanels.Part.PRODUCT, (long) kind.planes() * productPlane);
    work.reserve(GemmPanels.Part.TILES, (long) points * outputs * AT_ONCE * stride);
    work.reserve(GemmPanels.Part.TURNED, (long) outputs * outputs * AT_ONCE * stride);
    transformInput(work, mine.columns, phase, group * tiles.channels, first, wide);
    long image =
        (long) tiles.groups * tiles.filters * tiles.rows(phase).size * tiles.columns(phase).size;
    mine.columns.planOutputs(tiles.rows(phase), tiles.columns(phase), outputs, image);
    for (int panel = 0; panel < panels; panel++) {
      multiply(work, mine.columns, phase, group, panel, wide);
    }
  }

  /**
   * The outputs of a block of tiles and a panel of filters. So few filters at a time that their
   * products stay in L2 until they are transformed: with all of them at once 128 by 256 channels
   * took 1.1 times as long, and 512 by 512 too.
   */
  private void multiply(
      GemmPanels work, PackColumns block, int phase, int group, int panel, int wide) {
    int first = panel * panelRows;
    int high = Math.min(panelRows, tiles.filters - first);
    int matrix = (group * panels + panel) * kind.weightPlanes() * weightsPlane;
    for (int plane = 0; plane < kind.planes(); plane++) {
      work.multiply(
          packed,
          matrix + kind.weightPlane(plane) * weightsPlane,
          0, // one panel
          work,
          kind.inputPlane(plane) * inputPlane,
          tile,
          inputPanel,
          work,
          plane * productPlane,
          stride,
          high,
          wide,
          tiles.channels,
          false);
    }
    for (int filter = 0; filter < high; filter += AT_ONCE) {
      int some = Math.min(AT_ONCE, high - filter);
      transformOutput(work, filter, some);
      for (int i = 0; i < some; i++) {
        store(work, block, phase, group * tiles.filters + first + filter + i, i, some);
      }
    }
  }

  /** Transforms a block's tiles, each a column of the points' matrices. */
  private void transformInput(
      GemmPanels work, PackColumns block, int phase, int channelIn, long first, int wide) {
    Conv2dAxis rows = tiles.rows(phase);
    Conv2dAxis columns = tiles.columns(phase);
    long plane = (long) rows.inputs * columns.inputs;
    long image = (long) tiles.groups * tiles.channels * plane;
    int lanes = work.lanes();
    boolean narrow = columns.run() <= lanes / 2;
    int most = narrow ? lanes : AT_ONCE;
    int apart = narrow ? PackColumns.apart(columns) : columns.stride;
    if (narrow) {
      block.planWhole(rows, columns, first, wide);
      block.vectors.planTurned(lanes, kind.inputs, lanes);
    } else {
      block.plan(rows, columns, first, wide, 0, kind.inputs);
      block.vectors.plan(lanes, kind.inputs, tile, inputPanel);
    }
    GemmPanels.Part right = GemmPanels.Part.RIGHT;
    work.reserve(GemmPanels.Part.BAND, most * block.channelLength());
    for (int channel = 0; channel < tiles.channels; channel += most) {
      int some = Math.min(most, tiles.channels - channel);
      long at = (channelIn + (long) channel) * plane;
      int to = channel * tile;
      work.band(block, input, at, image, some, rows.inputs, columns.inputs, apart);
      if (narrow) {
        work.winograd()
            .transformNarrow(kind.toPoints, block, some, wide, right, to, inputPanel, inputPlane);
      } else {
        work.winograd().transformTiles(kind.toPoints, block, some, right, to, tile, inputPlane);
      }
    }
  }

  /** Leaves some filters' outputs as rows of the block's tiles, all filters' first rows first. */
  private void transformOutput(GemmPanels work, int filter, int some) {
    GemmPanels.Part part = GemmPanels.Part.TILES;
    int lanes = work.lanes();
    int row = some * stride;
    int vectors = row / lanes;
    for (int column = 0; column < points; column++) {
      work.winograd()
          .transform(
              kind.toOutputs,
              GemmPanels.Part.PRODUCT,
              filter * stride + column * productPlane,
              points * productPlane,
              lanes,
              work,
              part,
              column * row,
              points * row,
              lanes,
              vectors);
    }
    for (int i = 0; i < outputs; i++) {
      int to = i * outputs * row;
      work.winograd()
          .outputTiles(kind, part, i * points * row, row, GemmPanels.Part.TURNED, to, vectors);
    }
  }

  /** Writes the outputs of one of some filters that were transformed together. */
  private void store(
      GemmPanels work, PackColumns block, int phase, int channel, int which, int some) {
    Conv2dAxis rows = tiles.rows(phase);
    Conv2dAxis columns = tiles.columns(phase);
    GemmPanels.Part part = GemmPanels.Part.TURNED;
    int far = some * outputs * stride;
    int first = which * outputs * stride;
    boolean zipped = isZipped(block, columns);
    if (columns.step > 1 && !zipped) {
      boolean relu = epilogue == GemmEpilogue.RELU;
      for (int row = 0; row < outputs; row++) {
        work.winograd().finish(part, row * far + first, outputs * stride, bias, channel, relu);
      }
    }
    long plane = (long) rows.size * columns.size;
    long step = (long) rows.step * columns.size;
    for (int segment = 0; segment < block.segments; segment += zipped ? 2 : 1) {
      int index = block.outputRow[segment] * far + first + block.outputFrom[segment];
      int high = block.outputRows[segment];
      int length = block.outputLength[segment];
      long at = block.outputPlace[segment] + channel * plane;
      if (zipped) {
        storeZipped(work, index, far, block.length[segment] * outputs, at, step, high, channel);
      } else if (columns.step == 1) {
        work.store(part, index, far, output, at, step, high, length, epilogue, bias, channel);
      } else {
        boolean add = epilogue == GemmEpilogue.ADD;
        for (int row = 0; row < high; row++, index += far, at += step) {
          work.scatter(part, index, output, at, columns.step, length, add);
        }
      }
    }
  }

  /** Whether outputs of two phases are written as whole rows. */
  private static boolean isZipped(PackColumns block, Conv2dAxis columns) {
    return columns.phases == 2 && block.hasWholeLines(columns);
  }

  /**
   * Writes whole rows of outputs whose columns are of two phases.
   *
   * @param index of the first phase's, which so many of the second's follow
   */
  private void storeZipped(
      GemmPanels work, int index, int far, int run, long at, long step, int high, int channel) {
    GemmPanels.Part whole = GemmPanels.Part.TILES;
    int size = tiles.columns(0).size;
    int apart = 2 * GemmTile.roundUp(run, work.lanes());
    work.reserve(whole, (long) outputs * apart);
    for (int row = 0; row < high; row++) {
      int even = index + row * far;
      work.zip(GemmPanels.Part.TURNED, even, even + run, whole, row * apart, run);
    }
    work.store(whole, 0, apart, output, at, step, high, size, epilogue, bias, channel);
  }
}
