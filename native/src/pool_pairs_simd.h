/* Windows of 2x2, two apart, that tile the image exactly: planes follow one another without a
 * gap, so that their pairs of rows are one list. */
#ifndef CONVOY_POOL_PAIRS_SIMD_H
#define CONVOY_POOL_PAIRS_SIMD_H

#include "pool_fold_simd.h"

/* How many of n pairs can be loaded and stored in whole vectors without going past the end. */
INLINE int64_t whole_pairs(const convoy_pool_sizes *s, int64_t n, window k) {
  int64_t load = s->w + 2 * computed_windows(s, k), store = computed_windows(s, k);
  int64_t last = max_i64((load + 2 * s->w - 1) / (2 * s->w), (store + s->ow - 1) / s->ow);
  int64_t whole = max_i64(0, n - last + 1);
  return k.halves ? whole / 2 * 2 : whole;
}

INLINE bool fold_pairs(const convoy_pool_sizes *sizes, int64_t planes, const T *x, T *y,
                       char *argmax, enum fold fold, bool halves) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  window k = WINDOW(2, 2, 2, 1, 1, true, false, halves, 1);
  divisors d;
  if (fold == FOLD_MEAN && !find_divisors(s, &d, k)) {
    return false;
  }
  bool far = is_far(s), stream = !halves && streams(s, y, s->oh, s->ow, LANES);
  int64_t n = planes * s->oh, whole = whole_pairs(s, n, k), step = halves ? 2 : 1;
  rows from = {s->w, 2 * s->w};
  output to = {y, argmax, INT64_MAX, s->ow, stream};
  for (int64_t i = 0; i < whole; i += step, x += step * 2 * s->w) {
    fold_row(s, x, from, to, 0, NULL, &d, far, fold, k);
    to.y += step * s->ow;
    if (fold != FOLD_MEAN && fold != FOLD_MAX) {
      to.argmax += step * s->ow;
    }
  }
  if (stream) {
    stream_end();
  }
  if (whole == n) {
    return true;
  }
  convoy_pool_sizes rest = *s; /* each pair a plane */
  rest.planes = n - whole;
  rest.h = 2;
  rest.oh = 1;
  return fold_planes(&rest, n - whole, x, to.y, to.argmax, fold, k);
}

/* Returns false if it cannot do it. */
static bool max_pairs(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, void *argmax) {
  bool halves = s->ow <= LANES / 2;
  if (argmax == NULL) {
    return halves ? fold_pairs(s, planes, x, y, NULL, FOLD_MAX, true)
                  : fold_pairs(s, planes, x, y, NULL, FOLD_MAX, false);
  }
  return halves ? fold_pairs(s, planes, x, y, argmax, FOLD_MAX1, true)
                : fold_pairs(s, planes, x, y, argmax, FOLD_MAX1, false);
}

static bool avg_pairs(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y) {
  return s->ow <= LANES / 2 ? fold_pairs(s, planes, x, y, NULL, FOLD_MEAN, true)
                            : fold_pairs(s, planes, x, y, NULL, FOLD_MEAN, false);
}

#endif
