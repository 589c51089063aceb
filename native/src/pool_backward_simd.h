/*
 * Vectorised gradients of pooling. Lanes are neighbouring elements of dx, and each gathers from all
 * windows that hold it, so that every dx is written once. Taps run backwards because windows then
 * run forwards: sums add up in the order of the portable kernels, which scatter.
 */

#include "pool_avg_simd.h"
#include "pool_max_three_simd.h"
#include "pool_stage_simd.h"
#include "pool_whole_simd.h"

/* How a window's gradient reaches its tap: if argmax (of 1 or 4 bytes) names the tap, if the tap's
 * element equals the maximum, or always, divided. */
enum share { SHARE_PLACE1, SHARE_PLACE4, SHARE_TIES, SHARE_MEAN };

/* One plane; null what the share has no use for. */
typedef struct {
  const T *x, *y, *dy;
  const void *argmax;
  T *dx;
} gradient;

enum { MOST_TAP_ROWS = 64, MOST_TAP_COLUMNS = 64, MOST_PHASES = 16 };

/* How windows lie over a row of dx. Columns of one phase, j * stride + phase, gather for tap column
 * c from the windows j + shift. */
typedef struct {
  int64_t columns;       /* of one phase, at most */
  int64_t first;         /* the shift of tap column 0 (pairs: the greatest, rounded down) */
  int64_t before, after; /* windows before and after j that are gathered from */
  int64_t row_length;    /* of a staged row of windows */
  int64_t shift[MOST_TAP_COLUMNS], phase[MOST_TAP_COLUMNS];
} tap_layout;

static inline void find_tap_layout(const convoy_pool_sizes *s, tap_layout *l, window k) {
  l->columns = (s->w + s->sw - 1) / s->sw;
  l->first = s->pw / s->sw;
  l->before = l->after = 0;
  for (int64_t c = 0; c < s->kw; c++) {
    int64_t from = s->pw - c * s->dw; /* from this column of dx, and from this window */
    l->shift[c] = from >= 0 ? (from + s->sw - 1) / s->sw : -(-from / s->sw);
    l->phase[c] = l->shift[c] * s->sw - from;
    l->before = max_i64(l->before, -l->shift[c]);
    l->after = max_i64(l->after, l->shift[c]);
  }
  l->row_length = l->before + (k.halves ? LANES / 2 : whole_vectors(l->columns)) + l->after;
}

/* Rows of windows, in place or staged. */
typedef struct {
  const T *dy, *y;
  const void *argmax;
  int64_t first, next; /* the first row, and elements from a row to the next */
  int64_t other;       /* halves: elements to the other plane */
} windows;

/* A row of windows that has its tap row `tap` on the row of dx. */
typedef struct {
  const T *dy, *y;
  const void *argmax;
  int64_t tap;
} tap_row;

/* The rows of windows over row `row` of dx; returns how many. */
INLINE int64_t find_tap_rows(const convoy_pool_sizes *s, const windows *from, int64_t row,
                             enum share share, tap_row *t, window k) {
  int64_t n = 0;
  for (int64_t r = k.kh - 1; r >= 0; r--) {
    int64_t start = row + s->ph - r * k.dh;
    if (start >= 0 && start % k.sh == 0 && start / k.sh < s->oh) {
      int64_t at = (start / k.sh - from->first) * from->next;
      t[n].dy = from->dy + at;
      if (share == SHARE_TIES) {
        t[n].y = from->y + at;
      } else if (share != SHARE_MEAN) {
        t[n].argmax = (const char *)from->argmax + (share == SHARE_PLACE4 ? 4 * at : at);
      }
      t[n++].tap = r;
    }
  }
  return n;
}

/* Adds to sum what the windows w, w + 1, ... give to their tap in column c. */
INLINE vec add_share(vec sum, const tap_row *t, enum share share, vec x, int64_t w, int64_t c,
                     int64_t other, window k) {
  const T *at = t->dy + w;
  vec dy = k.halves ? vec_load_halves(at, at + other) : vec_load(at);
  int64_t place = t->tap * k.kw + c;
  if (share == SHARE_PLACE1) {
    const uint8_t *p = (const uint8_t *)t->argmax + w;
    mask here = k.halves ? places_equal1_halves(p, p + other, place) : places_equal1(p, place);
    return vec_add_where(here, sum, dy);
  }
  if (share == SHARE_PLACE4) {
    return vec_add_where(places_equal4((const int32_t *)t->argmax + w, place), sum, dy);
  }
  if (share == SHARE_TIES) {
    return vec_add_where(vec_equal(x, vec_load(t->y + w)), sum, dy);
  }
  return vec_add(sum, dy);
}

/* What columns j, j + 1, ... of one phase of a row of dx gather from n rows of windows. */
INLINE vec gather(const tap_row *t, int64_t n, enum share share, vec x, int64_t j, int64_t phase,
                  const tap_layout *l, int64_t other, window k) {
  vec sum = vec_set(0), above = sum;
  for (int64_t i = 0; i < n; i++) {
    if (share == SHARE_MEAN) { /* added up by rows, as the portable ones do */
      above = i == 0 ? above : vec_add(above, sum);
      sum = vec_set(0);
    }
    for (int64_t c = k.kw - 1; c >= 0; c--) {
      int64_t w = j + l->first;
      if (k.pairs) {
        int64_t from = k.odd + phase - c;
        if (from % 2 == 0) {
          sum = add_share(sum, t + i, share, x, w + from / 2, c, other, k);
        }
      } else if (k.phases == 1) {
        sum = add_share(sum, t + i, share, x, w - c * k.dw, c, other, k);
      } else if (l->phase[c] == phase) {
        sum = add_share(sum, t + i, share, x, j + l->shift[c], c, other, k);
      }
    }
  }
  return share == SHARE_MEAN && n > 0 ? vec_add(above, sum) : sum;
}

/* Where a row of dx goes, as in pool_forward_simd.h, and the row of x that it is the gradient of.
 */
typedef struct {
  const T *x;
  T *dx;
  int64_t room, other;
  bool stream;
} target;

INLINE vec load_x(const convoy_pool_sizes *s, target to, int64_t col) {
  return to.room - col >= LANES ? vec_load(to.x + col)
                                : vec_load_range(to.x + col, lanes_between(0, s->w - col));
}

INLINE void put_dx(const convoy_pool_sizes *s, T *dx, int64_t col, int64_t room, bool stream,
                   vec v) {
  if (room - col < LANES) {
    vec_store_range(dx + col, lanes_between(0, s->w - col), v);
  } else if (stream) {
    vec_stream(dx + col, v);
  } else {
    vec_store(dx + col, v);
  }
}

/* Columns of many phases, one by one. */
INLINE void put_phases(const convoy_pool_sizes *s, target to, const tap_row *t, int64_t n,
                       enum share share, int64_t j, const tap_layout *l, window k) {
  T columns[MOST_PHASES * LANES];
  int64_t count = min_i64(LANES, l->columns - j);
  for (int64_t phase = 0; phase < k.phases; phase++) {
    vec x = vec_set(0);
    if (share == SHARE_TIES) {
      T values[LANES] = {0};
      for (int64_t i = 0; i < count && (j + i) * k.phases + phase < s->w; i++) {
        values[i] = to.x[(j + i) * k.phases + phase];
      }
      x = vec_load(values);
    }
    vec_store(columns + phase * LANES, gather(t, n, share, x, j, phase, l, 0, k));
  }
  T *dx = to.dx + j * k.phases;
  for (int64_t i = 0; i < count; i++) {
    int64_t end = min_i64(k.phases, s->w - (j + i) * k.phases);
    for (int64_t phase = 0; phase < end; phase++) {
      *dx++ = columns[phase * LANES + i];
    }
  }
}

INLINE void backward_row(const convoy_pool_sizes *s, target to, const tap_row *rows, int64_t n,
                         enum share share, const tap_layout *l, int64_t other, window k) {
  tap_row few[4]; /* where n is a constant, in registers */
  const tap_row *t = rows;
  if (__builtin_constant_p(n) && n <= 4) {
    for (int64_t i = 0; i < n; i++) {
      few[i] = rows[i];
    }
    t = few;
  }
  vec zero = vec_set(0);
  for (int64_t j = 0; j < l->columns; j += LANES) {
    if (k.pairs) {
      int64_t col = 2 * j;
      vec x_even = zero, x_odd = zero;
      if (share == SHARE_TIES) {
        vec low = load_x(s, to, col), high = load_x(s, to, col + LANES);
        x_even = vec_even(low, high);
        x_odd = vec_odd(low, high);
      }
      vec even = gather(t, n, share, x_even, j, 0, l, other, k);
      vec odd = gather(t, n, share, x_odd, j, 1, l, other, k);
      put_dx(s, to.dx, col, to.room, to.stream, vec_zip_low(even, odd));
      if (k.halves) {
        put_dx(s, to.dx + to.other, 0, to.room, false, vec_zip_high(even, odd));
      } else if (col + LANES < s->w) {
        put_dx(s, to.dx, col + LANES, to.room, to.stream, vec_zip_high(even, odd));
      }
    } else if (k.phases == 1) {
      vec x = share == SHARE_TIES ? load_x(s, to, j) : zero;
      vec sum = gather(t, n, share, x, j, 0, l, other, k);
      if (!k.halves) {
        put_dx(s, to.dx, j, to.room, to.stream, sum);
      } else if (to.room >= LANES / 2) {
        vec_store_halves(to.dx, to.dx + to.other, sum);
      } else {
        range low = lanes_between(0, s->w), high = {LANES / 2, LANES / 2 + low.last};
        vec_store_range(to.dx, low, sum);
        vec_store_range(to.dx + to.other - LANES / 2, high, sum);
      }
    } else {
      put_phases(s, to, t, n, share, j, l, k);
    }
  }
}

static inline void copy_bytes(char *to, const char *from, int64_t n) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    memcpy(to + i, from + i, 16);
  }
  if (i > 0 && i < n) {
    memcpy(to + n - 16, from + n - 16, 16);
  } else if (n >= 8 && i < n) {
    memcpy(to, from, 8);
    memcpy(to + n - 8, from + n - 8, 8);
  } else {
    for (; i < n; i++) {
      to[i] = from[i];
    }
  }
}

/* What a band of dx gathers from, with zeros for dy beside the image: whatever the place there, it
 * adds nothing. */
typedef struct {
  T dy[STAGE + LANES], y[STAGE + LANES];
  int32_t argmax[STAGE + LANES];
} window_stage;

static void stage_windows(const convoy_pool_sizes *s, gradient g, int64_t first, int64_t last,
                          enum share share, const divisors *d, const tap_layout *l,
                          window_stage *to, int64_t at) {
  vec zero = vec_set(0);
  int64_t n = min_i64(s->ow, l->row_length - l->before);
  bool far = is_far(s);
  for (int64_t oh = first; oh < last; oh++, at += l->row_length) {
    const T *dy = g.dy + oh * s->ow;
    T *staged = to->dy + at + l->before;
    fill(to->dy + at, l->before, zero);
    int64_t counted_rows = share == SHARE_MEAN && d->all == 0 ? avg_rows(s, oh) : 0;
    for (int64_t i = 0; i < n; i += LANES) {
      if (far) {
        ask_ahead(dy + i, 1);
      }
      vec v = i + LANES <= n ? vec_load(dy + i) : vec_load_range(dy + i, lanes_between(0, n - i));
      vec_store(staged + i, share == SHARE_MEAN ? means(v, d, counted_rows, i) : v);
    }
    fill(staged + n, l->row_length - l->before - n, zero);
    if (share == SHARE_TIES) {
      stage_row(g.y + oh * s->ow, s->ow, -l->before, l->row_length, zero, false, to->y + at);
    } else if (share != SHARE_MEAN) {
      int64_t bytes = share == SHARE_PLACE4 ? 4 : 1;
      copy_bytes((char *)to->argmax + bytes * (at + l->before),
                 (const char *)g.argmax + bytes * oh * s->ow, bytes * n);
    }
  }
}

/* Rows of dx whose windows' loads, from dy and what lies as dy does, stay before its end, `room`
 * elements from the plane's start. */
INLINE int64_t dx_rows_in_place(const convoy_pool_sizes *s, int64_t room, const tap_layout *l,
                                window k) {
  int64_t rows = room < l->row_length ? 0 : (room - l->row_length) / s->ow + 1;
  return rows >= s->oh ? s->h : max_i64(0, min_i64(s->h, rows * k.sh - s->ph));
}

/* Returns false if it cannot do it. */
INLINE bool backward_planes(const convoy_pool_sizes *sizes, int64_t planes, gradient g,
                            enum share share, window k) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  _Alignas(64) window_stage stage; /* not initialised: most calls need little of it */
  divisors d;
  tap_layout layout;
  tap_row taps[MOST_TAP_ROWS];
  if (k.kh > MOST_TAP_ROWS || k.kw > MOST_TAP_COLUMNS || k.phases > MOST_PHASES) {
    return false;
  }
  find_tap_layout(sizes, &layout, k);
  const tap_layout l = layout;
  window one = k;
  one.halves = false;
  int64_t extent = (k.kh - 1) * k.dh, room = k.halves ? STAGE / 2 : STAGE;
  if ((extent / k.sh + 1) * l.row_length > room ||
      (share == SHARE_MEAN && !find_divisors(sizes, &d, one))) {
    return false;
  }
  int64_t band = max_i64(1, (STAGE_BAND / l.row_length - 1) * k.sh - extent + 1);
  int64_t in = s->h * s->w, out = s->oh * s->ow;
  bool stages = l.before > 0 || l.after > 0 || l.columns > s->ow || share == SHARE_MEAN;
  bool stream = !k.halves && streams(s, g.dx, s->h, s->w);
  int64_t most = (k.kh + k.sh - 1) / k.sh; /* rows of windows over a row, undilated */
  for (int64_t plane = 0; plane < planes; plane += k.halves ? 2 : 1) {
    int64_t other = k.halves && plane + 1 < planes ? 1 : 0; /* an odd last plane is done twice */
    int64_t staged = stages ? 0 : dx_rows_in_place(s, (planes - plane - other) * out, &l, k);
    int64_t end = k.halves ? in : (planes - plane) * in;
    windows from = {g.dy, g.y, g.argmax, 0, s->ow, other * out};
    for (int64_t row = 0; row < s->h; row++) {
      if (row == staged) {
        int64_t n = min_i64(band, s->h - row);
        int64_t first = max_i64(0, (row + s->ph - extent + k.sh - 1) / k.sh);
        int64_t last = min_i64(s->oh, (row + n - 1 + s->ph) / k.sh + 1);
        stage_windows(s, g, first, last, share, &d, &l, &stage, 0);
        if (other == 1) {
          gradient next = g;
          next.dy += out;
          if (share == SHARE_PLACE1) {
            next.argmax = (const char *)g.argmax + out;
          }
          stage_windows(s, next, first, last, share, &d, &l, &stage, STAGE / 2);
        }
        from = (windows){stage.dy + l.before, stage.y + l.before, NULL, first,
                         l.row_length,        other * STAGE / 2};
        from.argmax = (char *)stage.argmax + (share == SHARE_PLACE4 ? 4 : 1) * l.before;
        staged += n;
      }
      int64_t n = find_tap_rows(s, &from, row, share, taps, k);
      int64_t done = row * s->w;
      target to = {NULL, g.dx + done, end - done, other * in, stream};
      if (share == SHARE_TIES) {
        to.x = g.x + done;
      }
      if (__builtin_constant_p(most) && n == most) {
        backward_row(s, to, taps, most, share, &l, from.other, k);
      } else if (__builtin_constant_p(most) && n == 1) {
        backward_row(s, to, taps, 1, share, &l, from.other, k);
      } else {
        backward_row(s, to, taps, n, share, &l, from.other, k);
      }
    }
    int64_t step = k.halves ? 2 : 1;
    g.dx += step * in;
    g.dy += step * out;
    if (share == SHARE_TIES) {
      g.x += in;
      g.y += out;
    } else if (share != SHARE_MEAN) {
      g.argmax = (const char *)g.argmax + step * (share == SHARE_PLACE4 ? 4 * out : out);
    }
  }
  if (stream) {
    stream_end();
  }
  return true;
}

#include "pool_backward_pairs_simd.h"
/* */
#include "pool_backward_sliding_simd.h"
/* */
#include "pool_backward_three_simd.h"

/* A gather looks at every tap of every window, LANES at a time; the portable scatter of a maximum
 * touches one element per window, which is less work where windows overlap much. */
static inline bool gather_pays(const convoy_pool_sizes *s) {
  return s->kh * s->kw <= s->sh * s->sw * LANES;
}

/* The same for sliding gradients, which load a row of windows once for all rows of dx: 5x5 on
 * 20x20 took 1.1 times as long as the scatter, 3x3 on 28x28 half of the gather's time. */
static inline bool sliding_pays(const convoy_pool_sizes *s) {
  return s->kh * s->kw * whole_vectors(s->w) <= 2 * LANES * s->w;
}

static void max_backward_simd(const convoy_pool_sizes *s, int64_t planes, const T *dy,
                              const void *argmax, T *dx) {
  gradient g = {.dy = dy, .argmax = argmax, .dx = dx};
  bool halves = planes > 1 && s->w <= (s->sw == 2 ? LANES : LANES / 2), done = false;
  if (is_whole(s)) {
    max_backward_whole(s, planes, dy, argmax, dx);
    return;
  }
  if (tiles_in_pairs(s)) {
    if (halves) {
      max_backward_pairs(s, planes, dy, argmax, dx, true);
    } else {
      max_backward_pairs(s, planes, dy, argmax, dx, false);
    }
    return;
  }
  if (three_gradients_fit(s)) {
    max_backward_three(s, planes, g);
    return;
  }
  if ((has_window(s, 3, 1) || has_window(s, 5, 1)) && !halves && sliding_pays(s)) {
    done = max_backward_sliding(s, planes, g);
  }
  if (!done && gather_pays(s)) {
    done = argmax_width(s, argmax) == 1
               ? CALL_WITH_WINDOW(s, halves, backward_planes, s, planes, g, SHARE_PLACE1)
               : CALL_WITH_ANY_WINDOW(s, backward_planes, s, planes, g, SHARE_PLACE4);
  }
  if (!done) {
    PORTABLE.max_backward(s, planes, dy, argmax, dx);
  }
}

static void max_backward_ties_simd(const convoy_pool_sizes *s, int64_t planes, const T *x,
                                   const T *y, const T *dy, T *dx) {
  gradient g = {.x = x, .y = y, .dy = dy, .dx = dx};
  if (!CALL_WITH_ANY_WINDOW(s, backward_planes, s, planes, g, SHARE_TIES)) {
    PORTABLE.max_backward_ties(s, planes, x, y, dy, dx);
  }
}

static void avg_backward_simd(const convoy_pool_sizes *s, int64_t planes, const T *dy, T *dx) {
  gradient g = {.dy = dy, .dx = dx};
  bool halves = planes > 1 && s->w <= (s->sw == 2 ? LANES : LANES / 2);
  if (is_whole(s)) {
    avg_backward_whole(s, planes, dy, dx);
  } else if (has_window(s, 3, 1) && !halves && avg_backward_sliding(s, planes, g)) {
    return;
  } else if (!CALL_WITH_WINDOW(s, halves, backward_planes, s, planes, g, SHARE_MEAN)) {
    PORTABLE.avg_backward(s, planes, dy, dx);
  }
}
