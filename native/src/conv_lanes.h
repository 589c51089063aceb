/*
 * Moves of elements between the lanes of vectors. Included once per element type T and instruction
 * set, after conv_vector.h.
 *
 * even, odd: the lanes of that parity of a, then of b.
 * zip_low, zip_high: the first, or last, half of the lanes of a and b, one of each in turn.
 * append: a without its first lane, and one element more.
 * select: the lanes of a that an array of lane numbers names.
 */

#if defined(__AVX512F__)

#ifdef CONV_F64
typedef int64_t lane_number;
#define LANE_NUMBERS(...) _mm512_setr_epi64(__VA_ARGS__)
#define VEC_EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define VEC_ODD 1, 3, 5, 7, 9, 11, 13, 15
#define VEC_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define VEC_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#define VEC_INT(v) _mm512_castpd_si512(v)
#define VEC_REAL(v) _mm512_castsi512_pd(v)
#define VEC_ALIGN _mm512_alignr_epi64
#else
typedef int32_t lane_number;
#define LANE_NUMBERS(...) _mm512_setr_epi32(__VA_ARGS__)
#define VEC_EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define VEC_ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define VEC_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define VEC_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define VEC_INT(v) _mm512_castps_si512(v)
#define VEC_REAL(v) _mm512_castsi512_ps(v)
#define VEC_ALIGN _mm512_alignr_epi32
#endif

static inline vec vec_even(vec a, vec b) {
  return VEC(permutex2var)(a, LANE_NUMBERS(VEC_EVEN), b);
}

static inline vec vec_odd(vec a, vec b) {
  return VEC(permutex2var)(a, LANE_NUMBERS(VEC_ODD), b);
}

static inline vec vec_zip_low(vec a, vec b) {
  return VEC(permutex2var)(a, LANE_NUMBERS(VEC_LOW), b);
}

static inline vec vec_zip_high(vec a, vec b) {
  return VEC(permutex2var)(a, LANE_NUMBERS(VEC_HIGH), b);
}

static inline vec vec_append(vec a, T last) {
  return VEC_REAL(VEC_ALIGN(VEC_INT(vec_all(last)), VEC_INT(a), 1));
}

static inline vec vec_select(vec a, const lane_number *numbers) {
  return VEC(permutexvar)(_mm512_loadu_si512(numbers), a);
}

#elif defined(__AVX2__)

typedef lane_mask lane_number;

#ifdef CONV_F64

static inline vec vec_even(vec a, vec b) {
  return _mm256_permute4x64_pd(_mm256_unpacklo_pd(a, b), 0xd8);
}

static inline vec vec_odd(vec a, vec b) {
  return _mm256_permute4x64_pd(_mm256_unpackhi_pd(a, b), 0xd8);
}

static inline vec vec_zip_low(vec a, vec b) {
  return _mm256_permute2f128_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b), 0x20);
}

static inline vec vec_zip_high(vec a, vec b) {
  return _mm256_permute2f128_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b), 0x31);
}

static inline vec vec_append(vec a, T last) {
  return _mm256_permute4x64_pd(_mm256_blend_pd(a, vec_all(last), 1), 0x39);
}

static inline vec vec_select(vec a, const lane_number *numbers) {
  T from[LANES];
  vec_store(from, a);
  return _mm256_setr_pd(from[numbers[0]], from[numbers[1]], from[numbers[2]], from[numbers[3]]);
}

#else

/* Pairs of lanes in the order 0, 2, 1, 3. */
static inline vec vec_middle_swapped(vec v) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8));
}

static inline vec vec_even(vec a, vec b) {
  return vec_middle_swapped(_mm256_shuffle_ps(a, b, 0x88));
}

static inline vec vec_odd(vec a, vec b) {
  return vec_middle_swapped(_mm256_shuffle_ps(a, b, 0xdd));
}

static inline vec vec_zip_low(vec a, vec b) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x20);
}

static inline vec vec_zip_high(vec a, vec b) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x31);
}

static inline vec vec_append(vec a, T last) {
  __m256i next = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0);
  return _mm256_permutevar8x32_ps(_mm256_blend_ps(a, vec_all(last), 1), next);
}

static inline vec vec_select(vec a, const lane_number *numbers) {
  return _mm256_permutevar8x32_ps(a, _mm256_loadu_si256((const __m256i *)numbers));
}

#endif

#elif defined(NEON)

#ifdef CONV_F64
typedef int64_t lane_number;
#else
typedef int32_t lane_number;
#endif

static inline vec vec_even(vec a, vec b) {
  return NEON(uzp1)(a, b);
}

static inline vec vec_odd(vec a, vec b) {
  return NEON(uzp2)(a, b);
}

static inline vec vec_zip_low(vec a, vec b) {
  return NEON(zip1)(a, b);
}

static inline vec vec_zip_high(vec a, vec b) {
  return NEON(zip2)(a, b);
}

static inline vec vec_append(vec a, T last) {
  return NEON(ext)(a, vec_all(last), 1);
}

static inline vec vec_select(vec a, const lane_number *numbers) {
  T from[LANES], to[LANES];
  vec_store(from, a);
  for (int i = 0; i < LANES; i++) {
    to[i] = from[numbers[i]];
  }
  return vec_load(to);
}

#else

typedef int32_t lane_number;

static inline vec vec_even(vec a, vec b) {
  vec v = a;
  for (int i = 0; i < LANES / 2; i++) {
    v[i] = a[2 * i];
    v[LANES / 2 + i] = b[2 * i];
  }
  return v;
}

static inline vec vec_odd(vec a, vec b) {
  vec v = a;
  for (int i = 0; i < LANES / 2; i++) {
    v[i] = a[2 * i + 1];
    v[LANES / 2 + i] = b[2 * i + 1];
  }
  return v;
}

static inline vec vec_zip_low(vec a, vec b) {
  vec v = a;
  for (int i = 0; i < LANES / 2; i++) {
    v[2 * i] = a[i];
    v[2 * i + 1] = b[i];
  }
  return v;
}

static inline vec vec_zip_high(vec a, vec b) {
  vec v = a;
  for (int i = 0; i < LANES / 2; i++) {
    v[2 * i] = a[LANES / 2 + i];
    v[2 * i + 1] = b[LANES / 2 + i];
  }
  return v;
}

static inline vec vec_append(vec a, T last) {
  vec v = a;
  for (int i = 0; i < LANES - 1; i++) {
    v[i] = a[i + 1];
  }
  v[LANES - 1] = last;
  return v;
}

static inline vec vec_select(vec a, const lane_number *numbers) {
  vec v = a;
  for (int i = 0; i < LANES; i++) {
    v[i] = a[numbers[i]];
  }
  return v;
}

#endif

/* Stores the first and the last half of the lanes. */
static inline void vec_store_halves(T *low, T *high, vec v) {
#if defined(__AVX512F__) && !defined(CONV_F64)
  _mm256_storeu_ps(low, _mm512_castps512_ps256(v));
  _mm256_storeu_ps(high, _mm512_extractf32x8_ps(v, 1));
#elif defined(__AVX2__) && !defined(__AVX512F__) && !defined(CONV_F64)
  _mm_storeu_ps(low, _mm256_castps256_ps128(v));
  _mm_storeu_ps(high, _mm256_extractf128_ps(v, 1));
#else
  T lane[LANES];
  vec_store(lane, v);
  memcpy(low, lane, sizeof lane / 2);
  memcpy(high, lane + LANES / 2, sizeof lane / 2);
#endif
}

/* Element j of vector i becomes element i of vector j. */
static inline __attribute__((always_inline)) void vec_transpose(vec v[LANES]) {
  vec w[LANES];
#pragma GCC unroll 4
  for (int step = 1; step < LANES; step *= 2) {
#pragma GCC unroll 16
    for (int i = 0; i < LANES / 2; i++) {
      w[2 * i] = vec_zip_low(v[i], v[i + LANES / 2]);
      w[2 * i + 1] = vec_zip_high(v[i], v[i + LANES / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
      v[i] = w[i];
    }
  }
}
