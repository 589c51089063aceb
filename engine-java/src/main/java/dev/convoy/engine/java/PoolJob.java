package dev.convoy.engine.java;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One pooling call, cut into blocks: some whole planes (an image's channel) where planes are small,
 * else some rows of one. A block of the result and what it is made from are copied from and to heap
 * arrays that fit in the first-level cache. Kernels on arrays may read and write past a row's end
 * (the arrays have room), so they need neither masks nor scalar tails, and array accesses are
 * checked more cheaply than a segment's, whose scope may close.
 *
 * <p>A calling thread keeps one job of each kind and uses it again; pieces take their scratch from
 * the thread that runs them.
 */
abstract class PoolJob implements Workers.Job {
  /**
   * A quarter of a common first-level cache: the tensors' own lines pass through it as well, and
   * blocks two or four times as large were slower.
   */
  private static final int BLOCK_BYTES = 8 << 10;

  /** So many that starting a piece costs little beside it. */
  private static final int BLOCKS_PER_PIECE = 8;

  final PoolAxis rows = new PoolAxis();
  final PoolAxis columns = new PoolAxis();
  final PoolGrid grid = new PoolGrid();
  final int lanes;

  private final ThreadLocal<PoolBuffers> buffers;
  private final DType dtype;
  private final ValueLayout layout;

  private long planes;
  private int planesPerBlock;
  private int resultRows;
  private int rowsPerBlock;
  private int blocksPerPlane;
  private int blocks;

  PoolJob(DType dtype, int lanes, ThreadLocal<PoolBuffers> buffers) {
    this.lanes = lanes;
    this.buffers = buffers;
    this.dtype = dtype;
    this.layout = dtype == DType.F32 ? ValueLayout.JAVA_FLOAT : ValueLayout.JAVA_DOUBLE;
  }

  /**
   * Takes the sizes of a call from its window and the shapes on both sides; false if they are too
   * large.
   */
  final boolean setSizes(Window window, Shape images, Shape pooled) {
    planes = (long) images.n() * images.c();
    rows.setRows(window, images, pooled);
    columns.setColumns(window, images, pooled);
    return grid.set(rows, columns);
  }

  /** Does a job whose result has the outputs' rows. */
  final void runForward(Workers workers) {
    run(workers, rows.outputs);
  }

  /** Does a job whose result is the image's gradient: its rows are those of the grid's phases. */
  final void runBackward(Workers workers) {
    run(workers, grid.phaseRows());
  }

  private void run(Workers workers, int resultRows) {
    this.resultRows = resultRows;
    long planeBytes =
        dtype.bytes() * ((long) rows.size * columns.size + (long) rows.outputs * columns.outputs);
    if (planeBytes <= BLOCK_BYTES) {
      planesPerBlock = (int) Math.min(planes, BLOCK_BYTES / planeBytes);
      rowsPerBlock = resultRows;
      blocksPerPlane = 1;
      blocks = Math.toIntExact(Math.ceilDiv(planes, planesPerBlock));
    } else {
      planesPerBlock = 1;
      rowsPerBlock =
          (int) Math.max(grid.rowReach + 1, BLOCK_BYTES * (long) resultRows / planeBytes);
      blocksPerPlane = Math.ceilDiv(resultRows, rowsPerBlock);
      blocks = Math.toIntExact(planes * blocksPerPlane);
    }
    grid.setRows(
        planesPerBlock,
        Math.max(grid.planeRows, Math.min(rowsPerBlock, resultRows) + grid.rowReach));
    workers.run(Math.ceilDiv(blocks, BLOCKS_PER_PIECE), this);
  }

  @Override
  public final void run(int piece) {
    PoolBuffers scratch = buffers.get();
    int begin = piece * BLOCKS_PER_PIECE;
    int end = Math.min(blocks, begin + BLOCKS_PER_PIECE);
    for (int block = begin; block < end; block++) {
      long plane = block / blocksPerPlane * (long) planesPerBlock;
      int count = (int) Math.min(planesPerBlock, planes - plane);
      int from = block % blocksPerPlane * rowsPerBlock;
      int to = Math.min(resultRows, from + rowsPerBlock);
      compute(scratch, plane, count, from, to);
    }
  }

  /**
   * Computes rows {@code from} to {@code to}, exclusive, of the result, of {@code count} planes
   * from this one on. If there is more than one, the rows are all.
   */
  abstract void compute(PoolBuffers scratch, long plane, int count, int from, int to);

  /** Elements of some rows of some planes. */
  static int elements(int count, int from, int to, int width) {
    return Math.multiplyExact(Math.multiplyExact(count, to - from), width);
  }

  /** The scratch array of this number, of the element type. */
  abstract Object array(PoolBuffers scratch, int number, long length);

  /**
   * Copies rows of planes from a tensor to the array's beginning.
   *
   * @param height rows of the tensor's planes
   * @param width elements of its rows
   */
  final void load(
      Tensor tensor, int height, int width, long plane, int count, int from, int to, Object array) {
    MemorySegment.copy(
        tensor.segment(),
        layout,
        (plane * height + from) * width * dtype.bytes(),
        array,
        0,
        elements(count, from, to, width));
  }

  /** Copies rows of planes from the array's beginning to a tensor. */
  final void store(
      Object array, Tensor tensor, int height, int width, long plane, int count, int from, int to) {
    MemorySegment.copy(
        array,
        0,
        tensor.segment(),
        layout,
        (plane * height + from) * width * dtype.bytes(),
        elements(count, from, to, width));
  }
}
