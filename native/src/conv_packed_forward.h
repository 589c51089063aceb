/*
 * y = w * columns(x) by the micro-kernel: the weights serve as they lie, and of the columns there
 * is only a panel of some pixels and channels at a time, packed straight from the halo. Included
 * once per element type T and instruction set.
 */

/* y [filters][ldy] for a block's pixels. w is the first filter's, of which each has ldw elements.
 */
static void packed_block(const convoy_conv2d_plan *p, const conv_packed_scratch *at,
                         const conv_block *b, int64_t group, int64_t filters, const T *x,
                         const T *w, T *y, int64_t ldy, const micro_end *end, T *scratch) {
  int64_t channels = conv_group_channels(p), taps = conv_taps(p), ldw = channels * taps;
  int64_t pixels = b->images * b->rows * b->cols, plane = (int64_t)p->h * p->w;
  const T *image = x + (b->image * p->c + group * channels) * plane;
  conv_halo h = conv_halo_of(p, b->rows, b->cols);
  int64_t *tap = (int64_t *)scratch;
  T *panel = scratch + at->panel, *halo = scratch + at->halo;
  for (int64_t t = 0; t < taps; t++) {
    tap[t] = at->direct ? conv_packed_first(p, b) : conv_halo_tap(p, &h, t / p->kw, t % p->kw);
  }
  for (int64_t c = 0; c < channels; c += p->block_channels) {
    int64_t count = min_i64(p->block_channels, channels - c);
    int last = c + count == channels, accumulate = end->accumulate || c > 0;
    const T *src = image + c * plane;
    panel_steps step = {p->c * plane, (int64_t)p->stride_h * p->w, p->stride_w};
    if (!at->direct) {
      for (int64_t n = 0; n < b->images; n++) {
        halo_load(p, &h, b, src + n * p->c * plane, count, halo + n * count * h.plane);
      }
      src = halo;
      step = (panel_steps){count * h.plane, h.row_step * h.line, 1};
    }
    micro_depth depth = {1, 1, count * taps, 0, 0, 1};
    panel_copies copies;
    panel_gather(b, step, 0, min_i64(MICRO_COLS, pixels), &copies);
    for (int64_t px = 0; px < pixels; px += MICRO_COLS) {
      int64_t cols = min_i64(MICRO_COLS, pixels - px), next = px + MICRO_COLS;
      panel_pack(&copies, (int)step.col, src, count, at->direct ? plane : h.plane, taps, tap,
                 micro_width(cols), panel);
      const T *then = next < pixels ? src : src + count * plane; /* what the next panel is of */
      next = next < pixels ? next : 0;
      panel_gather(b, step, next, min_i64(MICRO_COLS, pixels - next), &copies);
      for (int64_t f = 0; f < filters; f += MICRO_ROWS) {
        int64_t rows = min_i64(MICRO_ROWS, filters - f), line = f / MICRO_ROWS;
        micro_ahead ahead = {panel, 0, MICRO_ROWS * ldw};
        if (at->direct && line < copies.lines) {
          ahead.first = then + tap[0] + copies.line[line];
          ahead.step = plane;
        }
        const T *a[MICRO_ROWS];
        for (int64_t i = 0; i < MICRO_ROWS; i++) {
          a[i] = w + min_i64(f + i, filters - 1) * ldw + c * taps;
        }
        micro_end finish = {accumulate, last && end->relu,
                            last && end->bias ? end->bias + f : NULL};
        T *to = y + f * ldy + px;
        micro_rows(rows, cols, &depth, a, panel, to, ldy, &finish, ahead);
      }
    }
  }
}

/* A piece of what p convolves. */
static void packed_piece(const convoy_conv2d_plan *plan, int64_t piece, const T *x, const T *w,
                         T *y, micro_end end, T *scratch) {
  convoy_conv2d_plan flat = conv_flattened(plan);
  const convoy_conv2d_plan *p = &flat;
  conv_packed_scratch at = conv_packed_scratch_of(p, 0);
  int64_t filters = conv_group_filters(p), blocks = conv_blocks(p);
  int64_t parts = ceil_div(filters, p->piece_filters);
  conv_block b = conv_block_at(p, piece / parts % blocks);
  int64_t group = piece / parts / blocks, first = piece % parts * p->piece_filters;
  int64_t count = min_i64(p->piece_filters, filters - first), k = group * filters + first;
  int64_t plane = (int64_t)p->oh * p->ow, pixels = b.rows * b.cols;
  w += k * conv_group_channels(p) * conv_taps(p);
  y += (b.image * p->k + k) * plane + b.row * p->ow + b.col;
  end.bias = end.bias != NULL ? end.bias + k : NULL;
  if (b.images == 1) {
    packed_block(p, &at, &b, group, count, x, w, y, plane, &end, scratch);
    return;
  }
  T *tile = scratch + at.tile;
  micro_end none = {0};
  packed_block(p, &at, &b, group, count, x, w, tile, b.images * pixels, &none, scratch);
  for (int64_t n = 0; n < b.images; n++) {
    for (int64_t f = 0; f < count; f++) {
      T *to = y + (n * p->k + f) * plane, *from = tile + (f * b.images + n) * pixels;
      if (end.accumulate) {
        add_outputs(from, to, pixels);
      } else {
        finish_outputs(from, to, pixels, end.bias != NULL ? end.bias[f] : 0, end.relu);
      }
    }
  }
}

static void packed_forward(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  micro_end end = {.bias = p->flags & CONVOY_CONV_BIAS ? call->b : NULL,
                   .relu = (p->flags & CONVOY_CONV_RELU) != 0};
  packed_piece(p, piece, call->x, call->w, call->y, end, call->scratch);
}
