/* What the pooling kernels of every level share. */
#ifndef CONVOY_POOL_INTERNAL_H
#define CONVOY_POOL_INTERNAL_H

#include <stddef.h>

#include "convoy_pool.h"
#include "span.h"

/* Bytes of a place in argmax, 0 where there is none. */
static inline int argmax_width(const convoy_pool_sizes *s, const void *argmax) {
  if (argmax == NULL) {
    return 0;
  }
  return s->kh * s->kw <= 256 ? 1 : 4;
}

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
