#include "kernels.h"
#include "vec_f32_avx512.h"

#define PORTABLE convoy_portable_f32
#include "pointwise_c.h"
#include "pool_backward_simd.h"
#include "pool_forward_simd.h"

const convoy_kernels_f32 convoy_avx512_f32 = {
    .max = max_simd,
    .max_backward = max_backward_simd,
    .max_backward_ties = max_backward_ties_simd,
    .avg = avg_simd,
    .avg_backward = avg_backward_simd,
    .relu = relu_c,
    .relu_backward = relu_backward_c,
    .add_bias = add_bias_c,
};
