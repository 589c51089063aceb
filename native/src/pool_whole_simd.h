/* Windows as large as the image: each plane is one run of elements. */
#ifndef CONVOY_POOL_WHOLE_SIMD_H
#define CONVOY_POOL_WHOLE_SIMD_H

#include <math.h>

#include "pool_max_simd.h"

static void avg_whole(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y) {
  enum { VECTORS = WHOLE_SUMS / LANES };
  int64_t n = s->h * s->w;
  T divisor = (T)avg_divisor(s, 0, 0);
  for (int64_t plane = 0; plane < planes; plane++, x += n) {
    vec sum[VECTORS];
    for (int v = 0; v < VECTORS; v++) {
      sum[v] = vec_set(0);
    }
    int64_t i = 0;
    for (; i + WHOLE_SUMS <= n; i += WHOLE_SUMS) {
      for (int v = 0; v < VECTORS; v++) {
        sum[v] = vec_add(sum[v], vec_load(x + i + v * LANES));
      }
    }
    for (int v = 0; v < VECTORS && i < n; v++, i += LANES) {
      sum[v] = vec_add(sum[v], vec_load_range(x + i, lanes_between(0, n - i)));
    }
    for (int half = VECTORS / 2; half > 0; half /= 2) {
      for (int v = 0; v < half; v++) {
        sum[v] = vec_add(sum[v], sum[v + half]);
      }
    }
    y[plane] = vec_fold(sum[0]) / divisor;
  }
}

/* n elements of each plane. Planes follow one another, so that all but the last few may be written
 * past their ends. */
INLINE void fill_plane(T *dx, int64_t n, int64_t room, vec value) {
  for (int64_t i = 0; i < n; i += LANES) {
    if (room - i >= LANES) {
      vec_store(dx + i, value);
    } else {
      vec_store_range(dx + i, lanes_between(0, n - i), value);
    }
  }
}

static void avg_backward_whole(const convoy_pool_sizes *s, int64_t planes, const T *dy, T *dx) {
  int64_t n = s->h * s->w;
  T divisor = (T)avg_divisor(s, 0, 0);
  for (int64_t plane = 0; plane < planes; plane++) {
    vec share = vec_add(vec_set(0), vec_set(dy[plane] / divisor)); /* 0 + -0 is 0 */
    fill_plane(dx + plane * n, n, (planes - plane) * n, share);
  }
}

/* The least place of a NaN, or else of the maximum. */
INLINE int32_t first_winner(winners w) {
  T max[LANES], best;
  int32_t place[LANES], first = INT32_MAX, first_nan = INT32_MAX;
  vec_store(max, w.max);
  places_store4(place, w.place);
  best = max[0];
  for (int i = 1; i < LANES; i++) {
    best = max[i] > best ? max[i] : best;
  }
  for (int i = 0; i < LANES; i++) {
    int32_t if_nan = max[i] != max[i] ? place[i] : INT32_MAX;
    int32_t if_best = max[i] == best ? place[i] : INT32_MAX;
    first_nan = if_nan < first_nan ? if_nan : first_nan;
    first = if_best < first ? if_best : first;
  }
  return first_nan < INT32_MAX ? first_nan : first;
}

static void max_whole(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, void *argmax) {
  int64_t n = s->h * s->w, last = (n - 1) / LANES * LANES;
  range tail = lanes_between(0, n - last);
  int width = argmax_width(s, argmax);
  int32_t lanes[LANES];
  for (int lane = 0; lane < LANES; lane++) {
    lanes[lane] = lane;
  }
  places lane = places_load4(lanes);
  for (int64_t plane = 0; plane < planes; plane++, x += n) {
    vec low = vec_set(-INFINITY);
    winners w = {vec_select(mask_of(tail), vec_load_range(x + last, tail), low),
                 places_add(lane, places_set(last))};
    for (int64_t i = last - LANES; i >= 0; i -= LANES) {
      precede(&w, vec_load(x + i), places_add(lane, places_set(i)), false);
    }
    int32_t winner = first_winner(w);
    y[plane] = x[winner];
    if (width == 1) {
      ((uint8_t *)argmax)[plane] = (uint8_t)winner;
    } else if (width == 4) {
      ((int32_t *)argmax)[plane] = winner;
    }
  }
}

static void max_backward_whole(const convoy_pool_sizes *s, int64_t planes, const T *dy,
                               const void *argmax, T *dx) {
  int64_t n = s->h * s->w;
  int width = argmax_width(s, argmax);
  for (int64_t plane = 0; plane < planes; plane++) {
    uint32_t place =
        width == 1 ? ((const uint8_t *)argmax)[plane] : ((const uint32_t *)argmax)[plane];
    fill_plane(dx + plane * n, n, (planes - plane) * n, vec_set(0));
    if (place < n) {
      dx[plane * n + place] += dy[plane];
    }
  }
}

#endif
