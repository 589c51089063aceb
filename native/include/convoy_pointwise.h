/*
 * Pointwise operations on dense tensors. Pointers name the part to work on, so that a caller may
 * split the elements over threads. Results are the same, bit for bit, at every CPU level.
 */
#ifndef CONVOY_POINTWISE_H
#define CONVOY_POINTWISE_H

#include <stdint.h>

#include "convoy_export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y = x < 0 ? 0 : x, so a NaN stays that NaN and -0.0 stays -0.0. y may be x. */
CONVOY_API void convoy_relu_f32(const float *x, float *y, int64_t n);
CONVOY_API void convoy_relu_f64(const double *x, double *y, int64_t n);

/* dx = y > 0 ? dy : 0, y being relu's output (or its input, which has the same sign): nothing
 * passes where y is NaN. dx may be dy. */
CONVOY_API void convoy_relu_backward_f32(const float *y, const float *dy, float *dx, int64_t n);
CONVOY_API void convoy_relu_backward_f64(const double *y, const double *dy, double *dx, int64_t n);

/* Adds b[plane % channels] to the planes [first, last) of y, each of size elements. */
CONVOY_API void convoy_add_bias_f32(float *y, const float *b, int64_t size, int64_t channels,
                                    int64_t first, int64_t last);
CONVOY_API void convoy_add_bias_f64(double *y, const double *b, int64_t size, int64_t channels,
                                    int64_t first, int64_t last);

#ifdef __cplusplus
}
#endif

#endif
