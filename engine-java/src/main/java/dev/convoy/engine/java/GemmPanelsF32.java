package dev.convoy.engine.java;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Panels of {@code float}. */
final class GemmPanelsF32 extends GemmPanels {
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  float[] left = {};
  float[] right = {};
  float[] product = {};
  float[] band = {};
  float[] tiles = {};
  float[] turned = {};
  float[] whole = {};

  final float[] tile = new float[TransposeF32.tileLength()];
  private final float[] productTile = new float[GemmTile.ROWS * GemmKernelF32.TILE_COLUMNS];

  // Made when first asked for. Threads that share panels may each make one: they are alike.
  private WinogradPanels winograd;
  private DepthwisePanels depthwise;
  private DirectPanels direct;

  GemmPanelsF32() {
    super(DType.F32, FloatVector.SPECIES_PREFERRED.length());
  }

  float[] part(Part part) {
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
  WinogradPanels winograd() {
    WinogradPanels made = winograd;
    if (made == null) {
      made = new WinogradPanelsF32(this);
      winograd = made;
    }
    return made;
  }

  @Override
  DepthwisePanels depthwise() {
    DepthwisePanels made = depthwise;
    if (made == null) {
      made = new DepthwisePanelsF32(this);
      depthwise = made;
    }
    return made;
  }

  @Override
  DirectPanels direct() {
    DirectPanels made = direct;
    if (made == null) {
      made = new DirectPanelsF32(this);
      direct = made;
    }
    return made;
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

  void reserveWhole(int length) {
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
  void multiplyInto(
      GemmPanels leftOwner,
      int a0,
      int panel,
      int ldb,
      int bPanel,
      MemorySegment to,
      long at,
      long far,
      int rows,
      int columns,
      int depth,
      MemorySegment biases,
      long channel,
      boolean relu) {
    float[] a = ((GemmPanelsF32) leftOwner).left;
    float[] b = right;
    float[] room = productTile;
    GemmKernelF32.multiplyInto(
        a, a0, panel, b, 0, ldb, bPanel, to, at, far, rows, columns, depth, room, biases, channel,
        relu);
  }

  @Override
  void dots(int start, MemorySegment matrix, long at, int count, int depth, int index) {
    GemmDotF32.dots(left, start, matrix, at, count, depth, product, index, tile);
  }

  @Override
  void totals(GemmPanels productOwner, int index, int count) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    for (int i = 0; i < count; i++) {
      left[i] = GemmOutputF32.total(sums, index + i * lanes());
    }
  }

  @Override
  void zip(Part from, int even, int odd, Part to, int index, int length) {
    PackF32.zip(part(from), even, odd, part(to), index, length);
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
  void fill(Part part, int from, int length, int value) {
    Arrays.fill(part(part), from, from + length, value);
  }

  @Override
  void addRows(int from, int distance, int count, GemmPanels productOwner, int index) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    GemmOutputF32.addRows(right, from, distance, count, sums, index);
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
