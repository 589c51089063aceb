/* The portable kernels for f64, which define what every other must give. */
#include "kernels.h"
#include "pool.h"

#define T double
#include "pointwise_c.h"
#include "pool_avg_c.h"
#include "pool_max_c.h"

void convoy_use_c_f64(convoy_kernels_f64 *kernels) {
  kernels->max = max_c;
  kernels->max_backward = max_backward_c;
  kernels->max_backward_ties = max_backward_ties_c;
  kernels->avg = avg_c;
  kernels->avg_backward = avg_backward_c;
  kernels->relu = relu_c;
  kernels->relu_backward = relu_backward_c;
  kernels->add = add_c;
}
