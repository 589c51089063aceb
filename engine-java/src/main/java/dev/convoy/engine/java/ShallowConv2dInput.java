package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The gradient with respect to the input where that has few channels and {@code dy} has many, as in
 * a first layer: the products of all taps with some rows of {@code dy} are one product of matrices,
 * whose rows are then added where their taps reach. The rows of {@code dy} lie as far apart there
 * as those that they are added to, so that it is one long run for each tap. With a stride, what is
 * added to lies in one plane for each remainder by it.
 *
 * <p>Used by one calling thread at a time.
 */
final class ShallowConv2dInput implements Conv2dBackwardInput {
  /** Channels of {@code dy} in a group that repay a product of matrices. */
  private static final int LEAST_DEPTH = 8;

  /** Pixels of {@code dy} that are worked on at a time, about: at least, and at most. */
  private static final int PIXELS = 512;

  private static final int MOST_PIXELS = 1024;

  /** Elements of {@code dy} and its products that fit in L2. */
  private static final int PACKED = 64 * 1024;

  /** Most elements of an image's gradient, which a thread adds up as a whole. */
  private static final long MOST_SUMS = 4 << 20;

  /** Pieces that are enough to share. */
  private static final int ENOUGH_PIECES = 8;

  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final Scratch shared = new Scratch();

  private final Workers.Job summing = this::sum;

  // The call under way.
  private MemorySegment dy;
  private MemorySegment dx;
  private GemmEpilogue epilogue;
  private GemmPanels packed;
  private DType dtype;
  private Window window;
  private Shape inputs;
  private Shape outputs;
  private int stride;
  private int groups;
  private int depth;

  /** Parts that a group's channels are cut into, and channels and rows of weights of a part. */
  private int parts;

  private int channels;
  private int taps;
  private int panelLength;

  /** Rows and columns of a plane that is added to. */
  private int height;

  private int pitch;
  private int plane;
  private int blockRows;

  ShallowConv2dInput(Workers workers, ThreadLocal<Scratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  /** Whether this is for such a convolution, if its input has few channels. */
  static boolean applies(Conv2dSpec spec, Shape x, Shape y) {
    Window window = spec.window();
    long high = (long) x.h() + window.padTop() + window.padBottom();
    long wide = (long) x.w() + window.padLeft() + window.padRight();
    return Math.max(high, wide) <= MOST_SUMS
        && high * wide <= MOST_SUMS / (x.c() / spec.groups())
        && window.strideHeight() == window.strideWidth()
        && window.strideHeight() <= 2
        && y.c() / spec.groups() >= LEAST_DEPTH;
  }

  @Override
  public void backwardInput(Conv2dSpec spec, Tensor dys, Tensor w, Tensor dxs, boolean accumulate) {
    plan(spec, dxs.shape(), dys.shape(), dys.dtype());
    dy = dys.segment();
    dx = dxs.segment();
    epilogue = accumulate ? GemmEpilogue.ADD : GemmEpilogue.OVERWRITE;
    packed = shared.panels(dtype);
    try {
      pack(w.segment());
      workers.run(Math.multiplyExact(inputs.n() * groups, parts), summing);
    } finally {
      dy = null;
      dx = null;
    }
  }

  @Override
  public String explainBackwardInput(Conv2dSpec spec, Shape x, Shape y) {
    plan(spec, x, y, DType.F32);
    return "products of all taps with %s of dy at a time, %s"
        .formatted(
            Words.count(blockRows, "row"), Words.count(inputs.n() * groups * parts, "piece"));
  }

  private void plan(Conv2dSpec spec, Shape x, Shape y, DType type) {
    dtype = type;
    window = spec.window();
    inputs = x;
    outputs = y;
    stride = window.strideHeight();
    groups = spec.groups();
    depth = y.c() / groups;
    int all = x.c() / groups;
    parts = (long) x.n() * groups < ENOUGH_PIECES ? all : 1;
    channels = all / parts;
    taps = channels * window.kernelHeight() * window.kernelWidth();
    panelLength = Math.multiplyExact(depth, panelRows());
    height = reach(y.h(), window.kernelHeight(), window.dilationHeight(), x.h(), window.padTop());
    pitch = reach(y.w(), window.kernelWidth(), window.dilationWidth(), x.w(), window.padLeft());
    plane = Math.multiplyExact(height, pitch);
    long pixels = Math.clamp(PACKED / (depth + taps), PIXELS, MOST_PIXELS);
    blockRows = Math.clamp(pixels / pitch, 1, y.h());
  }

  private int panelRows() {
    return GemmPanels.panelRows(dtype);
  }

  /** Places of an axis, of one remainder by the stride, that outputs reach or that are wanted. */
  private int reach(int results, int kernel, int dilation, int size, int padding) {
    long reached = results + (kernel - 1L) * dilation / stride;
    long wanted = Math.ceilDiv((long) size + padding, stride);
    return Math.toIntExact(Math.max(reached, wanted));
  }

  /** Packs the weights of all groups: a row for each tap, a column for each filter. */
  private void pack(MemorySegment w) {
    int panels = Math.ceilDiv(taps, panelRows());
    packed.reserve(GemmPanels.Part.LEFT, (long) groups * parts * panels * panelLength);
    int index = 0;
    for (int group = 0; group < groups; group++) {
      for (int part = 0; part < parts; part++) {
        for (int tap = 0; tap < taps; tap += panelRows()) {
          int rows = Math.min(panelRows(), taps - tap);
          for (int filter = 0; filter < depth; filter++, index += panelRows()) {
            long at = (((long) group * depth + filter) * parts + part) * taps + tap;
            packed.copyExactly(w, at, GemmPanels.Part.LEFT, index, rows);
          }
        }
      }
    }
  }

  /** Some channels of an image's gradient. */
  private void sum(int piece) {
    GemmPanels work = scratch.get().panels(dtype);
    int part = piece % parts;
    int group = piece / parts % groups;
    int image = piece / parts / groups;
    int columns = Math.multiplyExact(blockRows, pitch);
    int far = work.stride(columns);
    int sums = Math.multiplyExact(channels * stride * stride, plane);
    work.reserve(GemmPanels.Part.RIGHT, Math.multiplyExact((long) depth, far));
    work.reserve(
        GemmPanels.Part.PRODUCT,
        Math.multiplyExact((long) GemmTile.roundUp(taps, panelRows()), far));
    work.reserve(GemmPanels.Part.BAND, sums + (long) columns);
    work.clear(GemmPanels.Part.BAND, 0, sums);
    int weights = (group * parts + part) * Math.ceilDiv(taps, panelRows()) * panelLength;
    long area = (long) outputs.h() * outputs.w();
    long first = ((long) image * groups + group) * depth * area;
    for (int row = 0; row < outputs.h(); row += blockRows) {
      int rows = Math.min(blockRows, outputs.h() - row);
      for (int filter = 0; filter < depth; filter++) {
        long at = first + filter * area + (long) row * outputs.w();
        work.direct().spacedRows(dy, at, rows, outputs.w(), filter * far, pitch, far);
      }
      multiply(work, weights, far, rows * pitch);
      addTaps(work, far, row, rows * pitch);
    }
    for (int channel = 0; channel < channels; channel++) {
      long to = (((long) image * groups + group) * parts + part) * channels + channel;
      store(work, channel, to);
    }
  }

  private void multiply(GemmPanels work, int weights, int far, int columns) {
    for (int filter = 0; filter < depth; filter += GemmTile.DEPTH) {
      int some = Math.min(GemmTile.DEPTH, depth - filter);
      work.multiply(
          packed,
          weights + filter * panelRows(),
          panelLength,
          work,
          filter * far,
          far,
          GemmPanels.tileColumns(dtype),
          work,
          0,
          far,
          taps,
          columns,
          some,
          filter > 0);
    }
  }

  /** Adds each tap's products where they belong. What lies between rows is zero. */
  private void addTaps(GemmPanels work, int far, int row, int length) {
    int product = 0;
    for (int channel = 0; channel < channels; channel++) {
      for (int i = 0; i < window.kernelHeight(); i++) {
        int down = i * window.dilationHeight();
        for (int j = 0; j < window.kernelWidth(); j++, product += far) {
          int right = j * window.dilationWidth();
          int phase = (channel * stride + down % stride) * stride + right % stride;
          int at = phase * plane + (row + down / stride) * pitch + right / stride;
          work.addToBand(product, at, length);
        }
      }
    }
  }

  private void store(GemmPanels work, int channel, long to) {
    int width = inputs.w();
    int left = window.padLeft();
    if (stride == 1) {
      int first = channel * plane + window.padTop() * pitch + left;
      long place = to * inputs.h() * width;
      work.store(
          GemmPanels.Part.BAND,
          first,
          pitch,
          dx,
          place,
          width,
          inputs.h(),
          width,
          epilogue,
          null,
          0);
      return;
    }
    work.reserve(GemmPanels.Part.TURNED, 2L * GemmTile.roundUp(pitch, work.lanes()));
    for (int row = 0; row < inputs.h(); row++) {
      int below = row + window.padTop();
      int phase = (channel * stride + below % stride) * stride;
      int at = phase * plane + below / stride * pitch + left / stride;
      long place = (to * inputs.h() + row) * width;
      int pairs = Math.ceilDiv(width + left % 2, 2);
      work.zip(GemmPanels.Part.BAND, at, at + plane, GemmPanels.Part.TURNED, 0, pairs);
      work.store(GemmPanels.Part.TURNED, left % 2, dx, place, width, epilogue);
    }
  }
}
