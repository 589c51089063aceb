package dev.convoy.engine.java;

import jdk.incubator.vector.VectorShape;

/** The register tile of the micro-kernels, the same for both element types. */
final class GemmTile {
  /** Rows of a tile. */
  static final int ROWS = 8;

  /** Rows of the smaller tile. */
  static final int HALF = ROWS / 2;

  /**
   * Whether 16 accumulators fit beside their operands: AVX-512 and NEON have 32 vector registers,
   * SSE and AVX2 have 16.
   */
  static final boolean MANY_REGISTERS =
      VectorShape.preferredShape().vectorBitSize() >= 512
          || System.getProperty("os.arch").equals("aarch64");

  /** Bytes of one row of B that are worked on at a time: with some 256 rows it fits in L2. */
  static final int ROW_BYTES = 1024;

  /** Rows of B, columns of A, that are worked on at a time. */
  static final int DEPTH = 256;

  /** Most rows of A that are worked on at a time. */
  static final int MOST_ROWS = 256;

  private GemmTile() {}

  /** The smallest multiple of a step that is no less than a number. */
  static int roundUp(int number, int step) {
    return Math.ceilDiv(number, step) * step;
  }

  /** The size of blocks, a multiple of a step, when a length is cut into few and even ones. */
  static int evenly(int length, int most, int step) {
    return roundUp(Math.ceilDiv(length, Math.ceilDiv(length, most)), step);
  }

  /**
   * The distance between rows for so many columns: an odd number of tiles, so that a column's
   * elements spread over all sets of the cache, with room for one vector past the last column.
   */
  static int stride(int columns, int tileColumns) {
    return (Math.ceilDiv(columns, tileColumns) + 1 | 1) * tileColumns;
  }
}
