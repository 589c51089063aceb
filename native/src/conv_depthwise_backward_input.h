/*
 * dx of a depthwise convolution: for stride 1 a convolution of dy with the window turned round; for
 * stride 2 each dy reaches two rows and columns of dx of each kind, even and odd, which are summed
 * apart and zipped. Included once per element type T and instruction set.
 */

enum { DEPTHWISE_REACH = (DEPTHWISE_MOST + 1) / 2 /* pairs of rows that one of dy reaches */ };

/* The sums of two rows of dx, of two vectors of columns: of each row the even columns and the odd.
 */
typedef vec depthwise_pair[2][2];

/* Two vectors of neighbouring columns of dx, and the dy that reach them. */
typedef struct {
  int64_t col, start; /* of dy, of dx */
  int whole;          /* all of them exist */
  vec_lanes seen[DEPTHWISE_REACH], low, high;
} depthwise_columns;

static depthwise_columns depthwise_columns_at(const convoy_conv2d_plan *p, int64_t col) {
  depthwise_columns c = {.col = col, .start = 2 * col - p->pad_left};
  c.whole = col >= p->kw / 2 && col + LANES <= p->ow && c.start >= 0 && c.start + 2 * LANES <= p->w;
  for (int m = 0; m < DEPTHWISE_REACH; m++) {
    c.seen[m] = vec_lanes_of(m - col, p->ow - col + m);
  }
  c.low = vec_lanes_of(-c.start, p->w - c.start);
  c.high = vec_lanes_of(-c.start - LANES, p->w - c.start - LANES);
  return c;
}

/* The first columns; like views, they serve all planes. */
static void depthwise_first_columns(const convoy_conv2d_plan *p, depthwise_columns *columns) {
  int64_t col = p->pad_left / 2;
  for (int64_t i = 0; i < DEPTHWISE_VIEWS && 2 * col < p->w + p->pad_left; i++, col += LANES) {
    columns[i] = depthwise_columns_at(p, col);
  }
}

/* What a row of dy gives to the pairs it reaches, the first of them left out. */
INLINE void depthwise_give(int taps, int whole, int out, const depthwise_columns *c, const T *dy,
                           const vec *weight, depthwise_pair *sum) {
  int reach = (taps + 1) / 2;
  vec y[DEPTHWISE_REACH];
#pragma GCC unroll 3
  for (int m = 0; m < reach; m++) {
    y[m] = depthwise_load(dy - m, whole, c->seen[m]);
  }
#pragma GCC unroll 6
  for (int i = 2 * out; i < taps; i++) {
    vec *row = sum[i / 2 - out][i % 2];
#pragma GCC unroll 5
    for (int j = 0; j < taps; j++) {
      row[j % 2] = vec_fma(weight[i * taps + j], y[j / 2], row[j % 2]);
    }
  }
}

/* The first pair's sums give way to the next one's. */
INLINE void depthwise_next_pair(int reach, depthwise_pair *sum) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
#pragma GCC unroll 2
    for (int m = 0; m + 1 < reach; m++) {
      sum[m][i / 2][i % 2] = sum[m + 1][i / 2][i % 2];
    }
    sum[reach - 1][i / 2][i % 2] = vec_all(0);
  }
}

INLINE void depthwise_put_pair(int whole, const depthwise_columns *c, vec even, vec odd,
                               int accumulate, T *dx) {
  vec low = vec_zip_low(even, odd), high = vec_zip_high(even, odd);
  if (accumulate) {
    low = vec_add(vec_load_lanes(dx, c->low), low);
    high = vec_add(vec_load_lanes(dx + LANES, c->high), high);
  }
  if (whole) {
    vec_store(dx, low);
    vec_store(dx + LANES, high);
  } else {
    vec_store_lanes(dx, low, c->low);
    vec_store_lanes(dx + LANES, high, c->high);
  }
}

/* Rows row to last of dx, of two vectors of columns. Each row of dy is loaded once, for all rows it
 * reaches; a pair of these (counted with dx's padding, the first of them even) is whole with the
 * last row of dy that reaches it. What rows share is copied, so that it stays in registers. */
INLINE void depthwise_spread_strip(int taps, int whole, const convoy_conv2d_plan *p,
                                   const depthwise_columns *columns, const T *dy, const T *w,
                                   int64_t row, int64_t last, int accumulate, T *dx) {
  const depthwise_columns c = *columns;
  int64_t oh = p->oh, ow = p->ow, width = p->w, plane = p->h * width;
  int reach = (taps + 1) / 2;
  vec weight[DEPTHWISE_MOST * DEPTHWISE_MOST];
#pragma GCC unroll 25
  for (int t = 0; t < taps * taps; t++) {
    weight[t] = vec_all(w[t]);
  }
  depthwise_pair sum[DEPTHWISE_REACH];
#pragma GCC unroll 12
  for (int s = 0; s < 4 * reach; s++) {
    sum[s / 4][s / 2 % 2][s % 2] = vec_all(0);
  }
  int64_t pair = (row + p->pad_top) / 2, at = 2 * pair - p->pad_top;
  dy += pair * ow + c.col;
#pragma GCC unroll 2
  for (int out = reach - 1; out > 0; out--) {
    if (pair - out >= 0 && pair - out < oh) {
      depthwise_give(taps, whole, out, &c, dy - out * ow, weight, sum);
    }
  }
  for (dx += at * width + c.start; at < last; at += 2, pair++, dx += 2 * width, dy += ow) {
    if (pair < oh) {
      __builtin_prefetch(dy + oh * ow, 0, 2);
      depthwise_give(taps, whole, 0, &c, dy, weight, sum);
    }
#pragma GCC unroll 2
    for (int a = 0; a < 2; a++) {
      if (at + a >= row && at + a < last) {
        __builtin_prefetch(dx + a * width + plane, 1, 2);
        __builtin_prefetch(dx + a * width + plane + LANES, 1, 2);
        depthwise_put_pair(whole, &c, sum[0][a][0], sum[0][a][1], accumulate, dx + a * width);
      }
    }
    depthwise_next_pair(reach, sum);
  }
}

/* Rows row to last of a plane of dx. */
INLINE void depthwise_spread(int taps, const convoy_conv2d_plan *p,
                             const depthwise_columns *columns, const T *dy, const T *w, int64_t row,
                             int64_t last, int accumulate, T *dx) {
  for (int64_t col = p->pad_left / 2, i = 0; 2 * col < p->w + p->pad_left; col += LANES, i++) {
    depthwise_columns other;
    const depthwise_columns *c = columns + i;
    if (i >= DEPTHWISE_VIEWS) {
      other = depthwise_columns_at(p, col);
      c = &other;
    }
    if (c->whole) {
      depthwise_spread_strip(taps, 1, p, c, dy, w, row, last, accumulate, dx);
    } else {
      depthwise_spread_strip(taps, 0, p, c, dy, w, row, last, accumulate, dx);
    }
  }
}

/* Rows first to last of a plane of dx, by bands of whole pairs of rows. */
static void depthwise_spread_plane(const convoy_conv2d_plan *p, const depthwise_columns *columns,
                                   const T *dy, const T *w, int64_t first, int64_t last,
                                   int accumulate, T *dx) {
  int64_t pairs = DEPTHWISE_BAND_BYTES / (p->w * (int64_t)sizeof(T)) / 2;
  int64_t band = 2 * max_i64(pairs, DEPTHWISE_BAND_ROWS / 2);
  for (int64_t row = first, stop; row < last; row = stop) {
    stop = min_i64(last, row + band - (row + p->pad_top) % 2);
    if (p->kh == 3) {
      depthwise_spread(3, p, columns, dy, w, row, stop, accumulate, dx);
    } else {
      depthwise_spread(5, p, columns, dy, w, row, stop, accumulate, dx);
    }
  }
}

static void depthwise_backward_input(const convoy_conv2d_plan *p, int64_t piece,
                                     const conv_call *call) {
  depthwise_part part = depthwise_part_at(p, piece, p->h);
  int64_t filters = conv_group_filters(p), plane = (int64_t)p->h * p->w, taps = conv_taps(p);
  int64_t out_plane = (int64_t)p->oh * p->ow, last = part.row + part.rows;
  depthwise_window q = {.h = p->oh,
                        .w = p->ow,
                        .top = conv_extent(p->kh, p->dilation_h) - 1 - p->pad_top,
                        .left = conv_extent(p->kw, p->dilation_w) - 1 - p->pad_left,
                        .dilation_h = p->dilation_h,
                        .dilation_w = p->dilation_w,
                        .rows = p->h,
                        .cols = p->w,
                        .taps = p->kh,
                        .stride = 1};
  depthwise_view views[DEPTHWISE_VIEWS];
  depthwise_columns columns[DEPTHWISE_VIEWS];
  if (p->stride_h == 1) {
    depthwise_views(&q, views);
  } else {
    depthwise_first_columns(p, columns);
  }
  int64_t k = part.channel * filters;
  const T *dy = (const T *)call->y + (part.image * p->k + k) * out_plane;
  T *dx = (T *)call->x + (part.image * p->c + part.channel) * plane;
  for (int64_t c = 0; c < part.channels; c++, dx += plane) {
    for (int64_t f = 0; f < filters; f++, k++, dy += out_plane) {
      const T *w = (const T *)call->w + k * taps;
      depthwise_end end = {.accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0 || f > 0};
      if (p->stride_h == 1) {
        T turned[DEPTHWISE_MOST * DEPTHWISE_MOST];
        for (int64_t t = 0; t < taps; t++) {
          turned[t] = w[taps - 1 - t];
        }
        depthwise_plane(&q, views, dy, turned, part.row, last, &end, dx);
      } else {
        depthwise_spread_plane(p, columns, dy, w, part.row, last, end.accumulate, dx);
      }
    }
  }
}
