/* Ranges of a window's taps. */
#ifndef CONVOY_SPAN_H
#define CONVOY_SPAN_H

#include <stdint.h>

/* The whole numbers from first (inclusive) to last (exclusive); none when first >= last. */
typedef struct {
  int64_t first, last;
} span;

static inline int64_t min_i64(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static inline int64_t max_i64(int64_t a, int64_t b) {
  return a > b ? a : b;
}

/* The taps, of a window along one axis whose first tap lies at start, that fall within [0, size).
 * The usual dilation needs no divisions, which would cost more than some rows of windows do. */
static inline span taps_within(int64_t start, int64_t dilation, int64_t taps, int64_t size) {
  if (dilation == 1) {
    return (span){max_i64(-start, 0), start < size ? min_i64(taps, size - start) : 0};
  }
  span s;
  s.first = start < 0 ? (dilation - 1 - start) / dilation : 0;
  s.last = start < size ? min_i64(taps, (size - 1 - start) / dilation + 1) : 0;
  return s;
}

#endif
