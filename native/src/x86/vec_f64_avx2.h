/* Four doubles of AVX2, in the words that the pooling kernels are written in (see simd.h). */
#include <immintrin.h>
#include <string.h>

#define T double
#define LANES 4

typedef __m256d vec;
typedef __m256i mask;   /* all bits of a lane, or none */
typedef __m256i places; /* 64 bits each, as wide as the elements that they go with */

#include "simd.h"

static inline mask mask_of(range lanes) {
  __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
  __m256i before = _mm256_cmpgt_epi64(_mm256_set1_epi64x(lanes.first), lane);
  return _mm256_andnot_si256(before, _mm256_cmpgt_epi64(_mm256_set1_epi64x(lanes.last), lane));
}

static inline vec vec_set(T value) {
  return _mm256_set1_pd(value);
}

static inline vec vec_load(const T *p) {
  return _mm256_loadu_pd(p);
}

static inline vec vec_load_range(const T *p, range lanes) {
  return _mm256_maskload_pd(p, mask_of(lanes));
}

static inline void vec_store(T *p, vec v) {
  _mm256_storeu_pd(p, v);
}

static inline void vec_stream(T *p, vec v) {
  _mm256_stream_pd(p, v);
}

/* What was streamed is seen by other threads as if it had been stored. */
static inline void stream_end(void) {
  _mm_sfence();
}

static inline vec vec_load_halves(const T *low, const T *high) {
  return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(low)), _mm_loadu_pd(high), 1);
}

static inline void vec_store_halves(T *low, T *high, vec v) {
  _mm_storeu_pd(low, _mm256_castpd256_pd128(v));
  _mm_storeu_pd(high, _mm256_extractf128_pd(v, 1));
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
  return _mm256_add_pd(a, b);
}

static inline vec vec_mul(vec a, vec b) {
  return _mm256_mul_pd(a, b);
}

/* sum + a * b, rounded once. */
static inline vec vec_multiply_add(vec sum, vec a, vec b) {
  return _mm256_fmadd_pd(a, b, sum);
}

static inline vec vec_div(vec a, vec b) {
  return _mm256_div_pd(a, b);
}

static inline vec vec_max(vec a, vec b) {
  return _mm256_max_pd(a, b);
}

static inline vec vec_select(mask where, vec yes, vec no) {
  return _mm256_blendv_pd(no, yes, _mm256_castsi256_pd(where));
}

static inline vec vec_add_where(mask where, vec a, vec b) {
  return vec_add(a, _mm256_and_pd(_mm256_castsi256_pd(where), b)); /* + 0 changes no sum from 0 */
}

static inline mask vec_above(vec a, vec b) {
  return _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_GT_OQ));
}

static inline mask vec_equal(vec a, vec b) {
  return _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_EQ_OQ));
}

/* Lanes where max stays the maximum though value comes before it: where value is less and no NaN,
 * or is no NaN and max is one. */
static inline mask vec_stays(vec max, vec value) {
  vec number = _mm256_cmp_pd(value, value, _CMP_ORD_Q);
  return _mm256_castpd_si256(_mm256_and_pd(number, _mm256_cmp_pd(value, max, _CMP_NGE_UQ)));
}

static inline mask vec_unordered(vec a, vec b) {
  return _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_UNORD_Q));
}

static inline mask mask_or(mask a, mask b) {
  return _mm256_or_si256(a, b);
}

static inline T vec_fold(vec v) {
  __m128d two = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

/* All lanes but the first, then another. */
static inline vec vec_shift(vec v, T last) {
  vec turned = _mm256_permute4x64_pd(v, 0x39);
  return _mm256_blend_pd(turned, _mm256_set1_pd(last), 0x8);
}

static inline vec vec_even(vec low, vec high) {
  return _mm256_permute4x64_pd(_mm256_unpacklo_pd(low, high), _MM_SHUFFLE(3, 1, 2, 0));
}

static inline vec vec_odd(vec low, vec high) {
  return _mm256_permute4x64_pd(_mm256_unpackhi_pd(low, high), _MM_SHUFFLE(3, 1, 2, 0));
}

static inline vec vec_zip_low(vec even, vec odd) {
  return _mm256_permute2f128_pd(_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd), 0x20);
}

static inline vec vec_zip_high(vec even, vec odd) {
  return _mm256_permute2f128_pd(_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd), 0x31);
}

static inline places places_set(int64_t place) {
  return _mm256_set1_epi64x(place);
}

static inline places places_select(mask where, places yes, places no) {
  return _mm256_blendv_epi8(no, yes, where);
}

static inline places places_add(places a, places b) {
  return _mm256_add_epi64(a, b);
}

static inline places places_load4(const int32_t *p) {
  return _mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)p));
}

/* Each lane's low 32 bits, of places or of a mask. */
static inline __m128i narrow(__m256i v) {
  return _mm256_castsi256_si128(
      _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
}

static inline mask places_equal1(const uint8_t *p, int64_t place) {
  int four;
  memcpy(&four, p, sizeof four);
  return _mm256_cvtepi8_epi64(_mm_cmpeq_epi8(_mm_cvtsi32_si128(four), _mm_set1_epi8((char)place)));
}

static inline mask places_equal1_halves(const uint8_t *low, const uint8_t *high, int64_t place) {
  int four = low[0] | low[1] << 8 | high[0] << 16 | (int)((uint32_t)high[1] << 24);
  return _mm256_cvtepi8_epi64(_mm_cmpeq_epi8(_mm_cvtsi32_si128(four), _mm_set1_epi8((char)place)));
}

static inline mask places_equal4(const int32_t *p, int64_t place) {
  return _mm256_cmpeq_epi64(places_load4(p), places_set(place));
}

static inline uint32_t narrow_to_bytes(places v) {
  __m128i words = _mm_packus_epi32(narrow(v), narrow(v));
  return (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(words, words));
}

static inline void places_store1(uint8_t *p, places v) {
  uint32_t bytes = narrow_to_bytes(v);
  memcpy(p, &bytes, sizeof bytes);
}

static inline void places_store1_range(uint8_t *p, range lanes, places v) {
  uint32_t bytes = narrow_to_bytes(v);
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    p[lane] = (uint8_t)(bytes >> 8 * lane);
  }
}

static inline void places_store1_halves(uint8_t *low, uint8_t *high, places v) {
  uint32_t bytes = narrow_to_bytes(v);
  uint16_t twos[2] = {(uint16_t)bytes, (uint16_t)(bytes >> 16)};
  memcpy(low, &twos[0], sizeof twos[0]);
  memcpy(high, &twos[1], sizeof twos[1]);
}

static inline void places_store4(int32_t *p, places v) {
  _mm_storeu_si128((__m128i *)p, narrow(v));
}

static inline void places_store4_range(int32_t *p, range lanes, places v) {
  int32_t values[LANES];
  places_store4(values, v);
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    p[lane] = values[lane];
  }
}
