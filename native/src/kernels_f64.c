/* The portable kernels for f64, which define what every other must give. */
#include "kernels.h"

#define T double
#include "pointwise_c.h"
#include "pool_avg_c.h"
#include "pool_max_c.h"

const convoy_kernels_f64 convoy_portable_f64 = {
    .max = max_c,
    .max_backward = max_backward_c,
    .max_backward_ties = max_backward_ties_c,
    .avg = avg_c,
    .avg_backward = avg_backward_c,
    .relu = relu_c,
    .relu_backward = relu_backward_c,
    .add_bias = add_bias_c,
};
