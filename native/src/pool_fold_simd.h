/* Folding any windows, LANES of a row at a time: rows of taps from the image as it lies, or staged.
 */
#ifndef CONVOY_POOL_FOLD_SIMD_H
#define CONVOY_POOL_FOLD_SIMD_H

#include "pool_avg_simd.h"
#include "pool_max_simd.h"
#include "pool_put_simd.h"
#include "pool_stage_simd.h"

/* One row of outputs, from the taps of its first window. */
INLINE void fold_row(const convoy_pool_sizes *s, const T *at, rows from, output out, int64_t oh,
                     const first_taps *first, const divisors *d, bool far, enum fold fold,
                     window k) {
  int64_t counted_rows = fold == FOLD_MEAN && d->all == 0 ? avg_rows(s, oh) : 0;
  const T *start = at;
  for (int64_t ow = 0; ow < s->ow; ow += LANES, at += k.pairs ? 2 * LANES : LANES) {
    if (far) { /* the rows' share, line after line: that is faster than row by row */
      ask_ahead(start + k.sh * (at - start), (int)k.sh * (k.pairs && !k.halves ? 2 : 1));
    }
    if (fold == FOLD_MEAN) {
      vec mean = means(windows_sum(at, from, k), d, counted_rows, ow);
      put(s, out, ow, mean, places_set(0), fold, k);
    } else if (fold == FOLD_MAX) {
      put(s, out, ow, windows_max(at, from, k), places_set(0), fold, k);
    } else {
      winners w = windows_winners(at, from, k);
      if (first != NULL) {
        w.place = place_in_image(s, w, first, oh, ow, k);
      }
      put(s, out, ow, w.max, w.place, fold, k);
    }
  }
}

/* Output rows of the image x whose loads stay before `end`. */
INLINE int64_t rows_in_place(const convoy_pool_sizes *s, const T *x, const T *end, window k) {
  int64_t room = end - x - row_reach(s, k);
  int64_t last_row = room < 0 ? -1 : room / s->w - (k.kh - 1) * k.dh;
  return last_row < 0 ? 0 : min_i64(s->oh, last_row / k.sh + 1);
}

/* Output rows that a stage has room for, with rows of that length: 0 if none. */
INLINE int64_t rows_staged(int64_t row_length, window k) {
  int64_t room = (k.halves ? STAGE / 2 : STAGE) / row_length - ((k.kh - 1) * k.dh + 1);
  int64_t good = STAGE_BAND / row_length - ((k.kh - 1) * k.dh + 1);
  return room < 0 ? 0 : max_i64(1, min_i64(room, good) / k.sh + 1);
}

/* Returns false if it cannot do it. */
INLINE bool fold_planes(const convoy_pool_sizes *sizes, int64_t planes, const T *x, T *y,
                        char *argmax, enum fold fold, window k) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  first_taps first;
  divisors d;
  _Alignas(64) T stage[STAGE + LANES];
  bool padded = pads(s), stages = padded || k.phases > 1;
  bool places = fold == FOLD_MAX1 || fold == FOLD_MAX4;
  int64_t in = s->h * s->w, out = s->oh * s->ow, width = fold == FOLD_MAX4 ? 4 : 1;
  k.phase_length = row_reach(s, k);
  k.last = (tap_column){(k.kw - 1) * k.dw % k.phases, (k.kw - 1) * k.dw / k.phases};
  int64_t row_length = whole_vectors(k.phases * k.phase_length), band = rows_staged(row_length, k);
  if (band == 0 || (fold == FOLD_MEAN && !find_divisors(sizes, &d, k)) ||
      (places && padded && !find_first_taps(sizes, &first, k))) {
    return false;
  }
  const T *x_end = x + planes * in;
  T outside = fold == FOLD_MEAN ? 0 : (T)-INFINITY;
  bool far = !k.halves && is_far(s), stream = !k.halves && streams(s, y, s->oh, s->ow);
  for (int64_t plane = 0; plane < planes; plane += k.halves ? 2 : 1) {
    const T *image = x + plane * in;
    int64_t other = k.halves && plane + 1 < planes ? 1 : 0; /* an odd last plane is done twice */
    int64_t in_place = stages ? 0 : rows_in_place(s, image + other * in, x_end, k);
    int64_t staged = in_place;
    int64_t end = k.halves ? out : (planes - plane) * out;
    const T *at = image;
    rows from = {s->w, other * in};
    for (int64_t oh = 0; oh < s->oh; oh++, at += k.sh * from.next) {
      if (oh == staged) {
        int64_t n = min_i64(band, s->oh - oh), top = oh * k.sh - s->ph;
        int64_t staged_rows = (n - 1) * k.sh + (k.kh - 1) * k.dh + 1;
        from = (rows){row_length, other * STAGE / 2};
        stage_rows(s, image, top, staged_rows, -s->pw, row_length, outside, stage, k);
        if (other == 1) {
          stage_rows(s, image + in, top, staged_rows, -s->pw, row_length, outside,
                     stage + STAGE / 2, k);
        }
        staged += n;
        at = stage;
      }
      int64_t done = plane * out + oh * s->ow;
      output to = {y + done, argmax == NULL ? NULL : argmax + width * done, end - oh * s->ow,
                   other * out, stream};
      fold_row(s, at, from, to, oh, padded ? &first : NULL, &d, far && oh < in_place, fold, k);
    }
  }
  if (stream) {
    stream_end();
  }
  return true;
}

#endif
