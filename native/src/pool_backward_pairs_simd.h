/* Gradients of 2x2 windows, two apart, that tile the image exactly: each element of dx belongs to
 * one window, so that a row of windows makes two rows of dx at once. */

/* Two vectors of a row of dx; in halves, of a row of each of two pairs. */
typedef struct {
  vec low, high;
} pairs_row;

/* What windows give to row r of their taps. */
INLINE pairs_row share_pairs(vec dy, const uint8_t *low, const uint8_t *high, int64_t r, window k) {
  vec column[2];
  for (int64_t c = 0; c < 2; c++) {
    int64_t place = 2 * r + c;
    mask here = k.halves ? places_equal1_halves(low, high, place) : places_equal1(low, place);
    column[c] = vec_add_where(here, vec_set(0), dy);
  }
  return (pairs_row){vec_zip_low(column[0], column[1]), vec_zip_high(column[0], column[1])};
}

INLINE void max_backward_pairs(const convoy_pool_sizes *sizes, int64_t planes, const T *dy,
                               const uint8_t *argmax, T *dx, bool halves) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  window k = WINDOW(2, 2, 2, 1, 1, true, false, halves, 1);
  bool far = is_far(s), stream = !halves && streams(s, dx, s->h, s->w);
  int64_t n = planes * s->oh, whole = whole_pairs(s, n, k), step = halves ? 2 : 1;
  for (int64_t i = 0; i < whole; i += step, dx += step * 2 * s->w) {
    for (int64_t j = 0; j < s->ow; j += LANES) {
      const uint8_t *low = argmax + j, *high = low + s->ow;
      if (far) {
        ask_ahead(dy + j, 1);
      }
      vec v = halves ? vec_load_halves(dy + j, dy + j + s->ow) : vec_load(dy + j);
      pairs_row above = share_pairs(v, low, high, 0, k), below = share_pairs(v, low, high, 1, k);
      if (halves) { /* in order: each spoils the beginning of the next */
        vec_store(dx, above.low);
        vec_store(dx + s->w, below.low);
        vec_store(dx + 2 * s->w, above.high);
        vec_store(dx + 3 * s->w, below.high);
        continue;
      }
      /* The row below is written by the end of this one, but for the columns of the first windows.
       */
      int64_t col = 2 * j, room = s->ow > LANES ? s->w : INT64_MAX;
      put_dx(s, dx, col, room, stream, above.low);
      if (col + LANES < s->w) {
        put_dx(s, dx, col + LANES, room, stream, above.high);
      }
      put_dx(s, dx + s->w, col, INT64_MAX, stream, below.low);
      if (col + LANES < s->w) {
        put_dx(s, dx + s->w, col + LANES, INT64_MAX, stream, below.high);
      }
    }
    dy += step * s->ow;
    argmax += step * s->ow;
  }
  if (stream) {
    stream_end();
  }
  convoy_pool_sizes rest = pairs_as_planes(s, n - whole);
  PORTABLE.max_backward(&rest, n - whole, dy, argmax, dx);
}
