/*
 * dx of a depthwise convolution: for stride 1 a convolution of dy with the window turned round; for
 * stride 2 each dy reaches two rows and columns of dx of each kind, even and odd, which are summed
 * apart and zipped. Included once per element type T and instruction set.
 */

enum { DEPTHWISE_PAIRS = 2 /* of rows of dx in registers */ };

/* Pairs of rows of dx, the first of them (counted with its padding) even, in two vectors of columns
 * likewise paired. */
INLINE void depthwise_pairs(int taps, int whole, const convoy_conv2d_plan *p, const T *dy,
                            const T *w, int64_t pair, int64_t col, int64_t row, int64_t last,
                            int accumulate, T *dx) {
  enum { MOST = (DEPTHWISE_MOST + 1) / 2 };
  int reach = (taps + 1) / 2;
  vec sum[DEPTHWISE_PAIRS][2][2];
  vec_lanes lanes[MOST];
#pragma GCC unroll 3
  for (int m = 0; m < reach; m++) {
    lanes[m] = vec_lanes_of(m - col, p->ow - col + m);
  }
#pragma GCC unroll 2
  for (int t = 0; t < DEPTHWISE_PAIRS; t++) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      sum[t][i / 2][i % 2] = vec_all(0);
    }
  }
#pragma GCC unroll 4
  for (int q = 1 - reach; q < DEPTHWISE_PAIRS; q++) {
    if (pair + q < 0 || pair + q >= p->oh) {
      continue;
    }
    const T *src = dy + (pair + q) * p->ow + col;
    if (q >= 0) {
      __builtin_prefetch(src + (int64_t)p->oh * p->ow, 0, 2);
    }
    vec y[MOST];
#pragma GCC unroll 3
    for (int m = 0; m < reach; m++) {
      y[m] = depthwise_load(src - m, whole, lanes[m]);
    }
#pragma GCC unroll 2
    for (int t = 0; t < DEPTHWISE_PAIRS; t++) {
#pragma GCC unroll 2
      for (int a = 0; a < 2; a++) {
        int i = 2 * (t - q) + a;
#pragma GCC unroll 5
        for (int j = 0; j < taps; j++) {
          if (i >= 0 && i < taps) {
            sum[t][a][j % 2] = vec_fma(vec_all(w[i * taps + j]), y[j / 2], sum[t][a][j % 2]);
          }
        }
      }
    }
  }
  int64_t start = 2 * col - p->pad_left;
  vec_lanes first = vec_lanes_of(-start, p->w - start);
  vec_lanes second = vec_lanes_of(-start - LANES, p->w - start - LANES);
#pragma GCC unroll 4
  for (int r = 0; r < 2 * DEPTHWISE_PAIRS; r++) {
    int64_t at = 2 * pair - p->pad_top + r;
    if (at >= row && at < last) {
      T *to = dx + at * p->w + start;
      __builtin_prefetch(to + (int64_t)p->h * p->w, 1, 2);
      __builtin_prefetch(to + (int64_t)p->h * p->w + LANES, 1, 2);
      vec low = vec_zip_low(sum[r / 2][r % 2][0], sum[r / 2][r % 2][1]);
      vec high = vec_zip_high(sum[r / 2][r % 2][0], sum[r / 2][r % 2][1]);
      if (accumulate) {
        low = vec_add(vec_load_lanes(to, first), low);
        high = vec_add(vec_load_lanes(to + LANES, second), high);
      }
      if (whole) {
        vec_store(to, low);
        vec_store(to + LANES, high);
      } else {
        vec_store_lanes(to, low, first);
        vec_store_lanes(to + LANES, high, second);
      }
    }
  }
}

/* Rows row to last of a plane of dx. */
INLINE void depthwise_spread(int taps, const convoy_conv2d_plan *p, const T *dy, const T *w,
                             int64_t row, int64_t last, int accumulate, T *dx) {
  int64_t end = (last - 1 + p->pad_top) / 2 + 1;
  for (int64_t pair = (row + p->pad_top) / 2; pair < end; pair += DEPTHWISE_PAIRS) {
    for (int64_t col = p->pad_left / 2; 2 * col < p->w + p->pad_left; col += LANES) {
      int64_t start = 2 * col - p->pad_left;
      if (col >= taps / 2 && col + LANES <= p->ow && start >= 0 && start + 2 * LANES <= p->w) {
        depthwise_pairs(taps, 1, p, dy, w, pair, col, row, last, accumulate, dx);
      } else {
        depthwise_pairs(taps, 0, p, dy, w, pair, col, row, last, accumulate, dx);
      }
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
                        .cols = p->w,
                        .taps = p->kh,
                        .stride = 1};
  depthwise_view views[DEPTHWISE_VIEWS];
  depthwise_views(&q, views);
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
      } else if (p->kh == 3) {
        depthwise_spread(3, p, dy, w, part.row, last, end.accumulate, dx);
      } else {
        depthwise_spread(5, p, dy, w, part.row, last, end.accumulate, dx);
      }
    }
  }
}
