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
 * Convolution with few filters, as in a last layer that draws an image, and the gradient with
 * respect to an input of few channels, as in a first layer: too few outputs to repay packing a
 * column matrix. Some rows of a channel are copied with their padding, into L1, and what they give
 * is added to the sums of each filter's rows, seven at a time in registers: the taps above each
 * other share what they read. Strides and dilations are 1.
 *
 * <p>Used by one calling thread at a time.
 */
final class FewOutputsConv2d implements Conv2dForward, Conv2dBackwardInput {
  /** Rows of sums that are in registers at a time; the usual images' heights are multiples. */
  static final int ROWS = 7;

  /**
   * So many more filters than rows of taps are few: 6 of 4×4 took 0.6 of GEMM's time and 8 as long,
   * 8 of 7×7 0.75 and 12 as long.
   */
  private static final int MORE_FILTERS = 2;

  /** Channels whose sums repay keeping them: 4 took 1.2 times as long as sums over the band. */
  private static final int LEAST_DEPTH = 8;

  /**
   * Rows of taps that share what is read; kernels of more are cut into parts of three to five. And
   * columns, as kernels of one took up to 1.6 times as long as before.
   */
  private static final int LEAST_TAPS = 3;

  private static final int MOST_TAPS = 5;

  /** Of a channel's rows, about, and of all those in L1 at a time, whose sums stay in registers. */
  private static final int PLANE_BYTES = 12 << 10;

  private static final int PLANES_BYTES = 24 << 10;

  /** Operations that make a piece worth handing to a thread. */
  private static final long PIECE_OPERATIONS = 4_000_000;

  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();

  private final Workers.Job summing = this::sum;

  // The call under way.
  private MemorySegment input;
  private MemorySegment bias;
  private MemorySegment output;
  private GemmEpilogue epilogue;
  private GemmPanels weights;
  private DType dtype;
  private boolean backward;
  private int groups;
  private int channels;
  private int filters;
  private int kernelHeight;
  private int kernelWidth;
  private int inputHeight;
  private int inputWidth;
  private int outputHeight;
  private int outputWidth;

  /** Rows and columns of zeros above and to the left of an image. */
  private int above;

  private int before;
  private int blockRows;
  private int rowBlocks;
  private int units;
  private int unitsPerPiece;

  FewOutputsConv2d(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  /** Whether this is for such a convolution. */
  static boolean applies(Conv2dSpec spec, Shape x, Shape y) {
    return applies(spec.window(), x.c() / spec.groups(), y.c() / spec.groups(), y.w());
  }

  /** Whether this is for such a gradient. */
  static boolean appliesBackward(Conv2dSpec spec, Shape x, Shape y) {
    Window window = spec.window();
    return Math.max(window.padTop(), window.padBottom()) < window.kernelHeight()
        && Math.max(window.padLeft(), window.padRight()) < window.kernelWidth()
        && applies(window, y.c() / spec.groups(), x.c() / spec.groups(), x.w());
  }

  private static boolean applies(Window window, int depth, int filters, int width) {
    return Math.max(window.strideHeight(), window.strideWidth()) == 1
        && Math.max(window.dilationHeight(), window.dilationWidth()) == 1
        && Math.min(window.kernelHeight(), window.kernelWidth()) >= LEAST_TAPS
        && filters <= window.kernelHeight() + MORE_FILTERS
        && depth >= LEAST_DEPTH
        && 2 * width >= GemmPanels.lanes(DType.F32);
  }

  @Override
  public void forward(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    plan(spec, x.shape(), y.shape(), x.dtype(), false);
    bias = b == null ? null : b.segment();
    epilogue = spec.activation() == Activation.RELU ? GemmEpilogue.RELU : GemmEpilogue.OVERWRITE;
    run(x, w, y);
  }

  @Override
  public void backwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    plan(spec, dy.shape(), dx.shape(), dy.dtype(), true);
    bias = null;
    epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    run(dy, w, dx);
  }

  @Override
  public String explainForward(Conv2dSpec spec, Shape x, Shape y) {
    plan(spec, x, y, DType.F32, false);
    return describe();
  }

  @Override
  public String explainBackwardInput(Conv2dSpec spec, Shape x, Shape y) {
    plan(spec, y, x, DType.F32, true);
    return describe();
  }

  private String describe() {
    return "%s of a channel at a time, %s"
        .formatted(
            Words.count(blockRows, "row"),
            Words.count(Math.ceilDiv(units, unitsPerPiece), "piece"));
  }

  private void plan(Conv2dSpec spec, Shape in, Shape out, DType type, boolean gradient) {
    Window window = spec.window();
    dtype = type;
    backward = gradient;
    groups = spec.groups();
    channels = in.c() / groups;
    filters = out.c() / groups;
    kernelHeight = window.kernelHeight();
    kernelWidth = window.kernelWidth();
    inputHeight = in.h();
    inputWidth = in.w();
    outputHeight = out.h();
    outputWidth = out.w();
    above = gradient ? kernelHeight - 1 - window.padTop() : window.padTop();
    before = gradient ? kernelWidth - 1 - window.padLeft() : window.padLeft();
    int fit = PLANE_BYTES / type.bytes() / pitch() - (kernelHeight - 1);
    blockRows = GemmTile.roundUp(Math.clamp(fit - ROWS + 1, 1, outputHeight), ROWS);
    int images = Math.multiplyExact(in.n(), groups);
    while (blockRows > ROWS
        && (long) images * Math.ceilDiv(outputHeight, blockRows) < ENOUGH_PIECES) {
      blockRows = GemmTile.roundUp(blockRows / 2, ROWS);
    }
    rowBlocks = Math.ceilDiv(outputHeight, blockRows);
    units = Math.multiplyExact(images, rowBlocks);
    long operations = 2L * blockRows * outputWidth * taps() * channels * filters;
    unitsPerPiece =
        (int) Math.clamp(PIECE_OPERATIONS / operations, 1L, Math.max(1, units / ENOUGH_PIECES));
  }

  private int taps() {
    return kernelHeight * kernelWidth;
  }

  /** From one row of an image with its padding to the next. */
  private int pitch() {
    return outputWidth + kernelWidth - 1;
  }

  private void run(Tensor in, Tensor w, Tensor out) {
    input = in.segment();
    output = out.segment();
    weights = shared.panels(dtype);
    try {
      int length = Math.toIntExact(w.shape().elements());
      weights.reserve(GemmPanels.Part.LEFT, length);
      weights.copyExactly(w.segment(), 0, GemmPanels.Part.LEFT, 0, length);
      workers.run(Math.ceilDiv(units, unitsPerPiece), summing);
    } finally {
      input = null;
      bias = null;
      output = null;
    }
  }

  private void sum(int piece) {
    GemmPanels work = scratch.get().panels(dtype);
    int last = Math.min(units, (piece + 1) * unitsPerPiece);
    for (int unit = piece * unitsPerPiece; unit < last; unit++) {
      int group = unit / rowBlocks % groups;
      sum(work, unit / rowBlocks / groups, group, unit % rowBlocks * blockRows);
    }
  }

  /** Some rows of one group of one image. */
  private void sum(GemmPanels work, int image, int group, int first) {
    int rows = Math.min(blockRows, outputHeight - first);
    int all = GemmTile.roundUp(rows, ROWS);
    int far = GemmTile.roundUp(outputWidth, work.lanes());
    work.reserve(GemmPanels.Part.PRODUCT, (long) filters * all * far);
    work.clear(GemmPanels.Part.PRODUCT, 0, filters * all * far);

    int from = Math.max(0, first - above);
    int some = Math.min(inputHeight, first - above + all + kernelHeight - 1) - from;
    if (some > 0) { // not all padding
      addRows(work, image, group, from, some, Math.max(0, above - first), all, far);
    }
    for (int filter = 0; filter < filters; filter++) {
      long to = ((long) image * groups + group) * filters + filter;
      work.store(
          GemmPanels.Part.PRODUCT,
          filter * all * far,
          far,
          output,
          (to * outputHeight + first) * outputWidth,
          outputWidth,
          rows,
          outputWidth,
          epilogue,
          bias,
          (long) group * filters + filter);
    }
  }

  /**
   * What so many rows of a group's channels give. A channel's have zeros around them in the right
   * part.
   *
   * @param some of them
   * @param zeros rows of padding above them
   * @param rows of sums, {@code far} apart
   */
  private void addRows(
      GemmPanels work, int image, int group, int from, int some, int zeros, int rows, int far) {
    long length = (rows + kernelHeight - 1L) * pitch() + before;
    int together = Math.clamp(PLANES_BYTES / dtype.bytes() / length, 1, channels);
    work.reserve(GemmPanels.Part.RIGHT, together * length + work.lanes());
    int region = (int) length;
    int margin = zeros * pitch() + before;
    for (int i = 0; i < together; i++) {
      work.clear(GemmPanels.Part.RIGHT, i * region, margin);
    }
    long plane = (long) inputHeight * inputWidth;
    long at = ((long) image * groups + group) * channels * plane + (long) from * inputWidth;
    for (int channel = 0; channel < channels; channel += together) {
      int planes = Math.min(together, channels - channel);
      for (int i = 0; i < planes; i++, at += plane) {
        int index = i * region + margin;
        work.direct().spacedRows(input, at, some, inputWidth, index, pitch(), region - margin);
      }
      for (int filter = 0; filter < filters; filter++) {
        addPlanes(work, planes, region, group, channel, filter, filter * rows * far, rows, far);
      }
    }
  }

  /** What channels give a filter's sums. A gradient takes the taps from the last to the first. */
  private void addPlanes(
      GemmPanels work,
      int planes,
      int region,
      int group,
      int channel,
      int filter,
      int to,
      int rows,
      int far) {
    int step = backward ? -1 : 1;
    int kernel =
        backward
            ? (group * channels + channel) * filters + filter
            : (group * filters + filter) * channels + channel;
    int tap = kernel * taps() + (backward ? taps() - 1 : 0);
    int next = backward ? filters * taps() : taps();
    int parts = Math.ceilDiv(kernelHeight, MOST_TAPS);
    for (int part = 0, i = 0, high; part < parts; part++, i += high) {
      high = (kernelHeight - i) / (parts - part);
      for (int row = 0; row < rows; row += ROWS) {
        work.direct()
            .addTapRows(
                high,
                (row + i) * pitch(),
                pitch(),
                region,
                planes,
                weights,
                tap + step * i * kernelWidth,
                step * kernelWidth,
                next,
                kernelWidth,
                to + row * far,
                far);
      }
    }
  }
}
