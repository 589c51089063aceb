/* Maxima of 3x3 windows, two apart: a row of taps that two rows of windows share is looked at once.
 */
#ifndef CONVOY_POOL_MAX_THREE_SIMD_H
#define CONVOY_POOL_MAX_THREE_SIMD_H

#include "pool_max_simd.h"
#include "pool_put_simd.h"

enum { THREE_WINDOWS = 1024 }; /* a row has at most */

static inline bool has_threes(const convoy_pool_sizes *s) {
  return has_window(s, 3, 2) && s->ow > LANES / 2 && s->ow <= THREE_WINDOWS;
}

/* The winners of the taps in the row of an image that the next row of windows sees too. */
typedef struct {
  T max[THREE_WINDOWS + LANES];
  int32_t column[THREE_WINDOWS + LANES];
} shared_winners;

/* The winners of the taps in row r of an image for the windows from ow on; their places are
 * columns. Notes all elements. */
INLINE winners three_winners(const convoy_pool_sizes *s, const T *x, int64_t r, int64_t ow,
                             bool finite, vec *noted) {
  vec outside = vec_set(-INFINITY);
  if (r < 0 || r >= s->h) {
    return (winners){outside, places_set(0)};
  }
  int64_t col = 2 * ow - s->pw, after = col + 2 * LANES;
  const T *at = x + r * s->w + col;
  vec low, high;
  if (col >= 0 && after <= s->w) {
    low = vec_load(at);
    high = vec_load(at + LANES);
    *noted = note(note(*noted, low), high);
  } else {
    range in_low = lanes_between(-col, s->w - col);
    range in_high = lanes_between(-col - LANES, s->w - col - LANES);
    low = vec_load_range(at, in_low);
    high = vec_load_range(at + LANES, in_high);
    *noted = note(note(*noted, low), high);
    low = vec_select(mask_of(in_low), low, outside);
    high = vec_select(mask_of(in_high), high, outside);
  }
  T last = -(T)INFINITY;
  if (after < s->w) {
    last = at[2 * LANES];
    *noted = note(*noted, vec_set(last));
  }
  vec even = vec_even(low, high);
  winners w = {vec_shift(even, last), places_set(2)};
  precede(&w, vec_odd(low, high), places_set(1), finite);
  precede(&w, even, places_set(0), finite);
  return w;
}

INLINE void keep_for_next(shared_winners *shared, int64_t ow, winners w, enum fold fold) {
  vec_store(shared->max + ow, w.max);
  if (fold != FOLD_MAX) {
    places_store4(shared->column + ow, w.place);
  }
}

/* One plane. Returns whether all elements are finite; if not, what was done as if they were must be
 * redone: of finite numbers, none is as low as what pads the image. */
INLINE bool max_three_plane(const convoy_pool_sizes *s, const T *x, output to,
                            const first_taps *in_image, bool far, bool finite, enum fold fold,
                            window k) {
  shared_winners shared; /* not initialised: most rows need little of it */
  vec noted = vec_set(0);
  for (int64_t ow = 0; ow < s->ow; ow += LANES) {
    keep_for_next(&shared, ow, three_winners(s, x, -s->ph, ow, finite, &noted), fold);
  }
  for (int64_t oh = 0, top = -s->ph; oh < s->oh; oh++, top += 2) {
    for (int64_t ow = 0; ow < s->ow; ow += LANES) {
      if (far) { /* two rows' share, line after line */
        ask_ahead(x + 2 * oh * s->w + 4 * ow, 4);
      }
      places none = places_set(0);
      winners above = {vec_load(shared.max + ow),
                       fold == FOLD_MAX ? none : places_load4(shared.column + ow)};
      winners middle = three_winners(s, x, top + 1, ow, finite, &noted);
      winners w = three_winners(s, x, top + 2, ow, finite, &noted);
      keep_for_next(&shared, ow, w, fold);
      w.place = places_add(w.place, places_set(2 * 3));
      precede(&w, middle.max, places_add(middle.place, places_set(3)), finite);
      precede(&w, above.max, above.place, finite);
      if (fold != FOLD_MAX && !finite) {
        w.place = place_in_image(s, w, in_image, oh, ow, k);
      }
      put(s, to, ow, w.max, w.place, fold, k);
    }
    next_row(s, &to, 1, fold);
  }
  return all_finite(noted);
}

/* Returns false if it cannot do it. */
INLINE bool max_three_planes(const convoy_pool_sizes *sizes, int64_t planes, const T *x, T *y,
                             char *argmax, enum fold fold) {
  const convoy_pool_sizes copy = *sizes, *s = &copy; /* which no store can change */
  window k = WINDOW(3, 3, 2, 1, 1, true, false, false, 1);
  first_taps first;
  if (fold != FOLD_MAX && !find_first_taps(s, &first, k)) {
    return false;
  }
  bool far = is_far(s), stream = streams(s, y, s->oh, s->ow);
  bool finite = true; /* like the plane before */
  int64_t out = s->oh * s->ow;
  for (int64_t plane = 0; plane < planes; plane++, x += s->h * s->w) {
    int64_t done = plane * out;
    output to = {y + done, fold == FOLD_MAX ? NULL : argmax + done, planes * out - done, 0, stream};
    if (finite) {
      finite = max_three_plane(s, x, to, &first, far, true, fold, k);
      if (finite) {
        continue;
      }
    }
    finite = max_three_plane(s, x, to, &first, far, false, fold, k);
  }
  if (stream) {
    stream_end();
  }
  return true;
}

static bool max_three(const convoy_pool_sizes *s, int64_t planes, const T *x, T *y, void *argmax) {
  return argmax == NULL ? max_three_planes(s, planes, x, y, NULL, FOLD_MAX)
                        : max_three_planes(s, planes, x, y, argmax, FOLD_MAX1);
}

#endif
