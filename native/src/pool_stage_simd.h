/* Rows of images made ready for kernels that load whole vectors and know no edges. */
#ifndef CONVOY_POOL_STAGE_SIMD_H
#define CONVOY_POOL_STAGE_SIMD_H

#include "pool_window_simd.h"

/* A stage holds the rows of a band of outputs: few enough to stay in the nearest cache, unless even
 * one output needs more. */
enum { STAGE = 65536 / sizeof(T), STAGE_BAND = 24576 / sizeof(T) };

INLINE void fill(T *to, int64_t n, vec value) {
  for (int64_t i = 0; i < n; i += LANES) {
    vec_store(to + i, value);
  }
}

/* n elements of a row from column `col` on, with `outside` in place of columns that the row, of
 * width w, does not have. Writes whole vectors: up to LANES - 1 elements more. */
static inline void stage_row(const T *row, int64_t w, int64_t col, int64_t n, vec outside, bool far,
                             T *to) {
  int64_t first = min_i64(max_i64(-col, 0), n), last = max_i64(min_i64(w - col, n), first);
  fill(to, first, outside);
  int64_t i = first;
  for (; i + LANES <= last; i += LANES) {
    if (far) {
      ask_ahead(row + col + i, 1);
    }
    vec_store(to + i, vec_load(row + col + i));
  }
  if (i < last) {
    vec_store(to + i, vec_load_range(row + col + i, lanes_between(0, last - i)));
  }
  fill(to + last, n - last, outside);
}

/* The same for columns split by phase: those of one phase are neighbours. */
static inline void stage_phases(const T *row, int64_t w, int64_t col, T outside, T *to, window k) {
  for (int64_t phase = 0; phase < k.phases; phase++, to += k.phase_length) {
    for (int64_t i = 0, at = col + phase; i < k.phase_length; i++, at += k.phases) {
      to[i] = at >= 0 && at < w ? row[at] : outside;
    }
  }
}

/* n rows of an image x from (row, col) on, row_length elements each. */
static void stage_rows(const convoy_pool_sizes *s, const T *x, int64_t row, int64_t n, int64_t col,
                       int64_t row_length, T outside, T *to, window k) {
  vec padding = vec_set(outside);
  bool far = is_far(s);
  for (int64_t i = row; i < row + n; i++, to += row_length) {
    if (i < 0 || i >= s->h) {
      fill(to, row_length, padding);
    } else if (k.phases == 1) {
      stage_row(x + i * s->w, s->w, col, row_length, padding, far, to);
    } else {
      stage_phases(x + i * s->w, s->w, col, outside, to, k);
    }
  }
}

#endif
