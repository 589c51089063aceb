/* Portable average pooling of elements T: every attribute, plain loops. Included once per type. */

#include <string.h>

#include "pool.h"

static T sum_whole(const T *x, int64_t n) {
  T sums[WHOLE_SUMS] = {0};
  for (int64_t i = 0; i < n; i++) {
    sums[i % WHOLE_SUMS] += x[i];
  }
  for (int half = WHOLE_SUMS / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) {
      sums[i] += sums[i + half];
    }
  }
  return sums[0];
}

static void avg_c(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y) {
  if (is_whole(s)) {
    for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
      y[plane] = sum_whole(x, s->h * s->w) / (T)avg_divisor(s, 0, 0);
    }
    return;
  }
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
    for (int64_t oh = 0; oh < s->oh; oh++) {
      int64_t top = oh * s->sh - s->ph;
      span rows = taps_within(top, s->dh, s->kh, s->h);
      for (int64_t ow = 0; ow < s->ow; ow++, y++) {
        int64_t left = ow * s->sw - s->pw;
        span cols = taps_within(left, s->dw, s->kw, s->w);
        T sum = 0;
        for (int64_t r = rows.first; r < rows.last; r++) {
          const T *row = x + (top + r * s->dh) * s->w + left;
          T line = 0; /* which windows one below the other can share */
          for (int64_t c = cols.first; c < cols.last; c++) {
            line += row[c * s->dw];
          }
          sum += line;
        }
        *y = sum / (T)avg_divisor(s, oh, ow);
      }
    }
  }
}

/* Columns that a row of windows is spread over at a time. */
enum { LINE = 256 };

/* Of each row of windows, what they give to columns col, col + 1, ... of all the rows that they lie
 * on alike. */
static void share_line(const convoy_pool_sizes *s, const T *dy, int64_t oh, int64_t col, int64_t n,
                       T *line) {
  int64_t extent = (s->kw - 1) * s->dw, first = max_i64(0, (col + s->pw - extent) / s->sw);
  memset(line, 0, (size_t)n * sizeof *line);
  for (int64_t ow = first; ow < s->ow && ow * s->sw - s->pw < col + n; ow++) {
    int64_t left = ow * s->sw - s->pw - col;
    span cols = taps_within(left, s->dw, s->kw, n);
    T share = dy[ow] / (T)avg_divisor(s, oh, ow);
    for (int64_t c = cols.first; c < cols.last; c++) {
      line[left + c * s->dw] += share;
    }
  }
}

static void avg_backward_c(const convoy_pool_sizes *s, int64_t planes, const T *dy, T *dx) {
  T line[LINE];
  for (int64_t plane = 0; plane < planes; plane++, dx += s->h * s->w) {
    memset(dx, 0, (size_t)(s->h * s->w) * sizeof *dx);
    for (int64_t oh = 0; oh < s->oh; oh++, dy += s->ow) {
      int64_t top = oh * s->sh - s->ph;
      span rows = taps_within(top, s->dh, s->kh, s->h);
      for (int64_t col = 0; col < s->w; col += LINE) {
        int64_t n = min_i64(LINE, s->w - col);
        share_line(s, dy, oh, col, n, line);
        for (int64_t r = rows.first; r < rows.last; r++) {
          T *row = dx + (top + r * s->dh) * s->w + col;
          for (int64_t i = 0; i < n; i++) {
            row[i] += line[i];
          }
        }
      }
    }
  }
}
