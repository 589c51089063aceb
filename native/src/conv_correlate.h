/*
 * The direct algorithm's loop: outputs are sums of weighted runs of source elements. Several
 * filters times several vectors of outputs are kept in registers, so that a loaded element serves
 * more than one product. Included once per element type T and instruction set.
 */

#define INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
enum { TILE_FILTERS = 4, TILE_VECTORS = 4, TILE_VECTORS_ONE = 8 };
#else
enum { TILE_FILTERS = 4, TILE_VECTORS = 2, TILE_VECTORS_ONE = 8 };
#endif

typedef struct {
  int64_t rows, cols;          /* outputs of one filter */
  int64_t src_step, dst_step;  /* from one row to the next */
  int64_t filters, dst_filter; /* how many, and from one filter's outputs to the next's */
  const int64_t *taps;         /* from an output's place in src to each element it weighs */
  int64_t tap_count;
  const T *weights; /* [filters][weights_ld], tap_count of each used */
  int64_t weights_ld;
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
  vec sum[TILE_FILTERS][TILE_VECTORS_ONE];
#pragma GCC unroll 8
  for (int f = 0; f < filters; f++) {
    vec start = vec_all(q->bias != NULL ? q->bias[first + f] : 0);
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
      const T *dst = place[v].dst + (first + f) * q->dst_filter;
      sum[f][v] = q->accumulate ? vec_load_some(dst, place[v].lanes) : start;
    }
  }
  const T *weights = q->weights + first * q->weights_ld;
  for (int64_t t = 0; t < q->tap_count; t++) {
    vec x[TILE_VECTORS_ONE];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
      x[v] = vec_load(place[v].src + q->taps[t]);
    }
#pragma GCC unroll 8
    for (int f = 0; f < filters; f++) {
      vec weight = vec_all(weights[f * q->weights_ld + t]);
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
  correlation_place place[TILE_VECTORS_ONE];
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
  for (; first + TILE_FILTERS <= q->filters; first += TILE_FILTERS) {
    correlate_filters(q, first, TILE_FILTERS, TILE_VECTORS, src, dst);
  }
  for (; first < q->filters; first++) {
    correlate_filters(q, first, 1, TILE_VECTORS_ONE, src, dst);
  }
}
