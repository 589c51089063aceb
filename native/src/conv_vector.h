/*
 * Vectors of elements T (float, or double where CONV_F64 is defined) of the widest kind that the
 * file's instruction set has. Included once per file.
 *
 * Loads and stores need no alignment. Those ending in _some touch only the first n elements, so
 * they are safe at the end of a buffer; loaded lanes past them are zero. Those ending in _lanes
 * touch only the lanes given.
 */
#ifndef CONV_VECTOR_H
#define CONV_VECTOR_H

#include <stdint.h>

#if defined(__AVX512F__)
#include <immintrin.h>

#ifdef CONV_F64
enum { LANES = 8 };
typedef __m512d vec;
#define VEC(op) _mm512_##op##_pd
typedef __mmask8 vec_mask;
#else
enum { LANES = 16 };
typedef __m512 vec;
#define VEC(op) _mm512_##op##_ps
typedef __mmask16 vec_mask;
#endif

static inline vec vec_load_some(const T *p, int64_t n) {
  return VEC(maskz_loadu)((vec_mask)((1u << n) - 1), p);
}

static inline void vec_store_some(T *p, vec v, int64_t n) {
  VEC(mask_storeu)(p, (vec_mask)((1u << n) - 1), v);
}

static inline T vec_sum(vec v) {
  return VEC(reduce_add)(v);
}

typedef vec_mask vec_lanes;

static inline vec_lanes lanes_first_to_last(int first, int last) {
  return (vec_mask)((1u << last) - (1u << first));
}

static inline vec vec_load_lanes(const T *p, vec_lanes lanes) {
  return VEC(maskz_loadu)(lanes, p);
}

static inline void vec_store_lanes(T *p, vec v, vec_lanes lanes) {
  VEC(mask_storeu)(p, lanes, v);
}

#elif defined(__AVX2__)
#include <immintrin.h>

#ifdef CONV_F64
enum { LANES = 4 };
typedef __m256d vec;
typedef int64_t lane_mask;
#define VEC(op) _mm256_##op##_pd
#else
enum { LANES = 8 };
typedef __m256 vec;
typedef int32_t lane_mask;
#define VEC(op) _mm256_##op##_ps
#endif

/* Of the window of LANES masks that starts at LANES - n, the first n are set. */
static const lane_mask lane_masks[2 * LANES] = {
    -1, -1, -1, -1,
#ifndef CONV_F64
    -1, -1, -1, -1,
#endif
};

static inline __m256i vec_first(int64_t n) {
  return _mm256_loadu_si256((const __m256i *)(lane_masks + LANES - n));
}

static inline vec vec_load_some(const T *p, int64_t n) {
  return VEC(maskload)(p, vec_first(n));
}

static inline void vec_store_some(T *p, vec v, int64_t n) {
  VEC(maskstore)(p, vec_first(n), v);
}

static inline T vec_sum(vec v) {
  T lane[LANES], sum = 0;
  VEC(storeu)(lane, v);
  for (int i = 0; i < LANES; i++) {
    sum += lane[i];
  }
  return sum;
}

typedef __m256i vec_lanes;

static inline vec_lanes lanes_first_to_last(int first, int last) {
  return _mm256_andnot_si256(vec_first(first), vec_first(last));
}

static inline vec vec_load_lanes(const T *p, vec_lanes lanes) {
  return VEC(maskload)(p, lanes);
}

static inline void vec_store_lanes(T *p, vec v, vec_lanes lanes) {
  VEC(maskstore)(p, lanes, v);
}

#else

/* Vectors of 16 bytes: NEON's where CONV_NEON is defined, else those that GCC and Clang have for
 * every processor. */
enum { LANES = 16 / sizeof(T) };
#if !defined(CONV_NEON)
typedef T vec __attribute__((vector_size(16)));
#elif defined(CONV_F64)
#include <arm_neon.h>
typedef float64x2_t vec;
#define NEON(op) v##op##q_f64
#else
#include <arm_neon.h>
typedef float32x4_t vec;
#define NEON(op) v##op##q_f32
#endif
typedef T vec_unaligned __attribute__((vector_size(16), aligned(sizeof(T)), may_alias));

typedef struct {
  int first, last;
} vec_lanes;

static inline vec_lanes lanes_first_to_last(int first, int last) {
  return (vec_lanes){first, last};
}

static inline vec vec_load_lanes(const T *p, vec_lanes lanes) {
  if (lanes.first == 0 && lanes.last == LANES) {
    return *(const vec_unaligned *)p;
  }
  T lane[LANES] = {0};
  for (int i = lanes.first; i < lanes.last; i++) {
    lane[i] = p[i];
  }
  return *(const vec_unaligned *)lane;
}

static inline void vec_store_lanes(T *p, vec v, vec_lanes lanes) {
  if (lanes.first == 0 && lanes.last == LANES) {
    *(vec_unaligned *)p = v;
    return;
  }
  for (int i = lanes.first; i < lanes.last; i++) {
    p[i] = v[i];
  }
}

static inline vec vec_load_some(const T *p, int64_t n) {
  return vec_load_lanes(p, lanes_first_to_last(0, (int)n));
}

static inline void vec_store_some(T *p, vec v, int64_t n) {
  vec_store_lanes(p, v, lanes_first_to_last(0, (int)n));
}

#endif

#ifdef VEC

static inline vec vec_load(const T *p) {
  return VEC(loadu)(p);
}

static inline void vec_store(T *p, vec v) {
  VEC(storeu)(p, v);
}

static inline vec vec_all(T value) {
  return VEC(set1)(value);
}

static inline vec vec_add(vec a, vec b) {
  return VEC(add)(a, b);
}

static inline vec vec_sub(vec a, vec b) {
  return VEC(sub)(a, b);
}

static inline vec vec_mul(vec a, vec b) {
  return VEC(mul)(a, b);
}

/* a * b + c */
static inline vec vec_fma(vec a, vec b, vec c) {
  return VEC(fmadd)(a, b, c);
}

/* v < 0 ? 0 : v; a NaN and -0.0 stay what they are, as the instruction answers its second operand.
 */
static inline vec vec_relu(vec v) {
  return VEC(max)(vec_all(0), v);
}

#else

static inline vec vec_load(const T *p) {
  return *(const vec_unaligned *)p;
}

static inline void vec_store(T *p, vec v) {
  *(vec_unaligned *)p = v;
}

static inline vec vec_all(T value) {
  return value - (vec){0};
}

static inline vec vec_add(vec a, vec b) {
  return a + b;
}

static inline vec vec_sub(vec a, vec b) {
  return a - b;
}

static inline vec vec_mul(vec a, vec b) {
  return a * b;
}

#ifdef NEON

static inline T vec_sum(vec v) {
  return NEON(addv)(v);
}

static inline vec vec_fma(vec a, vec b, vec c) {
  return NEON(fma)(c, a, b);
}

static inline vec vec_relu(vec v) {
  return NEON(bsl)(NEON(cltz)(v), vec_all(0), v);
}

#else

static inline T vec_sum(vec v) {
  T sum = 0;
  for (int i = 0; i < LANES; i++) {
    sum += v[i];
  }
  return sum;
}

static inline vec vec_fma(vec a, vec b, vec c) {
  return a * b + c;
}

static inline vec vec_relu(vec v) {
  for (int i = 0; i < LANES; i++) {
    v[i] = v[i] < 0 ? 0 : v[i];
  }
  return v;
}

#endif
#endif

/* Lanes first (inclusive) to last (exclusive), of those that there are. */
static inline vec_lanes vec_lanes_of(int64_t first, int64_t last) {
  int64_t to = last < 0 ? 0 : last < LANES ? last : LANES;
  int64_t from = first < 0 ? 0 : first < to ? first : to;
  return lanes_first_to_last((int)from, (int)to);
}

/* What is left of n elements in a vector that starts at i. */
static inline int64_t vec_left(int64_t n, int64_t i) {
  return n - i < LANES ? n - i : LANES;
}

#endif
