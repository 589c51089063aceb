/* Gradients of maxima of 3x3 and 5x5 windows of stride 1: a vector of columns of dx at a time down
 * the rows, where each row of windows is loaded once for all the rows of dx that it reaches. Sums
 * add up in the order of the other kernels. */

enum { SLIDING_MOST = 5 };

/* Which windows the taps of LANES neighbouring columns of dx belong to: by column of the taps,
 * those that there are. */
typedef struct {
  bool whole; /* all of them */
  mask there[SLIDING_MOST];
} sliding_windows;

INLINE sliding_windows sliding_windows_of(const convoy_pool_sizes *s, int64_t j, window k) {
  sliding_windows w = {.whole = j + s->pw - (k.kw - 1) >= 0 && j + s->pw + LANES <= s->ow};
  for (int64_t c = 0; c < k.kw; c++) {
    int64_t first = j + s->pw - c;
    w.there[c] = mask_of(lanes_between(-first, s->ow - first));
  }
  return w;
}

/* Rows first to last of columns j, j + 1, ... of one plane. */
INLINE void sliding_gradient_strip(const convoy_pool_sizes *s, const windows *from,
                                   const sliding_windows *w, bool whole, int64_t first,
                                   int64_t last, int64_t j, bool stream, T *dx, window k) {
  int64_t room = j + LANES <= s->w ? j + LANES : 0; /* the next row's beginning is written */
  vec sum[SLIDING_MOST];                            /* of the rows that windows reach */
#pragma GCC unroll 5
  for (int64_t r = 0; r < k.kh; r++) {
    sum[r] = vec_set(0);
  }
  for (int64_t row = first - (k.kh - 1); row < last; row++) {
    int64_t oh = row + s->ph;
    if (oh >= 0 && oh < s->oh) {
      int64_t at = (oh - from->first) * from->next + j + s->pw;
#pragma GCC unroll 5
      for (int64_t c = k.kw - 1; c >= 0; c--) {
        vec dy = vec_load(from->dy + at - c);
        dy = whole ? dy : vec_select(w->there[c], dy, vec_set(0));
        const uint8_t *places = (const uint8_t *)from->argmax + at - c;
#pragma GCC unroll 5
        for (int64_t r = 0; r < k.kh; r++) {
          sum[r] = vec_add_where(places_equal1(places, r * k.kw + c), sum[r], dy);
        }
      }
    }
    if (row >= first) {
      put_dx(s, dx + row * s->w, j, room, stream, sum[0]);
    }
#pragma GCC unroll 5
    for (int64_t r = 0; r + 1 < k.kh; r++) {
      sum[r] = sum[r + 1];
    }
    sum[k.kh - 1] = vec_set(0);
  }
}

/* A plane whose rows of windows are read as they lie, and some elements before and after. */
INLINE void sliding_gradients_in_place(const convoy_pool_sizes *s, gradient g, bool stream,
                                       window k) {
  windows from = {g.dy, NULL, g.argmax, 0, s->ow, 0};
  int64_t band = rows_of_band(s);
  for (int64_t row = 0; row < s->h; row += band) {
    int64_t last = min_i64(row + band, s->h);
    for (int64_t j = 0; j < s->w; j += LANES) {
      sliding_windows w = sliding_windows_of(s, j, k);
      if (w.whole) {
        sliding_gradient_strip(s, &from, &w, true, row, last, j, stream, g.dx, k);
      } else {
        sliding_gradient_strip(s, &from, &w, false, row, last, j, stream, g.dx, k);
      }
    }
  }
}

/* A plane whose windows are copied first, to where some can be read around them. */
INLINE void sliding_gradients_staged(const convoy_pool_sizes *s, gradient g, const tap_layout *l,
                                     bool stream, window k) {
  _Alignas(64) window_stage stage;
  sliding_windows all = {.whole = true};
  int64_t band = max_i64(1, STAGE_BAND / l->row_length - (k.kh - 1));
  for (int64_t row = 0, last; row < s->h; row = last) {
    last = min_i64(row + band, s->h);
    int64_t top = max_i64(0, row + s->ph - (k.kh - 1));
    stage_windows(s, g, top, min_i64(s->oh, last + s->ph), SHARE_PLACE1, NULL, l, &stage, 0);
    windows from = {stage.dy + l->before, NULL, (char *)stage.argmax + l->before, top,
                    l->row_length,        0};
    for (int64_t j = 0; j < s->w; j += LANES) {
      sliding_gradient_strip(s, &from, &all, true, row, last, j, stream, g.dx, k);
    }
  }
}

/* Returns false if it cannot do it. */
INLINE bool sliding_gradients(const convoy_pool_sizes *sizes, int64_t planes, gradient g,
                              window k) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  tap_layout l;
  find_tap_layout(s, &l, k);
  if (k.kh * l.row_length > STAGE) {
    return false;
  }
  bool stream = streams(s, g.dx, s->h, s->w);
  /* From memory, rows are best read one after the other: 3x3 over 103 MB took 19 ms, not 34. */
  bool beyond = s->planes * s->h * s->w >= STREAMED_BYTES / (int64_t)sizeof(T);
  /* Elements that are read before a plane's first row or after its last. */
  int64_t around = max_i64(k.kw - 1, whole_vectors(s->w) + s->pw - s->ow);
  int64_t out = s->oh * s->ow;
  for (int64_t plane = 0; plane < planes; plane++) {
    if (!beyond && plane * out >= around && (planes - 1 - plane) * out >= around) {
      sliding_gradients_in_place(s, g, stream, k);
    } else {
      sliding_gradients_staged(s, g, &l, stream, k);
    }
    g.dx += s->h * s->w;
    g.dy += out;
    g.argmax = (const char *)g.argmax + out;
  }
  if (stream) {
    stream_end();
  }
  return true;
}

static bool max_backward_sliding(const convoy_pool_sizes *s, int64_t planes, gradient g) {
  if (s->kh == 3) {
    return sliding_gradients(s, planes, g, WINDOW(3, 3, 1, 1, 1, false, false, false, 1));
  }
  return sliding_gradients(s, planes, g, WINDOW(5, 5, 1, 1, 1, false, false, false, 1));
}

/* What a row of windows, each with its share, gives to columns j, j + 1, ... of the rows it is on.
 */
INLINE vec sliding_shares(const convoy_pool_sizes *s, const windows *from, int64_t oh, int64_t j,
                          window k) {
  vec sum = vec_set(0);
  if (oh >= 0 && oh < s->oh) {
    const T *at = from->dy + (oh - from->first) * from->next + j + s->pw;
#pragma GCC unroll 3
    for (int64_t c = k.kw - 1; c >= 0; c--) {
      sum = vec_add(sum, vec_load(at - c));
    }
  }
  return sum;
}

/* Gradients of means of 3x3 windows of stride 1. Returns false if it cannot do it. */
static bool avg_backward_sliding(const convoy_pool_sizes *sizes, int64_t planes, gradient g) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  window k = WINDOW(3, 3, 1, 1, 1, false, false, false, 1);
  _Alignas(64) window_stage stage; /* not initialised: most calls need little of it */
  divisors d;
  tap_layout l;
  find_tap_layout(s, &l, k);
  int64_t band = STAGE_BAND / l.row_length - (k.kh - 1);
  if (band < 1 || !find_divisors(s, &d, k)) {
    return false;
  }
  bool stream = streams(s, g.dx, s->h, s->w);
  for (int64_t plane = 0; plane < planes; plane++, g.dy += s->oh * s->ow, g.dx += s->h * s->w) {
    for (int64_t row = 0, last; row < s->h; row = last) {
      last = min_i64(row + band, s->h);
      int64_t top = max_i64(0, row + s->ph - (k.kh - 1));
      stage_windows(s, g, top, min_i64(s->oh, last + s->ph), SHARE_MEAN, &d, &l, &stage, 0);
      windows from = {stage.dy + l.before, NULL, NULL, top, l.row_length, 0};
      for (int64_t j = 0; j < s->w; j += LANES) {
        int64_t room = j + LANES <= s->w ? j + LANES : 0, oh = row + s->ph;
        vec above = sliding_shares(s, &from, oh - 2, j, k);
        vec here = sliding_shares(s, &from, oh - 1, j, k);
        for (int64_t r = row; r < last; r++, oh++) {
          vec below = sliding_shares(s, &from, oh, j, k);
          put_dx(s, g.dx + r * s->w, j, room, stream, vec_add(vec_add(above, here), below));
          above = here;
          here = below;
        }
      }
    }
  }
  if (stream) {
    stream_end();
  }
  return true;
}
