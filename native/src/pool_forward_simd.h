/* Vectorised pooling, on any set of vec_* functions: which kernel for which windows. */

#include "pool_fold_simd.h"
#include "pool_max_sliding_simd.h"
#include "pool_max_three_simd.h"
#include "pool_pairs_simd.h"
#include "pool_separable_simd.h"
#include "pool_sliding_simd.h"
#include "pool_whole_simd.h"

static void max_simd(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, void *argmax) {
  bool halves = s->ow <= LANES / 2 && planes > 1, done;
  if (is_whole(s)) {
    max_whole(s, planes, x, y, argmax);
    return;
  }
  if (tiles_in_pairs(s) && max_pairs(s, planes, x, y, argmax)) {
    return;
  }
  if (has_threes(s) && max_three(s, planes, x, y, argmax)) {
    return;
  }
  if (max_slides(s) && max_sliding(s, planes, x, y, argmax)) {
    return;
  }
  if (is_separable(s) && max_separable(s, planes, x, y, argmax)) {
    return;
  }
  switch (argmax_width(s, argmax)) {
    case 0:
      done = CALL_WITH_WINDOW(s, halves, fold_planes, s, planes, x, y, NULL, FOLD_MAX);
      break;
    case 1:
      done = CALL_WITH_WINDOW(s, halves, fold_planes, s, planes, x, y, argmax, FOLD_MAX1);
      break;
    default:
      done = CALL_WITH_ANY_WINDOW(s, fold_planes, s, planes, x, y, argmax, FOLD_MAX4);
      break;
  }
  if (!done) {
    PORTABLE.max(s, planes, x, y, argmax);
  }
}

static void avg_simd(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y) {
  bool halves = s->ow <= LANES / 2 && planes > 1;
  if (is_whole(s)) {
    avg_whole(s, planes, x, y);
  } else if (tiles_in_pairs(s) && avg_pairs(s, planes, x, y)) {
    return;
  } else if (has_window(s, 3, 1) && !halves && avg_sliding(s, planes, x, y)) {
    return;
  } else if (!CALL_WITH_WINDOW(s, halves, fold_planes, s, planes, x, y, NULL, FOLD_MEAN)) {
    PORTABLE.avg(s, planes, x, y);
  }
}
