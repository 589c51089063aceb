/* How the vectorised pooling kernels see a window, and which windows get loops of their own. */
#ifndef CONVOY_POOL_WINDOW_SIMD_H
#define CONVOY_POOL_WINDOW_SIMD_H

#include "pool.h"
#include "simd.h"

/* Lanes are neighbouring windows of a row. Where these lie two columns apart, undilated, their taps
 * are the even and odd columns, split in registers (pairs). For any other stride the columns are
 * split when they are staged: column c stands at (c % phases) * phase_length + c / phases, so that
 * neighbouring windows' taps are neighbours again.
 *
 * A row of at most LANES / 2 windows would waste half of a vector: there, its upper half works on
 * the next plane (halves). */
/* Where a tap column lies among split columns. */
typedef struct {
  int64_t phase, index;
} tap_column;

typedef struct {
  int64_t kh, kw, sh, dh, dw; /* constants, where a kernel is inlined with constants */
  bool pairs, odd, halves;    /* odd: pairs whose first even column is padding's last: pw is odd */
  int64_t phases, phase_length;
  tap_column last;
} window;

static inline bool has_window(const convoy_pool_sizes *s, int64_t k, int64_t stride) {
  return s->kh == k && s->kw == k && s->sh == stride && s->sw == stride && s->dh == 1 && s->dw == 1;
}

/* Whether windows are 2x2, two apart, and tile the image exactly. */
static inline bool tiles_in_pairs(const convoy_pool_sizes *s) {
  return has_window(s, 2, 2) && s->ph == 0 && s->pw == 0 && s->h == 2 * s->oh && s->w == 2 * s->ow;
}

/* Calls an inlined kernel that returns a bool: for the usual windows with constants, so that its
 * loops unroll. */
#define CALL_WITH_WINDOW(s, halves, kernel, ...)                                              \
  (has_window(s, 2, 2) && (s)->pw == 0                                                        \
       ? (halves) ? kernel(__VA_ARGS__, WINDOW(2, 2, 2, 1, 1, true, false, true, 1))          \
                  : kernel(__VA_ARGS__, WINDOW(2, 2, 2, 1, 1, true, false, false, 1))         \
   : has_window(s, 3, 2) && (s)->pw == 1                                                      \
       ? (halves) ? kernel(__VA_ARGS__, WINDOW(3, 3, 2, 1, 1, true, true, true, 1))           \
                  : kernel(__VA_ARGS__, WINDOW(3, 3, 2, 1, 1, true, true, false, 1))          \
   : has_window(s, 3, 1) ? kernel(__VA_ARGS__, WINDOW(3, 3, 1, 1, 1, false, false, false, 1)) \
                         : CALL_WITH_ANY_WINDOW(s, kernel, __VA_ARGS__))

#define CALL_WITH_ANY_WINDOW(s, kernel, ...)                                                       \
  ((s)->sw == 2 && (s)->dw == 1 ? kernel(__VA_ARGS__, WINDOW((s)->kh, (s)->kw, (s)->sh, (s)->dh,   \
                                                             1, true, (s)->pw % 2 == 1, false, 1)) \
   : (s)->sw == 1 ? kernel(__VA_ARGS__, WINDOW((s)->kh, (s)->kw, (s)->sh, (s)->dh, (s)->dw, false, \
                                               false, false, 1))                                   \
                  : kernel(__VA_ARGS__, WINDOW((s)->kh, (s)->kw, (s)->sh, (s)->dh, (s)->dw, false, \
                                               false, false, (s)->sw)))

#define WINDOW(kh, kw, sh, dh, dw, pairs, odd, halves, phases) \
  ((window){kh, kw, sh, dh, dw, pairs, odd, halves, phases, 0, {0, 0}})

/* The next multiple of LANES. */
INLINE int64_t whole_vectors(int64_t n) {
  return (n + LANES - 1) / LANES * LANES;
}

/* Whether windows reach beyond the image. */
INLINE bool pads(const convoy_pool_sizes *s) {
  return s->ph > 0 || s->pw > 0 || (s->oh - 1) * s->sh + (s->kh - 1) * s->dh >= s->h ||
         (s->ow - 1) * s->sw + (s->kw - 1) * s->dw >= s->w;
}

/* How many windows of a row the kernels compute, in whole vectors. */
INLINE int64_t computed_windows(const convoy_pool_sizes *s, window k) {
  return k.halves ? LANES / 2 : whole_vectors(s->ow);
}

/* Where 2x2 windows tile the image, planes follow one another without a gap, so that their pairs of
 * rows are one list. How many of n pairs can be loaded and stored in whole vectors without going
 * past the end. */
INLINE int64_t whole_pairs(const convoy_pool_sizes *s, int64_t n, window k) {
  int64_t load = s->w + 2 * computed_windows(s, k), store = computed_windows(s, k);
  int64_t last = max_i64((load + 2 * s->w - 1) / (2 * s->w), (store + s->ow - 1) / s->ow);
  int64_t whole = max_i64(0, n - last + 1);
  return k.halves ? whole / 2 * 2 : whole;
}

/* Sizes of n pairs, each a plane. */
static inline convoy_pool_sizes pairs_as_planes(const convoy_pool_sizes *s, int64_t n) {
  convoy_pool_sizes pairs = *s;
  pairs.planes = n;
  pairs.h = pairs.padded_h = 2;
  pairs.oh = 1;
  return pairs;
}

/* Whether images are more than the second-level cache holds. What lies further is asked for ahead:
 * two rows at a time are no stream that processors guess well. 2x2/2 over 103 MB on a Zen 5, one
 * core, took 5.0 ms, and 3.6 when asked for. */
INLINE bool is_far(const convoy_pool_sizes *s) {
  return s->planes * s->h * s->w >= FAR_BYTES / (int64_t)sizeof(T);
}

/* Rows that are worked on at a time where kernels go down them, a vector of columns at a time: the
 * next columns' lines are still in the first-level cache. */
INLINE int64_t rows_of_band(const convoy_pool_sizes *s) {
  return max_i64(32768 / (int64_t)sizeof(T) / s->w, 16);
}

/* Asks for the vectors from p on that are wanted some rows later. */
INLINE void ask_ahead(const T *p, int vectors) {
  for (int i = 0; i < vectors; i++) {
    __builtin_prefetch((const char *)(p + i * LANES) + AHEAD_BYTES, 0, 0);
  }
}

/* Whether an output of so many rows and columns per plane is written past the caches: where it does
 * not fit in them anyway. */
INLINE bool streams(const convoy_pool_sizes *s, const T *to, int64_t rows, int64_t columns) {
  return s->planes * rows * columns >= STREAMED_BYTES / (int64_t)sizeof(T) &&
         columns % LANES == 0 && (uintptr_t)to % sizeof(vec) == 0;
}

#endif
