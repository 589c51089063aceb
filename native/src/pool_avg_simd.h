/* The means of LANES windows. */
#ifndef CONVOY_POOL_AVG_SIMD_H
#define CONVOY_POOL_AVG_SIMD_H

#include <string.h>

#include "pool_taps_simd.h"

/* Divisors are computed in T, so the numbers in them must be exact there: true below 2^24. */
static inline bool divisors_are_exact(const convoy_pool_sizes *s) {
  int64_t exact = 1 << 24;
  return s->kh < exact && s->kw < exact && s->dw < exact &&
         max_i64(s->w, s->padded_w) + (s->kw - 1) * s->dw < exact;
}

/* What sums are divided by: all by the same, or else by counted rows times counted columns. */
typedef struct {
  T all, reciprocal; /* reciprocal: 1 / all where multiplying by it gives the very same, else 0 */
  T columns[4096 + LANES]; /* if not all: of the windows of a row */
} divisors;

static inline bool find_divisors(const convoy_pool_sizes *s, divisors *d, window k) {
  int64_t bottom = (s->oh - 1) * s->sh + (s->kh - 1) * s->dh,
          right = (s->ow - 1) * s->sw + (s->kw - 1) * s->dw, all = s->divisor_override;
  bool whole = s->count_include_pad ? bottom < s->padded_h && right < s->padded_w
                                    : s->ph == 0 && s->pw == 0 && bottom < s->h && right < s->w;
  if (all == 0 && whole) {
    all = s->kh * s->kw;
  }
  bool power = all > 0 && (all & (all - 1)) == 0;
  d->all = (T)all;
  d->reciprocal = power ? 1 / (T)all : 0;
  if (all != 0) {
    return true;
  }
  int64_t n = computed_windows(s, k);
  if (!divisors_are_exact(s) || n > (int64_t)(sizeof d->columns / sizeof *d->columns)) {
    return false;
  }
  for (int64_t ow = 0; ow < n; ow++) {
    d->columns[ow] = (T)max_i64(0, avg_cols(s, ow));
  }
  if (k.halves) {
    memcpy(d->columns + LANES / 2, d->columns, LANES / 2 * sizeof(T));
  }
  return true;
}

/* The divisors of the windows from ow on of an output row that counts so many rows. */
INLINE vec divisors_of(const divisors *d, int64_t counted_rows, int64_t ow) {
  if (d->all != 0) {
    return vec_set(d->all);
  }
  vec counted = vec_mul(vec_set((T)counted_rows), vec_load(d->columns + ow));
  return vec_max(vec_set(1), counted);
}

/* Their means. */
INLINE vec means(vec sums, const divisors *d, int64_t counted_rows, int64_t ow) {
  return d->reciprocal != 0 ? vec_mul(sums, vec_set(d->reciprocal))
                            : vec_div(sums, divisors_of(d, counted_rows, ow));
}

INLINE vec windows_sum(const T *at, rows from, window k) {
  vec sum = vec_set(0);
  for (int64_t r = 0; r < k.kh; r++) {
    const T *row = at + r * k.dh * from.next;
    tap_column column = {0, 0};
    vec line = vec_set(0); /* as the portable ones do */
    for (int64_t c = 0; c < k.kw; c++) {
      line = vec_add(line, load_taps(row, from, &column, c, 1, k));
    }
    sum = vec_add(sum, line);
  }
  return sum;
}

#endif
