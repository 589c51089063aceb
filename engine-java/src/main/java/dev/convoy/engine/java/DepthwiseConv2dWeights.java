package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradients of a depthwise convolution with respect to its 3×3 weights and its bias. Each
 * channel's images are cut into chunks; their sums are added in order, so that the result does not
 * depend on the threads.
 *
 * <p>Used by one calling thread at a time.
 */
final class DepthwiseConv2dWeights implements Conv2dBackwardWeights {
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
  private MemorySegment db;
  private boolean accumulate;
  private GemmPanels partial;
  private DType dtype;
  private int channels;
  private int filters;
  private int units;
  private int chunks;
  private int channelsAtOnce;
  private int channelBlocks;

  DepthwiseConv2dWeights(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  @Override
  public void backwardWeights(
      Conv2dSpec spec, Tensor xs, Tensor dys, Tensor dws, Tensor dbs, boolean accumulates) {
    accumulate = accumulates;
    plan(spec.window(), xs.shape(), dys.shape(), dys.dtype());
    partial = shared.panels(dtype);
    try {
      x = xs.segment();
      dy = dys.segment();
      dw = dws.segment();
      db = dbs == null ? null : dbs.segment();
      partial.reserve(
          GemmPanels.Part.PRODUCT, Math.multiplyExact((long) chunks * channels, sumsLength()));
      workers.run(chunks * channelBlocks, products);
      workers.run(channels, sums);
    } finally {
      x = null;
      dy = null;
      dw = null;
      db = null;
    }
  }

  @Override
  public String explainBackwardWeights(Conv2dSpec spec, Shape xs, Shape dys) {
    plan(spec.window(), xs, dys, DType.F32);
    return "%s of a plane's output at a time, %s, %s"
        .formatted(
            Words.count(band.blockRows, "row"),
            Words.count(chunks, "chunk"),
            Words.count(chunks * channelBlocks, "piece"));
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
    channelsAtOnce = Math.ceilDiv(channels, ENOUGH_PIECES);
    channelBlocks = Math.ceilDiv(channels, channelsAtOnce);
    chunks = Math.min(units, Math.ceilDiv(ENOUGH_PIECES, channelBlocks));
  }

  /** Elements of one channel's sums: a vector for each weight, then one for each bias. */
  private int sumsLength() {
    return Math.multiplyExact(filters * (TAPS + 1), partial.lanes());
  }

  /** One chunk's sums for some channels. */
  private void multiply(int piece) {
    GemmPanels work = scratch.get().panels(dtype);
    boolean inPlace = band.inPlace(work.lanes());
    if (!inPlace) {
      work.depthwise().reserveBand(band);
      work.reserve(
          GemmPanels.Part.LEFT, Math.multiplyExact((long) band.blockRows, band.columns.outputs));
    }
    int chunk = piece / channelBlocks;
    int begin = piece % channelBlocks * channelsAtOnce;
    int end = Math.min(channels, begin + channelsAtOnce);
    int index = (chunk * channels + begin) * sumsLength();
    partial.clear(GemmPanels.Part.PRODUCT, index, (end - begin) * sumsLength());
    int last = (int) ((chunk + 1L) * units / chunks);
    for (int unit = (int) ((long) chunk * units / chunks); unit < last; unit++) {
      // Channel by channel, as they follow each other in memory.
      for (int channel = begin; channel < end; channel++) {
        int sums = (chunk * channels + channel) * sumsLength();
        multiply(work, inPlace, unit, channel, sums);
      }
    }
  }

  private void multiply(GemmPanels work, boolean inPlace, int unit, int channel, int sums) {
    int bytes = dtype.bytes();
    int columns = band.columns.outputs;
    long inputs = (long) band.rows.inputs * band.columns.inputs;
    long plane = (long) (unit / band.blocks) * channels + channel;
    int first = unit % band.blocks * band.blockRows;
    int rows = band.rows(unit % band.blocks);
    if (!inPlace) {
      work.depthwise().band(band, x, plane * inputs, first, rows);
    }
    for (int filter = 0; filter < filters; filter++) {
      int to = sums + filter * TAPS * work.lanes();
      long gradients = (plane * filters + filter) * band.rows.outputs * columns;
      if (inPlace) {
        long from = Memory.at(x) + plane * inputs * bytes;
        long at = Memory.at(dy) + gradients * bytes;
        work.depthwise().weights(band, x, from, dy, at, first, rows, partial, to);
      } else {
        work.copy(dy, gradients + (long) first * columns, GemmPanels.Part.LEFT, 0, rows * columns);
        work.depthwise().weights(band, rows, partial, to);
      }
      if (db != null) {
        int bias = sums + (filters * TAPS + filter) * work.lanes();
        work.addSum(dy, gradients + (long) first * columns, rows * columns, partial, bias);
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
    work.reserve(GemmPanels.Part.LEFT, weights + filters);
    work.totals(partial, channel * length, weights + filters);
    GemmEpilogue epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    work.store(GemmPanels.Part.LEFT, 0, dw, (long) channel * weights, weights, epilogue);
    if (db != null) {
      work.store(GemmPanels.Part.LEFT, weights, db, (long) channel * filters, filters, epilogue);
    }
  }
}
