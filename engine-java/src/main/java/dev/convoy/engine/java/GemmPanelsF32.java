package dev.convoy.engine.java;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Panels of {@code float}. */
final class GemmPanelsF32 extends GemmPanels {
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private float[] left = {};
  private float[] right = {};
  private float[] product = {};
  private float[] band = {};
  private float[] tiles = {};
  private float[] turned = {};
  private float[] whole = {};

  private final float[] tile = new float[TransposeF32.tileLength()];
  private final float[] productTile = new float[GemmTile.ROWS * GemmKernelF32.TILE_COLUMNS];

  GemmPanelsF32() {
    super(DType.F32, FloatVector.SPECIES_PREFERRED.length());
  }

  private float[] part(Part part) {
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
    float[] grown = new float[length];
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
    MemorySegment.copy(from, ELEMENT, at * Float.BYTES, part(to), index, length);
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
    float[] array = ((GemmPanelsF32) owner).part(to);
    if (!across) {
      PackF32.panels(from, at, distance, depth, count, array, index, width, panel);
      return;
    }
    for (int i = 0, place = index; i < count; i += width, place += panel) {
      int some = Math.min(width, count - i);
      long first = at + i * distance;
      TransposeF32.transpose(from, first, distance, some, depth, array, place, width, tile);
    }
  }

  @Override
  void copy(MemorySegment from, long at, Part to, int index, int length) {
    PackF32.copy(from, at, part(to), index, length);
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
    PackF32.rows(from, at, distance, rows, columns, part(to), index, stride);
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
    TransposeF32.transpose(from, at, distance, rows, columns, part(to), index, stride, tile);
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
    float[] matrix = ((GemmPanelsF32) owner).part(from);
    TransposeF32.transpose(matrix, at, distance, rows, columns, part(to), index, stride, tile);
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
    BandF32.band(block, from, first, image, channels, height, width, stride, whole, band);
  }

  private void reserveWhole(int length) {
    if (whole.length < length) {
      whole = new float[length];
    }
  }

  @Override
  void columns(PackColumns block, Part to, int stride) {
    PackF32.columns(block, band, part(to), stride);
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
    PackF32.taps(from, first, distance, filters, rows, columns, kernelWidth, left, index);
  }

  @Override
  void tapPanel(Conv2dAxis rows, Conv2dAxis columns, int kernelWidth, GemmPanels owner, int index) {
    PackF32.tapPanel(band, rows, columns, kernelWidth, ((GemmPanelsF32) owner).left, index);
  }

  @Override
  void fill(int rows, int columns, int stride, MemorySegment values, long first) {
    for (int row = 0; row < rows; row++) {
      float value = values == null ? 0 : values.getAtIndex(ELEMENT, first + row);
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
    float[] a = ((GemmPanelsF32) leftOwner).left;
    float[] c = ((GemmPanelsF32) productOwner).product;
    GemmKernelF32.add(a, a0, lda, right, b0, bPanel, c, c0, cPanel, rows, columns, depth, fresh);
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
    float[] a = ((GemmPanelsF32) leftOwner).left;
    float[] b = ((GemmPanelsF32) rightOwner).right;
    float[] c = ((GemmPanelsF32) productOwner).product;
    float[] room = add ? productTile : null;
    GemmKernelF32.multiply(
        a, a0, panel, b, b0, ldb, bPanel, c, c0, ldc, rows, columns, depth, room);
  }

  @Override
  void dots(int start, MemorySegment matrix, long at, int count, int depth, int index) {
    GemmDotF32.dots(left, start, matrix, at, count, depth, product, index, tile);
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
    DepthwiseF32.band(plan, from, at, first, rows, whole, band);
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
    float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwiseF32.outputs(plan, band, rows, w, weights, bias, epilogue, y, to);
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
    float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwisePlaneF32.outputs(plan, x, from, row, rows, w, weights, bias, relu, y, to);
  }

  @Override
  void spread(DepthwiseBand plan, GemmPanels leftOwner, int weights, int rows, int width) {
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwiseBackwardF32.spread(plan, band, rows, w, weights, product, 0, width);
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
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwisePlaneSpreadF32.spread(plan, dy, from, row, pairs, w, weights, dx, to);
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
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DepthwisePlaneWeightsF32.weights(plan, x, from, dy, gradients, row, rows, sums, index);
  }

  @Override
  void weights(DepthwiseBand plan, int rows, GemmPanels productOwner, int index) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DepthwiseBackwardF32.weights(plan, band, rows, left, sums, index);
  }

  @Override
  void totals(GemmPanels productOwner, int index, int count) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    for (int i = 0; i < count; i++) {
      left[i] = GemmOutputF32.total(sums, index + i * lanes());
    }
  }

  @Override
  void reverse(Part part, int run, int length) {
    float[] array = part(part);
    for (int end = run; end <= length; end += run) {
      for (int i = end - run, j = end - 1; i < j; i++, j--) {
        float swap = array[i];
        array[i] = array[j];
        array[j] = swap;
      }
    }
  }

  @Override
  void directOutputs(
      PackColumns block, GemmPanels leftOwner, int a0, int filters, int index, int far) {
    float[] weights = ((GemmPanelsF32) leftOwner).left;
    for (int i = 0; i < filters; i += DirectConv2d.AT_ONCE) {
      int at = a0 + i * block.places;
      int last = Math.min(DirectConv2d.AT_ONCE, filters - i) - 1;
      if (last == 0) {
        DirectConv2dF32.outputs(block, band, weights, at, product, index + i * far);
      } else {
        DirectConv2dF32.outputsOfFour(
            block, band, weights, at, last, product, index + i * far, far);
      }
    }
  }

  @Override
  void zip(Part from, int even, int odd, Part to, int index, int length) {
    PackF32.zip(part(from), even, odd, part(to), index, length);
  }

  @Override
  boolean isBandFinite(int length) {
    return DirectWeightsF32.areFinite(band, length, tile);
  }

  @Override
  void directWeights(PackColumns block, GemmPanels productOwner, int index) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DirectWeightsF32.ofOne(block, band, left, sums, index);
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
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DirectWeightsF32.ofFour(block, band, dy, at, far, last, sums, index, next);
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
    float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    GemmOutputF32.store(part(from), index, far, to, at, step, rows, length, epilogue, bias);
  }

  @Override
  void scatter(Part from, int index, MemorySegment to, long at, int step, int length, boolean add) {
    GemmOutputF32.scatter(part(from), index, to, at, step, length, add);
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
    reserve(Part.TILES, WinogradBlockF32.betweenLength(transform, block));
    float[] out = part(to);
    WinogradBlockF32.tiles(transform, block, channels, band, tiles, out, index, stride, plane);
  }

  @Override
  void transformTurned(
      WinogradTransform transform, PackColumns block, int channels, Part to, int index, int plane) {
    reserve(Part.TURNED, WinogradBlockF32.turnedLength(block));
    reserve(Part.TILES, WinogradBlockF32.turnedBetweenLength(transform, block));
    float[] out = part(to);
    WinogradBlockF32.turned(
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
    reserve(Part.TURNED, WinogradBlockF32.turnedLength(block));
    reserve(Part.TURNED, WinogradBlockF32.narrowLength(transform));
    reserve(Part.TILES, WinogradBlockF32.turnedBetweenLength(transform, block));
    float[] out = part(to);
    WinogradBlockF32.narrow(
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
    float[] out = ((GemmPanelsF32) owner).part(to);
    WinogradBlockF32.spaced(transform, part(from), at, step, next, out, index, stride, far, count);
  }

  @Override
  void outputTiles(WinogradKind kind, Part from, int at, int step, Part to, int index, int count) {
    WinogradBlockF32.outputTiles(kind, part(from), at, step, part(to), index, count);
  }

  @Override
  void finish(Part part, int index, int length, MemorySegment biases, long channel, boolean relu) {
    float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    GemmOutputF32.finish(part(part), index, length, bias, relu);
  }

  @Override
  void fill(Part part, int from, int length, int value) {
    Arrays.fill(part(part), from, from + length, value);
  }

  @Override
  void addRows(int from, int distance, int count, GemmPanels productOwner, int index) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    GemmOutputF32.addRows(right, from, distance, count, sums, index);
  }

  @Override
  void spacedRows(
      MemorySegment from, long at, int rows, int width, int index, int pitch, int length) {
    PackF32.spacedRows(from, at, rows, width, right, index, pitch, length);
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
    float[] w = ((GemmPanelsF32) weightsOwner).left;
    float[] sums = product;
    switch (taps) {
      case 5 ->
          TapRowsF32.five(
              right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
      case 4 ->
          TapRowsF32.four(
              right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
      default ->
          TapRowsF32.three(
              right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
    }
  }

  @Override
  void addToBand(int from, int to, int length) {
    GemmOutputF32.add(product, from, band, to, length);
  }

  @Override
  void add(int from, int to, int length) {
    GemmOutputF32.add(product, from, product, to, length);
  }

  @Override
  void add(int from, int to, int distance, int count) {
    GemmOutputF32.add(product, from, to, distance, count);
  }

  @Override
  void addBand(int to, int length) {
    GemmOutputF32.add(band, 0, product, to, length);
  }

  @Override
  void addSum(MemorySegment from, long at, int length, GemmPanels productOwner, int index) {
    ((GemmPanelsF32) productOwner).product[index] += GemmOutputF32.sum(from, at, length, tile);
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
    float sum = 0;
    for (int i = 0; i < images; i++) {
      sum += GemmOutputF32.sum(from, first + i * image, length, tile);
    }
    to.setAtIndex(ELEMENT, at, add ? to.getAtIndex(ELEMENT, at) + sum : sum);
  }
}
