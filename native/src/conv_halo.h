/* Between images, halos (see conv_geometry.h) and columns. Included once per element type T and
 * instruction set. */

static void fill_zero(T *dst, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    dst[i] = 0;
  }
}

static void copy_strided(T *dst, const T *src, int64_t n, int64_t stride) {
  if (stride == 1) {
    memcpy(dst, src, (size_t)n * sizeof(T));
  } else if (stride == 2) { /* a constant, so that the compiler vectorises it */
    for (int64_t i = 0; i < n; i++) {
      dst[i] = src[2 * i];
    }
  } else {
    for (int64_t i = 0; i < n; i++) {
      dst[i] = src[stride * i];
    }
  }
}

/* The halo of one image's block; x is the image's first channel that is wanted. */
static void halo_load(const convoy_conv2d_plan *p, const conv_halo *h, const conv_block *b,
                      const T *x, int64_t channels, T *halo) {
  for (int64_t c = 0; c < channels; c++, x += (int64_t)p->h * p->w) {
    for (int64_t r = 0; r < h->rows; r++, halo += h->line) {
      int64_t row = conv_halo_image_row(p, h, b, r);
      if (row < 0 || row >= p->h) {
        fill_zero(halo, h->line);
        continue;
      }
      for (int64_t phase = 0; phase < h->phases; phase++) {
        int64_t col = conv_halo_image_col(p, b, phase);
        span real = conv_real(col, p->stride_w, h->pitch, p->w);
        T *dst = halo + phase * h->pitch;
        fill_zero(dst, real.first);
        if (real.first < real.last) {
          copy_strided(dst + real.first, x + row * p->w + col + real.first * p->stride_w,
                       real.last - real.first, p->stride_w);
        }
        fill_zero(dst + real.last, h->pitch - real.last);
      }
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
  if (!(p->flags & CONVOY_CONV_ACCUMULATE)) {
    fill_zero(dx, p->w);
  }
  if (src == NULL) {
    return;
  }
  int64_t valid = h->pitch - CONV_SLACK;
  for (int64_t phase = 0; phase < h->phases; phase++, src += h->pitch) {
    int64_t col = phase - p->pad_left;
    span real = conv_real(col, p->stride_w, valid, p->w);
    if (p->stride_w == 1) {
      for (int64_t s = real.first; s < real.last; s++) {
        dx[col + s] += src[s];
      }
    } else {
      for (int64_t s = real.first; s < real.last; s++) {
        dx[col + s * p->stride_w] += src[s];
      }
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
