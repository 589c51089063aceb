/* Loading the taps of LANES windows at a time. */
#ifndef CONVOY_POOL_TAPS_SIMD_H
#define CONVOY_POOL_TAPS_SIMD_H

#include "pool_window_simd.h"

/* Rows to load from, in place or staged. */
typedef struct {
  int64_t next;  /* from a row to the next */
  int64_t other; /* halves: to the other plane */
} rows;

/* The taps c of the windows whose rows start at `row`. The column of c is at hand, and moves on to
 * the next c (step 1) or the one before (-1). */
INLINE vec load_taps(const T *row, rows from, tap_column *column, int64_t c, int64_t step,
                     window k) {
  if (k.pairs) {
    const T *even = row + (c & ~(int64_t)1);
    vec low = vec_load(even), high = vec_load(even + (k.halves ? from.other : LANES));
    return c % 2 == 0 ? vec_even(low, high) : vec_odd(low, high);
  }
  const T *at = row + c * k.dw;
  if (k.phases != 1) {
    at = row + column->phase * k.phase_length + column->index;
    column->phase += step * (k.dw % k.phases);
    column->index += step * (k.dw / k.phases);
    if (column->phase >= k.phases) {
      column->phase -= k.phases;
      column->index++;
    } else if (column->phase < 0) {
      column->phase += k.phases;
      column->index--;
    }
  }
  return k.halves ? vec_load_halves(at, at + from.other) : vec_load(at);
}

/* How far from the first tap of a row, in elements of one phase, its windows' loads go. */
INLINE int64_t row_reach(const convoy_pool_sizes *s, window k) {
  int64_t n = computed_windows(s, k);
  return k.pairs ? 2 * n + (k.kw - 1) / 2 * 2 : n + (k.kw - 1) * k.dw / k.phases + 1;
}

#endif
