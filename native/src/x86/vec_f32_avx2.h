/* Eight floats of AVX2, in the words that the pooling kernels are written in (see simd.h). */
#include <immintrin.h>
#include <string.h>

#define T float
#define LANES 8

typedef __m256 vec;
typedef __m256i mask; /* all bits of a lane, or none */
typedef __m256i places;

#include "simd.h"

static inline mask mask_of(range lanes) {
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  __m256i before = _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes.first), lane);
  return _mm256_andnot_si256(before, _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes.last), lane));
}

static inline vec vec_set(T value) {
  return _mm256_set1_ps(value);
}

static inline vec vec_iota(void) {
  return _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7);
}

static inline vec vec_load(const T *p) {
  return _mm256_loadu_ps(p);
}

static inline vec vec_load_range(const T *p, range lanes) {
  return _mm256_maskload_ps(p, mask_of(lanes));
}

static inline vec vec_load_range_or(const T *p, range lanes, vec other) {
  return _mm256_blendv_ps(other, vec_load_range(p, lanes), _mm256_castsi256_ps(mask_of(lanes)));
}

static inline void vec_store(T *p, vec v) {
  _mm256_storeu_ps(p, v);
}

/* One by one: a masked store is microcode on many a processor without AVX-512. */
static inline void vec_store_range(T *p, range lanes, vec v) {
  T values[LANES];
  vec_store(values, v);
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    p[lane] = values[lane];
  }
}

static inline vec vec_add(vec a, vec b) {
  return _mm256_add_ps(a, b);
}

static inline vec vec_sub(vec a, vec b) {
  return _mm256_sub_ps(a, b);
}

static inline vec vec_mul(vec a, vec b) {
  return _mm256_mul_ps(a, b);
}

static inline vec vec_div(vec a, vec b) {
  return _mm256_div_ps(a, b);
}

static inline vec vec_min(vec a, vec b) {
  return _mm256_min_ps(a, b);
}

static inline vec vec_max(vec a, vec b) {
  return _mm256_max_ps(a, b);
}

static inline vec vec_select(mask where, vec yes, vec no) {
  return _mm256_blendv_ps(no, yes, _mm256_castsi256_ps(where));
}

static inline vec vec_add_where(mask where, vec a, vec b) {
  return vec_select(where, vec_add(a, b), a);
}

static inline mask vec_equal(vec a, vec b) {
  return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_EQ_OQ));
}

static inline mask vec_beats(vec later, vec max) {
  vec number = _mm256_cmp_ps(max, max, _CMP_ORD_Q);
  return _mm256_castps_si256(_mm256_and_ps(number, _mm256_cmp_ps(later, max, _CMP_NLE_UQ)));
}

/* Orders the four pairs 0 2 1 3: the shuffles below work within each half of a vector. */
static inline vec join_halves(vec v) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), _MM_SHUFFLE(3, 1, 2, 0)));
}

static inline vec vec_even(vec low, vec high) {
  return join_halves(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0)));
}

static inline vec vec_odd(vec low, vec high) {
  return join_halves(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
}

static inline vec vec_zip_low(vec even, vec odd) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd), 0x20);
}

static inline vec vec_zip_high(vec even, vec odd) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd), 0x31);
}

static inline places places_set(int64_t place) {
  return _mm256_set1_epi32((int)place);
}

static inline places places_select(mask where, places yes, places no) {
  return _mm256_blendv_epi8(no, yes, where);
}

static inline mask places_equal(places a, places b) {
  return _mm256_cmpeq_epi32(a, b);
}

static inline places places_load1(const uint8_t *p) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));
}

/* The bytes of the lanes, in a register: a vector load soon after byte stores would stall. */
static inline places places_load1_range(const uint8_t *p, range lanes) {
  uint64_t bytes = 0;
  int lane = lanes.first, left = lanes.last - lanes.first;
  if (left & 4) {
    uint32_t four;
    memcpy(&four, p + lane, sizeof four);
    bytes |= (uint64_t)four << 8 * lane;
    lane += 4;
  }
  if (left & 2) {
    uint16_t two;
    memcpy(&two, p + lane, sizeof two);
    bytes |= (uint64_t)two << 8 * lane;
    lane += 2;
  }
  if (left & 1) {
    bytes |= (uint64_t)p[lane] << 8 * lane;
  }
  return left == LANES ? places_load1(p) : _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)bytes));
}

static inline places places_load4(const int32_t *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}

static inline places places_load4_range(const int32_t *p, range lanes) {
  return _mm256_maskload_epi32(p, mask_of(lanes));
}

static inline uint64_t narrow_to_bytes(places v) {
  __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  return (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(words, words));
}

static inline void places_store1(uint8_t *p, places v) {
  uint64_t bytes = narrow_to_bytes(v);
  memcpy(p, &bytes, sizeof bytes);
}

static inline void places_store1_range(uint8_t *p, range lanes, places v) {
  uint64_t bytes = narrow_to_bytes(v);
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    p[lane] = (uint8_t)(bytes >> 8 * lane);
  }
}

static inline void places_store4(int32_t *p, places v) {
  _mm256_storeu_si256((__m256i *)p, v);
}

static inline void places_store4_range(int32_t *p, range lanes, places v) {
  int32_t values[LANES];
  places_store4(values, v);
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    p[lane] = values[lane];
  }
}
