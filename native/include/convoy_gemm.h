/*
 * Matrix products, by the functions of a BLAS that the caller has loaded.
 */
#ifndef CONVOY_GEMM_H
#define CONVOY_GEMM_H

#include <stdint.h>

#include "convoy_export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* cblas_sgemm and cblas_dgemm with 32-bit integers. */
typedef void (*convoy_sgemm)(int order, int transa, int transb, int m, int n, int k, float alpha,
                             const float *a, int lda, const float *b, int ldb, float beta, float *c,
                             int ldc);
typedef void (*convoy_dgemm)(int order, int transa, int transb, int m, int n, int k, double alpha,
                             const double *a, int lda, const double *b, int ldb, double beta,
                             double *c, int ldc);

/* Names the functions that convolutions and products call, once, before any of those. They must
 * work on the calling thread alone. */
CONVOY_API void convoy_set_blas(convoy_sgemm sgemm, convoy_dgemm dgemm);

enum {
  CONVOY_MATMUL_TRANSPOSE_A = 1, /* a is given as [k, m] */
  CONVOY_MATMUL_TRANSPOSE_B = 2, /* b is given as [n, k] */
  CONVOY_MATMUL_BIAS = 4,        /* bias is added to every row */
  CONVOY_MATMUL_RELU = 8,        /* y = max(0, y) at last */
  CONVOY_MATMUL_ACCUMULATE = 16  /* the product is added to what y holds; no bias, no ReLU */
};

/* y [m, n] = op(a) [m, k] * op(b) [k, n], all at least 1; made as convoy_conv2d_plan is. */
typedef struct convoy_matmul_plan {
  int32_t type, flags, m, n, k;

  /* Answered by convoy_matmul_plan_init. */
  int32_t pieces;
  int32_t piece_rows, piece_cols; /* the part of y that is one piece */
} convoy_matmul_plan;

/* Fills in what the plan answers. Returns NULL, or what is wrong in words. */
CONVOY_API const char *convoy_matmul_plan_init(convoy_matmul_plan *plan);

/* Does one piece. bias [n] may be NULL where the plan has none. */
CONVOY_API void convoy_matmul_run(const convoy_matmul_plan *plan, int32_t piece, const void *a,
                                  const void *b, const void *bias, void *y);

#ifdef __cplusplus
}
#endif

#endif
