/* Portable max pooling of elements T: every attribute, plain loops. Included once per type. */

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "pool.h"

/* Whether a later element takes the maximum's place: the first maximum and the first NaN stay. */
static inline bool beats(T later, T max) {
  return later > max || (isnan(later) && !isnan(max));
}

/* Inlined into one variant per width of a place in argmax: 0 (none), 1 or 4 bytes. */
static inline __attribute__((always_inline)) void max_planes(const convoy_pool_sizes *s,
                                                             int64_t planes, const T *x, T *y,
                                                             void *argmax, int width) {
  int64_t at = 0;
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
    for (int64_t oh = 0; oh < s->oh; oh++) {
      int64_t top = oh * s->sh - s->ph;
      span rows = taps_within(top, s->dh, s->kh, s->h);
      for (int64_t ow = 0; ow < s->ow; ow++, at++) {
        int64_t left = ow * s->sw - s->pw;
        span cols = taps_within(left, s->dw, s->kw, s->w);
        T max = -INFINITY;
        int64_t place = rows.first * s->kw + cols.first; /* stays where all are -infinity */
        for (int64_t r = rows.first; r < rows.last; r++) {
          const T *row = x + (top + r * s->dh) * s->w;
          for (int64_t c = cols.first; c < cols.last; c++) {
            T value = row[left + c * s->dw];
            if (beats(value, max)) {
              max = value;
              place = r * s->kw + c;
            }
          }
        }
        y[at] = max;
        if (width == 1) {
          ((uint8_t *)argmax)[at] = (uint8_t)place;
        } else if (width == 4) {
          ((int32_t *)argmax)[at] = (int32_t)place;
        }
      }
    }
  }
}

static void max_c(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, void *argmax) {
  switch (argmax_width(s, argmax)) {
    case 0:
      max_planes(s, planes, x, y, argmax, 0);
      break;
    case 1:
      max_planes(s, planes, x, y, argmax, 1);
      break;
    default:
      max_planes(s, planes, x, y, argmax, 4);
      break;
  }
}

/* Where a window's places lie from its first tap, in a plane of some row length. */
enum { MOST_PLACES = 1024, PADDED = 4096, AT_ONCE = 4 };

static void find_places(const convoy_pool_sizes *s, int64_t row_length, int32_t *at) {
  for (int64_t r = 0; r < s->kh; r++) {
    for (int64_t c = 0; c < s->kw; c++) {
      *at++ = (int32_t)(r * s->dh * row_length + c * s->dw);
    }
  }
}

/* Scatters planes into copies of them that have the padding too, so that only the place itself
 * needs to be checked. Several in turn: windows side by side often have the same winner, and a sum
 * waits for the one before. */
static inline __attribute__((always_inline)) void scatter_padded(const convoy_pool_sizes *s,
                                                                 int64_t planes, const T *dy,
                                                                 const void *argmax, T *padded,
                                                                 int64_t row_length,
                                                                 const int32_t *at, int width) {
  uint32_t places = (uint32_t)(s->kh * s->kw);
  int64_t i = 0, out = s->oh * s->ow;
  for (int64_t oh = 0; oh < s->oh; oh++) {
    T *window = padded + oh * s->sh * row_length;
    for (int64_t ow = 0; ow < s->ow; ow++, i++, window += s->sw) {
      for (int64_t plane = 0; plane < planes; plane++) {
        int64_t n = i + plane * out;
        uint32_t place = width == 1 ? ((const uint8_t *)argmax)[n] : ((const uint32_t *)argmax)[n];
        if (place < places) {
          window[plane * PADDED + at[place]] += dy[n];
        }
      }
    }
  }
}

/* Returns false where a padded plane is too large. */
static bool max_backward_padded(const convoy_pool_sizes *s, int64_t planes, const T *dy,
                                const void *argmax, T *dx) {
  T padded[AT_ONCE][PADDED];
  int32_t at[MOST_PLACES];
  int64_t rows = (s->oh - 1) * s->sh + (s->kh - 1) * s->dh + 1, in = s->h * s->w;
  int64_t columns = (s->ow - 1) * s->sw + (s->kw - 1) * s->dw + 1, out = s->oh * s->ow;
  if (s->kh * s->kw > MOST_PLACES || rows > PADDED || columns > PADDED || rows * columns > PADDED) {
    return false;
  }
  int width = argmax_width(s, argmax);
  size_t shown = (size_t)min_i64(s->w, columns - s->pw) * sizeof *dx;
  bool all = rows - s->ph >= s->h && columns - s->pw >= s->w;
  find_places(s, columns, at);
  for (int64_t plane = 0, some; plane < planes; plane += some, dy += some * out) {
    some = planes - plane < AT_ONCE ? 1 : AT_ONCE;
    const void *places = (const char *)argmax + width * plane * out;
    for (int64_t i = 0; i < some; i++) {
      memset(padded[i], 0, (size_t)(rows * columns) * sizeof(T));
    }
    if (width == 4) {
      scatter_padded(s, some, dy, places, padded[0], columns, at, 4);
    } else if (some == 1) {
      scatter_padded(s, 1, dy, places, padded[0], columns, at, 1);
    } else {
      scatter_padded(s, AT_ONCE, dy, places, padded[0], columns, at, 1);
    }
    for (int64_t i = 0; i < some; i++, dx += in) {
      if (!all) {
        memset(dx, 0, (size_t)in * sizeof *dx);
      }
      for (int64_t row = 0; row < s->h && row + s->ph < rows; row++) {
        memcpy(dx + row * s->w, padded[i] + (row + s->ph) * columns + s->pw, shown);
      }
    }
  }
  return true;
}

static void max_backward_c(const convoy_pool_sizes *s, int64_t planes, const T *dy,
                           const void *argmax, T *dx) {
  if (max_backward_padded(s, planes, dy, argmax, dx)) {
    return;
  }
  int width = argmax_width(s, argmax);
  uint32_t kw = (uint32_t)s->kw, places = (uint32_t)(s->kh * s->kw);
  int64_t at = 0;
  for (int64_t plane = 0; plane < planes; plane++, dx += s->h * s->w) {
    memset(dx, 0, (size_t)(s->h * s->w) * sizeof *dx);
    for (int64_t oh = 0; oh < s->oh; oh++) {
      for (int64_t ow = 0; ow < s->ow; ow++, at++) {
        uint32_t place =
            width == 1 ? ((const uint8_t *)argmax)[at] : ((const uint32_t *)argmax)[at];
        int64_t row = oh * s->sh - s->ph + place / kw * s->dh;
        int64_t col = ow * s->sw - s->pw + place % kw * s->dw;
        if (place < places && row >= 0 && row < s->h && col >= 0 && col < s->w) {
          dx[row * s->w + col] += dy[at];
        }
      }
    }
  }
}

static void max_backward_ties_c(const convoy_pool_sizes *s, int64_t planes, const T *x, const T *y,
                                const T *dy, T *dx) {
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w, dx += s->h * s->w) {
    memset(dx, 0, (size_t)(s->h * s->w) * sizeof *dx);
    for (int64_t oh = 0; oh < s->oh; oh++) {
      int64_t top = oh * s->sh - s->ph;
      span rows = taps_within(top, s->dh, s->kh, s->h);
      for (int64_t ow = 0; ow < s->ow; ow++, y++, dy++) {
        int64_t left = ow * s->sw - s->pw;
        span cols = taps_within(left, s->dw, s->kw, s->w);
        for (int64_t r = rows.first; r < rows.last; r++) {
          int64_t row = (top + r * s->dh) * s->w + left;
          for (int64_t c = cols.first; c < cols.last; c++) {
            if (x[row + c * s->dw] == *y) {
              dx[row + c * s->dw] += *dy;
            }
          }
        }
      }
    }
  }
}
