/*
 * Gradients of the usual 2x2 windows, two apart, that tile the image exactly: each element of dx
 * belongs to one window, so that a row of windows makes two rows of dx at once.
 */

/* The windows of LANES columns, or of half as many in each of two planes. */
typedef struct {
  T dy[2 * LANES];
  uint8_t argmax[2 * LANES];
} last_windows;

/* Their share of row r of dx. */
INLINE void put_pairs(const convoy_pool_sizes *s, target to, int64_t j, vec dy, const uint8_t *low,
                      const uint8_t *high, int64_t r, window k) {
  vec column[2];
  for (int64_t c = 0; c < 2; c++) {
    int64_t place = 2 * r + c;
    mask here = k.halves ? places_equal1_halves(low, high, place) : places_equal1(low, place);
    column[c] = vec_add_where(here, vec_set(0), dy);
  }
  put_dx(s, to.dx, 2 * j, to.room, to.stream, vec_zip_low(column[0], column[1]));
  if (k.halves) {
    put_dx(s, to.dx + to.other, 0, to.room, false, vec_zip_high(column[0], column[1]));
  } else if (2 * j + LANES < s->w) {
    put_dx(s, to.dx, 2 * j + LANES, to.room, to.stream, vec_zip_high(column[0], column[1]));
  }
}

INLINE void max_backward_pairs(const convoy_pool_sizes *sizes, int64_t planes, const T *dy,
                               const uint8_t *argmax, T *dx, bool halves) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  window k = WINDOW(2, 2, 2, 1, 1, true, false, halves, 1);
  int64_t in = s->h * s->w, out = s->oh * s->ow;
  bool far = !halves && is_far(s), stream = !halves && streams(s, dx, s->h, s->w, 2 * LANES);
  last_windows last = {{0}, {0}};
  for (int64_t plane = 0; plane < planes; plane += halves ? 2 : 1) {
    int64_t other = halves && plane + 1 < planes ? 1 : 0; /* an odd last plane is done twice */
    int64_t room = (planes - plane - other) * out;        /* from the first plane on */
    target to = {NULL, dx + plane * in, halves ? in : (planes - plane) * in, other * in, stream};
    for (int64_t oh = 0; oh < s->oh; oh++, to.dx += 2 * s->w, to.room -= 2 * s->w) {
      for (int64_t j = 0; j < s->ow; j += LANES) {
        int64_t at = plane * out + oh * s->ow + j, left = room - oh * s->ow - j;
        const T *from = dy + at;
        const uint8_t *low = argmax + at, *high = low + other * out;
        int64_t apart = other * out;
        if (far) {
          ask_ahead(from, 1);
        }
        if (left < LANES) { /* loads would reach past the end */
          int64_t n = min_i64(left, s->ow - j);
          memcpy(last.dy, from, (size_t)n * sizeof(T));
          memcpy(last.argmax, low, (size_t)n);
          memcpy(last.dy + LANES, from + apart, (size_t)n * sizeof(T));
          memcpy(last.argmax + LANES, high, (size_t)n);
          from = last.dy;
          low = last.argmax;
          high = low + LANES;
          apart = LANES;
        }
        vec v = halves ? vec_load_halves(from, from + apart) : vec_load(from);
        /* The row below is written by then, but for the columns of the first windows. */
        int64_t end = s->ow > LANES ? s->w : to.room;
        target above = {NULL, to.dx, end, to.other, stream};
        target below = {NULL, to.dx + s->w, to.room - s->w, to.other, stream};
        put_pairs(s, above, j, v, low, high, 0, k);
        put_pairs(s, below, j, v, low, high, 1, k);
      }
    }
  }
  if (stream) {
    stream_end();
  }
}
