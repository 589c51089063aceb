package dev.convoy.engine.java;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of matrices in arrays in cache. C is row-major, and so may B be, or in panels of columns
 * that follow each other: read from L3 those take 0.8 to 0.95 of the time. A's elements are
 * broadcast, so it may be row-major too ({@link #add}), but where it lies in panels of rows side by
 * side ({@link #multiply}) its addresses take one register: 215 to 225 GFLOP/s against 180 on a
 * core whose peak is 218 at its usual clock.
 */
final class GemmKernelF64 {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns of one tile. Columns of B and C are readable and writable up to a multiple of it. */
  static final int TILE_COLUMNS = 2 * LANES;

  private GemmKernelF64() {}

  /** Rows of A that lie side by side in a panel: whole vectors and whole tiles. */
  static final int PANEL_ROWS = Math.max(GemmTile.ROWS, LANES);

  /**
   * {@code C = A · B} or {@code C += A · B}, with A in panels: element {@code (i, p)} lies at
   * {@code a0 + i / PANEL_ROWS * panel + p * PANEL_ROWS + i % PANEL_ROWS}.
   *
   * <p>Element {@code (p, j)} of B lies at {@code b0 + j / TILE_COLUMNS * bPanel + p * ldb + j %
   * TILE_COLUMNS}: with {@code bPanel = TILE_COLUMNS} it is row-major.
   *
   * <p>Rows of A and C must exist up to a multiple of 8 and columns of B and C up to one of {@link
   * #TILE_COLUMNS}; what they hold beyond is ignored.
   *
   * @param panel elements from one panel of A to the next
   * @param tile room for a tile, or null to overwrite C
   */
  static void multiply(
      double[] a,
      int a0,
      int panel,
      double[] b,
      int b0,
      int ldb,
      int bPanel,
      double[] c,
      int c0,
      int ldc,
      int rows,
      int columns,
      int depth,
      double[] tile) {
    // The operand of fewer tiles is the one to go through again and again.
    boolean tall = rows > columns;
    int outer = tall ? rows : columns;
    int outerStep = tall ? GemmTile.ROWS : TILE_COLUMNS;
    int inner = tall ? columns : rows;
    int innerStep = tall ? TILE_COLUMNS : GemmTile.ROWS;
    for (int i = 0; i < outer; i += outerStep) {
      for (int j = 0; j < inner; j += innerStep) {
        int row = tall ? i : j;
        int column = tall ? j : i;
        int aRow = a0 + row / PANEL_ROWS * panel + row % PANEL_ROWS;
        int bRow = b0 + column / TILE_COLUMNS * bPanel;
        int cRow = c0 + row * ldc + column;
        int high = Math.min(GemmTile.ROWS, rows - row);
        // Accumulators that start from zero: those that start from C's elements are more than the
        // compiler inlines, or keeps in registers, in one method.
        if (tile != null) {
          product(a, aRow, b, bRow, ldb, tile, 0, TILE_COLUMNS, high, depth);
          addTile(tile, c, cRow, ldc, high);
        } else if (columns - column <= LANES) {
          narrow(a, aRow, b, bRow, ldb, c, cRow, ldc, depth);
        } else {
          product(a, aRow, b, bRow, ldb, c, cRow, ldc, high, depth);
        }
      }
    }
  }

  private static void product(
      double[] a,
      int a0,
      double[] b,
      int b0,
      int ldb,
      double[] c,
      int c0,
      int ldc,
      int rows,
      int depth) {
    if (rows <= GemmTile.HALF) {
      product4(a, a0, b, b0, ldb, c, c0, ldc, depth);
    } else if (GemmTile.MANY_REGISTERS) {
      product8(a, a0, b, b0, ldb, c, c0, ldc, depth);
    } else {
      product4(a, a0, b, b0, ldb, c, c0, ldc, depth);
      int c4 = c0 + GemmTile.HALF * ldc;
      product4(a, a0 + GemmTile.HALF, b, b0, ldb, c, c4, ldc, depth);
    }
  }

  private static void addTile(double[] tile, double[] c, int c0, int ldc, int rows) {
    for (int row = 0; row < rows; row++) {
      int from = row * TILE_COLUMNS;
      int to = c0 + row * ldc;
      DoubleVector.fromArray(SPECIES, c, to)
          .add(DoubleVector.fromArray(SPECIES, tile, from))
          .intoArray(c, to);
      DoubleVector.fromArray(SPECIES, c, to + LANES)
          .add(DoubleVector.fromArray(SPECIES, tile, from + LANES))
          .intoArray(c, to + LANES);
    }
  }

  /** Eight rows by two vectors: the accumulators must be named locals to stay in registers. */
  private static void product8(
      double[] a, int a0, double[] b, int b0, int ldb, double[] c, int c0, int ldc, int depth) {
    DoubleVector l0 = DoubleVector.zero(SPECIES);
    DoubleVector r0 = DoubleVector.zero(SPECIES);
    DoubleVector l1 = DoubleVector.zero(SPECIES);
    DoubleVector r1 = DoubleVector.zero(SPECIES);
    DoubleVector l2 = DoubleVector.zero(SPECIES);
    DoubleVector r2 = DoubleVector.zero(SPECIES);
    DoubleVector l3 = DoubleVector.zero(SPECIES);
    DoubleVector r3 = DoubleVector.zero(SPECIES);
    DoubleVector l4 = DoubleVector.zero(SPECIES);
    DoubleVector r4 = DoubleVector.zero(SPECIES);
    DoubleVector l5 = DoubleVector.zero(SPECIES);
    DoubleVector r5 = DoubleVector.zero(SPECIES);
    DoubleVector l6 = DoubleVector.zero(SPECIES);
    DoubleVector r6 = DoubleVector.zero(SPECIES);
    DoubleVector l7 = DoubleVector.zero(SPECIES);
    DoubleVector r7 = DoubleVector.zero(SPECIES);
    for (int p = 0, aRow = a0, bRow = b0; p < depth; p++, aRow += PANEL_ROWS, bRow += ldb) {
      DoubleVector left = DoubleVector.fromArray(SPECIES, b, bRow);
      DoubleVector right = DoubleVector.fromArray(SPECIES, b, bRow + LANES);
      DoubleVector factor = DoubleVector.broadcast(SPECIES, a[aRow]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 1]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 2]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 3]);
      l3 = factor.fma(left, l3);
      r3 = factor.fma(right, r3);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 4]);
      l4 = factor.fma(left, l4);
      r4 = factor.fma(right, r4);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 5]);
      l5 = factor.fma(left, l5);
      r5 = factor.fma(right, r5);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 6]);
      l6 = factor.fma(left, l6);
      r6 = factor.fma(right, r6);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 7]);
      l7 = factor.fma(left, l7);
      r7 = factor.fma(right, r7);
    }
    l0.intoArray(c, c0);
    r0.intoArray(c, c0 + LANES);
    l1.intoArray(c, c0 + ldc);
    r1.intoArray(c, c0 + ldc + LANES);
    l2.intoArray(c, c0 + 2 * ldc);
    r2.intoArray(c, c0 + 2 * ldc + LANES);
    l3.intoArray(c, c0 + 3 * ldc);
    r3.intoArray(c, c0 + 3 * ldc + LANES);
    l4.intoArray(c, c0 + 4 * ldc);
    r4.intoArray(c, c0 + 4 * ldc + LANES);
    l5.intoArray(c, c0 + 5 * ldc);
    r5.intoArray(c, c0 + 5 * ldc + LANES);
    l6.intoArray(c, c0 + 6 * ldc);
    r6.intoArray(c, c0 + 6 * ldc + LANES);
    l7.intoArray(c, c0 + 7 * ldc);
    r7.intoArray(c, c0 + 7 * ldc + LANES);
  }

  /**
   * Four rows by two vectors: for the last rows, and for processors of sixteen registers. Longer
   * than the 325 bytecodes that the compiler inlines, on purpose: twice in one caller it was boxed.
   */
  private static void product4(
      double[] a, int a0, double[] b, int b0, int ldb, double[] c, int c0, int ldc, int depth) {
    DoubleVector l0 = DoubleVector.zero(SPECIES);
    DoubleVector r0 = DoubleVector.zero(SPECIES);
    DoubleVector l1 = DoubleVector.zero(SPECIES);
    DoubleVector r1 = DoubleVector.zero(SPECIES);
    DoubleVector l2 = DoubleVector.zero(SPECIES);
    DoubleVector r2 = DoubleVector.zero(SPECIES);
    DoubleVector l3 = DoubleVector.zero(SPECIES);
    DoubleVector r3 = DoubleVector.zero(SPECIES);
    for (int p = 0, aRow = a0, bRow = b0; p < depth; p++, aRow += PANEL_ROWS, bRow += ldb) {
      DoubleVector left = DoubleVector.fromArray(SPECIES, b, bRow);
      DoubleVector right = DoubleVector.fromArray(SPECIES, b, bRow + LANES);
      DoubleVector factor = DoubleVector.broadcast(SPECIES, a[aRow]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 1]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 2]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = DoubleVector.broadcast(SPECIES, a[aRow + 3]);
      l3 = factor.fma(left, l3);
      r3 = factor.fma(right, r3);
    }
    l0.intoArray(c, c0);
    r0.intoArray(c, c0 + LANES);
    l1.intoArray(c, c0 + ldc);
    r1.intoArray(c, c0 + ldc + LANES);
    l2.intoArray(c, c0 + 2 * ldc);
    r2.intoArray(c, c0 + 2 * ldc + LANES);
    l3.intoArray(c, c0 + 3 * ldc);
    r3.intoArray(c, c0 + 3 * ldc + LANES);
  }

  /** Eight rows by one vector: for the last columns. */
  private static void narrow(
      double[] a, int a0, double[] b, int b0, int ldb, double[] c, int c0, int ldc, int depth) {
    DoubleVector sum0 = DoubleVector.zero(SPECIES);
    DoubleVector sum1 = DoubleVector.zero(SPECIES);
    DoubleVector sum2 = DoubleVector.zero(SPECIES);
    DoubleVector sum3 = DoubleVector.zero(SPECIES);
    DoubleVector sum4 = DoubleVector.zero(SPECIES);
    DoubleVector sum5 = DoubleVector.zero(SPECIES);
    DoubleVector sum6 = DoubleVector.zero(SPECIES);
    DoubleVector sum7 = DoubleVector.zero(SPECIES);
    for (int p = 0, aRow = a0, bRow = b0; p < depth; p++, aRow += PANEL_ROWS, bRow += ldb) {
      DoubleVector row = DoubleVector.fromArray(SPECIES, b, bRow);
      sum0 = DoubleVector.broadcast(SPECIES, a[aRow]).fma(row, sum0);
      sum1 = DoubleVector.broadcast(SPECIES, a[aRow + 1]).fma(row, sum1);
      sum2 = DoubleVector.broadcast(SPECIES, a[aRow + 2]).fma(row, sum2);
      sum3 = DoubleVector.broadcast(SPECIES, a[aRow + 3]).fma(row, sum3);
      sum4 = DoubleVector.broadcast(SPECIES, a[aRow + 4]).fma(row, sum4);
      sum5 = DoubleVector.broadcast(SPECIES, a[aRow + 5]).fma(row, sum5);
      sum6 = DoubleVector.broadcast(SPECIES, a[aRow + 6]).fma(row, sum6);
      sum7 = DoubleVector.broadcast(SPECIES, a[aRow + 7]).fma(row, sum7);
    }
    sum0.intoArray(c, c0);
    sum1.intoArray(c, c0 + ldc);
    sum2.intoArray(c, c0 + 2 * ldc);
    sum3.intoArray(c, c0 + 3 * ldc);
    sum4.intoArray(c, c0 + 4 * ldc);
    sum5.intoArray(c, c0 + 5 * ldc);
    sum6.intoArray(c, c0 + 6 * ldc);
    sum7.intoArray(c, c0 + 7 * ldc);
  }

  /**
   * {@code C = A · B} or {@code C += A · B}, with A row-major, and B and C in panels of {@link
   * #TILE_COLUMNS} columns, whose rows follow each other: tiles far apart cost a wait for memory
   * each, and rows far apart an address translation each.
   *
   * <p>Rows of A and C must exist up to a multiple of 8 and columns up to one of {@link
   * #TILE_COLUMNS}; what they hold beyond is ignored.
   *
   * @param bPanel from one panel of B to the next
   * @param cPanel from one panel of C to the next
   * @param fresh whether C is to be overwritten: a panel is cleared just before it is added to
   */
  static void add(
      double[] a,
      int a0,
      int lda,
      double[] b,
      int b0,
      int bPanel,
      double[] c,
      int c0,
      int cPanel,
      int rows,
      int columns,
      int depth,
      boolean fresh) {
    int panels = Math.ceilDiv(columns, TILE_COLUMNS);
    for (int panel = 0; panel < panels; panel++) {
      int bAt = b0 + panel * bPanel;
      int cAt = c0 + panel * cPanel;
      if (fresh) {
        Arrays.fill(c, cAt, cAt + GemmTile.roundUp(rows, GemmTile.ROWS) * TILE_COLUMNS, 0);
      }
      for (int row = 0; row < rows; row += GemmTile.ROWS) {
        int aRow = a0 + row * lda;
        int cRow = cAt + row * TILE_COLUMNS;
        if (rows - row <= GemmTile.HALF) {
          add4(a, aRow, lda, b, bAt, c, cRow, depth);
        } else if (GemmTile.MANY_REGISTERS) {
          add8(a, aRow, lda, b, bAt, c, cRow, depth);
        } else {
          add4(a, aRow, lda, b, bAt, c, cRow, depth);
          int a4 = aRow + GemmTile.HALF * lda;
          int c4 = cRow + GemmTile.HALF * TILE_COLUMNS;
          add4(a, a4, lda, b, bAt, c, c4, depth);
        }
      }
    }
  }

  private static void add8(
      double[] a, int a0, int lda, double[] b, int b0, double[] c, int c0, int depth) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int a4 = a3 + lda;
    int a5 = a4 + lda;
    int a6 = a5 + lda;
    int a7 = a6 + lda;
    DoubleVector l0 = DoubleVector.fromArray(SPECIES, c, c0);
    DoubleVector r0 = DoubleVector.fromArray(SPECIES, c, c0 + LANES);
    DoubleVector l1 = DoubleVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS);
    DoubleVector r1 = DoubleVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS + LANES);
    DoubleVector l2 = DoubleVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS);
    DoubleVector r2 = DoubleVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS + LANES);
    DoubleVector l3 = DoubleVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS);
    DoubleVector r3 = DoubleVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS + LANES);
    DoubleVector l4 = DoubleVector.fromArray(SPECIES, c, c0 + 4 * TILE_COLUMNS);
    DoubleVector r4 = DoubleVector.fromArray(SPECIES, c, c0 + 4 * TILE_COLUMNS + LANES);
    DoubleVector l5 = DoubleVector.fromArray(SPECIES, c, c0 + 5 * TILE_COLUMNS);
    DoubleVector r5 = DoubleVector.fromArray(SPECIES, c, c0 + 5 * TILE_COLUMNS + LANES);
    DoubleVector l6 = DoubleVector.fromArray(SPECIES, c, c0 + 6 * TILE_COLUMNS);
    DoubleVector r6 = DoubleVector.fromArray(SPECIES, c, c0 + 6 * TILE_COLUMNS + LANES);
    DoubleVector l7 = DoubleVector.fromArray(SPECIES, c, c0 + 7 * TILE_COLUMNS);
    DoubleVector r7 = DoubleVector.fromArray(SPECIES, c, c0 + 7 * TILE_COLUMNS + LANES);
    for (int p = 0, bRow = b0; p < depth; p++, bRow += TILE_COLUMNS) {
      DoubleVector left = DoubleVector.fromArray(SPECIES, b, bRow);
      DoubleVector right = DoubleVector.fromArray(SPECIES, b, bRow + LANES);
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
    l0.intoArray(c, c0);
    r0.intoArray(c, c0 + LANES);
    l1.intoArray(c, c0 + TILE_COLUMNS);
    r1.intoArray(c, c0 + TILE_COLUMNS + LANES);
    l2.intoArray(c, c0 + 2 * TILE_COLUMNS);
    r2.intoArray(c, c0 + 2 * TILE_COLUMNS + LANES);
    l3.intoArray(c, c0 + 3 * TILE_COLUMNS);
    r3.intoArray(c, c0 + 3 * TILE_COLUMNS + LANES);
    l4.intoArray(c, c0 + 4 * TILE_COLUMNS);
    r4.intoArray(c, c0 + 4 * TILE_COLUMNS + LANES);
    l5.intoArray(c, c0 + 5 * TILE_COLUMNS);
    r5.intoArray(c, c0 + 5 * TILE_COLUMNS + LANES);
    l6.intoArray(c, c0 + 6 * TILE_COLUMNS);
    r6.intoArray(c, c0 + 6 * TILE_COLUMNS + LANES);
    l7.intoArray(c, c0 + 7 * TILE_COLUMNS);
    r7.intoArray(c, c0 + 7 * TILE_COLUMNS + LANES);
  }

  private static void add4(
      double[] a, int a0, int lda, double[] b, int b0, double[] c, int c0, int depth) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    DoubleVector l0 = DoubleVector.fromArray(SPECIES, c, c0);
    DoubleVector r0 = DoubleVector.fromArray(SPECIES, c, c0 + LANES);
    DoubleVector l1 = DoubleVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS);
    DoubleVector r1 = DoubleVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS + LANES);
    DoubleVector l2 = DoubleVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS);
    DoubleVector r2 = DoubleVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS + LANES);
    DoubleVector l3 = DoubleVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS);
    DoubleVector r3 = DoubleVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS + LANES);
    for (int p = 0, bRow = b0; p < depth; p++, bRow += TILE_COLUMNS) {
      DoubleVector left = DoubleVector.fromArray(SPECIES, b, bRow);
      DoubleVector right = DoubleVector.fromArray(SPECIES, b, bRow + LANES);
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
    l0.intoArray(c, c0);
    r0.intoArray(c, c0 + LANES);
    l1.intoArray(c, c0 + TILE_COLUMNS);
    r1.intoArray(c, c0 + TILE_COLUMNS + LANES);
    l2.intoArray(c, c0 + 2 * TILE_COLUMNS);
    r2.intoArray(c, c0 + 2 * TILE_COLUMNS + LANES);
    l3.intoArray(c, c0 + 3 * TILE_COLUMNS);
    r3.intoArray(c, c0 + 3 * TILE_COLUMNS + LANES);
  }
}
