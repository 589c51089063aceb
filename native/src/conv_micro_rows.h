/*
 * The micro-kernel of conv_micro.h for an a that is not packed: each of its rows is a run of
 * neighbouring elements, or several runs, wherever it lies. Weights and images serve as they are.
 * Included once per element type T and instruction set, after conv_micro.h.
 */

/* Where depth goes: runs of cols elements, rows of them row_step apart, images image_step. */
typedef struct {
  int64_t images, rows, cols, image_step, row_step;
} micro_depth;

MICRO_INLINE void micro_rows_loop(int vectors, const micro_depth *d, const T *const *a, const T *b,
                                  T *c, int64_t ldc, int accumulate) {
  vec sum[MICRO_ROWS][MICRO_VECTORS];
#pragma GCC unroll 8
  for (int i = 0; i < MICRO_ROWS; i++) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      sum[i][v] = vec_all(0);
    }
  }
  for (int64_t n = 0; n < d->images; n++) {
    for (int64_t r = 0; r < d->rows; r++) {
      const T *at[MICRO_ROWS];
#pragma GCC unroll 8
      for (int i = 0; i < MICRO_ROWS; i++) {
        at[i] = a[i] + n * d->image_step + r * d->row_step;
      }
      for (int64_t k = 0; k < d->cols; k++, b += vectors * LANES) {
        vec row[MICRO_VECTORS];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++) {
          row[v] = vec_load(b + v * LANES);
        }
#pragma GCC unroll 8
        for (int i = 0; i < MICRO_ROWS; i++) {
          vec factor = vec_all(at[i][k]);
#pragma GCC unroll 3
          for (int v = 0; v < vectors; v++) {
            sum[i][v] = vec_fma(factor, row[v], sum[i][v]);
          }
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < MICRO_ROWS; i++, c += ldc) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      vec y = sum[i][v];
      vec_store(c + v * LANES, accumulate ? vec_add(vec_load(c + v * LANES), y) : y);
    }
  }
}

/*
 * c [rows][cols] = or += rows of a, of which there are at most MICRO_ROWS, times a panel of b
 * [depth][micro_width(cols)]. All MICRO_ROWS pointers must be readable; only rows of c are touched.
 */
static void micro_rows(int64_t rows, int64_t cols, const micro_depth *d, const T *const *a,
                       const T *b, T *c, int64_t ldc, int accumulate) {
  int64_t width = micro_width(cols);
  T tile[MICRO_ROWS * MICRO_COLS];
  int whole = rows == MICRO_ROWS && cols == width;
  T *to = whole ? c : tile;
  int64_t ld = whole ? ldc : width;
  int add = whole && accumulate;
  switch (width / LANES) {
    case 1:
      micro_rows_loop(1, d, a, b, to, ld, add);
      break;
    case 2:
      micro_rows_loop(2, d, a, b, to, ld, add);
      break;
    default:
      micro_rows_loop(MICRO_VECTORS, d, a, b, to, ld, add);
  }
  if (!whole) {
    micro_edge(tile, width, rows, cols, c, ldc, accumulate);
  }
}
