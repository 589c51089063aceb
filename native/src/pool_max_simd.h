/* Vectorised max pooling: LANES outputs of a row at a time, on any set of vec_* functions. */

#include <math.h>

#include "pool_window_simd.h"

typedef struct {
  vec max;
  places place;
  mask seen; /* lanes that have met an element of the image: a first -infinity wins too */
} winners;

/* Tells lanes about their next tap in row-major order. */
INLINE void consider(winners *w, vec value, int64_t tap, bool first, bool inside, range lanes) {
  if (inside && first) {
    w->max = value;
    w->place = places_set(tap);
    return;
  }
  mask wins = vec_beats(value, w->max);
  if (!inside) {
    mask here = mask_of(lanes);
    wins = mask_and(here, mask_or_not(wins, w->seen));
    w->seen = mask_or(w->seen, here);
  }
  w->max = vec_select(wins, value, w->max);
  w->place = places_select(wins, places_set(tap), w->place);
}

/* The winners of LANES windows of the image x, the first of them at (top, left). */
INLINE winners windows_max(const convoy_pool_sizes *s, const T *x, int64_t top, int64_t left,
                           span rows, bool inside, window k) {
  winners w = {vec_set(-INFINITY), places_set(0), mask_none()};
  for (int64_t r = rows.first; r < rows.last; r++) {
    const T *row = x + (top + r * k.dh) * s->w;
    for (int64_t c = 0; c < k.kw; c += k.stride) {
      int64_t col = left + c * k.dw, tap = r * k.kw + c;
      bool first = r == rows.first && c == 0;
      vec low = load_columns(s, row, col, inside);
      if (k.stride == 1) {
        consider(&w, low, tap, first, inside, lanes_in_image(s, col, 1));
        continue;
      }
      vec high = load_columns(s, row, col + LANES, inside);
      consider(&w, vec_even(low, high), tap, first, inside, lanes_in_image(s, col, 2));
      if (c + 1 < k.kw) {
        consider(&w, vec_odd(low, high), tap + 1, false, inside, lanes_in_image(s, col + 1, 2));
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
