/* Vectorised max pooling: LANES outputs of a row at a time, on any set of vec_* functions. */

#include <math.h>

#include "pool_window_simd.h"

typedef struct {
  vec max;
  places place;
} winners;

/* Tells lanes about their next tap in row-major order. */
INLINE void consider(winners *w, vec value, int64_t tap) {
  mask wins = vec_beats(value, w->max);
  w->max = vec_select(wins, value, w->max);
  w->place = places_select(wins, places_set(tap), w->place);
}

/* What wins where every element is -infinity, which beats nothing: the first tap in the image, of
 * windows whose columns start at left and whose first row in the image is `row`. */
INLINE places first_places(const convoy_pool_sizes *s, int64_t row, int64_t left, window k) {
  places first = places_set(0);
  for (int64_t c = k.kw - 1; c >= 0; c--) {
    mask here = mask_of(lanes_in_image(s, left + c * k.dw, k.stride));
    first = places_select(here, places_set(row * k.kw + c), first);
  }
  return first;
}

/* The winners of LANES windows of the image x, the first of them at (top, left). Outside the image
 * they find -infinity. */
INLINE winners windows_max(const convoy_pool_sizes *s, const T *x, int64_t top, int64_t left,
                           span rows, bool inside, window k) {
  vec low_end = vec_set(-INFINITY);
  winners w = {low_end,
               inside ? places_set(rows.first * k.kw) : first_places(s, rows.first, left, k)};
  for (int64_t r = rows.first; r < rows.last; r++) {
    const T *row = x + (top + r * k.dh) * s->w;
    for (int64_t c = 0; c < k.kw; c += k.stride) {
      int64_t col = left + c * k.dw, tap = r * k.kw + c;
      vec low = load_columns(s, row, col, inside, low_end);
      if (k.stride == 1) {
        consider(&w, low, tap);
        continue;
      }
      vec high = load_columns(s, row, col + LANES, inside, low_end);
      consider(&w, vec_even(low, high), tap);
      if (c + 1 < k.kw) {
        consider(&w, vec_odd(low, high), tap + 1);
      }
    }
  }
  return w;
}

/* One row of outputs; width is the bytes of a place in argmax, 0 for none. */
INLINE void max_row(const convoy_pool_sizes *s, const T *x, T *y, void *argmax, int64_t top,
                    span rows, int width, window k) {
  for (int64_t ow = 0; ow < s->ow; ow += LANES) {
    int64_t left = ow * k.stride - s->pw;
    if (s->ow - ow >= LANES && loads_stay_in_row(s, left, k)) {
      winners w = windows_max(s, x, top, left, rows, true, k);
      vec_store(y + ow, w.max);
      if (width == 1) {
        places_store1((uint8_t *)argmax + ow, w.place);
      } else if (width == 4) {
        places_store4((int32_t *)argmax + ow, w.place);
      }
    } else {
      range out = lanes_between(0, s->ow - ow);
      winners w = windows_max(s, x, top, left, rows, false, k);
      vec_store_range(y + ow, out, w.max);
      if (width == 1) {
        places_store1_range((uint8_t *)argmax + ow, out, w.place);
      } else if (width == 4) {
        places_store4_range((int32_t *)argmax + ow, out, w.place);
      }
    }
  }
}

INLINE void max_planes(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, char *argmax,
                       int width, window k) {
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
    for (int64_t oh = 0; oh < s->oh; oh++, y += s->ow, argmax += width * s->ow) {
      int64_t top = oh * k.stride - s->ph;
      span rows = taps_within(top, k.dh, k.kh, s->h);
      if (rows.first == 0 && rows.last == k.kh) {
        max_row(s, x, y, argmax, top, (span){0, k.kh}, width, k); /* constants: unrolls */
      } else {
        max_row(s, x, y, argmax, top, rows, width, k);
      }
    }
  }
}

static void max_simd(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, void *argmax) {
  if (!vectorises(s)) {
    PORTABLE.max(s, planes, x, y, argmax);
    return;
  }
  switch (argmax_width(s, argmax)) {
    case 0:
      CALL_WITH_WINDOW(s, max_planes, s, planes, x, y, argmax, 0);
      break;
    case 1:
      CALL_WITH_WINDOW(s, max_planes, s, planes, x, y, argmax, 1);
      break;
    default:
      CALL_WITH_ANY_WINDOW(s, max_planes, s, planes, x, y, argmax, 4);
      break;
  }
}
