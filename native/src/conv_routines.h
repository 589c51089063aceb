/* The convolution routines of one element type and instruction set. */
#ifndef CONV_ROUTINES_H
#define CONV_ROUTINES_H

#include "convoy_conv.h"

/* The memory of one call, as convoy_conv2d_run names it. */
typedef struct {
  void *x, *w, *b, *y, *workspace, *scratch;
} conv_call;

/* Does one piece of a phase. */
typedef void conv_routine(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call);

/* Phases by operation; a NULL second phase where there is none. */
typedef struct {
  conv_routine *direct[3][2], *depthwise[3][2], *gemm[3][2], *packed[3][2], *winograd[3][2],
      *bias_gradient;
} conv_routines;

extern const conv_routines conv_routines_c_f32, conv_routines_c_f64;
extern const conv_routines conv_routines_avx2_f32, conv_routines_avx2_f64;
extern const conv_routines conv_routines_avx512_f32, conv_routines_avx512_f64;
extern const conv_routines conv_routines_neon_f32, conv_routines_neon_f64;

#endif
