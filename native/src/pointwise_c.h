/* Pointwise kernels on elements T, which compilers vectorise: included once per type and
 * instruction set. Not restrict where an operation may work in place. */

#include "span.h"

static void relu_c(const T *x, T *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    y[i] = x[i] < 0 ? 0 : x[i];
  }
}

static void relu_backward_c(const T *y, const T *dy, T *dx, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    T gradient = dy[i]; /* read in any case, so that the choice needs no branch */
    dx[i] = y[i] > 0 ? gradient : 0;
  }
}

static void add_bias_c(T *restrict y, const T *restrict b, int64_t size, int64_t channels,
                       int64_t first, int64_t last) {
  if (size > 1) {
    for (int64_t plane = first; plane < last; plane++) {
      T value = b[plane % channels];
      for (int64_t i = plane * size; i < (plane + 1) * size; i++) {
        y[i] += value;
      }
    }
    return;
  }
  for (int64_t channel = first % channels; first < last; channel = 0) { /* row by row */
    int64_t n = min_i64(channels - channel, last - first);
    for (int64_t i = 0; i < n; i++) {
      y[first + i] += b[channel + i];
    }
    first += n;
  }
}
