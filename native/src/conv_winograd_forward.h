/*
 * y, or dx as the convolution of dy with the weights turned round: block by block of tiles, their
 * inputs are transformed, multiplied by the transformed weights, each square a matrix product over
 * channels, and transformed back. Included once per element type T and instruction set.
 */

/* What a piece works with. */
typedef struct {
  const convoy_conv2d_plan *p;
  const wino_sizes *s;
  int64_t tiles; /* of the block */
  wino_run *run;
  int64_t runs;
  wino_group *group;
  int64_t groups;
  lane_number *numbers;
  T *zeros, *rows, *columns, *pixels, *outputs, *input, *gradient, *product;
  int64_t row; /* of columns, and of rows */
} wino_block;

/* The transform along the columns of one channel's slots, into [squares][tiles]. */
WINO_INLINE void wino_input_channel(const wino_block *b, wino_kind kind, T *to, int64_t matrix) {
  const lane_number *numbers = b->numbers;
  int stride = wino_stride(kind), window = wino_window(kind), points = wino_points(kind);
  for (int64_t g = 0; g < b->groups; g++, numbers += LANES) {
    const T *from = b->columns + b->group[g].slot * stride;
    T *tile = to + b->group[g].tile;
    int64_t whole = b->group[g].whole;
#pragma GCC unroll 1
    for (int i = 0; i < points; i++, from += b->row, tile += points * matrix) {
      vec d[WINO_POINTS], t[WINO_POINTS];
      wino_slot_columns(from, stride, d);
      if (!whole) {
#pragma GCC unroll 6
        for (int j = 0; j < window; j++) {
          d[j] = vec_select(d[j], numbers);
        }
      }
      wino_inputs(kind, d, t);
#pragma GCC unroll 6
      for (int j = 0; j < points; j++) {
        vec_store(tile + j * matrix, t[j]);
      }
    }
  }
}

/* The transformed inputs of some channels, [squares][channels][block_tiles]. */
static void wino_input(const wino_block *b, const T *x, int64_t image, int64_t first,
                       int64_t channels) {
  const wino_sizes *s = b->s;
  int64_t matrix = wino_matrix(b->p->block_channels, b->p->block_tiles);
  T *to = b->input;
  for (int64_t c = first; c < first + channels; c++, to += b->p->block_tiles) {
    wino_input_columns(s, b->run, b->runs, x, image, c, b->zeros, b->rows, b->columns, b->row);
    switch (s->kind) {
      case WINO_2:
        wino_input_channel(b, WINO_2, to, matrix);
        break;
      case WINO_3:
        wino_input_channel(b, WINO_3, to, matrix);
        break;
      case WINO_5:
        wino_input_channel(b, WINO_5, to, matrix);
        break;
      case WINO_STRIDED:
        wino_input_channel(b, WINO_STRIDED, to, matrix);
        break;
      case WINO_SPREAD:
        wino_input_channel(b, WINO_SPREAD, to, matrix);
    }
  }
}

/* The products of a panel of filters, [squares][WINO_PANEL][block_tiles] = or += weights * input.
 */
static void wino_multiply(const wino_block *b, const T *weights, int64_t filters, int64_t channels,
                          T *product, int accumulate) {
  const convoy_conv2d_plan *p = b->p;
  const T *input = b->input;
  int64_t most = micro_even_width(b->tiles);
  int points = wino_points(b->s->kind), distinct = wino_weights(b->s->kind);
  for (int square = 0; square < points * points; square++) {
    int i = square / points, j = square % points;
    i = i < distinct ? i : distinct - 1;
    j = j < distinct ? j : distinct - 1;
    const T *matrix = weights + (i * distinct + j) * wino_weights_matrix(p);
    for (int64_t tile = 0; tile < b->tiles; tile += most) {
      int64_t width = micro_width(min_i64(most, b->tiles - tile));
      for (int64_t f = 0; f < filters; f += MICRO_ROWS) {
        micro_tile(width, channels, matrix + f * channels, input + tile, p->block_tiles,
                   product + f * p->block_tiles + tile, p->block_tiles, accumulate);
      }
    }
    input += wino_matrix(p->block_channels, p->block_tiles);
    product += wino_matrix(WINO_PANEL, p->block_tiles);
  }
}

/* The inverse transform of LANES tiles, whose rows of step * LANES outputs lie pitch apart. */
WINO_INLINE void wino_output_tiles(wino_kind kind, const T *from, int64_t matrix, T *to,
                                   int64_t pitch) {
  int points = wino_points(kind), step = wino_step(kind);
  vec down[4][WINO_POINTS];
#pragma GCC unroll 6
  for (int j = 0; j < points; j++) {
    vec m[WINO_POINTS], y[5];
#pragma GCC unroll 6
    for (int i = 0; i < points; i++) {
      m[i] = vec_load(from + (i * points + j) * matrix);
    }
    wino_outputs(kind, m, y);
#pragma GCC unroll 4
    for (int i = 0; i < step; i++) {
      down[i][j] = y[i];
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < step; i++, to += pitch) {
    vec y[5];
    wino_outputs(kind, down[i], y);
    if (step == 2) {
      vec_store(to, vec_zip_low(y[0], y[1]));
      vec_store(to + LANES, vec_zip_high(y[0], y[1]));
    } else {
      vec even0 = vec_zip_low(y[0], y[2]), even1 = vec_zip_high(y[0], y[2]);
      vec odd0 = vec_zip_low(y[1], y[3]), odd1 = vec_zip_high(y[1], y[3]);
      vec_store(to, vec_zip_low(even0, odd0));
      vec_store(to + LANES, vec_zip_high(even0, odd0));
      vec_store(to + 2 * LANES, vec_zip_low(even1, odd1));
      vec_store(to + 3 * LANES, vec_zip_high(even1, odd1));
    }
  }
}

/* What becomes of outputs. */
typedef struct {
  T bias;
  int relu, accumulate;
  int64_t ahead; /* from what is written now to what will be soon */
} wino_finish;

WINO_INLINE void wino_finish_row(const wino_finish *f, const T *from, int64_t n, T *y,
                                 int64_t stride) {
  if (stride == 1) {
    vec bias = vec_all(f->bias);
    for (int64_t i = 0; i < n; i += LANES) {
      int64_t left = vec_left(n, i);
      vec v = vec_add(vec_load(from + i), bias);
      v = f->relu ? vec_relu(v) : v;
      if (left == LANES) {
        __builtin_prefetch(y + i + f->ahead, 1);
        vec_store(y + i, f->accumulate ? vec_add(vec_load(y + i), v) : v);
      } else {
        vec_store_some(y + i, f->accumulate ? vec_add(vec_load_some(y + i, left), v) : v, left);
      }
    }
    return;
  }
  for (int64_t i = 0; i < n; i++, y += stride) {
    T v = from[i] + f->bias;
    v = f->relu && v < 0 ? 0 : v;
    *y = f->accumulate ? *y + v : v;
  }
}

/* Gives y, a channel of the first image, the outputs of a filter, below rows under the first of
 * each tile. */
static void wino_output_filter(const wino_block *b, const wino_finish *f, const T *outputs,
                               int64_t pitch, T *y, int64_t image, int64_t below) {
  const wino_sizes *s = b->s;
  int64_t step_w = s->out_step_w / s->beside, across = s->step * s->beside;
  for (int64_t r = 0; r < b->runs; r++) {
    const wino_run *run = &b->run[r];
    int64_t top = run->row + below, left = run->col;
    int64_t cols = min_i64(run->count * across, ceil_div(s->ow - left, step_w));
    int64_t rows = min_i64(s->step, ceil_div(s->oh - top, s->out_step_h));
    int64_t col = left < 0, row = top < 0; /* the first real ones */
    T *to = y + run->image * image + (top + row * s->out_step_h) * s->ow + left + col * step_w;
    const T *from = outputs + row * pitch + run->tile * across + col;
    for (int64_t i = row; i < rows; i++, from += pitch, to += s->out_step_h * s->ow) {
      wino_finish_row(f, from, cols - col, to, step_w);
    }
  }
}

/* The outputs of one filter, [step][pitch]. */
static void wino_output_rows(const wino_block *b, const T *product, T *outputs, int64_t pitch) {
  int64_t matrix = wino_matrix(WINO_PANEL, b->p->block_tiles), step = b->s->step;
  for (int64_t tile = 0; tile < b->tiles; tile += LANES) {
    const T *from = product + tile;
    T *to = outputs + tile * step;
    switch (b->s->kind) {
      case WINO_2:
        wino_output_tiles(WINO_2, from, matrix, to, pitch);
        break;
      case WINO_3:
        wino_output_tiles(WINO_3, from, matrix, to, pitch);
        break;
      case WINO_5:
        wino_output_tiles(WINO_5, from, matrix, to, pitch);
        break;
      case WINO_STRIDED:
        wino_output_tiles(WINO_STRIDED, from, matrix, to, pitch);
        break;
      case WINO_SPREAD:
        wino_output_tiles(WINO_SPREAD, from, matrix, to, pitch);
    }
  }
}

/* The outputs of two filters, columns in turn: [step][twice the pitch]. */
static void wino_output_beside(const wino_block *b, const T *product, const T *next, T *outputs,
                               int64_t pitch) {
  int64_t step = b->s->step;
  T *even = outputs + 2 * step * pitch, *odd = even + step * pitch;
  wino_output_rows(b, product, even, pitch);
  wino_output_rows(b, next, odd, pitch);
  for (int64_t i = 0; i < step; i++) {
    for (int64_t col = 0; col < b->tiles * step; col += LANES) {
      vec a = vec_load(even + i * pitch + col), c = vec_load(odd + i * pitch + col);
      T *to = outputs + 2 * (i * pitch + col);
      vec_store(to, vec_zip_low(a, c));
      vec_store(to + LANES, vec_zip_high(a, c));
    }
  }
}

/* The outputs of the filters of a panel, below rows under the first of each tile; if spread, with
 * those of the panel before it, whose columns are between. */
static void wino_output(const wino_block *b, const T *product, int64_t filters, const T *bias, T *y,
                        int64_t image, int64_t below) {
  const convoy_conv2d_plan *p = b->p;
  const wino_sizes *s = b->s;
  int64_t pitch = wino_pitch(p, s), panel = wino_points(s->kind) * wino_points(s->kind) *
                                            wino_matrix(WINO_PANEL, p->block_tiles);
  wino_finish f = {.relu = (p->flags & CONVOY_CONV_RELU) != 0,
                   .accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0,
                   .ahead = s->oh * s->ow};
  for (int64_t k = 0; k < filters; k++, product += p->block_tiles, y += s->oh * s->ow) {
    if (s->spread) {
      wino_output_beside(b, product - panel, product, b->outputs, pitch);
    } else {
      wino_output_rows(b, product, b->outputs, pitch);
    }
    f.bias = bias != NULL ? bias[k] : 0;
    wino_output_filter(b, &f, b->outputs, s->beside * pitch, y, image, below);
  }
}

/* The memory to work in. */
static wino_block wino_block_of(const convoy_conv2d_plan *p, const wino_sizes *s, char *scratch) {
  wino_scratch at = wino_scratch_of(p, s);
  wino_block b = {.p = p,
                  .s = s,
                  .run = (wino_run *)(scratch + at.runs),
                  .group = (wino_group *)(scratch + at.groups),
                  .numbers = (lane_number *)(scratch + at.numbers),
                  .zeros = (T *)(scratch + at.zeros),
                  .rows = (T *)(scratch + at.rows),
                  .columns = (T *)(scratch + at.columns),
                  .pixels = (T *)(scratch + at.pixels),
                  .outputs = (T *)(scratch + at.outputs),
                  .input = (T *)(scratch + at.input),
                  .gradient = (T *)(scratch + at.gradients),
                  .product = (T *)(scratch + at.product),
                  .row = wino_row(p, s)};
  fill_zero(b.zeros, CONV_SLACK);
  return b;
}

/* Takes up the index-th block of tiles. */
static void wino_block_take(wino_block *b, int64_t index) {
  int64_t first = index * b->p->block_tiles;
  b->tiles = min_i64(b->p->block_tiles, b->s->tiles - first);
  b->runs = wino_runs(b->s, first, first + b->tiles, b->run);
  b->groups = wino_groups(b->run, b->runs, b->group, b->numbers);
}

/* The second phase: a piece is some filters' outputs of a block of tiles. */
static void winograd_outputs(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  wino_sizes s = wino_sizes_of(p);
  int64_t parts = ceil_div(s.filters, p->piece_filters);
  int64_t blocks = ceil_div(s.tiles, p->block_tiles);
  int64_t first = piece % parts * p->piece_filters;
  int64_t end = min_i64(s.filters, first + p->piece_filters);
  int64_t group = piece / parts / blocks;
  int input = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  int64_t squares = (int64_t)wino_points(s.kind) * wino_points(s.kind);

  const T *x = (const T *)(input ? call->y : call->x) + group * s.planes * s.h * s.w;
  T *y = (T *)(input ? call->x : call->y) + group * s.outputs * s.oh * s.ow;
  const T *bias = p->flags & CONVOY_CONV_BIAS ? (const T *)call->b + group * s.outputs : NULL;
  wino_block b = wino_block_of(p, &s, call->scratch);
  wino_block_take(&b, piece / parts % blocks);
  for (int64_t f = first; f < end; f += p->block_filters) {
    int64_t filters = min_i64(p->block_filters, end - f);
    for (int64_t c = 0; c < s.channels; c += p->block_channels) {
      int64_t channels = min_i64(p->block_channels, s.channels - c);
      if (f == first || p->block_channels < s.channels) {
        wino_input(&b, x, p->groups * s.planes * s.h * s.w, c, channels);
      }
      T *product = b.product;
      for (int64_t k = f; k < f + filters; k += WINO_PANEL) {
        int64_t count = wino_panel_filters(&s, k);
        wino_view view = wino_filter_of(&s, k);
        wino_multiply(&b, wino_weights_at(p, &s, group, k, c, call->workspace), count, channels,
                      product, c > 0);
        /* While they are in the cache. */
        if (c + channels == s.channels && view.part.col == s.beside - 1) {
          wino_output(&b, product, count, bias != NULL ? bias + view.plane : NULL,
                      y + view.plane * s.oh * s.ow, p->groups * s.outputs * s.oh * s.ow,
                      view.part.row);
        }
        product += squares * wino_matrix(WINO_PANEL, p->block_tiles);
      }
    }
  }
}
