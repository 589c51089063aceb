/*
 * Pointwise operations on dense tensors. Every function works on the elements, or planes, [first,
 * last) of the whole tensors that its pointers name, so that threads may share the work. Results
 * are the same, bit for bit, at every CPU level.
 */
#ifndef CONVOY_POINTWISE_H
#define CONVOY_POINTWISE_H

#include <stdint.h>

#include "convoy_export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y = x < 0 ? 0 : x, so a NaN stays that NaN and -0.0 stays -0.0. y may be x. */
CONVOY_API void convoy_relu_f32(int64_t first, int64_t last, const float *x, float *y);
CONVOY_API void convoy_relu_f64(int64_t first, int64_t last, const double *x, double *y);

/* dx = y > 0 ? dy : 0, y being relu's output (or its input, which is positive where that is):
 * nothing passes where y is NaN. dx may be dy. */
CONVOY_API void convoy_relu_backward_f32(int64_t first, int64_t last, const float *y,
                                         const float *dy, float *dx);
CONVOY_API void convoy_relu_backward_f64(int64_t first, int64_t last, const double *y,
                                         const double *dy, double *dx);

/* Adds b[plane % channels] to each of the size elements of the planes [first, last) of y. */
CONVOY_API void convoy_add_bias_f32(int64_t size, int64_t channels, int64_t first, int64_t last,
                                    const float *b, float *y);
CONVOY_API void convoy_add_bias_f64(int64_t size, int64_t channels, int64_t first, int64_t last,
                                    const double *b, double *y);

#ifdef __cplusplus
}
#endif

#endif
