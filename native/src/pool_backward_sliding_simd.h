/* Gradients of maxima of 3x3 windows of stride 1: a vector of columns of dx at a time down
 * the rows, where each row of windows is loaded once for all the rows of dx that it reaches. Sums
 * add up in the order of the other kernels. */

enum { SLIDING_TAPS = 3 };

/* Rows first to last of columns j, j + 1, ... of one plane. */
INLINE void sliding_gradient_strip(const convoy_pool_sizes *s, const windows *from,
                                   const tap_layout *l, int64_t first, int64_t last, int64_t j,
                                   bool stream, T *dx) {
  int64_t room = j + LANES <= s->w ? j + LANES : 0; /* the next row's beginning is written */
  vec sum[SLIDING_TAPS];                            /* of the rows that windows reach */
#pragma GCC unroll 3
  for (int r = 0; r < SLIDING_TAPS; r++) {
    sum[r] = vec_set(0);
  }
  for (int64_t row = first - (SLIDING_TAPS - 1); row < last; row++) {
    int64_t oh = row + s->ph;
    if (oh >= 0 && oh < s->oh) {
      int64_t at = (oh - from->first) * from->next + j + l->first;
#pragma GCC unroll 3
      for (int c = SLIDING_TAPS - 1; c >= 0; c--) {
        vec dy = vec_load(from->dy + at - c);
        const uint8_t *places = (const uint8_t *)from->argmax + at - c;
#pragma GCC unroll 3
        for (int r = 0; r < SLIDING_TAPS; r++) {
          sum[r] = vec_add_where(places_equal1(places, r * SLIDING_TAPS + c), sum[r], dy);
        }
      }
    }
    if (row >= first) {
      put_dx(s, dx + row * s->w, j, room, stream, sum[0]);
    }
#pragma GCC unroll 3
    for (int r = 0; r + 1 < SLIDING_TAPS; r++) {
      sum[r] = sum[r + 1];
    }
    sum[SLIDING_TAPS - 1] = vec_set(0);
  }
}

/* Returns false if it cannot do it. */
static bool sliding_gradients(const convoy_pool_sizes *sizes, int64_t planes, gradient g) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  _Alignas(64) window_stage stage;
  window k = WINDOW(3, 3, 1, 1, 1, false, false, false, 1);
  tap_layout l;
  find_tap_layout(s, &l, k);
  if (SLIDING_TAPS * l.row_length > STAGE) {
    return false;
  }
  int64_t band = max_i64(1, STAGE_BAND / l.row_length - (SLIDING_TAPS - 1));
  bool stream = streams(s, g.dx, s->h, s->w, LANES);
  for (int64_t plane = 0; plane < planes; plane++) {
    for (int64_t row = 0, last; row < s->h; row = last) {
      last = min_i64(row + band, s->h);
      int64_t top = max_i64(0, row + s->ph - (SLIDING_TAPS - 1));
      stage_windows(s, g, top, min_i64(s->oh, last + s->ph), SHARE_PLACE1, NULL, &l, &stage, 0);
      windows from = {stage.dy + l.before, NULL, (char *)stage.argmax + l.before, top,
                      l.row_length,        0};
      for (int64_t j = 0; j < s->w; j += LANES) {
        sliding_gradient_strip(s, &from, &l, row, last, j, stream, g.dx);
      }
    }
    g.dx += s->h * s->w;
    g.dy += s->oh * s->ow;
    g.argmax = (const char *)g.argmax + s->oh * s->ow;
  }
  if (stream) {
    stream_end();
  }
  return true;
}
