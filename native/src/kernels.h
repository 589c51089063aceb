/* The table of pooling and pointwise kernels, and who fills it. */
#ifndef CONVOY_KERNELS_H
#define CONVOY_KERNELS_H

#include "convoy_pool.h"

/* The kernels of one element type. Each means what its namesake in convoy_pool.h and
 * convoy_pointwise.h does, save that pointers name the first plane or element to work on; add_bias
 * alone needs to know which plane that is. */
#define CONVOY_KERNELS(T)                                                                         \
  struct {                                                                                        \
    void (*max)(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, void *argmax);      \
    void (*max_backward)(const convoy_pool_sizes *s, int64_t planes, const T *dy,                 \
                         const void *argmax, T *dx);                                              \
    void (*max_backward_ties)(const convoy_pool_sizes *s, int64_t planes, const T *x, const T *y, \
                              const T *dy, T *dx);                                                \
    void (*avg)(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y);                    \
    void (*avg_backward)(const convoy_pool_sizes *s, int64_t planes, const T *dy, T *dx);         \
    void (*relu)(const T *x, T *y, int64_t n);                                                    \
    void (*relu_backward)(const T *y, const T *dy, T *dx, int64_t n);                             \
    void (*add_bias)(T * y, const T *b, int64_t size, int64_t channels, int64_t first,            \
                     int64_t last);                                                               \
  }

typedef CONVOY_KERNELS(float) convoy_kernels_f32;
typedef CONVOY_KERNELS(double) convoy_kernels_f64;

struct convoy_kernels {
  convoy_kernels_f32 f32;
  convoy_kernels_f64 f64;
};

/* Every level fills the whole table: what it has no better kernel for, it passes on to the portable
 * one of the same name. */
extern const convoy_kernels_f32 convoy_portable_f32, convoy_avx2_f32, convoy_avx512_f32,
    convoy_neon_f32;
extern const convoy_kernels_f64 convoy_portable_f64, convoy_avx2_f64, convoy_avx512_f64,
    convoy_neon_f64;

#endif
