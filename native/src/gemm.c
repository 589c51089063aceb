/* The BLAS in use, and matrix products with an epilogue. */
#include "gemm.h"

#include <stddef.h>

#include "convoy_conv.h"
#include "span.h"

enum {
  PIECE_FLOP = 4 << 20, /* worth a thread's attention */
  PIECE_SIZE = 192,     /* rows or columns: enough for BLAS to work at speed */
  PIECE_STEP = 16,
  MOST_PIECES = 16
};

struct convoy_blas convoy_blas;

void convoy_set_blas(convoy_sgemm sgemm, convoy_dgemm dgemm) {
  convoy_blas.sgemm = sgemm;
  convoy_blas.dgemm = dgemm;
}

/* The longer side of y is split, by its sizes alone. */
const char *convoy_matmul_plan_init(convoy_matmul_plan *p) {
  if (convoy_blas.sgemm == NULL) {
    return "matrix products need a BLAS, and none was named";
  }
  int64_t side = max_i64(p->m, p->n);
  int64_t products = (int64_t)p->m * p->n; /* fits, as y has no more elements */
  int64_t worth = products / (PIECE_FLOP / 2 / p->k + 1) + 1;
  int64_t pieces = min_i64(min_i64(worth, MOST_PIECES), (side + PIECE_SIZE - 1) / PIECE_SIZE);
  int64_t size = (side + pieces - 1) / pieces;
  size = min_i64((size + PIECE_STEP - 1) / PIECE_STEP * PIECE_STEP, side);
  p->pieces = (int32_t)((side + size - 1) / size);
  p->piece_rows = p->m > p->n ? (int32_t)size : p->m;
  p->piece_cols = p->m > p->n ? p->n : (int32_t)size;
  return NULL;
}

#define MATMUL_FUNCTIONS(T, type, gemm)                                                          \
  static void finish_##type(T *y, int64_t ld, int64_t rows, int64_t cols, const T *bias,         \
                            int relu) {                                                          \
    for (int64_t i = 0; i < rows; i++, y += ld) {                                                \
      for (int64_t j = 0; bias != NULL && j < cols; j++) {                                       \
        y[j] += bias[j];                                                                         \
      }                                                                                          \
      for (int64_t j = 0; relu && j < cols; j++) {                                               \
        y[j] = y[j] < 0 ? 0 : y[j];                                                              \
      }                                                                                          \
    }                                                                                            \
  }                                                                                              \
                                                                                                 \
  static void matmul_##type(const convoy_matmul_plan *p, int32_t piece, const T *a, const T *b,  \
                            const T *bias, T *y) {                                               \
    int ta = (p->flags & CONVOY_MATMUL_TRANSPOSE_A) != 0;                                        \
    int tb = (p->flags & CONVOY_MATMUL_TRANSPOSE_B) != 0;                                        \
    int64_t row = p->m > p->n ? (int64_t)piece * p->piece_rows : 0;                              \
    int64_t col = p->m > p->n ? 0 : (int64_t)piece * p->piece_cols;                              \
    int rows = (int)min_i64(p->piece_rows, p->m - row);                                          \
    int cols = (int)min_i64(p->piece_cols, p->n - col);                                          \
    y += row * p->n + col;                                                                       \
    convoy_blas.gemm(BLAS_ROW_MAJOR, ta ? BLAS_TRANSPOSED : BLAS_PLAIN,                          \
                     tb ? BLAS_TRANSPOSED : BLAS_PLAIN, rows, cols, p->k, 1,                     \
                     a + (ta ? row : row * p->k), ta ? p->m : p->k, b + (tb ? col * p->k : col), \
                     tb ? p->k : p->n, (p->flags & CONVOY_MATMUL_ACCUMULATE) != 0, y, p->n);     \
    finish_##type(y, p->n, rows, cols, p->flags &CONVOY_MATMUL_BIAS ? bias + col : NULL,         \
                  (p->flags & CONVOY_MATMUL_RELU) != 0);                                         \
  }

MATMUL_FUNCTIONS(float, f32, sgemm)
MATMUL_FUNCTIONS(double, f64, dgemm)

void convoy_matmul_run(const convoy_matmul_plan *p, int32_t piece, const void *a, const void *b,
                       const void *bias, void *y) {
  if (p->type == CONVOY_F64) {
    matmul_f64(p, piece, a, b, bias, y);
  } else {
    matmul_f32(p, piece, a, b, bias, y);
  }
}
