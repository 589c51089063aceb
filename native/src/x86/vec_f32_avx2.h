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

static inline vec vec_load(const T *p) {
  return _mm256_loadu_ps(p);
}

static inline vec vec_load_range(const T *p, range lanes) {
  return _mm256_maskload_ps(p, mask_of(lanes));
}

static inline void vec_store(T *p, vec v) {
  _mm256_storeu_ps(p, v);
}

static inline void vec_stream(T *p, vec v) {
  _mm256_stream_ps(p, v);
}

/* What was streamed is seen by other threads as if it had been stored. */
static inline void stream_end(void) {
  _mm_sfence();
}

static inline vec vec_load_halves(const T *low, const T *high) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low)), _mm_loadu_ps(high), 1);
}

static inline void vec_store_halves(T *low, T *high, vec v) {
  _mm_storeu_ps(low, _mm256_castps256_ps128(v));
  _mm_storeu_ps(high, _mm256_extractf128_ps(v, 1));
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

static inline vec vec_mul(vec a, vec b) {
  return _mm256_mul_ps(a, b);
}

/* sum + a * b, rounded once. */
static inline vec vec_multiply_add(vec sum, vec a, vec b) {
  return _mm256_fmadd_ps(a, b, sum);
}

static inline vec vec_div(vec a, vec b) {
  return _mm256_div_ps(a, b);
}

static inline vec vec_max(vec a, vec b) {
  return _mm256_max_ps(a, b);
}

static inline vec vec_select(mask where, vec yes, vec no) {
  return _mm256_blendv_ps(no, yes, _mm256_castsi256_ps(where));
}

static inline vec vec_add_where(mask where, vec a, vec b) {
  return vec_add(a, _mm256_and_ps(_mm256_castsi256_ps(where), b)); /* + 0 changes no sum from 0 */
}

static inline mask vec_above(vec a, vec b) {
  return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_GT_OQ));
}

static inline mask vec_equal(vec a, vec b) {
  return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_EQ_OQ));
}

/* Lanes where max stays the maximum though value comes before it: where value is less and no NaN,
 * or is no NaN and max is one. */
static inline mask vec_stays(vec max, vec value) {
  vec number = _mm256_cmp_ps(value, value, _CMP_ORD_Q);
  return _mm256_castps_si256(_mm256_and_ps(number, _mm256_cmp_ps(value, max, _CMP_NGE_UQ)));
}

static inline mask vec_unordered(vec a, vec b) {
  return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_UNORD_Q));
}

static inline mask mask_or(mask a, mask b) {
  return _mm256_or_si256(a, b);
}

static inline T vec_fold(vec v) {
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/* Orders the four pairs 0 2 1 3: the shuffles below work within each half of a vector. */
static inline vec join_halves(vec v) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), _MM_SHUFFLE(3, 1, 2, 0)));
}

/* All lanes but the first, then another. */
static inline vec vec_shift(vec v, T last) {
  vec turned = _mm256_permutevar8x32_ps(v, _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0));
  return _mm256_blend_ps(turned, _mm256_set1_ps(last), 0x80);
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

static inline places places_add(places a, places b) {
  return _mm256_add_epi32(a, b);
}

static inline places places_load4(const int32_t *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}

static inline mask places_equal1(const uint8_t *p, int64_t place) {
  __m128i eight = _mm_loadl_epi64((const __m128i *)p);
  return _mm256_cvtepi8_epi32(_mm_cmpeq_epi8(eight, _mm_set1_epi8((char)place)));
}

static inline mask places_equal1_halves(const uint8_t *low, const uint8_t *high, int64_t place) {
  int fours[2];
  memcpy(&fours[0], low, sizeof fours[0]);
  memcpy(&fours[1], high, sizeof fours[1]);
  __m128i eight = _mm_insert_epi32(_mm_cvtsi32_si128(fours[0]), fours[1], 1);
  return _mm256_cvtepi8_epi32(_mm_cmpeq_epi8(eight, _mm_set1_epi8((char)place)));
}

static inline mask places_equal4(const int32_t *p, int64_t place) {
  return _mm256_cmpeq_epi32(places_load4(p), places_set(place));
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

static inline void places_store1_halves(uint8_t *low, uint8_t *high, places v) {
  uint64_t bytes = narrow_to_bytes(v);
  uint32_t fours[2] = {(uint32_t)bytes, (uint32_t)(bytes >> 32)};
  memcpy(low, &fours[0], sizeof fours[0]);
  memcpy(high, &fours[1], sizeof fours[1]);
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
