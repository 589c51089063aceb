/* Which windows the vectorised pooling kernels take, and which of them get loops of their own. */
#ifndef CONVOY_POOL_WINDOW_SIMD_H
#define CONVOY_POOL_WINDOW_SIMD_H

#include "pool.h"
#include "simd.h"

/* What a kernel's loops run over: constants, where they are inlined with constants. */
typedef struct {
  int64_t kh, kw, stride, dh, dw;
} window;

/* Lanes are neighbouring outputs, so their inputs must be neighbours (stride 1) or lie two apart
 * (stride 2), where even and odd columns, once split, are two neighbouring taps: no dilation. And a
 * row must have outputs enough to be worth a vector. */
static inline bool vectorises(const convoy_pool_sizes *s) {
  return s->sh == s->sw && (s->sw == 1 || (s->sw == 2 && s->dw == 1)) && s->ow * 4 > LANES;
}

static inline bool has_window(const convoy_pool_sizes *s, int64_t k, int64_t stride) {
  return s->kh == k && s->kw == k && s->sw == stride && s->dh == 1 && s->dw == 1;
}

/* Calls an inlined kernel: the usual windows with constants, so that their loops unroll. */
#define CALL_WITH_WINDOW(s, kernel, ...)            \
  do {                                              \
    if (has_window(s, 2, 2)) {                      \
      kernel(__VA_ARGS__, (window){2, 2, 2, 1, 1}); \
    } else if (has_window(s, 3, 2)) {               \
      kernel(__VA_ARGS__, (window){3, 3, 2, 1, 1}); \
    } else if (has_window(s, 3, 1)) {               \
      kernel(__VA_ARGS__, (window){3, 3, 1, 1, 1}); \
    } else {                                        \
      CALL_WITH_ANY_WINDOW(s, kernel, __VA_ARGS__); \
    }                                               \
  } while (0)

#define CALL_WITH_ANY_WINDOW(s, kernel, ...)                                \
  do {                                                                      \
    if ((s)->sw == 1) {                                                     \
      kernel(__VA_ARGS__, (window){(s)->kh, (s)->kw, 1, (s)->dh, (s)->dw}); \
    } else {                                                                \
      kernel(__VA_ARGS__, (window){(s)->kh, (s)->kw, 2, (s)->dh, 1});       \
    }                                                                       \
  } while (0)

/* Lanes j whose column, left + j * stride, lies in the image. */
INLINE range lanes_in_image(const convoy_pool_sizes *s, int64_t left, int64_t stride) {
  return stride == 1 ? lanes_between(-left, s->w - left)
                     : lanes_between((1 - left) >> 1, (s->w - left + 1) >> 1);
}

/* Whether every load for the windows of LANES outputs, the first of them starting at column left,
 * stays in its row; stride 2 loads whole pairs of columns. */
INLINE bool loads_stay_in_row(const convoy_pool_sizes *s, int64_t left, window k) {
  int64_t columns = k.stride == 1 ? (k.kw - 1) * k.dw + LANES : (k.kw - 1) / 2 * 2 + 2 * LANES;
  return left >= 0 && left + columns <= s->w;
}

/* Columns left, left + 1, ... of a row: some value where outside the image, unless all are known
 * inside. */
INLINE vec load_columns(const convoy_pool_sizes *s, const T *row, int64_t left, bool inside,
                        vec outside) {
  return inside ? vec_load(row + left)
                : vec_load_range_or(row + left, lanes_in_image(s, left, 1), outside);
}

#endif
