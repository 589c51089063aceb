/*
 * Depthwise convolution of square windows: planes are read where they lie, row by row of a vector
 * of columns, each row for all the windows that see it, whose sums are in registers meanwhile.
 * Padding is lanes that are not loaded and rows that are left out. A column of a plane is too
 * little for the processor to guess the next, so the next plane is asked for ahead. Included once
 * per element type T and instruction set.
 */

enum {
  DEPTHWISE_MOST = 5,              /* taps a side */
  DEPTHWISE_VIEWS = 8,             /* kept from plane to plane */
  DEPTHWISE_BAND_BYTES = 16 << 10, /* of a plane, read again for each vector of columns */
  DEPTHWISE_BAND_ROWS = 8          /* at least */
};

/* A window that moves over a plane [h, w], top and left elements outside of it at first. */
typedef struct {
  int64_t h, w, top, left, dilation_h, dilation_w;
  int64_t rows, cols; /* of windows */
  int taps, stride;
} depthwise_window;

/* What a vector of neighbouring windows sees of a row: for stride 1, a vector for each tap; for
 * stride 2, two vectors for each two taps, to be split. */
typedef struct {
  int64_t col; /* of the first window's first tap */
  int whole;   /* there are as many windows as lanes, and all they see lies within the row */
  vec_lanes windows, taps[DEPTHWISE_MOST + 1];
  vec_lanes halves[2]; /* of the row, for stride 2 */
  span after;          /* places from the halves' end on where the row has elements */
} depthwise_view;

static depthwise_view depthwise_view_at(const depthwise_window *q, int64_t first) {
  int64_t left = vec_left(q->cols, first), seen = (q->taps - 1) * q->dilation_w + q->stride * LANES;
  depthwise_view v = {.col = first * q->stride - q->left};
  v.whole = left == LANES && v.col >= 0 && v.col + seen <= q->w;
  v.windows = vec_lanes_of(0, left);
  v.halves[0] = vec_lanes_of(-v.col, q->w - v.col);
  v.halves[1] = vec_lanes_of(-v.col - LANES, q->w - v.col - LANES);
  int64_t end = v.col + 2 * LANES;
  v.after = (span){max_i64(0, -end), q->w - end};
  for (int t = 0; t < q->taps + 1 && !v.whole; t++) {
    int64_t col = v.col + (q->stride == 1 ? t * q->dilation_w : t / 2 * 2);
    int64_t half = q->stride == 1 ? 0 : t % 2 * LANES;
    v.taps[t] = vec_lanes_of(-col - half, min_i64(q->w - col, left * q->stride) - half);
  }
  return v;
}

/* The first views, which include the edges of all but wide images. */
static void depthwise_views(const depthwise_window *q, depthwise_view *views) {
  for (int64_t i = 0; i < DEPTHWISE_VIEWS && i * LANES < q->cols; i++) {
    views[i] = depthwise_view_at(q, i * LANES);
  }
}

INLINE vec depthwise_load(const T *src, int whole, vec_lanes lanes) {
  return whole ? vec_load(src) : vec_load_lanes(src, lanes);
}

/* x[j] = what tap j of each window sees of the row src. */
INLINE void depthwise_load_taps(int taps, int stride, int whole, const depthwise_window *q,
                                const depthwise_view *v, const T *src, vec *x) {
  src += v->col;
  if (stride == 1) {
    int64_t step = q->dilation_w;
#pragma GCC unroll 5
    for (int j = 0; j < taps; j++) {
      x[j] = depthwise_load(src + j * step, whole, v->taps[j]);
    }
    return;
  }
#pragma GCC unroll 3
  for (int j = 0; j < taps; j += 2) {
    vec low = depthwise_load(src + j, whole, v->taps[j]);
    vec high = depthwise_load(src + j + LANES, whole, v->taps[j + 1]);
    x[j] = vec_even(low, high);
    if (j + 1 < taps) {
      x[j + 1] = vec_odd(low, high);
    }
  }
}

/* The same by fewer loads, but lanes without a window see elements too. */
INLINE void depthwise_load_row(int taps, int stride, int whole, const depthwise_window *q,
                               const depthwise_view *v, const T *src, vec *x) {
  if (stride == 1) {
    depthwise_load_taps(taps, stride, whole, q, v, src, x);
    return;
  }
  src += v->col;
  vec low = depthwise_load(src, whole, v->halves[0]);
  vec high = depthwise_load(src + LANES, whole, v->halves[1]);
  x[0] = vec_even(low, high);
  x[1] = vec_odd(low, high);
#pragma GCC unroll 3
  for (int j = 2; j < taps; j++) {
    int next = j - 2, there = whole || (next >= v->after.first && next < v->after.last);
    x[j] = vec_append(x[j - 2], there ? src[2 * LANES + next] : 0);
  }
}

/* How sums become results. */
typedef struct {
  T bias;
  int accumulate, relu;
} depthwise_end;

/* The sums of windows one below the other, of which the first sees a row at its tap `tap`, gain
 * what they see of the row. */
INLINE void depthwise_add_row(int taps, int stride, int tap, const vec *weight, const vec *x,
                              vec *sum) {
#pragma GCC unroll 5
  for (int m = 0; m * stride <= tap; m++) {
    const vec *row = weight + (tap - m * stride) * taps;
#pragma GCC unroll 5
    for (int j = 0; j < taps; j++) {
      sum[m] = vec_fma(row[j], x[j], sum[m]);
    }
  }
}

/* Row number at, at src, if the plane has it. */
INLINE void depthwise_see(int taps, int stride, int whole, int tap, const depthwise_window *q,
                          const depthwise_view *v, const T *src, int64_t at, const vec *weight,
                          vec *sum) {
  if (at < 0 || at >= q->h) {
    return;
  }
#pragma GCC unroll 2
  for (int s = 0; s < stride; s++) { /* the next plane */
    __builtin_prefetch(src + q->h * q->w + v->col + s * LANES, 0, 3);
  }
  vec x[DEPTHWISE_MOST + 1];
  depthwise_load_row(taps, stride, whole, q, v, src, x);
  depthwise_add_row(taps, stride, tap, weight, x, sum);
}

/* Every dilation_h-th row from first to last, of a vector of columns. Each row seen is loaded once,
 * for all windows that see it. What rows share is copied, so that it stays in registers. */
INLINE void depthwise_strip(int taps, int stride, int whole, const depthwise_window *window,
                            const depthwise_view *view, const T *src, const T *weights,
                            int64_t first, int64_t last, const depthwise_end *results, T *dst) {
  const depthwise_window q = *window;
  const depthwise_view v = *view;
  const depthwise_end end = *results;
  vec weight[DEPTHWISE_MOST * DEPTHWISE_MOST], sum[DEPTHWISE_MOST];
#pragma GCC unroll 25
  for (int t = 0; t < taps * taps; t++) {
    weight[t] = vec_all(weights[t]);
  }
#pragma GCC unroll 5
  for (int m = 0; m < taps; m++) {
    sum[m] = vec_all(end.bias);
  }
  int64_t at = first * stride - q.top, step = q.dilation_h;
  src += at * q.w;
#pragma GCC unroll 4
  for (int tap = 0; tap < taps - stride; tap++, at += step, src += step * q.w) {
    depthwise_see(taps, stride, whole, tap, &q, &v, src, at, weight, sum);
  }
  dst += first * q.cols;
  for (int64_t row = first; row < last; row += step, dst += step * q.cols) {
#pragma GCC unroll 2
    for (int tap = taps - stride; tap < taps; tap++, at += step, src += step * q.w) {
      depthwise_see(taps, stride, whole, tap, &q, &v, src, at, weight, sum);
    }
    __builtin_prefetch(dst + q.rows * q.cols, 1, 2);
    vec y = sum[0];
    if (end.accumulate) {
      y = vec_add(vec_load_lanes(dst, v.windows), y);
    }
    if (end.relu) {
      y = vec_relu(y);
    }
    if (whole) {
      vec_store(dst, y);
    } else {
      vec_store_lanes(dst, y, v.windows);
    }
#pragma GCC unroll 4
    for (int m = 0; m + 1 < taps; m++) {
      sum[m] = sum[m + 1];
    }
    sum[taps - 1] = vec_all(end.bias);
  }
}

INLINE void depthwise_band(int taps, int stride, const depthwise_window *q,
                           const depthwise_view *views, const T *src, const T *weights,
                           int64_t first, int64_t last, const depthwise_end *end, T *dst) {
  for (int64_t col = 0, i = 0; col < q->cols; col += LANES, i++) {
    depthwise_view other;
    const depthwise_view *v = views + i;
    if (i >= DEPTHWISE_VIEWS) {
      other = depthwise_view_at(q, col);
      v = &other;
    }
    for (int64_t row = first; row < min_i64(last, first + q->dilation_h); row++) {
      if (v->whole) {
        depthwise_strip(taps, stride, 1, q, v, src, weights, row, last, end, dst + col);
      } else {
        depthwise_strip(taps, stride, 0, q, v, src, weights, row, last, end, dst + col);
      }
    }
  }
}

/* As many rows of results as see so few rows that these stay in the nearest cache from one vector
 * of columns to the next. */
static int64_t depthwise_band_rows(const depthwise_window *q) {
  int64_t rows = DEPTHWISE_BAND_BYTES / (q->w * (int64_t)sizeof(T)) / q->stride;
  return max_i64(rows, DEPTHWISE_BAND_ROWS * q->dilation_h);
}

/* Rows first to last of a plane of results, dst [.., cols]. */
static void depthwise_plane(const depthwise_window *q, const depthwise_view *views, const T *src,
                            const T *weights, int64_t first, int64_t last, const depthwise_end *end,
                            T *dst) {
  int64_t band = depthwise_band_rows(q);
  for (int64_t row = first; row < last; row += band) {
    int64_t stop = min_i64(last, row + band);
    if (q->taps == 3 && q->stride == 1) {
      depthwise_band(3, 1, q, views, src, weights, row, stop, end, dst);
    } else if (q->taps == 3) {
      depthwise_band(3, 2, q, views, src, weights, row, stop, end, dst);
    } else if (q->stride == 1) {
      depthwise_band(5, 1, q, views, src, weights, row, stop, end, dst);
    } else {
      depthwise_band(5, 2, q, views, src, weights, row, stop, end, dst);
    }
  }
}

/* A piece: some rows of some neighbouring channels of an image. */
typedef struct {
  int64_t image, channel, channels, row, rows;
} depthwise_part;

static depthwise_part depthwise_part_at(const convoy_conv2d_plan *p, int64_t piece, int64_t rows) {
  int64_t across = ceil_div(p->c, p->piece_groups), down = ceil_div(rows, p->block_rows);
  depthwise_part part;
  part.channel = piece % across * p->piece_groups;
  part.channels = min_i64(p->piece_groups, p->c - part.channel);
  part.row = piece / across % down * p->block_rows;
  part.rows = min_i64(p->block_rows, rows - part.row);
  part.image = piece / across / down;
  return part;
}

static depthwise_window depthwise_window_of(const convoy_conv2d_plan *p) {
  return (depthwise_window){.h = p->h,
                            .w = p->w,
                            .top = p->pad_top,
                            .left = p->pad_left,
                            .dilation_h = p->dilation_h,
                            .dilation_w = p->dilation_w,
                            .rows = p->oh,
                            .cols = p->ow,
                            .taps = p->kh,
                            .stride = p->stride_h};
}

static void depthwise_forward(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  depthwise_part part = depthwise_part_at(p, piece, p->oh);
  int64_t filters = conv_group_filters(p), plane = (int64_t)p->h * p->w;
  int64_t out_plane = (int64_t)p->oh * p->ow;
  depthwise_window q = depthwise_window_of(p);
  depthwise_view views[DEPTHWISE_VIEWS];
  depthwise_views(&q, views);
  depthwise_end end = {.relu = (p->flags & CONVOY_CONV_RELU) != 0};
  const T *x = (const T *)call->x + (part.image * p->c + part.channel) * plane;
  int64_t k = part.channel * filters;
  T *y = (T *)call->y + (part.image * p->k + k) * out_plane;
  for (int64_t c = 0; c < part.channels; c++, x += plane) {
    for (int64_t f = 0; f < filters; f++, k++, y += out_plane) {
      end.bias = p->flags & CONVOY_CONV_BIAS ? ((const T *)call->b)[k] : 0;
      depthwise_plane(&q, views, x, (const T *)call->w + k * conv_taps(p), part.row,
                      part.row + part.rows, &end, y);
    }
  }
}
