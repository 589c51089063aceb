/* Means of 3x3 windows of stride 1: a vector of columns at a time down the rows, whose three taps
 * are added up once for the three windows that share them. */
#ifndef CONVOY_POOL_SLIDING_SIMD_H
#define CONVOY_POOL_SLIDING_SIMD_H

#include "pool_avg_simd.h"
#include "pool_put_simd.h"

/* What LANES neighbouring windows of stride 1 see of a row. */
typedef struct {
  int64_t col;   /* the first's first tap */
  int64_t ahead; /* elements to what is wanted next of these columns */
  bool whole;    /* all of it lies within the row */
  range taps[5]; /* if not, of each column of taps */
} sliding_view;

INLINE sliding_view sliding_view_of(const convoy_pool_sizes *s, int64_t ow, int64_t band,
                                    window k) {
  sliding_view v = {.col = ow - s->pw, .ahead = min_i64(s->h, band) * s->w};
  v.whole = v.col >= 0 && v.col + LANES + k.kw - 1 <= s->w;
  for (int64_t c = 0; c < k.kw; c++) {
    v.taps[c] = lanes_between(-v.col - c, s->w - v.col - c);
  }
  return v;
}

/* The sums of the taps in row r of an image. */
INLINE vec sliding_sum(const convoy_pool_sizes *s, const T *x, int64_t r, const sliding_view *v,
                       bool whole) {
  vec sum = vec_set(0);
  if (r < 0 || r >= s->h) {
    return sum;
  }
  const T *at = x + r * s->w + v->col;
  __builtin_prefetch(at + v->ahead);
  for (int c = 0; c < 3; c++) {
    sum = vec_add(sum, whole ? vec_load(at + c) : vec_load_range(at + c, v->taps[c]));
  }
  return sum;
}

/* Rows first to last of a vector of columns; `to` is where the first goes. */
INLINE void sliding_strip(const convoy_pool_sizes *s, const T *x, output to, int64_t first,
                          int64_t last, int64_t ow, const divisors *d, const sliding_view *v,
                          bool whole, window k) {
  int64_t row = first - s->ph;
  vec above = sliding_sum(s, x, row, v, whole), here = sliding_sum(s, x, row + 1, v, whole);
  vec divisor = vec_set(0); /* of a row that counts so many rows: the same for most */
  int64_t counted = -1;
  for (int64_t oh = first; oh < last; oh++, row++) {
    vec below = sliding_sum(s, x, row + 2, v, whole);
    vec sum = vec_add(vec_add(above, here), below);
    int64_t rows = d->all == 0 ? avg_rows(s, oh) : 0;
    if (rows != counted) {
      divisor = divisors_of(d, rows, ow);
      counted = rows;
    }
    put(s, to, ow, vec_div(sum, divisor), places_set(0), FOLD_MEAN, k);
    next_row(s, &to, 1, FOLD_MEAN);
    above = here;
    here = below;
  }
}

/* From the right: vectors that reach past the end of a row spoil only what is written later. */
INLINE void sliding_band(const convoy_pool_sizes *s, const T *x, output to, int64_t first,
                         int64_t last, int64_t band, const divisors *d, window k) {
  for (int64_t ow = (s->ow - 1) / LANES * LANES; ow >= 0; ow -= LANES) {
    sliding_view v = sliding_view_of(s, ow, band, k);
    if (v.whole) {
      sliding_strip(s, x, to, first, last, ow, d, &v, true, k);
    } else {
      sliding_strip(s, x, to, first, last, ow, d, &v, false, k);
    }
  }
}

/* Returns false if it cannot do it. */
static bool avg_sliding(const convoy_pool_sizes *sizes, int64_t planes, const T *x, T *y) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  window k = WINDOW(3, 3, 1, 1, 1, false, false, false, 1);
  divisors d;
  if (!find_divisors(s, &d, k)) {
    return false;
  }
  int64_t band = rows_of_band(s), out = s->oh * s->ow;
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
    for (int64_t oh = 0; oh < s->oh; oh += band) {
      int64_t done = plane * out + oh * s->ow;
      output to = {y + done, NULL, planes * out - done, 0, false};
      sliding_band(s, x, to, oh, min_i64(s->oh, oh + band), band, &d, k);
    }
  }
  return true;
}

#endif
