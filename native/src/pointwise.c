#include "convoy_pointwise.h"

#include "cpu.h"

#define POINTWISE_FUNCTIONS(T, type)                                                           \
  void convoy_relu_##type(const T *x, T *y, int64_t n) {                                       \
    convoy_kernels.type.relu(x, y, n);                                                         \
  }                                                                                            \
  void convoy_relu_backward_##type(const T *y, const T *dy, T *dx, int64_t n) {                \
    convoy_kernels.type.relu_backward(y, dy, dx, n);                                           \
  }                                                                                            \
  void convoy_add_bias_##type(T *y, const T *b, int64_t size, int64_t channels, int64_t first, \
                              int64_t last) {                                                  \
    for (int64_t plane = first; plane < last; plane++) {                                       \
      convoy_kernels.type.add(y + plane * size, b[plane % channels], size);                    \
    }                                                                                          \
  }

POINTWISE_FUNCTIONS(float, f32)
POINTWISE_FUNCTIONS(double, f64)
