/*
 * The words that the vectorised pooling kernels are written in. An instruction set's header
 * defines, for one element type T, LANES and the types
 *
 * - vec, LANES elements,
 * - mask, which lanes,
 * - places, LANES places of windows, as stored in argmax,
 *
 * includes this file, and defines the functions that pool_*_simd.h calls: vec_*, mask_*, places_*.
 * Those with _range leave alone the memory of the lanes that are out of the range, and load zeros
 * for them; those with _halves load or store the lower and the upper half of the lanes at two
 * addresses; 1 and 4 are the bytes of a stored place.
 */
#ifndef CONVOY_SIMD_H
#define CONVOY_SIMD_H

#include <stdbool.h>

#include "span.h"

#define INLINE static inline __attribute__((always_inline))

/* Lanes first (inclusive) to last (exclusive), 0 <= first <= last <= LANES. */
typedef struct {
  int first, last;
} range;

INLINE range lanes_between(int64_t first, int64_t last) {
  int64_t to = max_i64(0, min_i64(last, LANES));
  return (range){(int)min_i64(max_i64(first, 0), to), (int)to};
}

#endif
