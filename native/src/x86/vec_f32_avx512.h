/* Sixteen floats of AVX-512, in the words that the pooling kernels are written in (see simd.h). */
#include <immintrin.h>

#define T float
#define LANES 16

typedef __m512 vec;
typedef __mmask16 mask;
typedef __m512i places;

#include "simd.h"

static inline mask mask_of(range lanes) {
  return (mask)((1u << lanes.last) - (1u << lanes.first));
}

static inline vec vec_set(T value) {
  return _mm512_set1_ps(value);
}

static inline vec vec_load(const T *p) {
  return _mm512_loadu_ps(p);
}

static inline vec vec_load_range(const T *p, range lanes) {
  return _mm512_maskz_loadu_ps(mask_of(lanes), p);
}

static inline void vec_store(T *p, vec v) {
  _mm512_storeu_ps(p, v);
}

static inline void vec_store_range(T *p, range lanes, vec v) {
  _mm512_mask_storeu_ps(p, mask_of(lanes), v);
}

static inline void vec_stream(T *p, vec v) {
  _mm512_stream_ps(p, v);
}

/* What was streamed is seen by other threads as if it had been stored. */
static inline void stream_end(void) {
  _mm_sfence();
}

static inline vec vec_load_halves(const T *low, const T *high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(low)), _mm256_loadu_ps(high), 1);
}

static inline void vec_store_halves(T *low, T *high, vec v) {
  _mm256_storeu_ps(low, _mm512_castps512_ps256(v));
  _mm256_storeu_ps(high, _mm512_extractf32x8_ps(v, 1));
}

static inline vec vec_add(vec a, vec b) {
  return _mm512_add_ps(a, b);
}

static inline vec vec_add_where(mask where, vec a, vec b) {
  return _mm512_mask_add_ps(a, where, a, b);
}

static inline vec vec_mul(vec a, vec b) {
  return _mm512_mul_ps(a, b);
}

/* sum + a * b, rounded once. */
static inline vec vec_multiply_add(vec sum, vec a, vec b) {
  return _mm512_fmadd_ps(a, b, sum);
}

static inline vec vec_div(vec a, vec b) {
  return _mm512_div_ps(a, b);
}

static inline vec vec_max(vec a, vec b) {
  return _mm512_max_ps(a, b);
}

static inline vec vec_select(mask where, vec yes, vec no) {
  return _mm512_mask_mov_ps(no, where, yes);
}

static inline mask vec_above(vec a, vec b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}

static inline mask vec_equal(vec a, vec b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}

/* Lanes where max stays the maximum though value comes before it: where value is less and no NaN,
 * or is no NaN and max is one. */
static inline mask vec_stays(vec max, vec value) {
  mask number = _mm512_cmp_ps_mask(value, value, _CMP_ORD_Q);
  return _mm512_mask_cmp_ps_mask(number, value, max, _CMP_NGE_UQ);
}

static inline mask vec_unordered(vec a, vec b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q);
}

static inline mask mask_or(mask a, mask b) {
  return a | b;
}

static inline T vec_fold(vec v) {
  __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/* All lanes but the first, then another. */
static inline vec vec_shift(vec v, T last) {
  __m512i lanes = _mm512_castps_si512(v), after = _mm512_castps_si512(_mm512_set1_ps(last));
  return _mm512_castsi512_ps(_mm512_alignr_epi32(after, lanes, 1));
}

static inline vec vec_even(vec low, vec high) {
  __m512i pick = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_permutex2var_ps(low, pick, high);
}

static inline vec vec_odd(vec low, vec high) {
  __m512i pick = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return _mm512_permutex2var_ps(low, pick, high);
}

static inline vec vec_zip_low(vec even, vec odd) {
  __m512i pick = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return _mm512_permutex2var_ps(even, pick, odd);
}

static inline vec vec_zip_high(vec even, vec odd) {
  __m512i pick = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  return _mm512_permutex2var_ps(even, pick, odd);
}

static inline places places_set(int64_t place) {
  return _mm512_set1_epi32((int)place);
}

static inline places places_select(mask where, places yes, places no) {
  return _mm512_mask_mov_epi32(no, where, yes);
}

static inline places places_add(places a, places b) {
  return _mm512_add_epi32(a, b);
}

static inline places places_load4(const int32_t *p) {
  return _mm512_loadu_si512(p);
}

static inline mask places_equal1(const uint8_t *p, int64_t place) {
  return _mm_cmpeq_epi8_mask(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8((char)place));
}

static inline mask places_equal1_halves(const uint8_t *low, const uint8_t *high, int64_t place) {
  __m128i p = _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)low),
                                 _mm_loadl_epi64((const __m128i *)high));
  return _mm_cmpeq_epi8_mask(p, _mm_set1_epi8((char)place));
}

static inline mask places_equal4(const int32_t *p, int64_t place) {
  return _mm512_cmpeq_epi32_mask(places_load4(p), places_set(place));
}

static inline void places_store1(uint8_t *p, places v) {
  _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(v));
}

static inline void places_store1_range(uint8_t *p, range lanes, places v) {
  _mm_mask_storeu_epi8(p, mask_of(lanes), _mm512_cvtepi32_epi8(v));
}

static inline void places_store1_halves(uint8_t *low, uint8_t *high, places v) {
  __m128i bytes = _mm512_cvtepi32_epi8(v);
  _mm_storel_epi64((__m128i *)low, bytes);
  _mm_storel_epi64((__m128i *)high, _mm_unpackhi_epi64(bytes, bytes));
}

static inline void places_store4(int32_t *p, places v) {
  _mm512_storeu_si512(p, v);
}

static inline void places_store4_range(int32_t *p, range lanes, places v) {
  _mm512_mask_storeu_epi32(p, mask_of(lanes), v);
}
