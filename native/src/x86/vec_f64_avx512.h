/* Eight doubles of AVX-512, in the words that the pooling kernels are written in (see simd.h). */
#include <immintrin.h>
#include <string.h>

#define T double
#define LANES 8

typedef __m512d vec;
typedef __mmask8 mask;
typedef __m512i places; /* 64 bits each, as wide as the elements that they go with */

#include "simd.h"

static inline mask mask_of(range lanes) {
  return (mask)((1u << lanes.last) - (1u << lanes.first));
}

static inline vec vec_set(T value) {
  return _mm512_set1_pd(value);
}

static inline vec vec_load(const T *p) {
  return _mm512_loadu_pd(p);
}

static inline vec vec_load_range(const T *p, range lanes) {
  return _mm512_maskz_loadu_pd(mask_of(lanes), p);
}

static inline void vec_store(T *p, vec v) {
  _mm512_storeu_pd(p, v);
}

static inline void vec_store_range(T *p, range lanes, vec v) {
  _mm512_mask_storeu_pd(p, mask_of(lanes), v);
}

static inline void vec_stream(T *p, vec v) {
  _mm512_stream_pd(p, v);
}

/* What was streamed is seen by other threads as if it had been stored. */
static inline void stream_end(void) {
  _mm_sfence();
}

static inline vec vec_load_halves(const T *low, const T *high) {
  return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(low)), _mm256_loadu_pd(high), 1);
}

static inline void vec_store_halves(T *low, T *high, vec v) {
  _mm256_storeu_pd(low, _mm512_castpd512_pd256(v));
  _mm256_storeu_pd(high, _mm512_extractf64x4_pd(v, 1));
}

static inline vec vec_add(vec a, vec b) {
  return _mm512_add_pd(a, b);
}

static inline vec vec_add_where(mask where, vec a, vec b) {
  return _mm512_mask_add_pd(a, where, a, b);
}

static inline vec vec_mul(vec a, vec b) {
  return _mm512_mul_pd(a, b);
}

/* sum + a * b, rounded once. */
static inline vec vec_multiply_add(vec sum, vec a, vec b) {
  return _mm512_fmadd_pd(a, b, sum);
}

static inline vec vec_div(vec a, vec b) {
  return _mm512_div_pd(a, b);
}

static inline vec vec_max(vec a, vec b) {
  return _mm512_max_pd(a, b);
}

static inline vec vec_select(mask where, vec yes, vec no) {
  return _mm512_mask_mov_pd(no, where, yes);
}

static inline mask vec_above(vec a, vec b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ);
}

static inline mask vec_equal(vec a, vec b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ);
}

/* Lanes where max stays the maximum though value comes before it: where value is less and no NaN,
 * or is no NaN and max is one. */
static inline mask vec_stays(vec max, vec value) {
  mask number = _mm512_cmp_pd_mask(value, value, _CMP_ORD_Q);
  return _mm512_mask_cmp_pd_mask(number, value, max, _CMP_NGE_UQ);
}

static inline mask vec_unordered(vec a, vec b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q);
}

static inline mask mask_or(mask a, mask b) {
  return (mask)(a | b);
}

static inline T vec_fold(vec v) {
  __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd(v, 1));
  __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

/* All lanes but the first, then another. */
static inline vec vec_shift(vec v, T last) {
  __m512i lanes = _mm512_castpd_si512(v), after = _mm512_castpd_si512(_mm512_set1_pd(last));
  return _mm512_castsi512_pd(_mm512_alignr_epi64(after, lanes, 1));
}

static inline vec vec_even(vec low, vec high) {
  return _mm512_permutex2var_pd(low, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), high);
}

static inline vec vec_odd(vec low, vec high) {
  return _mm512_permutex2var_pd(low, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), high);
}

static inline vec vec_zip_low(vec even, vec odd) {
  return _mm512_permutex2var_pd(even, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), odd);
}

static inline vec vec_zip_high(vec even, vec odd) {
  return _mm512_permutex2var_pd(even, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), odd);
}

static inline places places_set(int64_t place) {
  return _mm512_set1_epi64(place);
}

static inline places places_select(mask where, places yes, places no) {
  return _mm512_mask_mov_epi64(no, where, yes);
}

static inline places places_add(places a, places b) {
  return _mm512_add_epi64(a, b);
}

static inline places places_load4(const int32_t *p) {
  return _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)p));
}

static inline mask places_equal1(const uint8_t *p, int64_t place) {
  __m128i eight = _mm_loadl_epi64((const __m128i *)p);
  return (mask)_mm_cmpeq_epi8_mask(eight, _mm_set1_epi8((char)place));
}

static inline mask places_equal1_halves(const uint8_t *low, const uint8_t *high, int64_t place) {
  int fours[2];
  memcpy(&fours[0], low, sizeof fours[0]);
  memcpy(&fours[1], high, sizeof fours[1]);
  __m128i eight = _mm_insert_epi32(_mm_cvtsi32_si128(fours[0]), fours[1], 1);
  return (mask)_mm_cmpeq_epi8_mask(eight, _mm_set1_epi8((char)place));
}

static inline mask places_equal4(const int32_t *p, int64_t place) {
  return _mm512_cmpeq_epi64_mask(places_load4(p), places_set(place));
}

static inline void places_store1(uint8_t *p, places v) {
  _mm_storel_epi64((__m128i *)p, _mm512_cvtepi64_epi8(v));
}

static inline void places_store1_range(uint8_t *p, range lanes, places v) {
  _mm_mask_storeu_epi8(p, mask_of(lanes), _mm512_cvtepi64_epi8(v));
}

static inline void places_store1_halves(uint8_t *low, uint8_t *high, places v) {
  __m128i bytes = _mm512_cvtepi64_epi8(v);
  int fours[2] = {_mm_cvtsi128_si32(bytes), _mm_extract_epi32(bytes, 1)};
  memcpy(low, &fours[0], sizeof fours[0]);
  memcpy(high, &fours[1], sizeof fours[1]);
}

static inline void places_store4(int32_t *p, places v) {
  _mm256_storeu_si256((__m256i *)p, _mm512_cvtepi64_epi32(v));
}

static inline void places_store4_range(int32_t *p, range lanes, places v) {
  _mm256_mask_storeu_epi32(p, mask_of(lanes), _mm512_cvtepi64_epi32(v));
}
