/* Windows of 2x2, two apart, that tile the image exactly: planes follow one another without a
 * gap, so that their pairs of rows are one list. */
#ifndef CONVOY_POOL_PAIRS_SIMD_H
#define CONVOY_POOL_PAIRS_SIMD_H

#include "pool_fold_simd.h"

INLINE bool fold_pairs(const convoy_pool_sizes *sizes, int64_t planes, const T *x, T *y,
                       char *argmax, enum fold fold, bool halves) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  window k = WINDOW(2, 2, 2, 1, 1, true, false, halves, 1);
  divisors d;
  if (fold == FOLD_MEAN && !find_divisors(s, &d, k)) {
    return false;
  }
  bool far = is_far(s), stream = !halves && streams(s, y, s->oh, s->ow);
  int64_t n = planes * s->oh, whole = whole_pairs(s, n, k), step = halves ? 2 : 1;
  rows from = {s->w, 2 * s->w};
  output to = {y, argmax, INT64_MAX, s->ow, stream};
  for (int64_t i = 0; i < whole; i += step, x += step * 2 * s->w) {
    fold_row(s, x, from, to, 0, NULL, &d, far, fold, k);
    to.y += step * s->ow; /* not next_row: a room that changes would be looked at in each row */
    if (fold != FOLD_MEAN && fold != FOLD_MAX) {
      to.argmax += step * s->ow;
    }
  }
  if (stream) {
    stream_end();
  }
  convoy_pool_sizes rest = pairs_as_planes(s, n - whole);
  if (fold == FOLD_MEAN) {
    PORTABLE.avg(&rest, n - whole, x, to.y);
  } else {
    PORTABLE.max(&rest, n - whole, x, to.y, to.argmax);
  }
  return true;
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
