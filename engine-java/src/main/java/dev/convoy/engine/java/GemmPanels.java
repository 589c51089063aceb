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
    BAND
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

  /** Columns of a register tile. */
  static int tileColumns(DType dtype) {
    return 2 * VectorShape.preferredShape().vectorBitSize() / Byte.SIZE / dtype.bytes();
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

  /** Copies a run of neighbours from a tensor into a part that other threads fill as well. */
  abstract void copyExactly(MemorySegment from, long at, Part to, int index, int length);

  /** Copies a run of neighbours from a tensor into a part, and up to a vector of anything more. */
  abstract void copy(MemorySegment from, long at, Part to, int index, int length);

  /** Copies a matrix from a tensor into a part, its rows {@code stride} apart. */
  final void copy(
      MemorySegment from, long at, long distance, int rows, int columns, Part to, int stride) {
    for (int row = 0; row < rows; row++) {
      copy(from, at + row * distance, to, row * stride, columns);
    }
  }

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

  /** Copies the transpose of a matrix in another's product into a part of this. */
  abstract void transpose(
      GemmPanels from, int at, int distance, int rows, int columns, Part to, int stride);

  /** Fills the band of a block of columns; see {@link PackF32#band}. */
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
   * Sets rows of the product, each to one value.
   *
   * @param values row {@code i} gets element {@code first + i}; null for zeros
   */
  abstract void fill(int rows, int columns, int stride, MemorySegment values, long first);

  /**
   * Adds a product to another's product part.
   *
   * @param leftOwner whose left part is A, from {@code a0} on
   * @param productOwner whose product part is C, from {@code c0} on
   */
  abstract void multiply(
      GemmPanels leftOwner,
      int a0,
      int lda,
      int ldb,
      GemmPanels productOwner,
      int c0,
      int ldc,
      int rows,
      int columns,
      int depth);

  /**
   * Sets the product part to a block's pixels for some filters, from the band.
   *
   * @param leftOwner whose left part holds the weights, from {@code a0} on, filter by filter
   * @param biases filter {@code i} has element {@code first + i}; null for none
   * @param stride from one filter's row of the product to the next
   */
  abstract void directOutputs(
      PackColumns block,
      GemmPanels leftOwner,
      int a0,
      MemorySegment biases,
      long first,
      int filters,
      int stride);

  /**
   * Adds to another's product part, from {@code index} on, the gradients of a block's taps. The
   * left part holds {@code dy}.
   */
  abstract void directWeights(PackColumns block, GemmPanels productOwner, int index);

  /** Writes a run of neighbours from a part to a tensor. */
  abstract void store(
      Part from, int index, MemorySegment to, long at, int length, GemmEpilogue epilogue);

  /** Writes elements of the product to a tensor, where they come to lie {@code step} apart. */
  abstract void scatter(int index, MemorySegment to, long at, int step, int length, boolean add);

  /** Zeroes a stretch of the product part. */
  abstract void clear(int from, int length);

  /** Adds one stretch of the product part to another. */
  abstract void add(int from, int to, int length);

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
