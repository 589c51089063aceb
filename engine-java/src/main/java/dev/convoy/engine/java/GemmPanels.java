package dev.convoy.engine.java;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.VectorShape;

/**
 * The working memory of one thread for matrix products of one element type, and what is done with
 * it. It grows to the largest size asked for and is used again, so that steady state allocates
 * nothing. Offsets into tensors count elements.
 */
abstract class GemmPanels {
  /** The parts of the memory. */
  enum Part {
    /** A's rows. */
    LEFT,
    /** B's rows. */
    RIGHT,
    /** C's rows. */
    PRODUCT,
    /** What a block of a column matrix is packed from. */
    BAND,
    /** What transforms start from, and what lies between those of the two axes. */
    TILES,
    /** What transforms end with. */
    TURNED
  }

  private final DType dtype;
  private final int lanes;

  GemmPanels(DType dtype, int lanes) {
    this.dtype = dtype;
    this.lanes = lanes;
  }

  DType dtype() {
    return dtype;
  }

  /** Elements of a vector. */
  final int lanes() {
    return lanes;
  }

  /** Elements of a vector. */
  static int lanes(DType dtype) {
    return VectorShape.preferredShape().vectorBitSize() / Byte.SIZE / dtype.bytes();
  }

  /** Columns of a register tile. */
  static int tileColumns(DType dtype) {
    return 2 * lanes(dtype);
  }

  /** Rows of A that lie side by side in a panel. */
  static int panelRows(DType dtype) {
    return Math.max(GemmTile.ROWS, lanes(dtype));
  }

  /** The distance between rows of so many columns. */
  int stride(int columns) {
    return GemmTile.stride(columns, 2 * lanes);
  }

  /** Makes a part hold so many elements and a vector more. Growing loses what it held. */
  final void reserve(Part part, long elements) {
    long length = elements + lanes;
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "the shapes need %d elements of scratch memory at once, must be at most %d"
              .formatted(length, Integer.MAX_VALUE - 8));
    }
    if (capacity(part) < length) {
      grow(part, (int) length);
    }
  }

  abstract int capacity(Part part);

  abstract void grow(Part part, int length);

  /** What else is done with it for Winograd's convolution. */
  abstract WinogradPanels winograd();

  /** The same for depthwise convolution. */
  abstract DepthwisePanels depthwise();

  /** The same for direct convolution. */
  abstract DirectPanels direct();

  /** Copies a run of neighbours from a tensor into a part that other threads fill as well. */
  abstract void copyExactly(MemorySegment from, long at, Part to, int index, int length);

  /**
   * Packs rows of A or columns of B, in panels of so many side by side, into another's part, which
   * other threads fill as well.
   *
   * @param distance from one row of the tensor to the next
   * @param across whether its rows are what comes to lie side by side: their columns do if not
   * @param count of them
   * @param depth how much of each
   * @param panel from one panel to the next
   */
  abstract void panels(
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
      int panel);

  /** Copies a run of neighbours from a tensor into a part, and up to a vector of anything more. */
  abstract void copy(MemorySegment from, long at, Part to, int index, int length);

  /** Copies a matrix from a tensor into a part, its rows {@code stride} apart. */
  abstract void copy(
      MemorySegment from,
      long at,
      long distance,
      int rows,
      int columns,
      Part to,
      int index,
      int stride);

  /**
   * Copies the transpose of a matrix from a tensor into a part, whose rows come to lie {@code
   * stride} apart from {@code index} on.
   */
  abstract void transpose(
      MemorySegment from,
      long at,
      long distance,
      int rows,
      int columns,
      Part to,
      int index,
      int stride);

  /** Copies the transpose of a matrix in another's part into a part of this. */
  abstract void transpose(
      GemmPanels owner,
      Part from,
      int at,
      int distance,
      int rows,
      int columns,
      Part to,
      int index,
      int stride);

  /** Fills the band of a block of columns; see {@link BandF32#band}. */
  abstract void band(
      PackColumns block,
      MemorySegment from,
      long first,
      long image,
      int channels,
      int height,
      int width,
      int stride);

  /** Packs rows of the column matrix from the band; see {@link PackF32#columns}. */
  abstract void columns(PackColumns block, Part to, int stride);

  /** Packs weights for an input gradient into the left part; see {@link PackF32#taps}. */
  abstract void taps(
      MemorySegment from,
      long first,
      long distance,
      int filters,
      Conv2dAxis rows,
      Conv2dAxis columns,
      int kernelWidth,
      int index);

  /**
   * Packs the weights of a panel's channels for one filter, for a phase of an input gradient, into
   * another's left part. The band holds them: taps, each in a panel's row.
   */
  abstract void tapPanel(
      Conv2dAxis rows, Conv2dAxis columns, int kernelWidth, GemmPanels owner, int index);

  /**
   * Sets rows of the product, each to one value.
   *
   * @param values row {@code i} gets element {@code first + i}; null for zeros
   */
  abstract void fill(int rows, int columns, int stride, MemorySegment values, long first);

  /**
   * Adds a product to another's product part; see {@link GemmKernelF32#add}.
   *
   * @param leftOwner whose left part is A, from {@code a0} on
   * @param b0 where B begins in the right part
   * @param productOwner whose product part is C, from {@code c0} on
   */
  abstract void addProduct(
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
      boolean fresh);

  /**
   * Sets the product part, from {@code index} on, to the products of the left part's row at {@code
   * start} with rows of a matrix; see {@link GemmDotF32}.
   */
  abstract void dots(int start, MemorySegment matrix, long at, int count, int depth, int index);

  /**
   * Sets another's product part to a product, or adds it; see {@link GemmKernelF32#multiply}.
   *
   * @param leftOwner whose left part is A in panels, from {@code a0} on, {@code panel} apart
   * @param rightOwner whose right part is B, from {@code b0} on
   * @param productOwner whose product part is C, from {@code c0} on
   */
  abstract void multiply(
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
      boolean add);

  /**
   * Sets a tensor's rows to a product of another's left part and this one's right part; see {@link
   * GemmKernelF32#multiplyInto}.
   */
  abstract void multiplyInto(
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
      boolean relu);

  /** The totals of so many vectors of another's product, on the left; overwrites the vectors. */
  abstract void totals(GemmPanels productOwner, int index, int count);

  /** Writes a run of neighbours from a part to a tensor. */
  final void store(
      Part from, int index, MemorySegment to, long at, int length, GemmEpilogue epilogue) {
    store(from, index, to, at, length, epilogue, null, 0);
  }

  /**
   * The same with a bias.
   *
   * @param biases whose element {@code channel} is added first; null for none
   */
  final void store(
      Part from,
      int index,
      MemorySegment to,
      long at,
      int length,
      GemmEpilogue epilogue,
      MemorySegment biases,
      long channel) {
    store(from, index, 0, to, at, 0, 1, length, epilogue, biases, channel);
  }

  /**
   * The same of several runs, as one loop over many short ones is entered once.
   *
   * @param far from one run to the next in the part
   * @param step from one to the next in the tensor
   */
  abstract void store(
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
      long channel);

  /** Writes elements of a part to a tensor, where they come to lie {@code step} apart. */
  abstract void scatter(
      Part from, int index, MemorySegment to, long at, int step, int length, boolean add);

  /** Puts two runs' elements in turn. */
  abstract void zip(Part from, int even, int odd, Part to, int index, int length);

  /** Sets a stretch of a part to a value. */
  abstract void fill(Part part, int from, int length, int value);

  /**
   * Adds the sums of so many rows of panels in the right part to another's product.
   *
   * @param from where the first panel begins
   * @param panel from one panel to the next
   * @param width of a panel
   */
  final void addRows(
      int from, int panel, int width, int rows, int panels, GemmPanels productOwner, int index) {
    for (int i = 0; i < panels; i++) {
      for (int lane = 0; lane < width; lane += lanes) {
        addRows(from + i * panel + lane, width, rows, productOwner, index + i * width + lane);
      }
    }
  }

  /** Adds the sum of so many vectors of the right part to one of another's product. */
  abstract void addRows(int from, int distance, int count, GemmPanels productOwner, int index);

  /** Zeroes a stretch of a part. */
  final void clear(Part part, int from, int length) {
    fill(part, from, length, 0);
  }

  /** Adds a stretch of the product part to one of the band. */
  abstract void addToBand(int from, int to, int length);

  /** Adds one stretch of the product part to another. */
  abstract void add(int from, int to, int length);

  /** Adds the band's first elements to a stretch of the product part. */
  abstract void addBand(int to, int length);

  /** Adds vectors of the product part that are {@code distance} apart to others. */
  abstract void add(int from, int to, int distance, int count);

  /** Adds the sum of a run of neighbours to an element of another's product. */
  abstract void addSum(MemorySegment from, long at, int length, GemmPanels productOwner, int index);

  /** {@code to[at]} becomes, or grows by, the sum over images of runs of neighbours. */
  abstract void sum(
      MemorySegment from,
      long first,
      long image,
      int images,
      int length,
      MemorySegment to,
      long at,
      boolean add);
}
