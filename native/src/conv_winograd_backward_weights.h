/*
 * dw: the correlation of x with the tiles of dy, whose step * step elements are the taps, so that
 * taps * taps outputs come of a tile. They are added up over all tiles before the inverse
 * transform: each square is a matrix product over tiles. The sums of several parts of the
 * tiles are added, in order, by the pieces of a second phase. Included once per element type T and
 * instruction set.
 */

/* The part of dw that a piece works on. */
typedef struct {
  int64_t group, channel, channels, filter, filters;
  int64_t index; /* among all of them */
} wino_part;

static wino_part wino_part_at(const convoy_conv2d_plan *p, const wino_sizes *s, int64_t index) {
  int64_t across = ceil_div(s->channels, p->block_channels);
  int64_t down = ceil_div(s->filters, p->block_filters);
  wino_part part = {.index = index};
  part.channel = index % across * p->block_channels;
  part.filter = index / across % down * p->block_filters;
  part.group = index / across / down;
  part.channels = min_i64(p->block_channels, s->channels - part.channel);
  part.filters = min_i64(p->block_filters, s->filters - part.filter);
  return part;
}

/* The transform of one channel of dy: [squares] rows of tiles, matrix apart. */
WINO_INLINE void wino_gradient_channel(wino_kind kind, const wino_block *b, const T *dy, T *to,
                                       int64_t matrix) {
  int step = wino_step(kind), points = wino_points(kind);
  const convoy_conv2d_plan *p = b->p;
  const wino_sizes *s = b->s;
  int64_t image = (int64_t)p->k * s->oh * s->ow;
  for (int64_t r = 0; r < b->runs; r++) {
    int64_t cols = b->run[r].count * step;
    wino_rows rows = {.col = b->run[r].col, .width = s->ow};
    wino_rows_of(dy + b->run[r].image * image, s->oh, s->ow, b->run[r].row, s->out_step_h, step,
                 b->zeros, &rows);
    if (s->out_step_w > 1) {
      wino_gather(&rows, step, s->out_step_w, cols, b->rows, b->row);
    }
    wino_down(kind, 1, &rows, cols, b->columns + b->run[r].tile * step, b->row);
  }
  for (int64_t tile = 0; tile < b->tiles; tile += LANES) {
    const T *from = b->columns + tile * step;
#pragma GCC unroll 1
    for (int i = 0; i < points; i++, from += b->row) {
      vec d[WINO_POINTS], t[WINO_POINTS];
      wino_slot_columns(from, step, d);
      wino_gradients(kind, d, t);
#pragma GCC unroll 6
      for (int j = 0; j < points; j++) {
        vec_store(to + (i * points + j) * matrix + tile, t[j]);
      }
    }
  }
}

/* The transforms of LANES channels of x, of which some are real: [squares] matrices [tiles][pitch].
 */
WINO_INLINE void wino_input_lanes(wino_kind kind, const wino_block *b, const T *x, int64_t first,
                                  int64_t channels, T *to, int64_t pitch, int64_t matrix) {
  int window = wino_window(kind), points = wino_points(kind);
  const convoy_conv2d_plan *p = b->p;
  const wino_sizes *s = b->s;
  int64_t plane = s->h * s->w, channel = points * b->row;
  int64_t last = b->run[b->runs - 1].slot + b->run[b->runs - 1].count + s->slots;
  for (int64_t c = 0; c < LANES; c++) {
    if (c < channels) {
      wino_input_columns(s, b->run, b->runs, x, p->c * plane, first + c, b->zeros, b->rows,
                         b->columns + c * channel, b->row);
    } else {
      fill_zero(b->columns + c * channel, channel);
    }
  }
  for (int i = 0; i < points; i++, to += points * matrix) {
    for (int64_t col = 0; col < last * s->stride; col += LANES) {
      vec v[LANES];
#pragma GCC unroll 16
      for (int c = 0; c < LANES; c++) {
        v[c] = vec_load(b->columns + c * channel + i * b->row + col);
      }
      vec_transpose(v);
#pragma GCC unroll 16
      for (int c = 0; c < LANES; c++) {
        vec_store(b->pixels + (col + c) * LANES, v[c]);
      }
    }
    for (int64_t r = 0; r < b->runs; r++) {
      for (int64_t tile = 0; tile < b->run[r].count; tile++) {
        const T *from = b->pixels + (b->run[r].slot + tile) * s->stride * LANES;
        T *dst = to + (b->run[r].tile + tile) * pitch;
        vec d[WINO_POINTS], t[WINO_POINTS];
#pragma GCC unroll 6
        for (int j = 0; j < window; j++) {
          d[j] = vec_load(from + j * LANES);
        }
        wino_inputs(kind, d, t);
#pragma GCC unroll 6
        for (int j = 0; j < points; j++) {
          vec_store(dst + j * matrix, t[j]);
        }
      }
    }
  }
}

/* The inverse transform of LANES channels' sums. */
WINO_INLINE void wino_output_taps(wino_kind kind, const T *from, int64_t matrix, T *to) {
  int taps = wino_taps(kind), points = wino_points(kind);
  vec down[WINO_TAPS][WINO_POINTS];
#pragma GCC unroll 6
  for (int j = 0; j < points; j++) {
    vec m[WINO_POINTS], y[WINO_TAPS];
#pragma GCC unroll 6
    for (int i = 0; i < points; i++) {
      m[i] = vec_load(from + (i * points + j) * matrix);
    }
    wino_filter_gradients(kind, m, y);
#pragma GCC unroll 5
    for (int i = 0; i < taps; i++) {
      down[i][j] = y[i];
    }
  }
#pragma GCC unroll 5
  for (int i = 0; i < taps; i++) {
    vec y[WINO_TAPS];
    wino_filter_gradients(kind, down[i], y);
#pragma GCC unroll 5
    for (int j = 0; j < taps; j++, to += LANES) {
      vec_store(to, y[j]);
    }
  }
}

/* Gives dw, the filter's first kernel, a channel's taps, which lie step apart. */
static inline void wino_put_taps(const wino_sizes *s, int64_t channel, const T *from, int64_t step,
                                 T *dw, int accumulate) {
  wino_view view = wino_channel(s, channel);
  dw += view.plane * s->kernel * s->kernel;
  int64_t row = wino_tap(s, view.part.row, 0), col = wino_tap(s, view.part.col, 0);
  int64_t taps = s->taps, next = s->tap_step, rows = wino_taps_left(s, row);
  int64_t cols = wino_taps_left(s, col);
  for (int64_t i = 0; i < rows; i++, from += taps * step) {
    T *to = dw + (row + i * next) * s->kernel + col;
    for (int64_t j = 0; j < cols; j++, to += next) {
      *to = accumulate ? *to + from[j * step] : from[j * step];
    }
  }
}

/* The inverse transform of a part's sums: to dw, or, if there is one, to a partial
 * [filters][channels][taps * taps]. */
static void wino_output_weights(const wino_block *b, const wino_part *part, T *dw, T *partial,
                                int accumulate) {
  const wino_sizes *s = b->s;
  int64_t channels = b->p->block_channels, matrix = wino_matrix(b->p->block_filters, channels);
  int64_t taps = s->taps * s->taps;
  for (int64_t k = 0; k < part->filters; k++, dw += s->planes * s->kernel * s->kernel) {
    for (int64_t c = 0; c < part->channels; c += LANES) {
      const T *from = b->product + k * channels + c;
      switch (s->kind) {
        case WINO_2:
          wino_output_taps(WINO_2, from, matrix, b->outputs);
          break;
        case WINO_3:
          wino_output_taps(WINO_3, from, matrix, b->outputs);
          break;
        case WINO_5:
          wino_output_taps(WINO_5, from, matrix, b->outputs);
          break;
        default:
          wino_output_taps(WINO_STRIDED, from, matrix, b->outputs);
      }
      int64_t lanes = vec_left(part->channels, c);
      for (int64_t lane = 0; lane < lanes; lane++) {
        if (partial == NULL) {
          wino_put_taps(s, part->channel + c + lane, b->outputs + lane, LANES, dw, accumulate);
          continue;
        }
        T *to = partial + (k * channels + c + lane) * taps;
        for (int64_t t = 0; t < taps; t++) {
          to[t] = b->outputs[t * LANES + lane];
        }
      }
    }
  }
}

/* Adds up a part's products over the block's tiles. */
WINO_INLINE void wino_add_products_of(wino_kind kind, const wino_block *b, const wino_part *part,
                                      const conv_call *call, int accumulate) {
  const convoy_conv2d_plan *p = b->p;
  const wino_sizes *s = b->s;
  int64_t inputs = wino_matrix(p->block_channels, p->block_tiles);
  int64_t gradients = wino_matrix(p->block_filters, p->block_tiles);
  int64_t products = wino_matrix(p->block_filters, p->block_channels);
  const T *dy = (const T *)call->y + (part->group * s->outputs + part->filter) * s->oh * s->ow;
  for (int64_t k = 0; k < part->filters; k++, dy += s->oh * s->ow) {
    wino_gradient_channel(kind, b, dy, b->gradient + k * p->block_tiles, gradients);
  }
  const T *x = (const T *)call->x + part->group * s->planes * s->h * s->w;
  for (int64_t c = 0; c < part->channels; c += LANES) {
    wino_input_lanes(kind, b, x, part->channel + c, vec_left(part->channels, c), b->input + c,
                     p->block_channels, inputs);
  }
  for (int i = 0; i < wino_points(kind) * wino_points(kind); i++) {
    for (int64_t c = 0; c < part->channels; c += MICRO_COLS) {
      int64_t width = micro_width(min_i64(MICRO_COLS, part->channels - c));
      for (int64_t k = 0; k < part->filters; k += MICRO_ROWS) {
        micro_tile_rows(width, b->tiles, b->gradient + i * gradients + k * p->block_tiles,
                        p->block_tiles, b->input + i * inputs + c, p->block_channels,
                        b->product + i * products + k * p->block_channels + c, p->block_channels,
                        accumulate);
      }
    }
  }
}

static void wino_add_products(const wino_block *b, const wino_part *part, const conv_call *call,
                              int accumulate) {
  switch (b->s->kind) {
    case WINO_2:
      wino_add_products_of(WINO_2, b, part, call, accumulate);
      break;
    case WINO_3:
      wino_add_products_of(WINO_3, b, part, call, accumulate);
      break;
    case WINO_5:
      wino_add_products_of(WINO_5, b, part, call, accumulate);
      break;
    default:
      wino_add_products_of(WINO_STRIDED, b, part, call, accumulate);
  }
}

/* sum[f] = the sum of a share of the elements of each of dy's planes, over all images. */
static void wino_bias_gradients(const convoy_conv2d_plan *p, const wino_part *part, int64_t share,
                                int64_t shares, const T *dy, T *sum) {
  int64_t plane = (int64_t)p->oh * p->ow, first = plane * share / shares;
  int64_t count = plane * (share + 1) / shares - first;
  dy += (part->group * conv_group_filters(p) + part->filter) * plane + first;
  fill_zero(sum, part->filters);
  for (int64_t n = 0; n < p->n; n++, dy += p->k * plane) {
    for (int64_t f = 0; f < part->filters; f++) {
      sum[f] += sum_of(dy + f * plane, count);
    }
  }
}

/* dw of a part's first filter. */
static T *wino_weights_gradient(const wino_sizes *s, const wino_part *part, T *dw) {
  int64_t filter = part->group * s->outputs + part->filter;
  return dw + filter * s->planes * s->kernel * s->kernel;
}

static void winograd_backward_weights(const convoy_conv2d_plan *p, int64_t piece,
                                      const conv_call *call) {
  wino_sizes s = wino_sizes_of(p);
  wino_part part = wino_part_at(p, &s, piece / p->partials);
  int64_t number = piece % p->partials, blocks = ceil_div(s.tiles, p->block_tiles);
  int64_t first = blocks * number / p->partials, last = blocks * (number + 1) / p->partials;
  wino_block b = wino_block_of(p, &s, call->scratch);
  for (int64_t i = first; i < last; i++) {
    wino_block_take(&b, i);
    wino_add_products(&b, &part, call, i > first);
  }
  int bias = p->flags & CONVOY_CONV_BIAS && part.channel == 0;
  if (p->partials > 1) {
    T *partial = (T *)call->workspace + piece * wino_partial(p);
    wino_output_weights(&b, &part, NULL, partial, 0);
    if (bias) {
      wino_bias_gradients(p, &part, number, p->partials, call->y, partial + wino_partial_bias(p));
    }
  } else {
    int accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0;
    wino_output_weights(&b, &part, wino_weights_gradient(&s, &part, call->w), NULL, accumulate);
    if (bias) {
      T *sum = b.outputs;
      wino_bias_gradients(p, &part, 0, 1, call->y, sum);
      sum_partials(sum, 1, 0, (T *)call->b + part.group * s.outputs + part.filter, part.filters,
                   accumulate);
    }
  }
}

/* The second phase: a piece is the WINO_PANEL filters of a part. */
static void winograd_sum_weights(const convoy_conv2d_plan *p, int64_t piece,
                                 const conv_call *call) {
  wino_sizes s = wino_sizes_of(p);
  int64_t ranges = ceil_div(p->block_filters, WINO_PANEL), taps = s.taps * s.taps;
  wino_part part = wino_part_at(p, &s, piece / ranges);
  int64_t first = piece % ranges * WINO_PANEL;
  int64_t last = min_i64(part.filters, first + WINO_PANEL);
  int accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0;
  const T *partial = (const T *)call->workspace + part.index * p->partials * wino_partial(p);
  T *dw = wino_weights_gradient(&s, &part, call->w);
  for (int64_t k = first; k < last; k++) {
    const T *from = partial + k * p->block_channels * taps;
    T *to = dw + k * s.planes * s.kernel * s.kernel;
    if (s.across == 1) {
      sum_partials(from, p->partials, wino_partial(p), to + part.channel * taps,
                   part.channels * taps, accumulate);
    }
    for (int64_t c = 0; s.across > 1 && c < part.channels; c += WINO_PANEL) {
      T sum[WINO_PANEL * WINO_TAPS * WINO_TAPS];
      int64_t count = min_i64(WINO_PANEL, part.channels - c);
      sum_partials(from + c * taps, p->partials, wino_partial(p), sum, count * taps, 0);
      for (int64_t i = 0; i < count; i++) {
        wino_put_taps(&s, part.channel + c + i, sum + i * taps, 1, to, accumulate);
      }
    }
  }
  if (p->flags & CONVOY_CONV_BIAS && part.channel == 0 && first < last) {
    sum_partials(partial + wino_partial_bias(p) + first, p->partials, wino_partial(p),
                 (T *)call->b + part.group * s.outputs + part.filter + first, last - first,
                 accumulate);
  }
}
