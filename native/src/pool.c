#include "convoy_pool.h"

#include "cpu.h"
#include "pool.h"

static const void *argmax_at(const convoy_pool_sizes *s, const void *argmax, int64_t element) {
  return argmax == NULL ? NULL : (const char *)argmax + element * argmax_width(s, argmax);
}

/* The public functions of one element type: each moves to the first plane and calls the kernel. */
#define POOL_FUNCTIONS(T, type)                                                                    \
  void convoy_max_pool_##type(const convoy_pool_sizes *s, int64_t first, int64_t last, const T *x, \
                              T *y, void *argmax) {                                                \
    int64_t in = first * s->h * s->w, out = first * s->oh * s->ow;                                 \
    convoy_kernels.type.max(s, last - first, x + in, y + out, (void *)argmax_at(s, argmax, out));  \
  }                                                                                                \
  void convoy_max_pool_backward_##type(const convoy_pool_sizes *s, int64_t first, int64_t last,    \
                                       const T *dy, const void *argmax, T *dx) {                   \
    int64_t in = first * s->h * s->w, out = first * s->oh * s->ow;                                 \
    convoy_kernels.type.max_backward(s, last - first, dy + out, argmax_at(s, argmax, out),         \
                                     dx + in);                                                     \
  }                                                                                                \
  void convoy_max_pool_backward_ties_##type(const convoy_pool_sizes *s, int64_t first,             \
                                            int64_t last, const T *x, const T *y, const T *dy,     \
                                            T *dx) {                                               \
    int64_t in = first * s->h * s->w, out = first * s->oh * s->ow;                                 \
    convoy_kernels.type.max_backward_ties(s, last - first, x + in, y + out, dy + out, dx + in);    \
  }                                                                                                \
  void convoy_avg_pool_##type(const convoy_pool_sizes *s, int64_t first, int64_t last, const T *x, \
                              T *y) {                                                              \
    int64_t in = first * s->h * s->w, out = first * s->oh * s->ow;                                 \
    convoy_kernels.type.avg(s, last - first, x + in, y + out);                                     \
  }                                                                                                \
  void convoy_avg_pool_backward_##type(const convoy_pool_sizes *s, int64_t first, int64_t last,    \
                                       const T *dy, T *dx) {                                       \
    int64_t in = first * s->h * s->w, out = first * s->oh * s->ow;                                 \
    convoy_kernels.type.avg_backward(s, last - first, dy + out, dx + in);                          \
  }

POOL_FUNCTIONS(float, f32)
POOL_FUNCTIONS(double, f64)
