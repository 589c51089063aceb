/*
 * Depthwise convolution of square windows: planes are read where they lie, several rows of a vector
 * of columns at a time, so that each element loaded serves the outputs of several rows. Padding is
 * lanes that are not loaded and rows that are left out. Included once per element type T and
 * instruction set.
 */

enum {
  DEPTHWISE_ROWS = 4, /* of results in registers */
  DEPTHWISE_MOST = 5, /* taps a side */
  DEPTHWISE_VIEWS = 8 /* kept from row to row */
};

/* A window that moves over a plane [h, w], top and left elements outside of it at first. */
typedef struct {
  int64_t h, w, top, left, dilation_h, dilation_w;
  int64_t cols; /* windows of a row */
  int taps, stride;
} depthwise_window;

/* What a vector of neighbouring windows sees of a row: for stride 1, a vector for each tap; for
 * stride 2, two vectors for each two taps, to be split. */
typedef struct {
  int64_t col; /* of the first window's first tap */
  int whole;   /* there are as many windows as lanes, and all they see lies within the row */
  vec_lanes windows, taps[DEPTHWISE_MOST + 1];
} depthwise_view;

static depthwise_view depthwise_view_at(const depthwise_window *q, int64_t first) {
  int64_t left = vec_left(q->cols, first), seen = (q->taps - 1) * q->dilation_w + q->stride * LANES;
  depthwise_view v = {.col = first * q->stride - q->left};
  v.whole = left == LANES && v.col >= 0 && v.col + seen <= q->w;
  v.windows = vec_lanes_of(0, left);
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

/* How sums become results. */
typedef struct {
  T bias;
  int accumulate, relu;
} depthwise_end;

/* Results of count (at most DEPTHWISE_ROWS) rows, dilation_h apart, of a vector of columns. */
INLINE void depthwise_tile(int taps, int stride, int whole, const depthwise_window *q,
                           const depthwise_view *v, const T *src, const T *weights, int64_t row,
                           int64_t count, const depthwise_end *end, T *dst) {
  vec sum[DEPTHWISE_ROWS], weight[DEPTHWISE_MOST * DEPTHWISE_MOST];
  int64_t step = q->dilation_h, dst_step = step * q->cols, h = q->h, w = q->w;
#pragma GCC unroll 25
  for (int t = 0; t < taps * taps; t++) {
    weight[t] = vec_all(weights[t]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < DEPTHWISE_ROWS; r++) {
    sum[r] = end->accumulate && r < count ? vec_load_lanes(dst + r * dst_step, v->windows)
                                          : vec_all(end->bias);
  }
  int64_t at = row * stride - q->top;
#pragma GCC unroll 11
  for (int i = 0; i < (DEPTHWISE_ROWS - 1) * stride + taps; i++, at += step) {
    if (at < 0 || at >= h) {
      continue;
    }
    if (stride > 1 && i < DEPTHWISE_ROWS * stride) { /* the next plane */
#pragma GCC unroll 2
      for (int s = 0; s < stride; s++) {
        __builtin_prefetch(src + (at + h) * w + v->col + s * LANES, 0, 2);
      }
    }
    vec x[DEPTHWISE_MOST + 1];
    depthwise_load_taps(taps, stride, whole, q, v, src + at * w, x);
#pragma GCC unroll 4
    for (int r = 0; r < DEPTHWISE_ROWS; r++) {
      int tap = i - r * stride;
#pragma GCC unroll 5
      for (int j = 0; j < taps; j++) {
        if (tap >= 0 && tap < taps) {
          sum[r] = vec_fma(weight[tap * taps + j], x[j], sum[r]);
        }
      }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < DEPTHWISE_ROWS; r++) {
    if (r < count) {
      vec y = end->relu ? vec_relu(sum[r]) : sum[r];
      if (whole) {
        vec_store(dst + r * dst_step, y);
      } else {
        vec_store_lanes(dst + r * dst_step, y, v->windows);
      }
    }
  }
}

INLINE void depthwise_tile_row(int taps, int stride, const depthwise_window *q,
                               const depthwise_view *views, const T *src, const T *weights,
                               int64_t row, int64_t count, const depthwise_end *end, T *dst) {
  for (int64_t col = 0, i = 0; col < q->cols; col += LANES, i++) {
    depthwise_view other;
    const depthwise_view *v = views + i;
    if (i >= DEPTHWISE_VIEWS) {
      other = depthwise_view_at(q, col);
      v = &other;
    }
    if (v->whole) {
      depthwise_tile(taps, stride, 1, q, v, src, weights, row, count, end, dst + col);
    } else {
      depthwise_tile(taps, stride, 0, q, v, src, weights, row, count, end, dst + col);
    }
  }
}

/* Rows first to last of a plane of results, dst [.., cols]. */
static void depthwise_plane(const depthwise_window *q, const depthwise_view *views, const T *src,
                            const T *weights, int64_t first, int64_t last, const depthwise_end *end,
                            T *dst) {
  int64_t step = q->dilation_h;
  for (int64_t row = first; row < last; row += DEPTHWISE_ROWS * step) {
    for (int64_t phase = row; phase < min_i64(last, row + step); phase++) {
      int64_t count = step == 1 ? last - phase : ceil_div(last - phase, step);
      T *to = dst + phase * q->cols;
      if (q->taps == 3 && q->stride == 1) {
        depthwise_tile_row(3, 1, q, views, src, weights, phase, count, end, to);
      } else if (q->taps == 3) {
        depthwise_tile_row(3, 2, q, views, src, weights, phase, count, end, to);
      } else if (q->stride == 1) {
        depthwise_tile_row(5, 1, q, views, src, weights, phase, count, end, to);
      } else {
        depthwise_tile_row(5, 2, q, views, src, weights, phase, count, end, to);
      }
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
