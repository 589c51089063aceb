/* The maxima of LANES windows. */
#ifndef CONVOY_POOL_MAX_SIMD_H
#define CONVOY_POOL_MAX_SIMD_H

#include <math.h>

#include "pool_taps_simd.h"

typedef struct {
  vec max;
  places place;
} winners;

/* Tells lanes about the tap before. It wins ties. Only the last comparison waits for the maximum so
 * far: the steps of a chain are as short as they can be, and shorter still among finite numbers. */
INLINE void precede(winners *w, vec value, places place, bool finite) {
  mask stays = finite ? vec_above(w->max, value) : vec_stays(w->max, value);
  w->max = finite ? vec_max(w->max, value) : vec_select(stays, w->max, value);
  w->place = places_select(stays, w->place, place);
}

/* Notes elements in a sum that is 0 as long as all of them are finite, and NaN from then on. */
INLINE vec note(vec noted, vec elements) {
  return vec_multiply_add(noted, elements, vec_set(0));
}

static inline bool all_finite(vec noted) {
  return !isnan(vec_fold(noted));
}

/* The winners of the taps of row r of windows that start at `at`. */
INLINE winners row_winners(const T *at, rows from, int64_t r, window k) {
  const T *row = at + r * k.dh * from.next;
  tap_column column = k.last;
  winners w = {load_taps(row, from, &column, k.kw - 1, -1, k), places_set(r * k.kw + k.kw - 1)};
  for (int64_t c = k.kw - 2; c >= 0; c--) {
    precede(&w, load_taps(row, from, &column, c, -1, k), places_set(r * k.kw + c), false);
  }
  return w;
}

/* The winners of the windows whose first taps lie at `at`: first within each row, then among the
 * rows' winners. What pads the image is -infinity, and wins only where all of a window is. */
INLINE winners windows_winners(const T *at, rows from, window k) {
  winners w = row_winners(at, from, k.kh - 1, k);
  for (int64_t r = k.kh - 2; r >= 0; r--) {
    winners above = row_winners(at, from, r, k);
    precede(&w, above.max, above.place, false);
  }
  return w;
}

/* The maxima alone: NaNs are looked for beside the maxima, two taps at a time. */
INLINE vec windows_max(const T *at, rows from, window k) {
  vec max = vec_set(-INFINITY), before = max;
  mask nan = vec_unordered(max, max);
  for (int64_t r = 0; r < k.kh; r++) {
    const T *row = at + r * k.dh * from.next;
    tap_column column = {0, 0};
    for (int64_t c = 0; c < k.kw; c++) {
      vec value = load_taps(row, from, &column, c, 1, k);
      max = vec_max(value, max);
      if ((r * k.kw + c) % 2 == 1 || (r == k.kh - 1 && c == k.kw - 1)) {
        nan = mask_or(nan, vec_unordered(before, value));
      }
      before = value;
    }
  }
  return vec_select(nan, vec_set(NAN), max);
}

/* For each window of a row, its first tap column in the image: 0 but at the left edge. */
typedef struct {
  int64_t edge; /* windows that may start left of the image */
  int32_t columns[1024];
} first_taps;

static inline bool find_first_taps(const convoy_pool_sizes *s, first_taps *first, window k) {
  enum { MOST = sizeof first->columns / sizeof *first->columns };
  first->edge = (s->pw + s->sw - 1) / s->sw;
  if (first->edge + LANES > MOST) {
    return false;
  }
  int64_t n = whole_vectors(max_i64(first->edge, 1));
  for (int64_t i = 0; i < n; i++) {
    int64_t ow = k.halves ? i % (LANES / 2) : i;
    first->columns[i] = (int32_t)taps_within(ow * s->sw - s->pw, s->dw, s->kw, s->w).first;
  }
  return true;
}

/* Gives the windows of which every element is -infinity to their first taps in the image. */
INLINE places place_in_image(const convoy_pool_sizes *s, winners w, const first_taps *first,
                             int64_t oh, int64_t ow, window k) {
  int64_t row = taps_within(oh * k.sh - s->ph, k.dh, k.kh, s->h).first;
  places rows = places_set(row * k.kw);
  places in_image = ow < first->edge ? places_add(rows, places_load4(first->columns + ow)) : rows;
  return places_select(vec_equal(w.max, vec_set(-INFINITY)), in_image, w.place);
}

#endif
