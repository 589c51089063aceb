/*
 * transpose(dw) = columns(x) * transpose(dy) by the micro-kernel: columns are read where they lie
 * in the halo, a row of them for each tap of each channel, and panels of dy are transposed. Split
 * and added up as in conv_gemm_backward_weights.h. Included once per element type T and instruction
 * set.
 */

/* The panel [pixels][micro_width(filters)] of some filters' dy over a block. */
static void transposed_gradients(const convoy_conv2d_plan *p, const conv_block *b, int64_t filters,
                                 const T *dy, T *panel) {
  int64_t plane = (int64_t)p->oh * p->ow, pixels = b->rows * b->cols;
  int64_t width = micro_width(filters);
  for (int64_t n = 0; n < b->images; n++, dy += p->k * plane, panel += pixels * width) {
    for (int64_t px = 0; px < pixels; px += LANES) {
      int64_t left = vec_left(pixels, px);
      for (int64_t f = 0; f < filters; f += LANES) {
        vec v[LANES];
#pragma GCC unroll 16
        for (int64_t i = 0; i < LANES; i++) {
          v[i] = f + i < filters ? vec_load_some(dy + (f + i) * plane + px, left) : vec_all(0);
        }
        vec_transpose(v);
#pragma GCC unroll 16
        for (int64_t i = 0; i < LANES; i++) {
          if (i < left) {
            vec_store(panel + (px + i) * width + f, v[i]);
          }
        }
      }
    }
  }
}

/* Adds up one partial over the blocks first to last. */
static void packed_partial(const convoy_conv2d_plan *p, const weights_part *part, int64_t first,
                           int64_t last, T *partial, const conv_call *call) {
  int64_t taps = conv_taps(p), plane = (int64_t)p->h * p->w, out_plane = (int64_t)p->oh * p->ow;
  int64_t k = part->group * conv_group_filters(p) + part->filter;
  int64_t c = part->group * conv_group_channels(p) + part->channel;
  conv_packed_scratch at = conv_packed_scratch_of(p, 0);
  T *scratch = call->scratch, *halo = scratch + at.halo, *panel = scratch + at.panel;
  T *bias = partial + conv_gemm_partial_bias(p);
  int64_t *tap = (int64_t *)scratch;
  fill_zero(bias, part->filters);
  for (int64_t block = first; block < last; block++) {
    conv_block b = conv_block_at(p, block);
    conv_halo h = conv_halo_of(p, b.rows, b.cols);
    const T *src = (const T *)call->x + (b.image * p->c + c) * plane;
    const T *dy = (const T *)call->y + (b.image * p->k + k) * out_plane + b.row * p->ow + b.col;
    int64_t src_plane = at.direct ? plane : h.plane;
    for (int64_t t = 0; t < taps; t++) {
      tap[t] = at.direct ? conv_packed_first(p, &b) : conv_halo_tap(p, &h, t / p->kw, t % p->kw);
    }
    int64_t row_step = (int64_t)p->stride_h * p->w;
    micro_depth depth = {b.images, b.rows, b.cols, p->c * plane, row_step, p->stride_w};
    if (!at.direct) {
      for (int64_t n = 0; n < b.images; n++) {
        halo_load(p, &h, &b, src + n * p->c * plane, part->channels,
                  halo + n * part->channels * h.plane);
      }
      src = halo;
      depth =
          (micro_depth){b.images, b.rows, b.cols, part->channels * h.plane, h.row_step * h.line, 1};
    }
    int64_t rows = part->channels * taps;
    for (int64_t f = 0; f < part->filters; f += MICRO_COLS) {
      int64_t filters = min_i64(MICRO_COLS, part->filters - f);
      transposed_gradients(p, &b, filters, dy + f * out_plane, panel);
      micro_end end = {.accumulate = block > first};
      micro_ahead ahead = {panel, 0, taps == 1 ? MICRO_ROWS * src_plane : 0};
      for (int64_t row = 0; row < rows; row += MICRO_ROWS) {
        const T *a[MICRO_ROWS];
        for (int64_t i = 0; i < MICRO_ROWS; i++) {
          int64_t r = min_i64(row + i, rows - 1);
          a[i] = src + r / taps * src_plane + tap[r % taps];
        }
        micro_rows(min_i64(MICRO_ROWS, rows - row), filters, &depth, a, panel,
                   partial + row * part->filters + f, part->filters, &end, ahead);
      }
    }
    if (p->flags & CONVOY_CONV_BIAS && part->channel == 0) {
      add_bias_gradients(p, &b, dy, part->filters, bias);
    }
  }
}

static void packed_backward_weights(const convoy_conv2d_plan *plan, int64_t piece,
                                    const conv_call *call) {
  convoy_conv2d_plan flat = conv_flattened(plan);
  const convoy_conv2d_plan *p = &flat;
  weights_part part = weights_part_at(p, piece / p->partials);
  int64_t number = piece % p->partials, blocks = conv_blocks(p);
  T *partial = p->partials == 1 ? (T *)call->scratch + conv_packed_scratch_of(p, 0).partial
                                : (T *)call->workspace + piece * conv_gemm_partial(p);
  packed_partial(p, &part, blocks * number / p->partials, blocks * (number + 1) / p->partials,
                 partial, call);
  if (p->partials == 1) {
    store_weights(p, &part, partial, 0, part.filters, call);
  }
}
