/* Gradients of maxima of 3x3 windows, two apart: rows of windows in order, each of which ends one
 * row of dx, makes one of its own, and begins a third. Sums add up in the order of the other
 * kernels. */

/* What a row of windows leaves to the next: the sums of the row of dx that both reach. */
typedef struct {
  T even[THREE_WINDOWS + LANES], odd[THREE_WINDOWS + LANES];
} begun_row;

/* A vector of windows, and the next of each. */
typedef struct {
  vec dy, next_dy;
  const uint8_t *places;
} window_pairs;

/* Where `inside` is false, lanes may be no windows of the row: they give 0. */
INLINE window_pairs load_window_pairs(const convoy_pool_sizes *s, const T *dy,
                                      const uint8_t *places, int64_t ow, bool inside) {
  if (inside) {
    return (window_pairs){vec_load(dy + ow), vec_load(dy + ow + 1), places + ow};
  }
  return (window_pairs){vec_load_range(dy + ow, lanes_between(-ow, s->ow - ow)),
                        vec_load_range(dy + ow + 1, lanes_between(-ow - 1, s->ow - ow - 1)),
                        places + ow};
}

/* A vector of even and one of odd columns of dx. */
typedef struct {
  vec even, odd;
} columns;

/* Adds what windows give to the taps of row r: of each three, the middle tap is no other window's,
 * and the last is the next window's first. */
INLINE columns share_three(columns sum, window_pairs w, int64_t r, bool padded) {
  vec *middle = padded ? &sum.even : &sum.odd, *outer = padded ? &sum.odd : &sum.even;
  *outer = vec_add_where(places_equal1(w.places, 3 * r + 2), *outer, w.dy);
  *outer = vec_add_where(places_equal1(w.places + 1, 3 * r), *outer, w.next_dy);
  *middle = padded ? vec_add_where(places_equal1(w.places, 3 * r + 1), *middle, w.dy)
                   : vec_add_where(places_equal1(w.places + 1, 3 * r + 1), *middle, w.next_dy);
  return sum;
}

/* Columns from col on of a row of dx, where the plane has it. */
INLINE void put_columns(const convoy_pool_sizes *s, T *dx, int64_t row, int64_t col, int64_t room,
                        bool stream, columns c) {
  if (row < 0 || row >= s->h) {
    return;
  }
  T *to = dx + row * s->w;
  put_dx(s, to, col, room, stream, vec_zip_low(c.even, c.odd));
  if (col + LANES < s->w) {
    put_dx(s, to, col + LANES, room, stream, vec_zip_high(c.even, c.odd));
  }
}

/* One plane, of which `room` elements of dx from its start on may be written. */
INLINE void three_gradients(const convoy_pool_sizes *s, const T *dy, const uint8_t *argmax,
                            bool near_end, T *dx, int64_t room, bool far, bool stream,
                            bool padded) {
  begun_row begun; /* not initialised: most rows need little of it */
  uint8_t row[THREE_WINDOWS + 3 * LANES];
  columns none = {vec_set(0), vec_set(0)};
  int64_t pairs = (s->w + 1) / 2, top = -s->ph; /* of dx, the first row that windows reach */
  for (int64_t j = 0; j < pairs; j += LANES) {
    vec_store(begun.even + j, none.even);
    vec_store(begun.odd + j, none.odd);
  }
  for (int64_t oh = 0; oh < s->oh; oh++, top += 2, dy += s->ow, argmax += s->ow) {
    const uint8_t *places = argmax;
    if (near_end) { /* of memory: what is read around the row must be there */
      memcpy(row + LANES, argmax, (size_t)s->ow);
      places = row + LANES;
    }
    for (int64_t j = 0; j < pairs; j += LANES) {
      int64_t ow = padded ? j : j - 1;
      if (far) {
        ask_ahead(dy + j, 1);
      }
      bool inside = ow >= 0 && ow + 1 + LANES <= s->ow;
      window_pairs w = load_window_pairs(s, dy, places, ow, inside);
      columns ended = {vec_load(begun.even + j), vec_load(begun.odd + j)};
      /* The row below is written by the end of this one, but for its first columns. */
      int64_t end = pairs > LANES ? s->w : room - top * s->w;
      put_columns(s, dx, top, 2 * j, end, stream, share_three(ended, w, 0, padded));
      put_columns(s, dx, top + 1, 2 * j, room - (top + 1) * s->w, stream,
                  share_three(none, w, 1, padded));
      columns begins = share_three(none, w, 2, padded);
      vec_store(begun.even + j, begins.even);
      vec_store(begun.odd + j, begins.odd);
    }
  }
  for (; top < s->h; top++) { /* what only the last row of windows reaches, and what none does */
    for (int64_t j = 0; j < pairs; j += LANES) {
      columns last = {vec_load(begun.even + j), vec_load(begun.odd + j)};
      put_columns(s, dx, top, 2 * j, room - top * s->w, stream, last);
      vec_store(begun.even + j, none.even);
      vec_store(begun.odd + j, none.odd);
    }
  }
}

static inline bool three_gradients_fit(const convoy_pool_sizes *s) {
  return has_window(s, 3, 2) && s->w > LANES && s->w <= 2 * THREE_WINDOWS &&
         s->ow <= THREE_WINDOWS && s->ph <= 2 && s->pw <= 1;
}

INLINE void three_gradients_of_planes(const convoy_pool_sizes *sizes, int64_t planes, gradient g,
                                      bool padded) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  int64_t in = s->h * s->w, out = s->oh * s->ow, around = whole_vectors(s->w) + LANES;
  bool far = is_far(s), stream = streams(s, g.dx, s->h, s->w);
  for (int64_t plane = 0; plane < planes; plane++) {
    bool near_end = plane == 0 || (planes - 1 - plane) * out < around;
    const uint8_t *argmax = (const uint8_t *)g.argmax + plane * out;
    three_gradients(s, g.dy + plane * out, argmax, near_end, g.dx + plane * in,
                    (planes - plane) * in, far, stream, padded);
  }
  if (stream) {
    stream_end();
  }
}

static void max_backward_three(const convoy_pool_sizes *s, int64_t planes, gradient g) {
  if (s->pw == 1) {
    three_gradients_of_planes(s, planes, g, true);
  } else {
    three_gradients_of_planes(s, planes, g, false);
  }
}
