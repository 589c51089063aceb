/* Storing LANES outputs of pooling. */
#ifndef CONVOY_POOL_PUT_SIMD_H
#define CONVOY_POOL_PUT_SIMD_H

#include "pool_window_simd.h"

/* What windows are folded to: the maximum, with or without its place of 1 or 4 bytes, or the mean.
 */
enum fold { FOLD_MAX, FOLD_MAX1, FOLD_MAX4, FOLD_MEAN };

/* Where one row of outputs goes. Vectors that reach past the row's end are stored whole wherever
 * what follows is yet to be written. */
typedef struct {
  T *y;
  char *argmax;
  int64_t room;  /* elements from the row's start on that may be written */
  int64_t other; /* halves: elements to the other plane */
  bool stream;
} output;

/* Moves on by so many rows; there are no places of four bytes where this is used. */
INLINE void next_row(const convoy_pool_sizes *s, output *to, int64_t rows, enum fold fold) {
  to->y += rows * s->ow;
  to->room -= rows * s->ow;
  if (fold == FOLD_MAX1) {
    to->argmax += rows * s->ow;
  }
}

INLINE void put(const convoy_pool_sizes *s, output out, int64_t ow, vec v, places place,
                enum fold fold, window k) {
  T *y = out.y + ow;
  uint8_t *bytes = (uint8_t *)out.argmax + ow;
  int64_t room = out.room - ow;
  if (k.halves && room >= LANES / 2) {
    vec_store_halves(y, y + out.other, v);
    if (fold == FOLD_MAX1) {
      places_store1_halves(bytes, bytes + out.other, place);
    }
  } else if (k.halves) {
    range low = lanes_between(0, s->ow), high = {LANES / 2, LANES / 2 + low.last};
    vec_store_range(y, low, v);
    vec_store_range(y + out.other - LANES / 2, high, v);
    if (fold == FOLD_MAX1) {
      places_store1_range(bytes, low, place);
      places_store1_range(bytes + out.other - LANES / 2, high, place);
    }
  } else if (room >= LANES) {
    if (out.stream) {
      vec_stream(y, v);
    } else {
      vec_store(y, v);
    }
    if (fold == FOLD_MAX1) {
      places_store1(bytes, place);
    } else if (fold == FOLD_MAX4) {
      places_store4((int32_t *)out.argmax + ow, place);
    }
  } else {
    range lanes = lanes_between(0, s->ow - ow);
    vec_store_range(y, lanes, v);
    if (fold == FOLD_MAX1) {
      places_store1_range(bytes, lanes, place);
    } else if (fold == FOLD_MAX4) {
      places_store4_range((int32_t *)out.argmax + ow, lanes, place);
    }
  }
}

#endif
