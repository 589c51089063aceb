/*
 * The micro-kernel of conv_micro.h for an a that is not packed: each of its rows is a run of
 * elements, neighbours or every second one, or several runs, wherever it lies. Weights and images
 * serve as they are.
 * Included once per element type T and instruction set, after conv_micro.h.
 */

/* Where depth goes: runs of cols elements, step apart, which is 1 or 2; rows of them row_step
 * apart, images image_step. */
typedef struct {
  int64_t images, rows, cols, image_step, row_step, step;
} micro_depth;

/* How sums become results: added to c or not, and what follows. */
typedef struct {
  int accumulate, relu;
  const T *bias; /* of the first row, or NULL */
} micro_end;

/* Memory to ask for while a tile is computed: a line of each row from first on, one with each step
 * of depth; and what lies next elements after each row of a. */
typedef struct {
  const T *first;
  int64_t step, next;
} micro_ahead;

MICRO_INLINE void micro_rows_loop(int vectors, int step, const micro_depth *d, const T *const *a,
                                  const T *b, T *c, int64_t ldc, const micro_end *end,
                                  micro_ahead ahead) {
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
        __builtin_prefetch(ahead.first, 0, 2);
        ahead.first += ahead.step;
        if (k % (MICRO_LINE / step) == 0) {
#pragma GCC unroll 8
          for (int i = 0; i < MICRO_ROWS; i++) {
            __builtin_prefetch(at[i] + k * step + ahead.next, 0, 2);
          }
        }
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++) {
          row[v] = vec_load(b + v * LANES);
        }
#pragma GCC unroll 8
        for (int i = 0; i < MICRO_ROWS; i++) {
          vec factor = vec_all(at[i][k * step]);
#pragma GCC unroll 3
          for (int v = 0; v < vectors; v++) {
            sum[i][v] = vec_fma(factor, row[v], sum[i][v]);
          }
        }
      }
    }
  }
#define EACH_SUM                                               \
  _Pragma("GCC unroll 8") for (int i = 0; i < MICRO_ROWS; i++) \
      _Pragma("GCC unroll 3") for (int v = 0; v < vectors; v++)
  if (end->accumulate) {
    EACH_SUM {
      sum[i][v] = vec_add(vec_load(c + i * ldc + v * LANES), sum[i][v]);
    }
  }
  if (end->bias != NULL) {
    EACH_SUM {
      sum[i][v] = vec_add(sum[i][v], vec_all(end->bias[i]));
    }
  }
  if (end->relu) {
    EACH_SUM {
      sum[i][v] = vec_relu(sum[i][v]);
    }
  }
  EACH_SUM {
    vec_store(c + i * ldc + v * LANES, sum[i][v]);
  }
#undef EACH_SUM
}

/*
 * c [rows][cols] = or += rows of a, of which there are at most MICRO_ROWS, times a panel of b
 * [depth][micro_width(cols)], finished. All MICRO_ROWS pointers must be readable; only rows of c
 * are touched.
 */
static void micro_rows(int64_t rows, int64_t cols, const micro_depth *d, const T *const *a,
                       const T *b, T *c, int64_t ldc, const micro_end *end, micro_ahead ahead) {
  int64_t width = micro_width(cols);
  T tile[MICRO_ROWS * MICRO_COLS];
  const micro_end none = {0};
  int whole = rows == MICRO_ROWS && cols == width;
  T *to = whole ? c : tile;
  int64_t ld = whole ? ldc : width;
  const micro_end *how = whole ? end : &none;
#define MICRO_ROWS_LOOP(step)                                            \
  switch (width / LANES) {                                               \
    case 1:                                                              \
      micro_rows_loop(1, step, d, a, b, to, ld, how, ahead);             \
      break;                                                             \
    case 2:                                                              \
      micro_rows_loop(2, step, d, a, b, to, ld, how, ahead);             \
      break;                                                             \
    default:                                                             \
      micro_rows_loop(MICRO_VECTORS, step, d, a, b, to, ld, how, ahead); \
  }
  if (d->step == 1) {
    MICRO_ROWS_LOOP(1)
  } else {
    MICRO_ROWS_LOOP(2)
  }
#undef MICRO_ROWS_LOOP
  if (!whole) {
    micro_edge(tile, width, rows, cols, c, ldc, end->accumulate);
    for (int64_t i = 0; i < rows && (end->bias != NULL || end->relu); i++, c += ldc) {
      finish_outputs(c, c, cols, end->bias != NULL ? end->bias[i] : 0, end->relu);
    }
  }
}
