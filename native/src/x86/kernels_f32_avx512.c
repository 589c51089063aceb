/* The AVX512 kernels for f32. */
#include "kernels.h"

#define T float
#include "pointwise_c.h"

void convoy_use_avx512_f32(convoy_kernels_f32 *kernels) {
  kernels->relu = relu_c;
  kernels->relu_backward = relu_backward_c;
  kernels->add = add_c;
}
