/* What plans a convolution, per algorithm. */
#ifndef CONV_PLAN_H
#define CONV_PLAN_H

#include "conv_geometry.h"

/* Each fills in its algorithm's split and memory. */
void conv_plan_gemm(convoy_conv2d_plan *p);
void conv_plan_direct(convoy_conv2d_plan *p);
void conv_plan_depthwise(convoy_conv2d_plan *p);
void conv_plan_winograd(convoy_conv2d_plan *p);

/* Whether Winograd's algorithm is likely faster than the others, where it applies. */
int conv_winograd_pays(const convoy_conv2d_plan *p);

/* Why Winograd's algorithm does not apply; NULL where it does. */
const char *conv_winograd_refusal(const convoy_conv2d_plan *p);

/* Whether matrix products are those of the micro-kernel, else of the BLAS. */
int conv_gemm_packs(const convoy_conv2d_plan *p);

/* Splits n into parts of equal size, none above most; answers the size. */
static inline int32_t conv_even_part(int64_t n, int64_t most) {
  int64_t parts = ceil_div(n, max_i64(1, most));
  return (int32_t)ceil_div(n, parts);
}

/* A number of pieces; the largest stands for any that 32 bits cannot count. */
static inline int32_t conv_pieces(int64_t pieces) {
  return (int32_t)min_i64(pieces, INT32_MAX);
}

/* Whether the direct algorithm is likely faster than matrix products. */
int conv_direct_pays(const convoy_conv2d_plan *p);

#endif
