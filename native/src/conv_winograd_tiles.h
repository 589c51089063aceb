/*
 * Tiles of images: where they lie, and their columns of inputs. Included once per element type T
 * and instruction set.
 *
 * Rows of a block's runs of tiles lie one after the other as columns, stride to a slot. Winograd's
 * transform runs down the columns first, as they are, and then along them, where the columns of
 * LANES slots are sorted into vectors of first columns, of second ones and so on.
 */

/* The runs of tiles [first, last) of all; returns how many. */
static int64_t wino_runs(const wino_sizes *s, int64_t first, int64_t last, wino_run *run) {
  int64_t count = 0, slot = 0;
  for (int64_t tile = first; tile < last; tile += run[count - 1].count) {
    int64_t col = tile % s->tiles_w, rest = tile / s->tiles_w;
    int64_t row = rest % s->tiles_h;
    rest /= s->tiles_h;
    int64_t lattice_col = rest % s->lattices_w, lattice_row = rest / s->lattices_w % s->lattices_h;
    wino_run *r = &run[count++];
    r->image = rest / s->lattices_w / s->lattices_h;
    r->row = s->top + lattice_row + row * s->step * s->out_step_h;
    r->col = s->left + lattice_col + col * s->step * s->out_step_w;
    r->in_row = lattice_row + row * s->stride * s->in_step_h - s->pad_top;
    r->in_col = lattice_col + col * s->stride * s->in_step_w - s->pad_left;
    r->tile = tile - first;
    r->count = min_i64(s->tiles_w - col, last - tile);
    r->slot = slot;
    slot += r->count + s->slots;
  }
  return count;
}

/* Where the block's tiles are among its slots, LANES of them at a time; returns how many such. */
static int64_t wino_groups(const wino_run *run, int64_t runs, wino_group *group,
                           lane_number *numbers) {
  int64_t count = 0, r = 0, within = 0;
  while (r < runs) {
    wino_group *g = &group[count++];
    g->slot = run[r].slot + within;
    g->tile = run[r].tile + within;
    g->whole = run[r].count - within >= LANES;
    int64_t lanes = 0;
    while (r < runs && run[r].slot + within < g->slot + LANES) {
      numbers[lanes++] = (lane_number)(run[r].slot + within - g->slot);
      if (++within == run[r].count) {
        within = 0;
        r++;
      }
    }
    for (; lanes < LANES; lanes++) {
      numbers[lanes] = numbers[0];
    }
    numbers += LANES;
  }
  return count;
}

/* Rows of an image that a run's tiles are made from. */
typedef struct {
  const T *row[WINO_POINTS]; /* zeros, where there is none */
  int64_t mask[WINO_POINTS]; /* of the column; all bits, or none where there is no row */
  int64_t ahead;             /* from what is read now to what will be soon */
  int64_t col, width;        /* the column wanted first, which may lie outside; columns there are */
} wino_rows;

/* Rows start, start + step, ... of an image of h * w. */
WINO_INLINE void wino_rows_of(const T *x, int64_t h, int64_t w, int64_t start, int64_t step,
                              int count, const T *zeros, wino_rows *rows) {
#pragma GCC unroll 6
  for (int i = 0; i < count; i++) {
    int64_t row = start + i * step;
    int real = row >= 0 && row < h;
    rows->row[i] = real ? x + row * w : zeros;
    rows->mask[i] = -(int64_t)real;
  }
}

/* Gathers columns that lie stride apart, so that they are neighbours. Runs are short: what all rows
 * have in common is found once. */
static void wino_gather(wino_rows *rows, int count, int64_t stride, int64_t cols, T *to,
                        int64_t pitch) {
  if (stride == 2) {
    for (int64_t i = 0; i < cols; i += LANES) {
      int64_t col = rows->col + 2 * i, next = col + LANES;
      vec_lanes low = vec_lanes_of(-col, rows->width - col);
      vec_lanes high = vec_lanes_of(-next, rows->width - next);
      for (int r = 0; r < count; r++) {
        if (rows->mask[r] != 0) {
          const T *from = rows->row[r] + col;
          vec_store(to + r * pitch + i,
                    vec_even(vec_load_lanes(from, low), vec_load_lanes(from + LANES, high)));
        }
      }
    }
  } else {
    span real = conv_real(rows->col, stride, cols, rows->width);
    for (int r = 0; r < count; r++) {
      if (rows->mask[r] != 0) {
        copy_padded(to + r * pitch, cols, rows->row[r], rows->col, stride, real);
      }
    }
  }
  for (int r = 0; r < count; r++, to += pitch) {
    if (rows->mask[r] != 0) {
      rows->row[r] = to;
    }
  }
  rows->col = 0;
  rows->width = cols;
}

/* The transform down a vector of columns, the first of them being col; those outside are zero. */
WINO_INLINE void wino_down_vector(wino_kind kind, int gradients, const wino_rows *rows, int64_t col,
                                  T *to, int64_t pitch) {
  int count = gradients ? wino_step(kind) : wino_window(kind);
  vec d[WINO_POINTS], t[WINO_POINTS];
  if (col >= 0 && col + LANES <= rows->width) {
#pragma GCC unroll 6
    for (int i = 0; i < count; i++) {
      const T *from = rows->row[i] + (col & rows->mask[i]);
      d[i] = vec_load(from);
      __builtin_prefetch(from + rows->ahead);
    }
  } else {
    vec_lanes real = vec_lanes_of(-col, rows->width - col);
#pragma GCC unroll 6
    for (int i = 0; i < count; i++) {
      const T *from = rows->row[i] + (col & rows->mask[i]);
      d[i] = vec_load_lanes(from, real);
      __builtin_prefetch(from + rows->ahead);
    }
  }
  if (gradients) {
    wino_gradients(kind, d, t);
  } else {
    wino_inputs(kind, d, t);
  }
#pragma GCC unroll 6
  for (int i = 0; i < wino_points(kind); i++) {
    vec_store(to + i * pitch, t[i]);
  }
}

/* The transform down some columns, of inputs or of outputs' gradients. */
WINO_INLINE void wino_down(wino_kind kind, int gradients, const wino_rows *rows, int64_t cols,
                           T *to, int64_t pitch) {
  for (int64_t col = 0; col < cols; col += LANES) {
    wino_down_vector(kind, gradients, rows, rows->col + col, to + col, pitch);
  }
}

WINO_INLINE void wino_input_columns_of(wino_kind kind, const wino_sizes *s, const wino_run *run,
                                       int64_t runs, const T *x, int64_t image, wino_place part,
                                       const T *zeros, T *gathered, T *to, int64_t pitch) {
  int64_t down = part.row * s->in_part_h, right = part.col * s->in_part_w;
  for (int64_t r = 0; r < runs; r++) {
    wino_rows rows = {.col = run[r].in_col + right, .width = s->w, .ahead = s->h * s->w};
    int64_t cols = (run[r].count + s->slots) * s->stride;
    wino_rows_of(x + run[r].image * image, s->h, s->w, run[r].in_row + down, s->in_step_h,
                 wino_window(kind), zeros, &rows);
    if (s->in_step_w > 1) {
      wino_gather(&rows, wino_window(kind), s->in_step_w, cols, gathered, pitch);
    }
    wino_down(kind, 0, &rows, cols, to + run[r].slot * s->stride, pitch);
  }
}

/* One channel's columns of the inputs of all runs, [points][pitch]. x is the first image's first
 * channel. */
static void wino_input_columns(const wino_sizes *s, const wino_run *run, int64_t runs, const T *x,
                               int64_t image, int64_t channel, const T *zeros, T *gathered, T *to,
                               int64_t pitch) {
  wino_view view = wino_channel(s, channel);
  wino_place part = view.part;
  x += view.plane * s->h * s->w;
  switch (s->kind) {
    case WINO_2:
      wino_input_columns_of(WINO_2, s, run, runs, x, image, part, zeros, gathered, to, pitch);
      break;
    case WINO_STRIDED:
      wino_input_columns_of(WINO_STRIDED, s, run, runs, x, image, part, zeros, gathered, to, pitch);
      break;
    case WINO_SPREAD:
      wino_input_columns_of(WINO_SPREAD, s, run, runs, x, image, part, zeros, gathered, to, pitch);
      break;
    default: /* one transform for both */
      wino_input_columns_of(WINO_3, s, run, runs, x, image, part, zeros, gathered, to, pitch);
  }
}

/* The first columns of LANES slots of stride columns that begin at from. */
WINO_INLINE void wino_slot_columns(const T *from, int stride, vec d[WINO_POINTS]) {
  if (stride == 2) {
    vec v0 = vec_load(from), v1 = vec_load(from + LANES);
    const T *next = from + 2 * LANES;
    d[0] = vec_even(v0, v1);
    d[1] = vec_odd(v0, v1);
    d[2] = vec_append(d[0], next[0]);
    d[3] = vec_append(d[1], next[1]);
    d[4] = vec_append(d[2], next[2]);
    d[5] = vec_append(d[3], next[3]);
  } else {
    vec v0 = vec_load(from), v1 = vec_load(from + LANES);
    vec v2 = vec_load(from + 2 * LANES), v3 = vec_load(from + 3 * LANES);
    vec even0 = vec_even(v0, v1), even1 = vec_even(v2, v3);
    vec odd0 = vec_odd(v0, v1), odd1 = vec_odd(v2, v3);
    d[0] = vec_even(even0, even1);
    d[2] = vec_odd(even0, even1);
    d[1] = vec_even(odd0, odd1);
    d[3] = vec_odd(odd0, odd1);
    d[4] = vec_append(d[0], from[4 * LANES]);
    d[5] = vec_append(d[1], from[4 * LANES + 1]);
  }
}
