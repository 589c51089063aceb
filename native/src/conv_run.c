/* Runs pieces of planned convolutions by the routines of the processor's level. */
#include <stddef.h>

#include "conv_depthwise_shape.h"
#include "conv_plan.h"
#include "conv_routines.h"
#include "cpu.h"

static const conv_routines *const routines[][2] = {
    [CONVOY_LEVEL_C] = {&conv_routines_c_f32, &conv_routines_c_f64},
#if defined(__x86_64__)
    [CONVOY_LEVEL_AVX2] = {&conv_routines_avx2_f32, &conv_routines_avx2_f64},
    [CONVOY_LEVEL_AVX512] = {&conv_routines_avx512_f32, &conv_routines_avx512_f64},
#elif defined(__aarch64__)
    [CONVOY_LEVEL_NEON] = {&conv_routines_neon_f32, &conv_routines_neon_f64},
#endif
};

void convoy_conv2d_run(const convoy_conv2d_plan *plan, int32_t phase, int32_t piece, void *x,
                       void *w, void *b, void *y, void *workspace, void *scratch) {
  const conv_routines *r = routines[convoy_level()][plan->type];
  conv_call call = {x, w, b, y, workspace, scratch};
  if (plan->flags & CONVOY_CONV_NO_WEIGHTS) {
    r->bias_gradient(plan, piece, &call);
  } else if (plan->algorithm == CONVOY_CONV_GEMM) {
    (conv_gemm_packs(plan) ? r->packed : r->gemm)[plan->operation][phase](plan, piece, &call);
  } else if (plan->algorithm == CONVOY_CONV_DEPTHWISE && conv_depthwise_has_kernel(plan)) {
    r->depthwise[plan->operation][phase](plan, piece, &call);
  } else if (plan->algorithm == CONVOY_CONV_WINOGRAD) {
    r->winograd[plan->operation][phase](plan, piece, &call);
  } else {
    r->direct[plan->operation][phase](plan, piece, &call);
  }
}
