/*
 * Matrix products over operands that are already packed, for kernels that pack straight from
 * images and so gain nothing from a BLAS, which would pack once more. Included once per element
 * type T and instruction set, after conv_vector.h.
 *
 * micro_product gives c [m][n] = or += a [m][depth] * b [depth][n], where
 *
 * - a lies in panels of MICRO_ROWS rows, each [depth][MICRO_ROWS], one after the other; rows past
 *   m must hold numbers (zeros, best: NaNs and denormals are slow), whose results are dropped.
 * - b lies in panels of MICRO_COLS columns, each [depth][MICRO_COLS]; the last one is as narrow as
 *   whole vectors allow, [depth][micro_width(what is left of n)], and padded likewise.
 * - c is plain, rows ldc apart, and only its m * n elements are touched.
 *
 * Panels of b are best used from the first-level cache and those of a, which are read in order,
 * from the second: depth up to 256 fits. From 16 on, depth costs nothing: 97 % of the peak. Sums
 * run over depth in order, so they do not depend on m, n or the place in c.
 *
 * micro_tile is one panel of a times one of b, without the edges of c: for those whose c has room.
 */

/* A tile of c fills the registers, but for a row of b and an element of a. */
#if defined(__AVX512F__)
enum { MICRO_ROWS = 8, MICRO_VECTORS = 3 };
#elif defined(__AVX2__)
enum { MICRO_ROWS = 4, MICRO_VECTORS = 3 };
#elif defined(NEON) /* with 3, GCC, which loads all of a's elements first, spills sums */
enum { MICRO_ROWS = 8, MICRO_VECTORS = 2 };
#else
enum { MICRO_ROWS = 4, MICRO_VECTORS = 2 };
#endif
enum {
  MICRO_COLS = MICRO_VECTORS * LANES,
  MICRO_AHEAD = 2048 / sizeof(T),
  MICRO_LINE = 64 / sizeof(T) /* of the caches */
};

#define MICRO_INLINE static inline __attribute__((always_inline))

/* Element (i, k) of a's panel lies at i * a_row + k * a_step. */
MICRO_INLINE void micro_loop(int vectors, int64_t depth, const T *a, int64_t a_row, int64_t a_step,
                             const T *b, int64_t ldb, T *c, int64_t ldc, int accumulate) {
  vec sum[MICRO_ROWS][MICRO_VECTORS];
#pragma GCC unroll 8
  for (int i = 0; i < MICRO_ROWS; i++) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      sum[i][v] = vec_all(0);
    }
  }
  for (int64_t k = 0; k < depth; k++, a += a_step, b += ldb) {
    vec row[MICRO_VECTORS];
    if (a_row == 1) { /* panels follow each other, and those after may be far from the cache */
      __builtin_prefetch(a + MICRO_AHEAD);
    }
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      row[v] = vec_load(b + v * LANES);
    }
#pragma GCC unroll 8
    for (int i = 0; i < MICRO_ROWS; i++) {
      vec factor = vec_all(a[i * a_row]);
#pragma GCC unroll 3
      for (int v = 0; v < vectors; v++) {
        sum[i][v] = vec_fma(factor, row[v], sum[i][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < MICRO_ROWS; i++, c += ldc) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      vec before = accumulate ? vec_load(c + v * LANES) : vec_all(0);
      vec_store(c + v * LANES, accumulate ? vec_add(before, sum[i][v]) : sum[i][v]);
    }
  }
}

/* Columns that a panel of b has for n columns of c, 0 < n <= MICRO_COLS. */
static inline int64_t micro_width(int64_t n) {
  return (n + LANES - 1) / LANES * LANES;
}

/* Columns for each tile of c where n of them, 0 < n, are best shared out evenly. */
static inline int64_t micro_even_width(int64_t n) {
  int64_t vectors = (n + LANES - 1) / LANES;
  int64_t tiles = (vectors + MICRO_VECTORS - 1) / MICRO_VECTORS;
  return (vectors + tiles - 1) / tiles * LANES;
}

/* c [MICRO_ROWS][width] = or += a panel of a times one of b, whose rows are ldb apart. width is a
 * number of whole vectors, at most MICRO_COLS. */
static void micro_tile(int64_t width, int64_t depth, const T *a, const T *b, int64_t ldb, T *c,
                       int64_t ldc, int accumulate) {
  switch (width / LANES) {
    case 1:
      micro_loop(1, depth, a, 1, MICRO_ROWS, b, ldb, c, ldc, accumulate);
      break;
    case 2:
      micro_loop(2, depth, a, 1, MICRO_ROWS, b, ldb, c, ldc, accumulate);
      break;
    default:
      micro_loop(MICRO_VECTORS, depth, a, 1, MICRO_ROWS, b, ldb, c, ldc, accumulate);
  }
}

/* The same of an a that is not packed: MICRO_ROWS rows, lda apart. */
static void micro_tile_rows(int64_t width, int64_t depth, const T *a, int64_t lda, const T *b,
                            int64_t ldb, T *c, int64_t ldc, int accumulate) {
  switch (width / LANES) {
    case 1:
      micro_loop(1, depth, a, lda, 1, b, ldb, c, ldc, accumulate);
      break;
    case 2:
      micro_loop(2, depth, a, lda, 1, b, ldb, c, ldc, accumulate);
      break;
    default:
      micro_loop(MICRO_VECTORS, depth, a, lda, 1, b, ldb, c, ldc, accumulate);
  }
}

/* c [rows][cols] = or += the first of those of a tile. */
static inline void micro_edge(const T *tile, int64_t width, int64_t rows, int64_t cols, T *c,
                              int64_t ldc, int accumulate) {
  for (int64_t i = 0; i < rows; i++, tile += width, c += ldc) {
    for (int64_t j = 0; j < cols; j += LANES) {
      int64_t left = vec_left(cols, j);
      vec sum = vec_load(tile + j);
      sum = accumulate ? vec_add(vec_load_some(c + j, left), sum) : sum;
      vec_store_some(c + j, sum, left);
    }
  }
}

static inline void micro_product(int64_t m, int64_t n, int64_t depth, const T *a, const T *b, T *c,
                                 int64_t ldc, int accumulate) {
  T tile[MICRO_ROWS * MICRO_COLS];
  for (int64_t col = 0; col < n; col += MICRO_COLS, b += depth * MICRO_COLS) {
    int64_t cols = n - col < MICRO_COLS ? n - col : MICRO_COLS, width = micro_width(cols);
    for (int64_t row = 0; row < m; row += MICRO_ROWS) {
      int64_t rows = m - row < MICRO_ROWS ? m - row : MICRO_ROWS;
      const T *panel = a + row * depth;
      T *dst = c + row * ldc + col;
      if (rows == MICRO_ROWS && cols == width) {
        micro_tile(width, depth, panel, b, width, dst, ldc, accumulate);
      } else {
        micro_tile(width, depth, panel, b, width, tile, width, 0);
        micro_edge(tile, width, rows, cols, dst, ldc, accumulate);
      }
    }
  }
}
