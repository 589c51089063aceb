package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradient of a depthwise convolution with respect to its 3×3 weights. Each channel's images
 * are cut into chunks; their sums are added in order, so that the result does not depend on the
 * threads.
 *
 * <p>Used by one calling thread at a time.
 */
final class DepthwiseConv2dWeights {
  /** Pieces that let threads of unlike speed end together. */
  private static final int ENOUGH_PIECES = 16;

  private static final int TAPS = DepthwiseBand.TAPS * DepthwiseBand.TAPS;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();
  private final DepthwiseBand band = new DepthwiseBand();

  private final Workers.Job products = this::multiply;
  private final Workers.Job sums = this::sum;

  // The call under way.
  private MemorySegment x;
  private MemorySegment dy;
  private MemorySegment dw;
  private boolean accumulate;
  private GemmPanels partial;
  private DType dtype;
  private int channels;
  private int filters;
  private int units;
  private int chunks;

  DepthwiseConv2dWeights(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  void backward(Conv2dSpec spec, Tensor xs, Tensor dys, Tensor dws, boolean accumulates) {
    accumulate = accumulates;
    plan(spec.window(), xs.shape(), dys.shape(), dys.dtype());
    partial = shared.panels(dtype);
    try {
      x = xs.segment();
      dy = dys.segment();
      dw = dws.segment();
      partial.reserve(
          GemmPanels.Part.PRODUCT, Math.multiplyExact((long) chunks * channels, sumsLength()));
      workers.run(chunks * channels, products);
      workers.run(channels, sums);
    } finally {
      x = null;
      dy = null;
      dw = null;
    }
  }

  /** How the gradient would be computed, in words. */
  String explain(Conv2dSpec spec, Shape xs, Shape dys) {
    plan(spec.window(), xs, dys, DType.F32);
    return "%d rows of a plane's output at a time, %d chunks, %d pieces"
        .formatted(band.blockRows, chunks, chunks * channels);
  }

  private void plan(Window window, Shape xs, Shape dys, DType type) {
    dtype = type;
    channels = xs.c();
    filters = dys.c() / channels;
    int stride = window.strideHeight();
    band.rows.forward(xs.h(), dys.h(), DepthwiseBand.TAPS, stride, 1, window.padTop());
    band.columns.forward(xs.w(), dys.w(), DepthwiseBand.TAPS, stride, 1, window.padLeft());
    band.plan(type);
    units = Math.multiplyExact(xs.n(), band.blocks);
    chunks = Math.min(units, Math.ceilDiv(ENOUGH_PIECES, channels));
  }

  /** Elements of one channel's sums, a vector for each weight. */
  private int sumsLength() {
    return Math.multiplyExact(filters * TAPS, partial.lanes());
  }

  /** One chunk's sums for one channel. */
  private void multiply(int piece) {
    GemmPanels work = scratch.get().panels(dtype);
    work.reserveBand(band);
    int columns = band.columns.outputs;
    work.reserve(GemmPanels.Part.LEFT, Math.multiplyExact((long) band.blockRows, columns));
    int chunk = piece / channels;
    int channel = piece % channels;
    int index = piece * sumsLength();
    partial.clear(GemmPanels.Part.PRODUCT, index, sumsLength());
    int last = (int) ((chunk + 1L) * units / chunks);
    for (int unit = (int) ((long) chunk * units / chunks); unit < last; unit++) {
      int block = unit % band.blocks;
      long plane = (long) (unit / band.blocks) * channels + channel;
      int first = block * band.blockRows;
      int rows = band.rows(block);
      work.band(band, x, plane * band.rows.inputs * band.columns.inputs, first, rows);
      for (int filter = 0; filter < filters; filter++) {
        long at = ((plane * filters + filter) * band.rows.outputs + first) * columns;
        work.copy(dy, at, GemmPanels.Part.LEFT, 0, rows * columns);
        work.weights(band, rows, partial, index + filter * TAPS * work.lanes());
      }
    }
  }

  private void sum(int channel) {
    int length = sumsLength();
    for (int chunk = 1; chunk < chunks; chunk++) {
      partial.add((chunk * channels + channel) * length, channel * length, length);
    }
    GemmPanels work = scratch.get().panels(dtype);
    int weights = filters * TAPS;
    work.reserve(GemmPanels.Part.LEFT, weights);
    work.totals(partial, channel * length, weights);
    GemmEpilogue epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    work.store(GemmPanels.Part.LEFT, 0, dw, (long) channel * weights, weights, epilogue);
  }
}
