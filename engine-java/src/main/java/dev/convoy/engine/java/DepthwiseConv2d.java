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
 * Depthwise convolution of 3×3 windows and its gradient with respect to the input, plane by plane.
 * The gradient of stride 1 is such a convolution itself, of {@code dy} with the window turned
 * round; that of stride 2 makes pairs of rows and columns, of which the even ones see other taps
 * than the odd ones.
 *
 * <p>Used by one calling thread at a time.
 */
final class DepthwiseConv2d implements Conv2dForward, Conv2dBackwardInput {
  /** Operations that make a piece worth handing to a thread. */
  private static final long PIECE_OPERATIONS = 4_000_000;

  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  private static final int TAPS = DepthwiseBand.TAPS * DepthwiseBand.TAPS;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();
  private final DepthwiseBand band = new DepthwiseBand();

  private final Workers.Job summing = this::sum;

  // The call under way.
  private MemorySegment input;
  private MemorySegment bias;
  private MemorySegment output;
  private GemmEpilogue epilogue;
  private GemmPanels packed;
  private DType dtype;
  private int channels;
  private int filters;
  private boolean spread;
  private int units;
  private int unitsPerPiece;

  DepthwiseConv2d(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  @Override
  public void forward(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    planForward(spec, x.shape(), y.shape(), x.dtype());
    bias = b == null ? null : b.segment();
    epilogue = spec.activation() == Activation.RELU ? GemmEpilogue.RELU : GemmEpilogue.OVERWRITE;
    run(x, w, y);
  }

  @Override
  public void backwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    planBackward(spec.window(), dx.shape(), dy.shape(), dy.dtype());
    bias = null;
    epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    run(dy, w, dx);
  }

  @Override
  public String explainForward(Conv2dSpec spec, Shape x, Shape y) {
    planForward(spec, x, y, DType.F32);
    return describe();
  }

  @Override
  public String explainBackwardInput(Conv2dSpec spec, Shape x, Shape y) {
    planBackward(spec.window(), x, y, DType.F32);
    return describe();
  }

  private String describe() {
    return "%s of a plane's output at a time, %s"
        .formatted(
            Words.count(band.blockRows * (spread ? 2 : 1), "row"),
            Words.count(Math.ceilDiv(units, unitsPerPiece), "piece"));
  }

  private void planForward(Conv2dSpec spec, Shape x, Shape y, DType type) {
    Window window = spec.window();
    int stride = window.strideHeight();
    band.rows.forward(x.h(), y.h(), DepthwiseBand.TAPS, stride, 1, window.padTop());
    band.columns.forward(x.w(), y.w(), DepthwiseBand.TAPS, stride, 1, window.padLeft());
    spread = false;
    plan(x, y.c() / x.c(), type);
  }

  private void planBackward(Window window, Shape x, Shape y, DType type) {
    spread = window.strideHeight() == 2;
    if (spread) {
      band.rows.pairs(x.h(), y.h(), window.padTop());
      band.columns.pairs(x.w(), y.w(), window.padLeft());
    } else {
      band.rows.backward(0, x.h(), y.h(), DepthwiseBand.TAPS, 1, 1, window.padTop());
      band.columns.backward(0, x.w(), y.w(), DepthwiseBand.TAPS, 1, 1, window.padLeft());
    }
    plan(y, 1, type);
  }

  private void plan(Shape in, int filtersOfChannel, DType type) {
    dtype = type;
    channels = in.c();
    filters = filtersOfChannel;
    band.plan(type);
    units = Math.toIntExact((long) in.n() * channels * band.blocks);
    long operations = 2L * TAPS * filters * band.blockRows * band.columns.outputs;
    unitsPerPiece =
        (int) Math.clamp(PIECE_OPERATIONS / operations, 1L, Math.max(1, units / ENOUGH_PIECES));
  }

  private void run(Tensor in, Tensor w, Tensor out) {
    input = in.segment();
    output = out.segment();
    packed = shared.panels(dtype);
    int length = Math.toIntExact(w.shape().elements());
    packed.reserve(GemmPanels.Part.LEFT, length);
    packed.copyExactly(w.segment(), 0, GemmPanels.Part.LEFT, 0, length);
    if (band.rows.tapStep < 0) {
      packed.depthwise().reverse(GemmPanels.Part.LEFT, TAPS, length);
    }
    try {
      workers.run(Math.ceilDiv(units, unitsPerPiece), summing);
    } finally {
      input = null;
      bias = null;
      output = null;
    }
  }

  private void sum(int piece) {
    GemmPanels work = scratch.get().panels(dtype);
    boolean fits = spread ? band.spreadsInPlace(work.lanes()) : band.inPlace(work.lanes());
    boolean inPlace = fits && epilogue != GemmEpilogue.ADD;
    if (!inPlace) {
      work.depthwise().reserveBand(band);
    }
    int wide = pairsWidth(work);
    if (spread && !inPlace) {
      work.reserve(GemmPanels.Part.PRODUCT, Math.multiplyExact(2L * band.blockRows, wide));
    }
    long inputs = (long) band.rows.inputs * band.columns.inputs;
    int last = Math.min(units, (piece + 1) * unitsPerPiece);
    for (int unit = piece * unitsPerPiece; unit < last; unit++) {
      int plane = unit / band.blocks;
      int first = unit % band.blocks * band.blockRows;
      int rows = band.rows(unit % band.blocks);
      if (!inPlace) {
        work.depthwise().band(band, input, plane * inputs, first, rows);
      }
      int w = plane % channels * TAPS;
      if (spread && inPlace) {
        long from = Memory.at(input) + plane * inputs * dtype.bytes();
        long results = (long) band.rows.size * band.columns.size;
        long to = Memory.at(output) + plane * results * dtype.bytes();
        work.depthwise().spread(band, input, from, first, rows, packed, w, output, to);
      } else if (spread) {
        work.depthwise().spread(band, packed, w, rows, wide);
        storePairs(work, plane, first, rows, wide);
      } else {
        outputs(work, inPlace, plane, first, rows);
      }
    }
  }

  private void outputs(GemmPanels work, boolean inPlace, int plane, int first, int rows) {
    int bytes = dtype.bytes();
    long inputs = (long) band.rows.inputs * band.columns.inputs;
    long from = Memory.at(input) + plane * inputs * bytes;
    boolean relu = epilogue == GemmEpilogue.RELU;
    for (int filter = 0; filter < filters; filter++) {
      int channel = plane % channels * filters + filter;
      int w = channel * TAPS;
      long row = ((long) plane * filters + filter) * band.rows.outputs + first;
      long to = Memory.at(output) + row * band.columns.outputs * bytes;
      if (inPlace) {
        work.depthwise()
            .outputs(band, input, from, first, rows, packed, w, bias, channel, relu, output, to);
      } else {
        work.depthwise().outputs(band, rows, packed, w, bias, channel, epilogue, output, to);
      }
    }
  }

  /** From a row of pairs to the next. */
  private int pairsWidth(GemmPanels work) {
    return 2 * GemmTile.roundUp(band.columns.outputs, work.lanes());
  }

  /** Rows of {@code dx} from pairs, which begin with padding if there is an odd number of it. */
  private void storePairs(GemmPanels work, int plane, int first, int pairs, int wide) {
    int top = 2 * first - band.rows.start;
    int low = Math.max(top, 0);
    int high = Math.min(top + 2 * pairs, band.rows.size);
    int width = band.columns.size;
    for (int row = low; row < high; row++) {
      int index = (row - top) * wide + band.columns.start;
      long at = ((long) plane * band.rows.size + row) * width;
      work.store(GemmPanels.Part.PRODUCT, index, output, at, width, epilogue);
    }
  }
}
