/* Between images, halos (see conv_geometry.h) and columns. Included once per element type T and
 * instruction set. */

static void fill_zero(T *dst, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    dst[i] = 0;
  }
}

/* These two write whole vectors, so up to CONV_SLACK elements past the end of dst: rows are often
 * shorter than a vector. */
static inline void clear_run(T *dst, int64_t n) {
  for (int64_t i = 0; i < n; i += LANES) {
    vec_store(dst + i, vec_all(0));
  }
}

static inline void copy_run(T *dst, const T *src, int64_t n) {
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    vec_store(dst + i, vec_load(src + i));
  }
  if (i < n) {
    vec_store(dst + i, vec_load_some(src + i, n - i));
  }
}

static void copy_strided(T *dst, const T *src, int64_t n, int64_t stride) {
  if (stride == 1) {
    copy_run(dst, src, n);
  } else if (stride == 2) {
    int64_t i = 0;
    for (; i + LANES < n; i += LANES) {
      vec_store(dst + i, vec_even(vec_load(src + 2 * i), vec_load(src + 2 * i + LANES)));
    }
    if (i < n) {
      int64_t left = 2 * (n - i) - 1; /* to the last that is wanted */
      vec low = vec_load_some(src + 2 * i, min_i64(left, LANES));
      vec high = vec_load_some(src + 2 * i + LANES, max_i64(0, min_i64(left - LANES, LANES)));
      vec_store(dst + i, vec_even(low, high));
    }
  } else {
    for (int64_t i = 0; i < n; i++) {
      dst[i] = src[stride * i];
    }
  }
}

/* dst [0, n) = src[start + i * stride], or zero where that is not real; in rising order, each part
 * over what the one before has written past its end. */
static inline void copy_padded(T *dst, int64_t n, const T *src, int64_t start, int64_t stride,
                               span real) {
  clear_run(dst, real.first);
  if (real.first < real.last) {
    copy_strided(dst + real.first, src + start + real.first * stride, real.last - real.first,
                 stride);
  }
  clear_run(dst + real.last, n - real.last);
}

/* What of a row of the image is real, in the vectors that a halo's row is made of: the same for all
 * rows. */
enum { HALO_VECTORS = 32, HALO_PHASES = 4 };

typedef struct {
  int64_t start; /* the image's column that comes first */
  int64_t count; /* of vectors; 0 for strides over 2 and rows of too many */
  vec_lanes real[HALO_VECTORS];
  span phase[HALO_PHASES]; /* instead, what of the first phases is real: it takes divisions */
} halo_lanes;

static void find_halo_lanes(const convoy_conv2d_plan *p, const conv_halo *h, const conv_block *b,
                            halo_lanes *l) {
  l->start = conv_halo_image_col(p, b, 0);
  l->count = ceil_div(h->pitch, LANES) * p->stride_w;
  if (p->stride_w > 2 || l->count > HALO_VECTORS) {
    l->count = 0;
  }
  for (int64_t i = 0; i < l->count; i++) {
    int64_t col = l->start + i * LANES;
    l->real[i] = vec_lanes_of(-col, p->w - col);
  }
  for (int64_t i = 0; l->count == 0 && i < min_i64(HALO_PHASES, h->phases); i++) {
    l->phase[i] = conv_real(l->start + i, p->stride_w, h->pitch, p->w);
  }
}

/* dst = a row of the halo, and up to CONV_SLACK elements more, from a row of the image. */
static inline void halo_row(const convoy_conv2d_plan *p, const conv_halo *h, const halo_lanes *l,
                            const T *row, T *dst) {
  const T *src = row + l->start;
  if (l->count == 0) {
    for (int64_t phase = 0; phase < h->phases; phase++, dst += h->pitch) {
      int64_t col = l->start + phase;
      span real =
          phase < HALO_PHASES ? l->phase[phase] : conv_real(col, p->stride_w, h->pitch, p->w);
      copy_padded(dst, h->pitch, row, col, p->stride_w, real);
    }
  } else if (p->stride_w == 1) {
    for (int64_t i = 0; i < l->count; i++) {
      vec_store(dst + i * LANES, vec_load_lanes(src + i * LANES, l->real[i]));
    }
  } else { /* from the last on: what they write past a phase's end is the next one's first */
    for (int64_t i = l->count / 2 - 1; i >= 0; i--) {
      vec low = vec_load_lanes(src + 2 * i * LANES, l->real[2 * i]);
      vec high = vec_load_lanes(src + (2 * i + 1) * LANES, l->real[2 * i + 1]);
      vec_store(dst + i * LANES, vec_even(low, high));
      if (h->phases > 1) {
        vec_store(dst + h->pitch + i * LANES, vec_odd(low, high));
      }
    }
  }
}

/* The halo of one image's block, and up to CONV_SLACK elements past its end; x is the image's first
 * channel that is wanted. */
static void halo_load(const convoy_conv2d_plan *p, const conv_halo *h, const conv_block *b,
                      const T *x, int64_t channels, T *halo) {
  halo_lanes lanes;
  find_halo_lanes(p, h, b, &lanes);
  for (int64_t c = 0; c < channels; c++, x += (int64_t)p->h * p->w) {
    for (int64_t r = 0; r < h->rows; r++, halo += h->line) {
      int64_t row = conv_halo_image_row(p, h, b, r);
      if (row < 0 || row >= p->h) {
        clear_run(halo, h->line);
        continue;
      }
      for (int64_t col = 0; col < p->w; col += 64 / (int64_t)sizeof(T)) { /* the next channel's */
        __builtin_prefetch(x + ((int64_t)p->h + row) * p->w + col, 0, 2);
      }
      halo_row(p, h, &lanes, x + row * p->w, halo);
    }
  }
}

/*
 * The columns of a block, [channels * kh * kw][images * rows * cols], from the halos of its images.
 * Rows are copied in whole vectors in rising order, so that what one writes past its end the next
 * overwrites; the last needs CONV_SLACK elements more.
 */
static void columns_from_halo(const convoy_conv2d_plan *p, const conv_halo *h, const conv_block *b,
                              const T *halo, int64_t channels, T *columns) {
  int64_t image = channels * h->plane, step = h->row_step * h->line;
  for (int64_t c = 0; c < channels; c++) {
    for (int64_t i = 0; i < p->kh; i++) {
      for (int64_t j = 0; j < p->kw; j++) {
        const T *tap = halo + c * h->plane + conv_halo_tap(p, h, i, j);
        for (int64_t n = 0; n < b->images; n++) {
          const T *src = tap + n * image;
          for (int64_t r = 0; r < b->rows; r++, src += step, columns += b->cols) {
            for (int64_t s = 0; s < b->cols; s += LANES) {
              vec_store(columns + s, vec_load(src + s));
            }
          }
        }
      }
    }
  }
}

/* Adds one image's columns, rows ld apart, to its halo. Lanes past the end of a row add zero. */
static void columns_to_halo(const convoy_conv2d_plan *p, const conv_halo *h, const conv_block *b,
                            const T *columns, int64_t ld, int64_t channels, T *halo) {
  int64_t step = h->row_step * h->line, whole = b->cols / LANES * LANES;
  for (int64_t c = 0; c < channels; c++) {
    for (int64_t i = 0; i < p->kh; i++) {
      for (int64_t j = 0; j < p->kw; j++, columns += ld) {
        T *dst = halo + c * h->plane + conv_halo_tap(p, h, i, j);
        const T *src = columns;
        for (int64_t r = 0; r < b->rows; r++, dst += step, src += b->cols) {
          for (int64_t s = 0; s < whole; s += LANES) {
            vec_store(dst + s, vec_add(vec_load(dst + s), vec_load(src + s)));
          }
          if (whole < b->cols) {
            vec rest = vec_load_some(src + whole, b->cols - whole);
            vec_store(dst + whole, vec_add(vec_load(dst + whole), rest));
          }
        }
      }
    }
  }
}

/* dx = halo or dx += halo along one row of the image; src NULL stands for zeros. */
static void halo_store_row(const convoy_conv2d_plan *p, const conv_halo *h, const T *src, T *dx) {
  int accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0;
  int64_t count = h->pitch - CONV_SLACK;
  if (src != NULL && p->stride_w == 1) {
    int64_t reached = max_i64(0, min_i64(p->w, count - p->pad_left));
    for (int64_t col = 0; col < reached; col += LANES) {
      int64_t left = vec_left(reached, col);
      vec sum = vec_load(src + p->pad_left + col);
      sum = accumulate ? vec_add(vec_load_some(dx + col, left), sum) : sum;
      vec_store_some(dx + col, sum, left);
    }
    fill_zero(dx + reached, accumulate ? 0 : p->w - reached);
    return;
  }
  if (!accumulate) {
    fill_zero(dx, p->w);
  }
  for (int64_t phase = 0; src != NULL && phase < h->phases; phase++, src += h->pitch) {
    int64_t col = phase - p->pad_left;
    span real = conv_real(col, p->stride_w, count, p->w);
    for (int64_t s = real.first; s < real.last; s++) {
      dx[col + s * p->stride_w] += src[s];
    }
  }
}

/*
 * Gives dx the rows of the image that no block of rows after b adds to: those whose first window
 * row is b's. dx is the image's first channel that is wanted; blocks come in order and the last
 * gives all that is left.
 */
static void halo_store(const convoy_conv2d_plan *p, const conv_halo *h, const conv_block *b,
                       const T *halo, int64_t channels, T *dx) {
  int64_t first = max_i64(0, b->row * p->stride_h - p->pad_top);
  int64_t last = b->row + b->rows == p->oh
                     ? p->h
                     : min_i64(p->h, (b->row + b->rows) * p->stride_h - p->pad_top);
  for (int64_t c = 0; c < channels; c++, halo += h->plane, dx += (int64_t)p->h * p->w) {
    for (int64_t row = first; row < last; row++) {
      int64_t at = row + p->pad_top - b->row * p->stride_h;
      int64_t output = at / p->stride_h, within = at % p->stride_h;
      int64_t r = output * h->row_step + within;
      int reached = within < h->row_step && r < h->rows;
      halo_store_row(p, h, reached ? halo + r * h->line : NULL, dx + row * p->w);
    }
  }
}

/* Moves the rows that later blocks of rows add to up to the top and clears the others. */
static void halo_advance(const conv_halo *h, int64_t rows, int64_t channels, T *halo) {
  int64_t done = min_i64(rows * h->row_step, h->rows) * h->line;
  for (int64_t c = 0; c < channels; c++, halo += h->plane) {
    memmove(halo, halo + done, (size_t)(h->plane - done) * sizeof(T));
    fill_zero(halo + h->plane - done, done);
  }
}
