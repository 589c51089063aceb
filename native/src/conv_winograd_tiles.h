/*
 * Tiles of images: where they lie, and their columns of inputs. Included once per element type T
 * and instruction set.
 *
 * Rows of a block's runs of tiles lie one after the other as columns, step to a slot. Winograd's
 * transform runs down the columns first, as they are, and then along them, where the columns of
 * LANES slots are sorted into vectors of first columns, of second ones and so on.
 */

/* The runs of tiles [first, last) of all; returns how many. */
static int64_t wino_runs(const convoy_conv2d_plan *p, const wino_sizes *s, int64_t first,
                         int64_t last, wino_run *run) {
  int64_t count = 0, slot = 0;
  for (int64_t tile = first; tile < last; tile += run[count - 1].count) {
    int64_t col = tile % s->tiles_w, rest = tile / s->tiles_w;
    int64_t row = rest % s->tiles_h;
    rest /= s->tiles_h;
    int64_t lattice_col = rest % s->lattices_w, lattice_row = rest / s->lattices_w % s->lattices_h;
    wino_run *r = &run[count++];
    r->image = rest / s->lattices_w / s->lattices_h;
    r->row = lattice_row + row * s->step * p->dilation_h;
    r->col = lattice_col + col * s->step * p->dilation_w;
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

/* Gathers columns that lie stride apart, so that they are neighbours. */
static void wino_gather(wino_rows *rows, int count, int64_t stride, int64_t cols, T *to,
                        int64_t pitch) {
  for (int i = 0; i < count; i++, to += pitch) {
    if (rows->mask[i] != 0) {
      copy_padded(to, cols, rows->row[i], rows->col, stride,
                  conv_real(rows->col, stride, cols, rows->width));
      rows->row[i] = to;
    }
  }
  rows->col = 0;
  rows->width = cols;
}

/* The transform down a vector of columns, the first of them being col; those outside are zero. */
WINO_INLINE void wino_down_vector(const wino_rows *rows, int64_t col, int taps, T *to,
                                  int64_t pitch) {
  int count = taps == 0 ? WINO_POINTS : taps;
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
      d[i] = vec_load_lanes(rows->row[i] + (col & rows->mask[i]), real);
    }
  }
  if (taps == 0) {
    wino_inputs(d, t);
  } else {
    wino_points(d, taps, t);
  }
#pragma GCC unroll 6
  for (int i = 0; i < WINO_POINTS; i++) {
    vec_store(to + i * pitch, t[i]);
  }
}

/* The transform down some columns: of 6 inputs where taps is 0, else of taps. */
WINO_INLINE void wino_down(const wino_rows *rows, int64_t cols, int taps, T *to, int64_t pitch) {
  for (int64_t col = 0; col < cols; col += LANES) {
    wino_down_vector(rows, rows->col + col, taps, to + col, pitch);
  }
}

/* One channel's columns of the inputs of all runs, [6][pitch]. x is the first image's channel. */
static void wino_input_columns(const convoy_conv2d_plan *p, const wino_sizes *s,
                               const wino_run *run, int64_t runs, const T *x, int64_t image,
                               const T *zeros, T *gathered, T *to, int64_t pitch) {
  for (int64_t r = 0; r < runs; r++) {
    wino_rows rows = {.col = run[r].col - s->pad_left, .width = s->w, .ahead = s->h * s->w};
    int64_t cols = (run[r].count + s->slots) * s->step;
    wino_rows_of(x + run[r].image * image, s->h, s->w, run[r].row - s->pad_top, p->dilation_h,
                 WINO_POINTS, zeros, &rows);
    if (p->dilation_w > 1) {
      wino_gather(&rows, WINO_POINTS, p->dilation_w, cols, gathered, pitch);
    }
    wino_down(&rows, cols, 0, to + run[r].slot * s->step, pitch);
  }
}

/* The columns 0 to 5 of LANES slots that begin at from. */
WINO_INLINE void wino_slot_columns(const T *from, int step, vec d[WINO_POINTS]) {
  if (step == 2) {
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
