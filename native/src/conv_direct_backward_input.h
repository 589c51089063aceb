/*
 * dx by plain loops, as a gather: rows and columns of dx fall into stride_h * stride_w classes by
 * their remainder modulo the stride, and within a class the same taps of the window reach each dx,
 * from neighbouring elements of dy. Included once per element type T and instruction set.
 */

static void gradient_halo_load(const convoy_conv2d_plan *p, const conv_gradient_halo *h,
                               const T *dy, int64_t filters, T *halo) {
  span real = conv_real(h->col, 1, h->pitch, p->ow);
  for (int64_t f = 0; f < filters; f++, dy += (int64_t)p->oh * p->ow) {
    for (int64_t r = 0; r < h->rows; r++, halo += h->pitch) {
      int64_t row = h->row + r;
      if (row < 0 || row >= p->oh) {
        clear_run(halo, h->pitch);
      } else {
        copy_padded(halo, h->pitch, dy + row * p->ow, h->col, 1, real);
      }
    }
  }
}

/* The taps of some filters that reach the class (row, col) of dx, counted from the element of the
 * halo that tap (row, col) of the window reads. */
static int64_t class_taps(const convoy_conv2d_plan *p, const conv_gradient_halo *h, int64_t row,
                          int64_t col, int64_t filters, conv_tap *taps) {
  int64_t count = 0, filter = conv_group_channels(p) * conv_taps(p);
  for (int64_t f = 0; f < filters; f++) {
    for (int64_t i = 0; i < p->kh; i++) {
      int64_t up = i * p->dilation_h - row;
      for (int64_t j = 0; j < p->kw && up % p->stride_h == 0; j++) {
        int64_t left = j * p->dilation_w - col;
        if (left % p->stride_w == 0) {
          taps[count].src = f * h->plane - up / p->stride_h * h->pitch - left / p->stride_w;
          taps[count++].weight = f * filter + i * p->kw + j;
        }
      }
    }
  }
  return count;
}

/* dx = or += a phase of its columns, stride_w apart. */
static void spread_columns(const convoy_conv2d_plan *p, const correlation *q, const T *src, T *dx,
                           int64_t dx_step, int accumulate) {
  for (int64_t c = 0; c < q->filters; c++) {
    for (int64_t r = 0; r < q->rows; r++) {
      const T *from = src + c * q->dst_filter + r * q->dst_step;
      T *to = dx + c * p->h * p->w + r * dx_step;
      for (int64_t s = 0; s < q->cols; s++) {
        T *element = to + s * p->stride_w;
        *element = accumulate ? *element + from[s] : from[s];
      }
    }
  }
}

static void direct_backward_input(const convoy_conv2d_plan *p, int64_t piece,
                                  const conv_call *call) {
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int64_t taps = conv_taps(p), plane = (int64_t)p->h * p->w, out_plane = (int64_t)p->oh * p->ow;
  int64_t channel_parts = ceil_div(channels, p->piece_channels);
  int64_t group_parts = ceil_div(p->groups, p->piece_groups);
  int64_t row_blocks = ceil_div(p->h, p->block_rows);
  int64_t channel = piece % channel_parts * p->piece_channels;
  int64_t group = piece / channel_parts % group_parts * p->piece_groups;
  int64_t group_end = min_i64(p->groups, group + p->piece_groups);
  int64_t first_row = piece / channel_parts / group_parts % row_blocks * p->block_rows;
  int64_t image = piece / channel_parts / group_parts / row_blocks;
  int64_t rows = min_i64(p->block_rows, p->h - first_row);

  conv_direct_scratch at = conv_direct_scratch_of(p);
  conv_gradient_halo h = conv_gradient_halo_of(p, first_row, rows);
  char *scratch = call->scratch;
  conv_tap *tap = (conv_tap *)(scratch + at.taps);
  T *halo = (T *)(scratch + at.halo), *columns = (T *)(scratch + at.columns);
  correlation q = {.filters = min_i64(p->piece_channels, channels - channel),
                   .src_step = h.pitch,
                   .weights_filter = taps,
                   .taps = tap};
  for (; group < group_end; group++) {
    T *dx = (T *)call->x + (image * p->c + group * channels + channel) * plane;
    for (int64_t f = 0; f < filters; f += p->block_channels) {
      int64_t k = group * filters + f, count = min_i64(p->block_channels, filters - f);
      int accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0 || f > 0;
      gradient_halo_load(p, &h, (const T *)call->y + (image * p->k + k) * out_plane, count, halo);
      q.weights = (const T *)call->w + (k * channels + channel) * taps;
      for (int64_t i = 0; i < p->stride_h; i++) {
        int64_t row = first_row + first_of_class(first_row + p->pad_top, p->stride_h, i);
        q.rows = ceil_div(max_i64(0, first_row + rows - row), p->stride_h);
        for (int64_t j = 0; j < p->stride_w; j++) {
          int64_t col = first_of_class(p->pad_left, p->stride_w, j);
          q.cols = ceil_div(max_i64(0, p->w - col), p->stride_w);
          q.tap_count = class_taps(p, &h, i, j, count, tap);
          const T *src = halo + ((row + p->pad_top) / p->stride_h - h.row) * h.pitch +
                         (col + p->pad_left) / p->stride_w - h.col;
          T *dst = dx + row * p->w + col;
          if (p->stride_w == 1) {
            q.accumulate = accumulate;
            q.dst_step = (int64_t)p->stride_h * p->w;
            q.dst_filter = plane;
            correlate(&q, src, dst);
          } else {
            q.dst_step = h.pitch;
            q.dst_filter = p->block_rows * h.pitch;
            correlate(&q, src, columns);
            spread_columns(p, &q, columns, dst, (int64_t)p->stride_h * p->w, accumulate);
          }
        }
      }
    }
  }
}
