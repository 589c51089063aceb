package dev.convoy.engine.java;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/** Panels of {@code double}. */
final class GemmPanelsF64 extends GemmPanels {
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;

  private double[] left = {};
  private double[] right = {};
  private double[] product = {};
  private double[] band = {};
  private double[] tiles = {};
  private double[] turned = {};
  private double[] whole = {};

  private final double[] tile = new double[TransposeF64.tileLength()];
  private final double[] productTile = new double[GemmTile.ROWS * GemmKernelF64.TILE_COLUMNS];

  GemmPanelsF64() {
    super(DType.F64, DoubleVector.SPECIES_PREFERRED.length());
  }

  private double[] part(Part part) {
    return switch (part) {
      case LEFT -> left;
      case RIGHT -> right;
      case PRODUCT -> product;
      case BAND -> band;
      case TILES -> tiles;
      case TURNED -> turned;
    };
  }

  @Override
  int capacity(Part part) {
    return part(part).length;
  }

  @Override
  void grow(Part part, int length) {
    double[] grown = new double[length];
    switch (part) {
      case LEFT -> left = grown;
      case RIGHT -> right = grown;
      case PRODUCT -> product = grown;
      case BAND -> band = grown;
      case TILES -> tiles = grown;
      case TURNED -> turned = grown;
    }
  }

  @Override
  void copyExactly(MemorySegment from, long at, Part to, int index, int length) {
    MemorySegment.copy(from, ELEMENT, at * Double.BYTES, part(to), index, length);
  }

  @Override
  void panels(
      MemorySegment from,
      long at,
      long distance,
      boolean across,
      int count,
      int depth,
      int width,
      GemmPanels owner,
      Part to,
      int index,
      int panel) {
    double[] array = ((GemmPanelsF64) owner).part(to);
    if (!across) {
      PackF64.panels(from, at, distance, depth, count, array, index, width, panel);
      return;
    }
    for (int i = 0, place = index; i < count; i += width, place += panel) {
      int some = Math.min(width, count - i);
      long first = at + i * distance;
      TransposeF64.transpose(from, first, distance, some, depth, array, place, width, tile);
    }
  }

  @Override
  void copy(MemorySegment from, long at, Part to, int index, int length) {
    PackF64.copy(from, at, part(to), index, length);
  }

  @Override
  void copy(
      MemorySegment from,
      long at,
      long distance,
      int rows,
      int columns,
      Part to,
      int index,
      int stride) {
    PackF64.rows(from, at, distance, rows, columns, part(to), index, stride);
  }

  @Override
  void transpose(
      MemorySegment from,
      long at,
      long distance,
      int rows,
      int columns,
      Part to,
      int index,
      int stride) {
    TransposeF64.transpose(from, at, distance, rows, columns, part(to), index, stride, tile);
  }

  @Override
  void transpose(
      GemmPanels owner,
      Part from,
      int at,
      int distance,
      int rows,
      int columns,
      Part to,
      int index,
      int stride) {
    double[] matrix = ((GemmPanelsF64) owner).part(from);
    TransposeF64.transpose(matrix, at, distance, rows, columns, part(to), index, stride, tile);
  }

  @Override
  void band(
      PackColumns block,
      MemorySegment from,
      long first,
      long image,
      int channels,
      int height,
      int width,
      int stride) {
    int length = Math.toIntExact(block.channelLength()) + (block.lanes + 1) * lanes();
    reserveWhole(block.phases > 1 ? 2 * length : length);
    BandF64.band(block, from, first, image, channels, height, width, stride, whole, band);
  }

  private void reserveWhole(int length) {
    if (whole.length < length) {
      whole = new double[length];
    }
  }

  @Override
  void columns(PackColumns block, Part to, int stride) {
    PackF64.columns(block, band, part(to), stride);
  }

  @Override
  void taps(
      MemorySegment from,
      long first,
      long distance,
      int filters,
      Conv2dAxis rows,
      Conv2dAxis columns,
      int kernelWidth,
      int index) {
    PackF64.taps(from, first, distance, filters, rows, columns, kernelWidth, left, index);
  }

  @Override
  void tapPanel(Conv2dAxis rows, Conv2dAxis columns, int kernelWidth, GemmPanels owner, int index) {
    PackF64.tapPanel(band, rows, columns, kernelWidth, ((GemmPanelsF64) owner).left, index);
  }

  @Override
  void fill(int rows, int columns, int stride, MemorySegment values, long first) {
    for (int row = 0; row < rows; row++) {
      double value = values == null ? 0 : values.getAtIndex(ELEMENT, first + row);
      Arrays.fill(product, row * stride, row * stride + columns, value);
    }
  }

  @Override
  void addProduct(
      GemmPanels leftOwner,
      int a0,
      int lda,
      int b0,
      int bPanel,
      GemmPanels productOwner,
      int c0,
      int cPanel,
      int rows,
      int columns,
      int depth,
      boolean fresh) {
    double[] a = ((GemmPanelsF64) leftOwner).left;
    double[] c = ((GemmPanelsF64) productOwner).product;
    GemmKernelF64.add(a, a0, lda, right, b0, bPanel, c, c0, cPanel, rows, columns, depth, fresh);
  }

  @Override
  void multiply(
      GemmPanels leftOwner,
      int a0,
      int panel,
      GemmPanels rightOwner,
      int b0,
      int ldb,
      int bPanel,
      GemmPanels productOwner,
      int c0,
      int ldc,
      int rows,
      int columns,
      int depth,
      boolean add) {
    double[] a = ((GemmPanelsF64) leftOwner).left;
    double[] b = ((GemmPanelsF64) rightOwner).right;
    double[] c = ((GemmPanelsF64) productOwner).product;
    double[] room = add ? productTile : null;
    GemmKernelF64.multiply(
        a, a0, panel, b, b0, ldb, bPanel, c, c0, ldc, rows, columns, depth, room);
  }

  @Override
  void dots(int start, MemorySegment matrix, long at, int count, int depth, int index) {
    GemmDotF64.dots(left, start, matrix, at, count, depth, product, index, tile);
  }

  @Override
  void reserveBand(DepthwiseBand plan) {
    int length = Math.toIntExact(plan.length(lanes()));
    reserve(Part.BAND, length);
    Arrays.fill(band, 0, length, 0);
    reserveWhole(plan.pitch + 2 * lanes());
    Arrays.fill(whole, 0);
  }

  @Override
  void band(DepthwiseBand plan, MemorySegment from, long at, int first, int rows) {
    DepthwiseF64.band(plan, from, at, first, rows, whole, band);
  }

  @Override
  void outputs(
      DepthwiseBand plan,
      int rows,
      GemmPanels leftOwner,
      int weights,
      MemorySegment biases,
      long channel,
      GemmEpilogue epilogue,
      MemorySegment y,
      long to) {
    double bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    double[] w = ((GemmPanelsF64) leftOwner).left;
    DepthwiseF64.outputs(plan, band, rows, w, weights, bias, epilogue, y, to);
  }

  @Override
  void outputs(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      int row,
      int rows,
      GemmPanels leftOwner,
      int weights,
      MemorySegment biases,
      long channel,
      boolean relu,
      MemorySegment y,
      long to) {
    double bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    double[] w = ((GemmPanelsF64) leftOwner).left;
    DepthwisePlaneF64.outputs(plan, x, from, row, rows, w, weights, bias, relu, y, to);
  }

  @Override
  void spread(DepthwiseBand plan, GemmPanels leftOwner, int weights, int rows, int width) {
    double[] w = ((GemmPanelsF64) leftOwner).left;
    DepthwiseBackwardF64.spread(plan, band, rows, w, weights, product, 0, width);
  }

  @Override
  void spread(
      DepthwiseBand plan,
      MemorySegment dy,
      long from,
      int row,
      int pairs,
      GemmPanels leftOwner,
      int weights,
      MemorySegment dx,
      long to) {
    double[] w = ((GemmPanelsF64) leftOwner).left;
    DepthwisePlaneSpreadF64.spread(plan, dy, from, row, pairs, w, weights, dx, to);
  }

  @Override
  void weights(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      MemorySegment dy,
      long gradients,
      int row,
      int rows,
      GemmPanels productOwner,
      int index) {
    double[] sums = ((GemmPanelsF64) productOwner).product;
    DepthwisePlaneWeightsF64.weights(plan, x, from, dy, gradients, row, rows, sums, index);
  }

  @Override
  void weights(DepthwiseBand plan, int rows, GemmPanels productOwner, int index) {
    double[] sums = ((GemmPanelsF64) productOwner).product;
    DepthwiseBackwardF64.weights(plan, band, rows, left, sums, index);
  }

  @Override
  void totals(GemmPanels productOwner, int index, int count) {
    double[] sums = ((GemmPanelsF64) productOwner).product;
    for (int i = 0; i < count; i++) {
      left[i] = GemmOutputF64.total(sums, index + i * lanes());
    }
  }

  @Override
  void reverse(Part part, int run, int length) {
    double[] array = part(part);
    for (int end = run; end <= length; end += run) {
      for (int i = end - run, j = end - 1; i < j; i++, j--) {
        double swap = array[i];
        array[i] = array[j];
        array[j] = swap;
      }
    }
  }

  @Override
  void directOutputs(
      PackColumns block, GemmPanels leftOwner, int a0, int filters, int index, int far) {
    double[] weights = ((GemmPanelsF64) leftOwner).left;
    for (int i = 0; i < filters; i += DirectConv2d.AT_ONCE) {
      int at = a0 + i * block.places;
      int last = Math.min(DirectConv2d.AT_ONCE, filters - i) - 1;
      if (last == 0) {
        DirectConv2dF64.outputs(block, band, weights, at, product, index + i * far);
      } else {
        DirectConv2dF64.outputsOfFour(
            block, band, weights, at, last, product, index + i * far, far);
      }
    }
  }

  @Override
  void zip(Part from, int even, int odd, Part to, int index, int length) {
    PackF64.zip(part(from), even, odd, part(to), index, length);
  }

  @Override
  boolean isBandFinite(int length) {
    return DirectWeightsF64.areFinite(band, length, tile);
  }

  @Override
  void directWeights(PackColumns block, GemmPanels productOwner, int index) {
    double[] sums = ((GemmPanelsF64) productOwner).product;
    DirectWeightsF64.ofOne(block, band, left, sums, index);
  }

  @Override
  void directWeights(
      PackColumns block,
      MemorySegment dy,
      long at,
      long far,
      int last,
      GemmPanels productOwner,
      int index,
      int next) {
    double[] sums = ((GemmPanelsF64) productOwner).product;
    DirectWeightsF64.ofFour(block, band, dy, at, far, last, sums, index, next);
  }

  @Override
  void store(
      Part from,
      int index,
      int far,
      MemorySegment to,
      long at,
      long step,
      int rows,
      int length,
      GemmEpilogue epilogue,
      MemorySegment biases,
      long channel) {
    double bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    GemmOutputF64.store(part(from), index, far, to, at, step, rows, length, epilogue, bias);
  }

  @Override
  void scatter(Part from, int index, MemorySegment to, long at, int step, int length, boolean add) {
    GemmOutputF64.scatter(part(from), index, to, at, step, length, add);
  }

  @Override
  void transformTiles(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      Part to,
      int index,
      int stride,
      int plane) {
    reserve(Part.TILES, WinogradBlockF64.betweenLength(transform, block));
    double[] out = part(to);
    WinogradBlockF64.tiles(transform, block, channels, band, tiles, out, index, stride, plane);
  }

  @Override
  void transformTurned(
      WinogradTransform transform, PackColumns block, int channels, Part to, int index, int plane) {
    reserve(Part.TURNED, WinogradBlockF64.turnedLength(block));
    reserve(Part.TILES, WinogradBlockF64.turnedBetweenLength(transform, block));
    double[] out = part(to);
    WinogradBlockF64.turned(
        transform, block, channels, band, turned, tiles, tile, out, index, plane);
  }

  @Override
  void transformNarrow(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      int count,
      Part to,
      int index,
      int far,
      int plane) {
    reserve(Part.TURNED, WinogradBlockF64.turnedLength(block));
    reserve(Part.TURNED, WinogradBlockF64.narrowLength(transform));
    reserve(Part.TILES, WinogradBlockF64.turnedBetweenLength(transform, block));
    double[] out = part(to);
    WinogradBlockF64.narrow(
        transform, block, channels, count, band, turned, tiles, tile, out, index, far, plane);
  }

  @Override
  void transform(
      WinogradTransform transform,
      Part from,
      int at,
      int step,
      int next,
      GemmPanels owner,
      Part to,
      int index,
      int stride,
      int far,
      int count) {
    double[] out = ((GemmPanelsF64) owner).part(to);
    WinogradBlockF64.spaced(transform, part(from), at, step, next, out, index, stride, far, count);
  }

  @Override
  void outputTiles(WinogradKind kind, Part from, int at, int step, Part to, int index, int count) {
    WinogradBlockF64.outputTiles(kind, part(from), at, step, part(to), index, count);
  }

  @Override
  void finish(Part part, int index, int length, MemorySegment biases, long channel, boolean relu) {
    double bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    GemmOutputF64.finish(part(part), index, length, bias, relu);
  }

  @Override
  void fill(Part part, int from, int length, int value) {
    Arrays.fill(part(part), from, from + length, value);
  }

  @Override
  void addRows(int from, int distance, int count, GemmPanels productOwner, int index) {
    double[] sums = ((GemmPanelsF64) productOwner).product;
    GemmOutputF64.addRows(right, from, distance, count, sums, index);
  }

  @Override
  void spacedRows(
      MemorySegment from, long at, int rows, int width, int index, int pitch, int length) {
    PackF64.spacedRows(from, at, rows, width, right, index, pitch, length);
  }

  @Override
  void addTapRows(
      int taps,
      int at,
      int pitch,
      int plane,
      int planes,
      GemmPanels weightsOwner,
      int tap,
      int down,
      int next,
      int columns,
      int to,
      int far) {
    double[] w = ((GemmPanelsF64) weightsOwner).left;
    double[] sums = product;
    switch (taps) {
      case 5 ->
          TapRowsF64.five(
              right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
      case 4 ->
          TapRowsF64.four(
              right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
      default ->
          TapRowsF64.three(
              right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
    }
  }

  @Override
  void addToBand(int from, int to, int length) {
    GemmOutputF64.add(product, from, band, to, length);
  }

  @Override
  void add(int from, int to, int length) {
    GemmOutputF64.add(product, from, product, to, length);
  }

  @Override
  void add(int from, int to, int distance, int count) {
    GemmOutputF64.add(product, from, to, distance, count);
  }

  @Override
  void addBand(int to, int length) {
    GemmOutputF64.add(band, 0, product, to, length);
  }

  @Override
  void addSum(MemorySegment from, long at, int length, GemmPanels productOwner, int index) {
    ((GemmPanelsF64) productOwner).product[index] += GemmOutputF64.sum(from, at, length, tile);
  }

  @Override
  void sum(
      MemorySegment from,
      long first,
      long image,
      int images,
      int length,
      MemorySegment to,
      long at,
      boolean add) {
    double sum = 0;
    for (int i = 0; i < images; i++) {
      sum += GemmOutputF64.sum(from, first + i * image, length, tile);
    }
    to.setAtIndex(ELEMENT, at, add ? to.getAtIndex(ELEMENT, at) + sum : sum);
  }
}
