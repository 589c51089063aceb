/* Maxima of large windows: of each row of taps first, which windows one below the other share, then
 * of those rows. */
#ifndef CONVOY_POOL_SEPARABLE_SIMD_H
#define CONVOY_POOL_SEPARABLE_SIMD_H

#include "pool_max_simd.h"
#include "pool_put_simd.h"
#include "pool_stage_simd.h"

enum { SEPARABLE = 49152 / sizeof(T) };

/* Whether that takes less comparisons, and storing the rows' winners does not cost more. */
static inline bool is_separable(const convoy_pool_sizes *s) {
  bool pairs = s->sw == 2 && s->dw == 1;
  return !pairs && s->kh * s->kw >= 20 && s->sh * (s->kw + 2) + s->kh < s->kh * s->kw;
}

/* Winners of the taps of single rows, in windows of so many a row. */
typedef struct {
  T max[SEPARABLE];
  int32_t column[SEPARABLE];
  int64_t next;
} line_winners;

INLINE void find_line_winners(const T *stage, int64_t staged_rows, int64_t row_length,
                              line_winners *lines, bool with_places, window k) {
  rows from = {row_length, 0};
  for (int64_t i = 0; i < staged_rows; i++, stage += row_length) {
    for (int64_t ow = 0; ow < lines->next; ow += LANES) {
      winners w = row_winners(stage + ow, from, 0, k);
      vec_store(lines->max + i * lines->next + ow, w.max);
      if (with_places) {
        places_store4(lines->column + i * lines->next + ow, w.place);
      }
    }
  }
}

/* The winners of windows from those of their lines, the first of which is line `line`. */
INLINE winners lines_winners(const line_winners *lines, int64_t line, int64_t ow, bool with_places,
                             window k) {
  int64_t at = (line + (k.kh - 1) * k.dh) * lines->next + ow;
  places none = places_set(0);
  winners w = {vec_load(lines->max + at), none};
  if (with_places) {
    w.place = places_add(places_load4(lines->column + at), places_set((k.kh - 1) * k.kw));
  }
  for (int64_t r = k.kh - 2; r >= 0; r--) {
    at -= k.dh * lines->next;
    places place = none;
    if (with_places) {
      place = places_add(places_load4(lines->column + at), places_set(r * k.kw));
    }
    precede(&w, vec_load(lines->max + at), place, false);
  }
  return w;
}

/* Returns false if it cannot do it. */
INLINE bool separable_planes(const convoy_pool_sizes *sizes, int64_t planes, const T *x, T *y,
                             char *argmax, enum fold fold) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  first_taps first;
  _Alignas(64) T stage[SEPARABLE + LANES];
  _Alignas(64) line_winners lines;
  window k = {s->kh, s->kw, s->sh, s->dh, s->dw, false, false, false, s->sw, 0, {0, 0}};
  k.phase_length = row_reach(s, k);
  k.last = (tap_column){(k.kw - 1) * k.dw % k.phases, (k.kw - 1) * k.dw / k.phases};
  int64_t row_length = whole_vectors(k.phases * k.phase_length), extent = (k.kh - 1) * k.dh + 1;
  int64_t room = SEPARABLE / row_length, good = STAGE_BAND / row_length;
  bool padded = pads(s), with_places = fold != FOLD_MAX;
  if (room < extent || (with_places && padded && !find_first_taps(sizes, &first, k))) {
    return false;
  }
  int64_t band = max_i64(0, min_i64(room, good) - extent) / k.sh + 1;
  int64_t in = s->h * s->w, out = s->oh * s->ow, width = fold == FOLD_MAX4 ? 4 : 1;
  bool stream = streams(s, y, s->oh, s->ow);
  lines.next = computed_windows(s, k);
  for (int64_t plane = 0; plane < planes; plane++, x += in) {
    for (int64_t oh = 0, first_oh = 0; oh < s->oh; oh++) {
      if (oh % band == 0) {
        int64_t staged_rows = (min_i64(band, s->oh - oh) - 1) * k.sh + extent;
        first_oh = oh;
        stage_rows(s, x, oh * k.sh - s->ph, staged_rows, -s->pw, row_length, (T)-INFINITY, stage,
                   k);
        find_line_winners(stage, staged_rows, row_length, &lines, with_places, k);
      }
      int64_t done = plane * out + oh * s->ow;
      output to = {y + done, argmax == NULL ? NULL : argmax + width * done, planes * out - done, 0,
                   stream};
      for (int64_t ow = 0; ow < s->ow; ow += LANES) {
        winners w = lines_winners(&lines, (oh - first_oh) * k.sh, ow, with_places, k);
        if (with_places && padded) {
          w.place = place_in_image(s, w, &first, oh, ow, k);
        }
        put(s, to, ow, w.max, w.place, fold, k);
      }
    }
  }
  if (stream) {
    stream_end();
  }
  return true;
}

static bool max_separable(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y,
                          void *argmax) {
  switch (argmax_width(s, argmax)) {
    case 0:
      return separable_planes(s, planes, x, y, NULL, FOLD_MAX);
    case 1:
      return separable_planes(s, planes, x, y, argmax, FOLD_MAX1);
    default:
      return separable_planes(s, planes, x, y, argmax, FOLD_MAX4);
  }
}

#endif
