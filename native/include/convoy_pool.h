/*
 * Max and average pooling of dense [N, C, H, W] tensors, taken as N*C planes of H*W elements.
 *
 * Every function works on the planes [first, last) of the whole tensors that its pointers name, so
 * threads may share one sizes struct and split the planes. Elements that a window reaches outside
 * the image are absent: they never win a maximum and add nothing to a sum. Results are the same,
 * bit for bit, at every CPU level.
 */
#ifndef CONVOY_POOL_H
#define CONVOY_POOL_H

#include <stdint.h>

#include "convoy_export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One pooling's sizes. Window (row, col) of a plane starts at image row row*sh - ph, column
 * col*sw - pw, and its taps lie dh rows and dw columns apart. Bottom and right padding appear
 * nowhere else than in padded_h and padded_w: the output's size says how many windows there are. */
typedef struct convoy_pool_sizes {
  int64_t h, w;               /* the image */
  int64_t oh, ow;             /* the output */
  int64_t kh, kw;             /* taps of the window */
  int64_t sh, sw;             /* stride */
  int64_t ph, pw;             /* padding on top and on the left */
  int64_t dh, dw;             /* dilation */
  int64_t padded_h, padded_w; /* average: the image with its padding on both sides */
  int64_t count_include_pad;  /* average: 1 to divide by the taps in the padded image */
  int64_t divisor_override;   /* average: divides every sum instead, unless 0 */
  int64_t planes;             /* of the whole tensors: tells whether they fit in a cache */
} convoy_pool_sizes;

/* y = maximum of each window. The first maximum in row-major order wins, the first NaN over any
 * number, and the two zeros are equal. argmax, unless null, receives the winner's place in its
 * window, row*kw + col, laid out as y: uint8_t when kh*kw <= 256, else int32_t. */
CONVOY_API void convoy_max_pool_f32(const convoy_pool_sizes *s, int64_t first, int64_t last,
                                    const float *x, float *y, void *argmax);
CONVOY_API void convoy_max_pool_f64(const convoy_pool_sizes *s, int64_t first, int64_t last,
                                    const double *x, double *y, void *argmax);

/* dx = each dy at its window's winner, added up where windows overlap, 0 elsewhere. A place that
 * lies outside the image or the window adds nothing. */
CONVOY_API void convoy_max_pool_backward_f32(const convoy_pool_sizes *s, int64_t first,
                                             int64_t last, const float *dy, const void *argmax,
                                             float *dx);
CONVOY_API void convoy_max_pool_backward_f64(const convoy_pool_sizes *s, int64_t first,
                                             int64_t last, const double *dy, const void *argmax,
                                             double *dx);

/* dx = each dy at every element of its window that equals the maximum y (none equals NaN). */
CONVOY_API void convoy_max_pool_backward_ties_f32(const convoy_pool_sizes *s, int64_t first,
                                                  int64_t last, const float *x, const float *y,
                                                  const float *dy, float *dx);
CONVOY_API void convoy_max_pool_backward_ties_f64(const convoy_pool_sizes *s, int64_t first,
                                                  int64_t last, const double *x, const double *y,
                                                  const double *dy, double *dx);

/* y = sum of each window, in row-major order (of a window that is the whole image, of 16
 * interleaved sums), over its divisor: divisor_override, or the number of the window's taps that
 * lie in the padded image (count_include_pad) or in the image itself. */
CONVOY_API void convoy_avg_pool_f32(const convoy_pool_sizes *s, int64_t first, int64_t last,
                                    const float *x, float *y);
CONVOY_API void convoy_avg_pool_f64(const convoy_pool_sizes *s, int64_t first, int64_t last,
                                    const double *x, double *y);

/* dx = each dy over its window's divisor at every tap, added up where windows overlap. */
CONVOY_API void convoy_avg_pool_backward_f32(const convoy_pool_sizes *s, int64_t first,
                                             int64_t last, const float *dy, float *dx);
CONVOY_API void convoy_avg_pool_backward_f64(const convoy_pool_sizes *s, int64_t first,
                                             int64_t last, const double *dy, double *dx);

#ifdef __cplusplus
}
#endif

#endif
