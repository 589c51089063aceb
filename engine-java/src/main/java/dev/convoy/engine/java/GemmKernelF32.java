package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of matrices in arrays in cache. C is row-major, and so may B be, or in panels of columns
 * that follow each other: read from L3 those take 0.8 to 0.95 of the time. A's elements are
 * broadcast, so it may be row-major too ({@link #add}), but where it lies in panels of rows side by
 * side ({@link #multiply}) its addresses take one register: 215 to 225 GFLOP/s against 180 on a
 * core whose peak is 218 at its usual clock.
 */
final class GemmKernelF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns of one tile. Columns of B and C are readable and writable up to a multiple of it. */
  static final int TILE_COLUMNS = 2 * LANES;

  private GemmKernelF32() {}

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
      float[] a,
      int a0,
      int panel,
      float[] b,
      int b0,
      int ldb,
      int bPanel,
      float[] c,
      int c0,
      int ldc,
      int rows,
      int columns,
      int depth,
      float[] tile) {
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

  /**
   * The same of whole tiles, which go to a tensor at once: through a block of C in cache they would
   * be written twice, and the tensor's lines would come from memory while nothing is multiplied.
   *
   * @param to whose element {@code at} is C's first, and {@code far} from one row to the next
   * @param biases whose element {@code channel + i} is added to row {@code i}; null for none
   */
  static void multiplyInto(
      float[] a,
      int a0,
      int panel,
      float[] b,
      int b0,
      int ldb,
      int bPanel,
      MemorySegment to,
      long at,
      long far,
      int rows,
      int columns,
      int depth,
      float[] tile,
      MemorySegment biases,
      long channel,
      boolean relu) {
    for (int row = 0; row < rows; row += GemmTile.ROWS) {
      int aRow = a0 + row / PANEL_ROWS * panel + row % PANEL_ROWS;
      for (int column = 0; column < columns; column += TILE_COLUMNS) {
        int bRow = b0 + column / TILE_COLUMNS * bPanel;
        product(a, aRow, b, bRow, ldb, tile, 0, TILE_COLUMNS, GemmTile.ROWS, depth);
        long place = at + row * far + column;
        GemmOutputF32.storeTile(tile, to, place, far, biases, channel + row, relu);
      }
    }
  }

  private static void product(
      float[] a,
      int a0,
      float[] b,
      int b0,
      int ldb,
      float[] c,
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

  private static void addTile(float[] tile, float[] c, int c0, int ldc, int rows) {
    for (int row = 0; row < rows; row++) {
      int from = row * TILE_COLUMNS;
      int to = c0 + row * ldc;
      FloatVector.fromArray(SPECIES, c, to)
          .add(FloatVector.fromArray(SPECIES, tile, from))
          .intoArray(c, to);
      FloatVector.fromArray(SPECIES, c, to + LANES)
          .add(FloatVector.fromArray(SPECIES, tile, from + LANES))
          .intoArray(c, to + LANES);
    }
  }

  /** Eight rows by two vectors: the accumulators must be named locals to stay in registers. */
  private static void product8(
      float[] a, int a0, float[] b, int b0, int ldb, float[] c, int c0, int ldc, int depth) {
    FloatVector l0 = FloatVector.zero(SPECIES);
    FloatVector r0 = FloatVector.zero(SPECIES);
    FloatVector l1 = FloatVector.zero(SPECIES);
    FloatVector r1 = FloatVector.zero(SPECIES);
    FloatVector l2 = FloatVector.zero(SPECIES);
    FloatVector r2 = FloatVector.zero(SPECIES);
    FloatVector l3 = FloatVector.zero(SPECIES);
    FloatVector r3 = FloatVector.zero(SPECIES);
    FloatVector l4 = FloatVector.zero(SPECIES);
    FloatVector r4 = FloatVector.zero(SPECIES);
    FloatVector l5 = FloatVector.zero(SPECIES);
    FloatVector r5 = FloatVector.zero(SPECIES);
    FloatVector l6 = FloatVector.zero(SPECIES);
    FloatVector r6 = FloatVector.zero(SPECIES);
    FloatVector l7 = FloatVector.zero(SPECIES);
    FloatVector r7 = FloatVector.zero(SPECIES);
    for (int p = 0, aRow = a0, bRow = b0; p < depth; p++, aRow += PANEL_ROWS, bRow += ldb) {
      FloatVector left = FloatVector.fromArray(SPECIES, b, bRow);
      FloatVector right = FloatVector.fromArray(SPECIES, b, bRow + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[aRow]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 1]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 2]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 3]);
      l3 = factor.fma(left, l3);
      r3 = factor.fma(right, r3);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 4]);
      l4 = factor.fma(left, l4);
      r4 = factor.fma(right, r4);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 5]);
      l5 = factor.fma(left, l5);
      r5 = factor.fma(right, r5);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 6]);
      l6 = factor.fma(left, l6);
      r6 = factor.fma(right, r6);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 7]);
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
      float[] a, int a0, float[] b, int b0, int ldb, float[] c, int c0, int ldc, int depth) {
    FloatVector l0 = FloatVector.zero(SPECIES);
    FloatVector r0 = FloatVector.zero(SPECIES);
    FloatVector l1 = FloatVector.zero(SPECIES);
    FloatVector r1 = FloatVector.zero(SPECIES);
    FloatVector l2 = FloatVector.zero(SPECIES);
    FloatVector r2 = FloatVector.zero(SPECIES);
    FloatVector l3 = FloatVector.zero(SPECIES);
    FloatVector r3 = FloatVector.zero(SPECIES);
    for (int p = 0, aRow = a0, bRow = b0; p < depth; p++, aRow += PANEL_ROWS, bRow += ldb) {
      FloatVector left = FloatVector.fromArray(SPECIES, b, bRow);
      FloatVector right = FloatVector.fromArray(SPECIES, b, bRow + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[aRow]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 1]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 2]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = FloatVector.broadcast(SPECIES, a[aRow + 3]);
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
      float[] a, int a0, float[] b, int b0, int ldb, float[] c, int c0, int ldc, int depth) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    FloatVector sum2 = FloatVector.zero(SPECIES);
    FloatVector sum3 = FloatVector.zero(SPECIES);
    FloatVector sum4 = FloatVector.zero(SPECIES);
    FloatVector sum5 = FloatVector.zero(SPECIES);
    FloatVector sum6 = FloatVector.zero(SPECIES);
    FloatVector sum7 = FloatVector.zero(SPECIES);
    for (int p = 0, aRow = a0, bRow = b0; p < depth; p++, aRow += PANEL_ROWS, bRow += ldb) {
      FloatVector row = FloatVector.fromArray(SPECIES, b, bRow);
      sum0 = FloatVector.broadcast(SPECIES, a[aRow]).fma(row, sum0);
      sum1 = FloatVector.broadcast(SPECIES, a[aRow + 1]).fma(row, sum1);
      sum2 = FloatVector.broadcast(SPECIES, a[aRow + 2]).fma(row, sum2);
      sum3 = FloatVector.broadcast(SPECIES, a[aRow + 3]).fma(row, sum3);
      sum4 = FloatVector.broadcast(SPECIES, a[aRow + 4]).fma(row, sum4);
      sum5 = FloatVector.broadcast(SPECIES, a[aRow + 5]).fma(row, sum5);
      sum6 = FloatVector.broadcast(SPECIES, a[aRow + 6]).fma(row, sum6);
      sum7 = FloatVector.broadcast(SPECIES, a[aRow + 7]).fma(row, sum7);
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
      float[] a,
      int a0,
      int lda,
      float[] b,
      int b0,
      int bPanel,
      float[] c,
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
      float[] a, int a0, int lda, float[] b, int b0, float[] c, int c0, int depth) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int a4 = a3 + lda;
    int a5 = a4 + lda;
    int a6 = a5 + lda;
    int a7 = a6 + lda;
    FloatVector l0 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector r0 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
    FloatVector l1 = FloatVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS);
    FloatVector r1 = FloatVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS + LANES);
    FloatVector l2 = FloatVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS);
    FloatVector r2 = FloatVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS + LANES);
    FloatVector l3 = FloatVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS);
    FloatVector r3 = FloatVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS + LANES);
    FloatVector l4 = FloatVector.fromArray(SPECIES, c, c0 + 4 * TILE_COLUMNS);
    FloatVector r4 = FloatVector.fromArray(SPECIES, c, c0 + 4 * TILE_COLUMNS + LANES);
    FloatVector l5 = FloatVector.fromArray(SPECIES, c, c0 + 5 * TILE_COLUMNS);
    FloatVector r5 = FloatVector.fromArray(SPECIES, c, c0 + 5 * TILE_COLUMNS + LANES);
    FloatVector l6 = FloatVector.fromArray(SPECIES, c, c0 + 6 * TILE_COLUMNS);
    FloatVector r6 = FloatVector.fromArray(SPECIES, c, c0 + 6 * TILE_COLUMNS + LANES);
    FloatVector l7 = FloatVector.fromArray(SPECIES, c, c0 + 7 * TILE_COLUMNS);
    FloatVector r7 = FloatVector.fromArray(SPECIES, c, c0 + 7 * TILE_COLUMNS + LANES);
    for (int p = 0, bRow = b0; p < depth; p++, bRow += TILE_COLUMNS) {
      FloatVector left = FloatVector.fromArray(SPECIES, b, bRow);
      FloatVector right = FloatVector.fromArray(SPECIES, b, bRow + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[a0 + p]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = FloatVector.broadcast(SPECIES, a[a1 + p]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = FloatVector.broadcast(SPECIES, a[a2 + p]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = FloatVector.broadcast(SPECIES, a[a3 + p]);
      l3 = factor.fma(left, l3);
      r3 = factor.fma(right, r3);
      factor = FloatVector.broadcast(SPECIES, a[a4 + p]);
      l4 = factor.fma(left, l4);
      r4 = factor.fma(right, r4);
      factor = FloatVector.broadcast(SPECIES, a[a5 + p]);
      l5 = factor.fma(left, l5);
      r5 = factor.fma(right, r5);
      factor = FloatVector.broadcast(SPECIES, a[a6 + p]);
      l6 = factor.fma(left, l6);
      r6 = factor.fma(right, r6);
      factor = FloatVector.broadcast(SPECIES, a[a7 + p]);
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
      float[] a, int a0, int lda, float[] b, int b0, float[] c, int c0, int depth) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    FloatVector l0 = FloatVector.fromArray(SPECIES, c, c0);
    FloatVector r0 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
    FloatVector l1 = FloatVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS);
    FloatVector r1 = FloatVector.fromArray(SPECIES, c, c0 + TILE_COLUMNS + LANES);
    FloatVector l2 = FloatVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS);
    FloatVector r2 = FloatVector.fromArray(SPECIES, c, c0 + 2 * TILE_COLUMNS + LANES);
    FloatVector l3 = FloatVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS);
    FloatVector r3 = FloatVector.fromArray(SPECIES, c, c0 + 3 * TILE_COLUMNS + LANES);
    for (int p = 0, bRow = b0; p < depth; p++, bRow += TILE_COLUMNS) {
      FloatVector left = FloatVector.fromArray(SPECIES, b, bRow);
      FloatVector right = FloatVector.fromArray(SPECIES, b, bRow + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[a0 + p]);
      l0 = factor.fma(left, l0);
      r0 = factor.fma(right, r0);
      factor = FloatVector.broadcast(SPECIES, a[a1 + p]);
      l1 = factor.fma(left, l1);
      r1 = factor.fma(right, r1);
      factor = FloatVector.broadcast(SPECIES, a[a2 + p]);
      l2 = factor.fma(left, l2);
      r2 = factor.fma(right, r2);
      factor = FloatVector.broadcast(SPECIES, a[a3 + p]);
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
