/*
 * The direct algorithm's loop: outputs are sums of weighted runs of source elements. Several
 * filters times several vectors of outputs are kept in registers, so that each element loaded
 * serves more than one product. Included once per element type T and instruction set.
 */

#define INLINE static inline __attribute__((always_inline))

/* Vectors of outputs in a tile of 1, 2, 3, 4 and 6 filters: what the registers hold. */
#if defined(__AVX512F__) || defined(NEON) /* 32 registers, else 16 */
enum { TILE_1 = 8, TILE_2 = 8, TILE_3 = 5, TILE_4 = 4, TILE_6 = 4 };
#else
enum { TILE_1 = 8, TILE_2 = 4, TILE_3 = 3, TILE_4 = 3 };
#endif
enum { MOST_VECTORS = 8, MOST_FILTERS = 6 };

typedef struct {
  int64_t rows, cols;         /* outputs of one filter */
  int64_t src_step, dst_step; /* from one row to the next */
  int64_t filters;
  int64_t dst_filter, weights_filter; /* from one filter to the next */
  const conv_tap *taps;
  int64_t tap_count;
  const T *weights;
  const T *bias;  /* [filters], or NULL */
  int accumulate; /* sums start from what dst holds, not from the bias */
  int relu;
} correlation;

/* A vector of outputs. */
typedef struct {
  const T *src;
  T *dst;
  int64_t lanes;
} correlation_place;

INLINE void correlate_tile(const correlation *q, int64_t first, int filters, int vectors,
                           const correlation_place *place) {
  vec sum[MOST_FILTERS][MOST_VECTORS];
#pragma GCC unroll 8
  for (int f = 0; f < filters; f++) {
    vec start = vec_all(q->bias != NULL ? q->bias[first + f] : 0);
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
      const T *dst = place[v].dst + (first + f) * q->dst_filter;
      __builtin_prefetch(dst, 1); /* it comes while the sums are made */
      sum[f][v] = q->accumulate ? vec_load_some(dst, place[v].lanes) : start;
    }
  }
  const T *weights = q->weights + first * q->weights_filter;
  for (int64_t t = 0; t < q->tap_count; t++) {
    vec x[MOST_VECTORS];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
      x[v] = vec_load(place[v].src + q->taps[t].src);
    }
#pragma GCC unroll 8
    for (int f = 0; f < filters; f++) {
      vec weight = vec_all(weights[q->taps[t].weight + f * q->weights_filter]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) {
        sum[f][v] = vec_fma(weight, x[v], sum[f][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int f = 0; f < filters; f++) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
      vec y = q->relu ? vec_relu(sum[f][v]) : sum[f][v];
      vec_store_some(place[v].dst + (first + f) * q->dst_filter, y, place[v].lanes);
    }
  }
}

/* All outputs of some filters, a constant number of vectors at a time, then one at a time. */
INLINE void correlate_filters(const correlation *q, int64_t first, int filters, int vectors,
                              const T *src, T *dst) {
  correlation_place place[MOST_VECTORS];
  int filled = 0;
  for (int64_t row = 0; row < q->rows; row++) {
    for (int64_t col = 0; col < q->cols; col += LANES) {
      place[filled].src = src + row * q->src_step + col;
      place[filled].dst = dst + row * q->dst_step + col;
      place[filled].lanes = vec_left(q->cols, col);
      if (++filled == vectors) {
        correlate_tile(q, first, filters, vectors, place);
        filled = 0;
      }
    }
  }
  for (int i = 0; i < filled; i++) {
    correlate_tile(q, first, filters, 1, place + i);
  }
}

static void correlate(const correlation *q, const T *src, T *dst) {
  int64_t first = 0;
#if defined(__AVX512F__) || defined(NEON)
  /* Of 7 and of 8, four and the rest: two would leave the loads in the way. */
  for (int64_t left = q->filters; left == 6 || left > 8; left -= 6, first += 6) {
    correlate_filters(q, first, 6, TILE_6, src, dst);
  }
#endif
  for (; first + 4 <= q->filters; first += 4) {
    correlate_filters(q, first, 4, TILE_4, src, dst);
  }
  switch (q->filters - first) {
    case 3:
      correlate_filters(q, first, 3, TILE_3, src, dst);
      break;
    case 2:
      correlate_filters(q, first, 2, TILE_2, src, dst);
      break;
    case 1:
      correlate_filters(q, first, 1, TILE_1, src, dst);
      break;
    default:
      break;
  }
}
