/* dw of a depthwise convolution: all of a window's sums stay in registers over a column of rows.
 * Included once per element type T and instruction set. */

enum { DEPTHWISE_DW_BAND = 14 /* rows of dy for which sums stay in registers */ };

/* The gradients of a window, lane by lane, and last of the bias. */
typedef vec depthwise_sums[DEPTHWISE_MOST * DEPTHWISE_MOST + 1];

/* How far off, in elements, are the planes that come next. They are far apart, so the processor
 * does not guess them. */
typedef struct {
  int64_t x, dy;
} depthwise_ahead;

/* The row of x at src is seen by window number row, of which gradient[0] is the gradient, at its
 * tap `tap`, and by the windows above it further down. Those of them that lie in rows add what they
 * give the taps; all (a constant) do, or some do not. */
INLINE void depthwise_dw_row(int taps, int stride, int whole, int all, int tap,
                             const depthwise_window *q, const depthwise_view *v, const T *src,
                             const vec *gradient, int64_t row, span rows, vec *sum) {
  vec x[DEPTHWISE_MOST + 1];
  depthwise_load_taps(taps, stride, whole, q, v, src, x);
#pragma GCC unroll 5
  for (int m = 0; tap + m * stride < taps; m++) {
    int64_t above = row - m * q->dilation_h;
    if (all || (above >= rows.first && above < rows.last)) {
      vec *of = sum + (tap + m * stride) * taps;
#pragma GCC unroll 5
      for (int j = 0; j < taps; j++) {
        of[j] = vec_fma(gradient[m], x[j], of[j]);
      }
    }
  }
}

/* The rows of x that a window sees first, as far as there are any: the windows above it see them
 * too, those below it do not. */
INLINE void depthwise_dw_rows(int taps, int stride, int whole, int all, const depthwise_window *q,
                              const depthwise_view *v, const T *x, const vec *gradient, int64_t row,
                              span rows, const depthwise_ahead *ahead, vec *sum) {
  int64_t at = row * stride - q->top;
#pragma GCC unroll 2
  for (int tap = 0; tap < stride; tap++, at += q->dilation_h) {
    const T *src = x + at * q->w;
    if (at >= 0 && at < q->h) {
#pragma GCC unroll 2
      for (int s = 0; s < stride; s++) {
        __builtin_prefetch(src + v->col + s * LANES + ahead->x, 0, 3);
      }
      depthwise_dw_row(taps, stride, whole, all, tap, q, v, src, gradient, row, rows, sum);
    }
  }
}

/* Every dilation_h-th of some rows, of one vector of columns. Each row of x is loaded once, for the
 * gradients of all windows that see it. What rows share is copied, so that it stays in registers.
 */
INLINE void depthwise_dw_strip(int taps, int stride, int whole, const depthwise_window *window,
                               const depthwise_view *view, const T *x, const T *dy, span rows,
                               const depthwise_ahead *planes, depthwise_sums total) {
  const depthwise_window q = *window;
  const depthwise_view v = *view;
  const depthwise_ahead ahead = *planes;
  int64_t step = q.dilation_h, open = (taps - 1) / stride * step;
  depthwise_sums sum;
#pragma GCC unroll 26
  for (int t = 0; t < taps * taps + 1; t++) {
    sum[t] = total[t];
  }
  vec gradient[DEPTHWISE_MOST];
#pragma GCC unroll 5
  for (int m = 0; m < taps; m++) {
    gradient[m] = vec_all(0);
  }
  for (int64_t row = rows.first; row < rows.last + open; row += step) {
#pragma GCC unroll 4
    for (int m = taps - 1; m > 0; m--) {
      gradient[m] = gradient[m - 1];
    }
    if (row < rows.last) {
      __builtin_prefetch(dy + row * q.cols + ahead.dy, 0, 3);
      gradient[0] = depthwise_load(dy + row * q.cols, whole, v.windows);
      sum[taps * taps] = vec_add(sum[taps * taps], gradient[0]);
    }
    if (row >= rows.first + open && row < rows.last) {
      depthwise_dw_rows(taps, stride, whole, 1, &q, &v, x, gradient, row, rows, &ahead, sum);
    } else {
      depthwise_dw_rows(taps, stride, whole, 0, &q, &v, x, gradient, row, rows, &ahead, sum);
    }
  }
#pragma GCC unroll 26
  for (int t = 0; t < taps * taps + 1; t++) {
    total[t] = sum[t];
  }
}

INLINE void depthwise_dw_band(int taps, int stride, const depthwise_window *q,
                              const depthwise_view *views, const T *x, const T *dy, span rows,
                              const depthwise_ahead *ahead, depthwise_sums total) {
  for (int64_t col = 0, i = 0; col < q->cols; col += LANES, i++) {
    depthwise_view other;
    const depthwise_view *v = views + i;
    if (i >= DEPTHWISE_VIEWS) {
      other = depthwise_view_at(q, col);
      v = &other;
    }
    for (int64_t row = rows.first; row < min_i64(rows.last, rows.first + q->dilation_h); row++) {
      span phase = {row, rows.last};
      if (v->whole) {
        depthwise_dw_strip(taps, stride, 1, q, v, x, dy + col, phase, ahead, total);
      } else {
        depthwise_dw_strip(taps, stride, 0, q, v, x, dy + col, phase, ahead, total);
      }
    }
  }
}

static void depthwise_dw_plane(const depthwise_window *q, const depthwise_view *views, const T *x,
                               const T *dy, const depthwise_ahead *ahead, depthwise_sums total) {
  int64_t band = DEPTHWISE_DW_BAND * q->dilation_h;
  for (int64_t row = 0; row < q->rows; row += band) {
    span rows = {row, min_i64(q->rows, row + band)};
    if (q->taps == 3 && q->stride == 1) {
      depthwise_dw_band(3, 1, q, views, x, dy, rows, ahead, total);
    } else if (q->taps == 3) {
      depthwise_dw_band(3, 2, q, views, x, dy, rows, ahead, total);
    } else if (q->stride == 1) {
      depthwise_dw_band(5, 1, q, views, x, dy, rows, ahead, total);
    } else {
      depthwise_dw_band(5, 2, q, views, x, dy, rows, ahead, total);
    }
  }
}

/* The sums of some channels over the images first to last. */
static void depthwise_partial(const convoy_conv2d_plan *p, const filters_part *part, int64_t first,
                              int64_t last, T *dw, const conv_call *call) {
  int64_t taps = conv_taps(p), plane = (int64_t)p->h * p->w, out_plane = (int64_t)p->oh * p->ow;
  depthwise_window q = depthwise_window_of(p);
  depthwise_view views[DEPTHWISE_VIEWS];
  depthwise_views(&q, views);
  T *db = dw + conv_direct_partial_bias(p);
  for (int64_t f = 0; f < part->count; f++) {
    int64_t k = part->first + f, channel = part->group + f / part->filters;
    depthwise_sums total;
    for (int64_t t = 0; t < taps + 1; t++) {
      total[t] = vec_all(0);
    }
    for (int64_t n = first; n < last; n++) {
      int64_t images = n + 1 < last ? 1 : first - n;
      int64_t next = n + 1 < last ? 0 : 1;
      depthwise_ahead ahead = {(images * p->c + next / part->filters) * plane,
                               (images * p->k + next) * out_plane};
      depthwise_dw_plane(&q, views, (const T *)call->x + (n * p->c + channel) * plane,
                         (const T *)call->y + (n * p->k + k) * out_plane, &ahead, total);
    }
    for (int64_t t = 0; t < taps; t++) {
      dw[f * taps + t] = vec_sum(total[t]);
    }
    db[f] = vec_sum(total[taps]);
  }
}

static void depthwise_backward_weights(const convoy_conv2d_plan *p, int64_t piece,
                                       const conv_call *call) {
  filters_part part = filters_part_at(p, piece / p->partials);
  int64_t number = piece % p->partials;
  T *partial =
      p->partials == 1 ? call->scratch : (T *)call->workspace + piece * conv_direct_partial(p);
  depthwise_partial(p, &part, p->n * number / p->partials, p->n * (number + 1) / p->partials,
                    partial, call);
  if (p->partials == 1) {
    store_direct_weights(p, &part, partial, call);
  }
}
