package dev.convoy.engine.java;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@code C += A · B} on arrays in cache. A and B are row-major, each with its own distance between
 * rows: A's elements are broadcast, so that neither needs another layout.
 */
final class GemmKernelF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns of one tile. Columns of B and C are readable and writable up to a multiple of it. */
  static final int TILE_COLUMNS = 2 * LANES;

  private GemmKernelF64() {}

  /**
   * Rows of A and C must exist up to a multiple of 8 and columns of B and C up to one of {@link
   * #TILE_COLUMNS}; what they hold beyond is ignored.
   */
  static void multiply(
      double[] a,
      int a0,
      int lda,
      double[] b,
      int ldb,
      double[] c,
      int c0,
      int ldc,
      int rows,
      int columns,
      int depth) {
    for (int column = 0; column < columns; column += TILE_COLUMNS) {
      for (int row = 0; row < rows; row += GemmTile.ROWS) {
        int aRow = a0 + row * lda;
        int cRow = c0 + row * ldc + column;
        if (rows - row <= GemmTile.HALF) {
          multiply4(a, aRow, lda, b, column, ldb, c, cRow, ldc, depth);
        } else if (GemmTile.MANY_REGISTERS) {
          multiply8(a, aRow, lda, b, column, ldb, c, cRow, ldc, depth);
        } else {
          multiply4(a, aRow, lda, b, column, ldb, c, cRow, ldc, depth);
          int a4 = aRow + GemmTile.HALF * lda;
          int c4 = cRow + GemmTile.HALF * ldc;
          multiply4(a, a4, lda, b, column, ldb, c, c4, ldc, depth);
        }
      }
    }
  }

  /** Eight rows by two vectors: the accumulators must be named locals to stay in registers. */
  private static void multiply8(
      double[] a,
      int a0,
      int lda,
      double[] b,
      int b0,
      int ldb,
      double[] c,
      int c0,
      int ldc,
      int depth) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int a4 = a3 + lda;
    int a5 = a4 + lda;
    int a6 = a5 + lda;
    int a7 = a6 + lda;
    int c1 = c0 + ldc;
    int c2 = c1 + ldc;
    int c3 = c2 + ldc;
    int c4 = c3 + ldc;
    int c5 = c4 + ldc;
    int c6 = c5 + ldc;
    int c7 = c6 + ldc;
    DoubleVector l0 = load(c, c0);
    DoubleVector r0 = load(c, c0 + LANES);
    DoubleVector l1 = load(c, c1);
    DoubleVector r1 = load(c, c1 + LANES);
    DoubleVector l2 = load(c, c2);
    DoubleVector r2 = load(c, c2 + LANES);
    DoubleVector l3 = load(c, c3);
    DoubleVector r3 = load(c, c3 + LANES);
    DoubleVector l4 = load(c, c4);
    DoubleVector r4 = load(c, c4 + LANES);
    DoubleVector l5 = load(c, c5);
    DoubleVector r5 = load(c, c5 + LANES);
    DoubleVector l6 = load(c, c6);
    DoubleVector r6 = load(c, c6 + LANES);
    DoubleVector l7 = load(c, c7);
    DoubleVector r7 = load(c, c7 + LANES);
    for (int p = 0, bRow = b0; p < depth; p++, bRow += ldb) {
      DoubleVector left = load(b, bRow);
      DoubleVector right = load(b, bRow + LANES);
      DoubleVector factor = DoubleVector.broadcast(SPECIES, a[a0 + p]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = DoubleVector.broadcast(SPECIES, a[a1 + p]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = DoubleVector.broadcast(SPECIES, a[a2 + p]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = DoubleVector.broadcast(SPECIES, a[a3 + p]);
      l3 = factor.fma(left, l3);
      r3 = factor.fma(right, r3);
      factor = DoubleVector.broadcast(SPECIES, a[a4 + p]);
      l4 = factor.fma(left, l4);
      r4 = factor.fma(right, r4);
      factor = DoubleVector.broadcast(SPECIES, a[a5 + p]);
      l5 = factor.fma(left, l5);
      r5 = factor.fma(right, r5);
      factor = DoubleVector.broadcast(SPECIES, a[a6 + p]);
      l6 = factor.fma(left, l6);
      r6 = factor.fma(right, r6);
      factor = DoubleVector.broadcast(SPECIES, a[a7 + p]);
      l7 = factor.fma(left, l7);
      r7 = factor.fma(right, r7);
    }
    store(l0, r0, c, c0);
    store(l1, r1, c, c1);
    store(l2, r2, c, c2);
    store(l3, r3, c, c3);
    store(l4, r4, c, c4);
    store(l5, r5, c, c5);
    store(l6, r6, c, c6);
    store(l7, r7, c, c7);
  }

  /** Four rows by two vectors: for the last rows, and for processors of sixteen registers. */
  private static void multiply4(
      double[] a,
      int a0,
      int lda,
      double[] b,
      int b0,
      int ldb,
      double[] c,
      int c0,
      int ldc,
      int depth) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int c1 = c0 + ldc;
    int c2 = c1 + ldc;
    int c3 = c2 + ldc;
    DoubleVector l0 = load(c, c0);
    DoubleVector r0 = load(c, c0 + LANES);
    DoubleVector l1 = load(c, c1);
    DoubleVector r1 = load(c, c1 + LANES);
    DoubleVector l2 = load(c, c2);
    DoubleVector r2 = load(c, c2 + LANES);
    DoubleVector l3 = load(c, c3);
    DoubleVector r3 = load(c, c3 + LANES);
    for (int p = 0, bRow = b0; p < depth; p++, bRow += ldb) {
      DoubleVector left = load(b, bRow);
      DoubleVector right = load(b, bRow + LANES);
      DoubleVector factor = DoubleVector.broadcast(SPECIES, a[a0 + p]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = DoubleVector.broadcast(SPECIES, a[a1 + p]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = DoubleVector.broadcast(SPECIES, a[a2 + p]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = DoubleVector.broadcast(SPECIES, a[a3 + p]);
      l3 = factor.fma(left, l3);
      r3 = factor.fma(right, r3);
    }
    store(l0, r0, c, c0);
    store(l1, r1, c, c1);
    store(l2, r2, c, c2);
    store(l3, r3, c, c3);
  }

  private static DoubleVector load(double[] array, int index) {
    return DoubleVector.fromArray(SPECIES, array, index);
  }

  private static void store(DoubleVector left, DoubleVector right, double[] c, int index) {
    left.intoArray(c, index);
    right.intoArray(c, index + LANES);
  }
}
