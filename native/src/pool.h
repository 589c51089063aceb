/* What the pooling kernels of every level share. */
#ifndef CONVOY_POOL_INTERNAL_H
#define CONVOY_POOL_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "convoy_pool.h"
#include "span.h"

/* Outputs of this size or more are written past the caches. Copies on a Zen 5 with 32 MB of cache,
 * one core, ordinary and streaming stores: of 8 MB 73 and 75 GB/s, of 16 MB 22-36 and 63-66. */
#define STREAMED_BYTES ((int64_t)1 << 24)

/* Images of this size or more are asked for, so far ahead of their use. */
#define FAR_BYTES ((int64_t)1 << 21)
#define AHEAD_BYTES 8192

/* Bytes of a place in argmax, 0 where there is none. */
static inline int argmax_width(const convoy_pool_sizes *s, const void *argmax) {
  if (argmax == NULL) {
    return 0;
  }
  return s->kh * s->kw <= 256 ? 1 : 4;
}

/* Whether the one window is the image. */
static inline bool is_whole(const convoy_pool_sizes *s) {
  return s->oh == 1 && s->ow == 1 && s->ph == 0 && s->pw == 0 && s->kh == s->h && s->kw == s->w &&
         s->dh == 1 && s->dw == 1;
}

/* Partial sums of a window that is the whole image, so that vectors can add it up too: element i is
 * added to sum i % WHOLE_SUMS, then the upper half of the sums to the lower, until one is left. */
enum { WHOLE_SUMS = 16 };

/* Taps along one axis that average pooling counts for the window at output o. Padding counts up to
 * the padded image's end, and what ceil mode adds past it never does. */
static inline int64_t avg_taps(const convoy_pool_sizes *s, int64_t start, int64_t pad,
                               int64_t dilation, int64_t taps, int64_t size, int64_t padded) {
  span counted = s->count_include_pad ? taps_within(start + pad, dilation, taps, padded)
                                      : taps_within(start, dilation, taps, size);
  return counted.last - counted.first;
}

static inline int64_t avg_rows(const convoy_pool_sizes *s, int64_t oh) {
  return avg_taps(s, oh * s->sh - s->ph, s->ph, s->dh, s->kh, s->h, s->padded_h);
}

static inline int64_t avg_cols(const convoy_pool_sizes *s, int64_t ow) {
  return avg_taps(s, ow * s->sw - s->pw, s->pw, s->dw, s->kw, s->w, s->padded_w);
}

/* What the sum of window (oh, ow) is divided by: never 0, even where no tap counts. */
static inline int64_t avg_divisor(const convoy_pool_sizes *s, int64_t oh, int64_t ow) {
  return s->divisor_override != 0 ? s->divisor_override
                                  : max_i64(1, avg_rows(s, oh) * avg_cols(s, ow));
}

#endif
