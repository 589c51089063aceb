#include "convoy_pointwise.h"

#include "cpu.h"

#define POINTWISE_FUNCTIONS(T, type)                                                              \
  void convoy_relu_##type(int64_t first, int64_t last, const T *x, T *y) {                        \
    convoy_kernels.type.relu(x + first, y + first, last - first);                                 \
  }                                                                                               \
  void convoy_relu_backward_##type(int64_t first, int64_t last, const T *y, const T *dy, T *dx) { \
    convoy_kernels.type.relu_backward(y + first, dy + first, dx + first, last - first);           \
  }                                                                                               \
  void convoy_add_bias_##type(int64_t size, int64_t channels, int64_t first, int64_t last,        \
                              const T *b, T *y) {                                                 \
    convoy_kernels.type.add_bias(y, b, size, channels, first, last);                              \
  }

POINTWISE_FUNCTIONS(float, f32)
POINTWISE_FUNCTIONS(double, f64)
