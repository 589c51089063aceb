/* dw of a depthwise convolution: all of a window's sums stay in registers over a column of tiles.
 * Included once per element type T and instruction set. */

#if defined(__AVX512F__)
enum { DEPTHWISE_DW_ROWS = 4 };
#else
enum { DEPTHWISE_DW_ROWS = 2 };
#endif
enum { DEPTHWISE_DW_BAND = 2 /* tiles of rows for which sums stay in registers */ };

/* The gradients of a window, lane by lane, and last of the bias. */
typedef vec depthwise_sums[DEPTHWISE_MOST * DEPTHWISE_MOST + 1];

/* How far off, in elements, are the planes that come next. They are far apart, so the processor
 * does not guess them. */
typedef struct {
  int64_t x, dy;
} depthwise_ahead;

/* Adds what rows (a constant) rows of dy, dilation_h apart, and of a vector of columns give. */
INLINE void depthwise_dw_tile(int taps, int stride, int whole, int rows, const depthwise_window *q,
                              const depthwise_view *v, const T *x, const T *dy, int64_t row,
                              const depthwise_ahead *ahead, vec *sum) {
  vec gradient[DEPTHWISE_DW_ROWS];
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) {
    __builtin_prefetch(dy + r * q->dilation_h * q->cols + ahead->dy, 0, 2);
    gradient[r] = depthwise_load(dy + r * q->dilation_h * q->cols, whole, v->windows);
    sum[taps * taps] = vec_add(sum[taps * taps], gradient[r]);
  }
  int64_t first = row * stride - q->top;
#pragma GCC unroll 11
  for (int i = 0; i < (rows - 1) * stride + taps; i++) {
    int64_t at = first + i * q->dilation_h;
    if (at < 0 || at >= q->h) {
      continue;
    }
    if (i < rows * stride) {
#pragma GCC unroll 2
      for (int s = 0; s < stride; s++) {
        __builtin_prefetch(x + at * q->w + v->col + s * LANES + ahead->x, 0, 2);
      }
    }
    vec seen[DEPTHWISE_MOST + 1];
    depthwise_load_taps(taps, stride, whole, q, v, x + at * q->w, seen);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
      int tap = i - r * stride;
#pragma GCC unroll 5
      for (int j = 0; j < taps; j++) {
        if (tap >= 0 && tap < taps) {
          sum[tap * taps + j] = vec_fma(gradient[r], seen[j], sum[tap * taps + j]);
        }
      }
    }
  }
}

/* Some whole tiles of rows and the rows that are left, of one vector of columns. */
INLINE void depthwise_dw_col(int taps, int stride, int whole, const depthwise_window *q,
                             const depthwise_view *v, const T *x, const T *dy, int64_t row,
                             int64_t last, const depthwise_ahead *ahead, depthwise_sums total) {
  depthwise_sums sum;
  int64_t step = q->dilation_h, tile = DEPTHWISE_DW_ROWS * step;
#pragma GCC unroll 26
  for (int t = 0; t < taps * taps + 1; t++) {
    sum[t] = total[t];
  }
  for (int64_t phase = row; phase < min_i64(last, row + step); phase++) {
    int64_t r = phase;
    for (; r + tile - step < last; r += tile) {
      depthwise_dw_tile(taps, stride, whole, DEPTHWISE_DW_ROWS, q, v, x, dy + r * q->cols, r, ahead,
                        sum);
    }
    for (; r < last; r += step) {
      depthwise_dw_tile(taps, stride, whole, 1, q, v, x, dy + r * q->cols, r, ahead, sum);
    }
  }
#pragma GCC unroll 26
  for (int t = 0; t < taps * taps + 1; t++) {
    total[t] = sum[t];
  }
}

INLINE void depthwise_dw_band(int taps, int stride, const depthwise_window *q,
                              const depthwise_view *views, const T *x, const T *dy, int64_t row,
                              int64_t last, const depthwise_ahead *ahead, depthwise_sums total) {
  for (int64_t col = 0, i = 0; col < q->cols; col += LANES, i++) {
    depthwise_view other;
    const depthwise_view *v = views + i;
    if (i >= DEPTHWISE_VIEWS) {
      other = depthwise_view_at(q, col);
      v = &other;
    }
    if (v->whole) {
      depthwise_dw_col(taps, stride, 1, q, v, x, dy + col, row, last, ahead, total);
    } else {
      depthwise_dw_col(taps, stride, 0, q, v, x, dy + col, row, last, ahead, total);
    }
  }
}

static void depthwise_dw_plane(const depthwise_window *q, const depthwise_view *views, const T *x,
                               const T *dy, int64_t rows, const depthwise_ahead *ahead,
                               depthwise_sums total) {
  int64_t band = DEPTHWISE_DW_BAND * DEPTHWISE_DW_ROWS * q->dilation_h;
  for (int64_t row = 0; row < rows; row += band) {
    int64_t last = min_i64(rows, row + band);
    if (q->taps == 3 && q->stride == 1) {
      depthwise_dw_band(3, 1, q, views, x, dy, row, last, ahead, total);
    } else if (q->taps == 3) {
      depthwise_dw_band(3, 2, q, views, x, dy, row, last, ahead, total);
    } else if (q->stride == 1) {
      depthwise_dw_band(5, 1, q, views, x, dy, row, last, ahead, total);
    } else {
      depthwise_dw_band(5, 2, q, views, x, dy, row, last, ahead, total);
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
                         (const T *)call->y + (n * p->k + k) * out_plane, p->oh, &ahead, total);
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
