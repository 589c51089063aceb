/* Chooses a convolution's algorithm. */
#include "conv_plan.h"

#include <stddef.h>

#include "conv_depthwise_shape.h"
#include "gemm.h"

/* BLAS counts in 32 bits. */
static int fits_blas(const convoy_conv2d_plan *p) {
  return conv_group_channels(p) * conv_taps(p) <= INT32_MAX && (int64_t)p->h * p->w <= INT32_MAX &&
         (int64_t)p->oh * p->ow <= INT32_MAX;
}

static const char *refusal(const convoy_conv2d_plan *p) {
  switch (p->algorithm) {
    case CONVOY_CONV_DEPTHWISE:
      return p->groups == p->c ? NULL : "depthwise needs as many groups as input channels";
    case CONVOY_CONV_GEMM:
      if (convoy_blas.sgemm == NULL) {
        return "matrix products need a BLAS, and none was named";
      }
      return fits_blas(p) ? NULL : "an image or a filter has more elements than BLAS can count";
    case CONVOY_CONV_WINOGRAD:
      return conv_winograd_refusal(p);
    default:
      return NULL;
  }
}

static int32_t choice(const convoy_conv2d_plan *p) {
  if (p->groups == p->c && p->c > 1) {
    return CONVOY_CONV_DEPTHWISE;
  }
  if (!(p->flags & CONVOY_CONV_PRECISE) && conv_winograd_refusal(p) == NULL &&
      conv_winograd_pays(p)) {
    return CONVOY_CONV_WINOGRAD;
  }
  if (convoy_blas.sgemm == NULL || !fits_blas(p) || conv_direct_pays(p)) {
    return CONVOY_CONV_DIRECT;
  }
  return CONVOY_CONV_GEMM;
}

/* db alone is no matter of algorithm: each piece adds up some channels of dy. */
static void plan_bias_gradient(convoy_conv2d_plan *p) {
  p->piece_filters = (int32_t)ceil_div(p->k, 16);
  p->pieces[0] = (int32_t)ceil_div(p->k, p->piece_filters);
}

const char *convoy_conv2d_plan_init(convoy_conv2d_plan *p) {
  p->phases = 1;
  p->pieces[0] = p->pieces[1] = 0;
  p->block_images = 1;
  p->block_rows = p->oh;
  p->block_cols = p->ow;
  p->block_channels = p->piece_channels = (int32_t)conv_group_channels(p);
  p->piece_filters = (int32_t)conv_group_filters(p);
  p->block_filters = p->piece_filters;
  p->piece_groups = p->partials = 1;
  p->block_tiles = 0;
  p->in_place = 0;
  p->workspace_bytes = p->scratch_bytes = 0;
  if (p->flags & CONVOY_CONV_NO_WEIGHTS) {
    plan_bias_gradient(p);
    return NULL;
  }
  const char *reason = refusal(p);
  if (reason != NULL) {
    return reason;
  }
  if (p->algorithm == CONVOY_CONV_AUTO) {
    p->algorithm = choice(p);
  }
  if (p->algorithm == CONVOY_CONV_GEMM) {
    conv_plan_gemm(p);
  } else if (p->algorithm == CONVOY_CONV_DEPTHWISE && conv_depthwise_has_kernel(p)) {
    conv_plan_depthwise(p);
  } else if (p->algorithm == CONVOY_CONV_WINOGRAD) {
    conv_plan_winograd(p);
  } else {
    conv_plan_direct(p);
  }
  return p->pieces[0] == INT32_MAX ? "there are more images and groups than can be counted" : NULL;
}
