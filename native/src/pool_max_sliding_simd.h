/* Maxima of 3x3 and 5x5 windows of stride 1: a vector of columns at a time down the rows, whose
 * winners are found once for all windows that share them. */
#ifndef CONVOY_POOL_MAX_SLIDING_SIMD_H
#define CONVOY_POOL_MAX_SLIDING_SIMD_H

#include "pool_max_simd.h"
#include "pool_put_simd.h"
#include "pool_sliding_simd.h"

static inline bool max_slides(const convoy_pool_sizes *s) {
  return (has_window(s, 3, 1) || has_window(s, 5, 1)) && s->ow > LANES / 2;
}

/* The winners of the taps in row r of an image; their places are columns. Notes all elements. */
INLINE winners sliding_winners(const convoy_pool_sizes *s, const T *x, int64_t r,
                               const sliding_view *v, bool whole, bool finite, vec *noted,
                               window k) {
  vec outside = vec_set(-INFINITY);
  winners w = {outside, places_set(0)};
  if (r < 0 || r >= s->h) {
    return w;
  }
  const T *at = x + r * s->w + v->col;
  __builtin_prefetch(at + v->ahead);
#pragma GCC unroll 5
  for (int64_t c = k.kw - 1; c >= 0; c--) {
    vec tap = whole ? vec_load(at + c) : vec_load_range(at + c, v->taps[c]);
    if (c == 0 || c == k.kw - 1) {
      *noted = note(*noted, tap);
    }
    if (!whole) {
      tap = vec_select(mask_of(v->taps[c]), tap, outside);
    }
    if (c == k.kw - 1) {
      w = (winners){tap, places_set(c)};
    } else {
      precede(&w, tap, places_set(c), finite);
    }
  }
  return w;
}

/* Rows first to last of a vector of columns; `to` is where the first goes. Of finite numbers, none
 * is as low as what pads the image. */
INLINE void max_sliding_strip(const convoy_pool_sizes *s, const T *x, output to, int64_t first,
                              int64_t last, int64_t ow, const first_taps *in_image,
                              const sliding_view *v, bool whole, bool finite, vec *noted,
                              enum fold fold, window k) {
  winners row[5];
  int64_t top = first - s->ph;
#pragma GCC unroll 5
  for (int64_t r = 0; r < k.kh - 1; r++) {
    row[r] = sliding_winners(s, x, top + r, v, whole, finite, noted, k);
  }
  for (int64_t oh = first; oh < last; oh++, top++) {
    row[k.kh - 1] = sliding_winners(s, x, top + k.kh - 1, v, whole, finite, noted, k);
    winners w = row[k.kh - 1];
    w.place = places_add(w.place, places_set((k.kh - 1) * k.kw));
#pragma GCC unroll 5
    for (int64_t r = k.kh - 2; r >= 0; r--) {
      precede(&w, row[r].max, places_add(row[r].place, places_set(r * k.kw)), finite);
    }
    if (fold != FOLD_MAX && !finite && (!whole || top < 0)) {
      w.place = place_in_image(s, w, in_image, oh, ow, k);
    }
    put(s, to, ow, w.max, w.place, fold, k);
    next_row(s, &to, 1, fold);
#pragma GCC unroll 5
    for (int64_t r = 0; r < k.kh - 1; r++) {
      row[r] = row[r + 1];
    }
  }
}

/* From the right: vectors that reach past the end of a row spoil only what is written later.
 * Returns whether all elements are finite; if not, what was done as if they were must be redone. */
INLINE bool max_sliding_band(const convoy_pool_sizes *s, const T *x, output to, int64_t first,
                             int64_t last, int64_t band, const first_taps *in_image, bool finite,
                             enum fold fold, window k) {
  vec noted = vec_set(0);
  for (int64_t ow = (s->ow - 1) / LANES * LANES; ow >= 0; ow -= LANES) {
    sliding_view v = sliding_view_of(s, ow, band, k);
    if (v.whole) {
      max_sliding_strip(s, x, to, first, last, ow, in_image, &v, true, finite, &noted, fold, k);
    } else {
      max_sliding_strip(s, x, to, first, last, ow, in_image, &v, false, finite, &noted, fold, k);
    }
  }
  return all_finite(noted);
}

/* Returns false if it cannot do it. */
INLINE bool max_sliding_planes(const convoy_pool_sizes *sizes, int64_t planes, const T *x, T *y,
                               char *argmax, enum fold fold, window k) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  first_taps first;
  if (fold != FOLD_MAX && !find_first_taps(s, &first, k)) {
    return false;
  }
  int64_t band = rows_of_band(s), out = s->oh * s->ow;
  bool finite = true; /* like the band before */
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
    for (int64_t oh = 0; oh < s->oh; oh += band) {
      int64_t done = plane * out + oh * s->ow, last = min_i64(s->oh, oh + band);
      output to = {y + done, fold == FOLD_MAX ? NULL : argmax + done, planes * out - done, 0,
                   false};
      if (finite) {
        finite = max_sliding_band(s, x, to, oh, last, band, &first, true, fold, k);
        if (finite) {
          continue;
        }
      }
      finite = max_sliding_band(s, x, to, oh, last, band, &first, false, fold, k);
    }
  }
  return true;
}

static bool max_sliding(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y,
                        void *argmax) {
  window three = WINDOW(3, 3, 1, 1, 1, false, false, false, 1);
  window five = WINDOW(5, 5, 1, 1, 1, false, false, false, 1);
  if (argmax == NULL) {
    return s->kh == 3 ? max_sliding_planes(s, planes, x, y, NULL, FOLD_MAX, three)
                      : max_sliding_planes(s, planes, x, y, NULL, FOLD_MAX, five);
  }
  return s->kh == 3 ? max_sliding_planes(s, planes, x, y, argmax, FOLD_MAX1, three)
                    : max_sliding_planes(s, planes, x, y, argmax, FOLD_MAX1, five);
}

#endif
