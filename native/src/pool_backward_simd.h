/*
 * Vectorised gradients of pooling. Lanes are neighbouring elements of dx, and each gathers from all
 * windows that hold it, so that every dx is written once. Taps run backwards because windows then
 * run forwards: sums add up in the order of the portable kernels, which scatter.
 */

#include "pool_avg_simd.h"
#include "pool_window_simd.h"

/* How a window's gradient reaches its tap: if argmax (of 1 or 4 bytes) names the tap, if the tap's
 * element equals the maximum, or always, divided. */
enum share { SHARE_PLACE1, SHARE_PLACE4, SHARE_TIES, SHARE_AVERAGE };

/* Quotients of the output rows that a row of dx gathers from, each divided once and not once a tap.
 * Row oh stands at oh % rows, rows being a power of two. */
typedef struct {
  int64_t rows, next; /* next: the first output row not yet divided */
  T values[2048];
} quotients;

/* One plane; null what the share has no use for. */
typedef struct {
  const T *x, *y, *dy;
  const void *argmax;
  T *dx;
  quotients *q;
} gradient;

/* Adds to sum what the windows (oh, ow), (oh, ow + 1), ... give to their tap (r, c). Lanes out of
 * the range are no windows: their dy is loaded as 0, so whatever their argmax or maximum is, adding
 * it changes nothing. */
INLINE vec add_share(vec sum, const convoy_pool_sizes *s, const gradient *g, enum share share,
                     vec x, int64_t oh, int64_t ow, int64_t r, int64_t c, bool inside, window k) {
  range lanes = lanes_between(-ow, s->ow - ow);
  int64_t at = oh * s->ow + ow, tap = r * k.kw + c;
  if (share == SHARE_AVERAGE) {
    const T *quotient = g->q->values + (oh & (g->q->rows - 1)) * s->ow + ow;
    return vec_add(sum, inside ? vec_load(quotient) : vec_load_range(quotient, lanes));
  }
  vec dy = inside ? vec_load(g->dy + at) : vec_load_range(g->dy + at, lanes);
  if (share == SHARE_PLACE1) {
    const uint8_t *p = (const uint8_t *)g->argmax + at;
    places place = inside ? places_load1(p) : places_load1_range(p, lanes);
    return vec_add_where(places_equal(place, places_set(tap)), sum, dy);
  }
  if (share == SHARE_PLACE4) {
    const int32_t *p = (const int32_t *)g->argmax + at;
    places place = inside ? places_load4(p) : places_load4_range(p, lanes);
    return vec_add_where(places_equal(place, places_set(tap)), sum, dy);
  }
  vec y = inside ? vec_load(g->y + at) : vec_load_range(g->y + at, lanes);
  return vec_add_where(vec_equal(x, y), sum, dy);
}

/* Divides the output rows up to the last that image row `row` gathers from. */
INLINE void divide_rows(const convoy_pool_sizes *s, const gradient *g, int64_t row, window k) {
  int64_t last = min_i64(s->oh - 1, (row + s->ph) / k.stride);
  for (; g->q->next <= last; g->q->next++) {
    int64_t oh = g->q->next, rows = avg_rows(s, oh);
    const T *dy = g->dy + oh * s->ow;
    T *quotient = g->q->values + (oh & (g->q->rows - 1)) * s->ow;
    for (int64_t ow = 0; ow < s->ow; ow += LANES) {
      range lanes = lanes_between(0, s->ow - ow);
      vec divided = vec_div(vec_load_range(dy + ow, lanes), divisors(s, rows, ow, k));
      vec_store_range(quotient + ow, lanes, divided);
    }
  }
}

/* The output row whose windows have their tap row r on image row `row`, or -1. */
INLINE int64_t output_row(const convoy_pool_sizes *s, int64_t row, int64_t r, window k) {
  int64_t start = row + s->ph - r * k.dh;
  bool exists = start >= 0 && start % k.stride == 0 && start / k.stride < s->oh;
  return exists ? start / k.stride : -1;
}

/* Stride 1: gathers for the columns col, col + 1, ... of an image row. */
INLINE vec gather(const convoy_pool_sizes *s, const gradient *g, enum share share, int64_t row,
                  int64_t col, bool inside, window k) {
  vec sum = vec_set(0);
  vec x = share == SHARE_TIES ? load_columns(s, g->x + row * s->w, col, inside, sum) : sum;
  for (int64_t r = k.kh - 1; r >= 0; r--) {
    int64_t oh = output_row(s, row, r, k);
    for (int64_t c = k.kw - 1; oh >= 0 && c >= 0; c--) {
      sum = add_share(sum, s, g, share, x, oh, col + s->pw - c * k.dw, r, c, inside, k);
    }
  }
  return sum;
}

INLINE void backward_row_stride1(const convoy_pool_sizes *s, const gradient *g, enum share share,
                                 int64_t row, window k) {
  T *dx = g->dx + row * s->w;
  for (int64_t col = 0; col < s->w; col += LANES) {
    int64_t last_ow = col + s->pw, first_ow = last_ow - (k.kw - 1) * k.dw;
    if (s->w - col >= LANES && first_ow >= 0 && last_ow + LANES <= s->ow) {
      vec_store(dx + col, gather(s, g, share, row, col, true, k));
    } else {
      vec_store_range(dx + col, lanes_between(0, s->w - col),
                      gather(s, g, share, row, col, false, k));
    }
  }
}

/* Stride 2: gathers for the columns col, col + 2, ... (even) and col + 1, col + 3, ... (odd), where
 * col = 2 * ow - pw: even taps of the windows ow, ow + 1, ... and the windows before them lie on
 * the former, odd taps on the latter. */
typedef struct {
  vec even, odd;
} pairs;

INLINE pairs gather_pairs(const convoy_pool_sizes *s, const gradient *g, enum share share,
                          int64_t row, int64_t ow, bool inside, window k) {
  pairs sum = {vec_set(0), vec_set(0)}, x = sum;
  if (share == SHARE_TIES) {
    int64_t col = 2 * ow - s->pw;
    vec low = load_columns(s, g->x + row * s->w, col, inside, sum.even);
    vec high = load_columns(s, g->x + row * s->w, col + LANES, inside, sum.even);
    x = (pairs){vec_even(low, high), vec_odd(low, high)};
  }
  for (int64_t r = k.kh - 1; r >= 0; r--) {
    int64_t oh = output_row(s, row, r, k);
    for (int64_t c = k.kw - 1; oh >= 0 && c >= 0; c--) {
      if (c % 2 == 0) {
        sum.even = add_share(sum.even, s, g, share, x.even, oh, ow - c / 2, r, c, inside, k);
      } else {
        sum.odd = add_share(sum.odd, s, g, share, x.odd, oh, ow - c / 2, r, c, inside, k);
      }
    }
  }
  return sum;
}

INLINE void backward_row_stride2(const convoy_pool_sizes *s, const gradient *g, enum share share,
                                 int64_t row, window k) {
  T *dx = g->dx + row * s->w;
  for (int64_t ow = s->pw / 2; 2 * ow - s->pw < s->w; ow += LANES) {
    int64_t col = 2 * ow - s->pw;
    if (col >= 0 && col + 2 * LANES <= s->w && ow >= (k.kw - 1) / 2 && ow + LANES <= s->ow) {
      pairs sum = gather_pairs(s, g, share, row, ow, true, k);
      vec_store(dx + col, vec_zip_low(sum.even, sum.odd));
      vec_store(dx + col + LANES, vec_zip_high(sum.even, sum.odd));
    } else {
      pairs sum = gather_pairs(s, g, share, row, ow, false, k);
      vec_store_range(dx + col, lanes_in_image(s, col, 1), vec_zip_low(sum.even, sum.odd));
      vec_store_range(dx + col + LANES, lanes_in_image(s, col + LANES, 1),
                      vec_zip_high(sum.even, sum.odd));
    }
  }
}

INLINE void backward_planes(const convoy_pool_sizes *s, int64_t planes, gradient g,
                            enum share share, window k) {
  int64_t in = s->h * s->w, out = s->oh * s->ow;
  for (int64_t plane = 0; plane < planes; plane++) {
    if (share == SHARE_AVERAGE) {
      g.q->next = 0;
    }
    for (int64_t row = 0; row < s->h; row++) {
      if (share == SHARE_AVERAGE) {
        divide_rows(s, &g, row, k);
      }
      if (k.stride == 1) {
        backward_row_stride1(s, &g, share, row, k);
      } else {
        backward_row_stride2(s, &g, share, row, k);
      }
    }
    g.dx += in;
    g.dy += out;
    if (share == SHARE_TIES) {
      g.x += in;
      g.y += out;
    } else if (share != SHARE_AVERAGE) {
      g.argmax = (const char *)g.argmax + (share == SHARE_PLACE1 ? out : 4 * out);
    }
  }
}

/* A gather looks at every tap of every window, LANES at a time; the portable scatter of a maximum
 * touches one element per window, which is less work where windows overlap much. */
static inline bool gather_pays(const convoy_pool_sizes *s) {
  return vectorises(s) && s->kh * s->kw <= s->sh * s->sw * LANES;
}

static void max_backward_simd(const convoy_pool_sizes *s, int64_t planes, const T *dy,
                              const void *argmax, T *dx) {
  gradient g = {.dy = dy, .argmax = argmax, .dx = dx};
  if (!gather_pays(s)) {
    PORTABLE.max_backward(s, planes, dy, argmax, dx);
  } else if (argmax_width(s, argmax) == 1) {
    CALL_WITH_WINDOW(s, backward_planes, s, planes, g, SHARE_PLACE1);
  } else {
    CALL_WITH_ANY_WINDOW(s, backward_planes, s, planes, g, SHARE_PLACE4);
  }
}

static void max_backward_ties_simd(const convoy_pool_sizes *s, int64_t planes, const T *x,
                                   const T *y, const T *dy, T *dx) {
  gradient g = {.x = x, .y = y, .dy = dy, .dx = dx};
  if (vectorises(s)) {
    CALL_WITH_WINDOW(s, backward_planes, s, planes, g, SHARE_TIES);
  } else {
    PORTABLE.max_backward_ties(s, planes, x, y, dy, dx);
  }
}

static void avg_backward_simd(const convoy_pool_sizes *s, int64_t planes, const T *dy, T *dx) {
  quotients q; /* not initialised: most calls need little of it */
  q.rows = 1;
  while (q.rows < (s->kh - 1) * s->dh / s->sh + 1) {
    q.rows *= 2;
  }
  if (avg_vectorises(s) && q.rows * s->ow <= (int64_t)(sizeof q.values / sizeof *q.values)) {
    gradient g = {.dy = dy, .dx = dx, .q = &q};
    CALL_WITH_WINDOW(s, backward_planes, s, planes, g, SHARE_AVERAGE);
  } else {
    PORTABLE.avg_backward(s, planes, dy, dx);
  }
}
