/* Vectorised average pooling: LANES outputs of a row at a time, on any set of vec_* functions. */
#ifndef CONVOY_POOL_AVG_SIMD_H
#define CONVOY_POOL_AVG_SIMD_H

#include "pool_window_simd.h"

/* Divisors are computed in T, so the numbers in them must be exact there: true below 2^24. */
static inline bool avg_vectorises(const convoy_pool_sizes *s) {
  int64_t exact = 1 << 24;
  return vectorises(s) && s->dw == 1 && s->kh < exact && s->kw < exact &&
         max_i64(s->w, s->padded_w) + s->kw < exact;
}

/* The first column of the window at output ow, in the coordinates in which columns 0 and up count,
 * and where those end. */
INLINE int64_t counted_start(const convoy_pool_sizes *s, int64_t ow, int64_t stride) {
  return ow * stride - (s->count_include_pad ? 0 : s->pw);
}

INLINE int64_t counted_end(const convoy_pool_sizes *s) {
  return s->count_include_pad ? s->padded_w : s->w;
}

/* What the sums of the LANES windows from ow on are divided by; rows counts the rows of each. Lanes
 * that are no windows get some number above 0. */
INLINE vec divisors(const convoy_pool_sizes *s, int64_t rows, int64_t ow, window k) {
  if (s->divisor_override != 0) {
    return vec_set((T)s->divisor_override);
  }
  int64_t start = counted_start(s, ow, k.stride), end = counted_end(s);
  if (start >= 0 && start + (LANES - 1) * k.stride + k.kw <= end) {
    return vec_set((T)(rows * k.kw));
  }
  vec starts = vec_add(vec_set((T)start), vec_mul(vec_set((T)k.stride), vec_iota()));
  vec last = vec_min(vec_set((T)k.kw), vec_sub(vec_set((T)end), starts));
  vec first = vec_max(vec_set(0), vec_sub(vec_set(0), starts));
  return vec_max(vec_set(1), vec_mul(vec_set((T)rows), vec_sub(last, first)));
}

/* The sums of LANES windows of the image x, the first of them at (top, left). What lies outside the
 * image is loaded as 0, and adding 0 changes no sum that starts from 0. */
INLINE vec windows_sum(const convoy_pool_sizes *s, const T *x, int64_t top, int64_t left, span rows,
                       bool inside, window k) {
  vec sum = vec_set(0);
  for (int64_t r = rows.first; r < rows.last; r++) {
    const T *row = x + (top + r * k.dh) * s->w;
    for (int64_t c = 0; c < k.kw; c += k.stride) {
      vec low = load_columns(s, row, left + c, inside, vec_set(0));
      if (k.stride == 1) {
        sum = vec_add(sum, low);
        continue;
      }
      vec high = load_columns(s, row, left + c + LANES, inside, vec_set(0));
      sum = vec_add(sum, vec_even(low, high));
      if (c + 1 < k.kw) {
        sum = vec_add(sum, vec_odd(low, high));
      }
    }
  }
  return sum;
}

INLINE void avg_row(const convoy_pool_sizes *s, const T *x, T *y, int64_t top, span rows,
                    int64_t counted_rows, window k) {
  for (int64_t ow = 0; ow < s->ow; ow += LANES) {
    int64_t left = ow * k.stride - s->pw;
    vec divisor = divisors(s, counted_rows, ow, k);
    if (s->ow - ow >= LANES && loads_stay_in_row(s, left, k)) {
      vec_store(y + ow, vec_div(windows_sum(s, x, top, left, rows, true, k), divisor));
    } else {
      vec_store_range(y + ow, lanes_between(0, s->ow - ow),
                      vec_div(windows_sum(s, x, top, left, rows, false, k), divisor));
    }
  }
}

INLINE void avg_planes(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, window k) {
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
    for (int64_t oh = 0; oh < s->oh; oh++, y += s->ow) {
      int64_t top = oh * k.stride - s->ph;
      span rows = taps_within(top, k.dh, k.kh, s->h);
      if (rows.first == 0 && rows.last == k.kh) {
        avg_row(s, x, y, top, (span){0, k.kh}, avg_rows(s, oh), k); /* constants: unrolls */
      } else {
        avg_row(s, x, y, top, rows, avg_rows(s, oh), k);
      }
    }
  }
}

static void avg_simd(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y) {
  if (avg_vectorises(s)) {
    CALL_WITH_WINDOW(s, avg_planes, s, planes, x, y);
  } else {
    PORTABLE.avg(s, planes, x, y);
  }
}

#endif
