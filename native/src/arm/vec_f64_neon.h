/* Two doubles of NEON, in the words that the pooling kernels are written in (see simd.h). */
#include <arm_neon.h>
#include <string.h>

#define T double
#define LANES 2

typedef float64x2_t vec;
typedef uint64x2_t mask;  /* all bits of a lane, or none */
typedef int64x2_t places; /* 64 bits each, as wide as the elements that they go with */

#include "simd.h"

/* Asked lane by lane: GCC 12 takes loops from first to last for ones past the lanes, and warns. */
static inline bool has_lane(range lanes, int lane) {
  return lane >= lanes.first && lane < lanes.last;
}

static inline mask mask_of(range lanes) {
  static const int64_t numbers[LANES] = {0, 1};
  int64x2_t lane = vld1q_s64(numbers);
  return vandq_u64(vcgeq_s64(lane, vdupq_n_s64(lanes.first)),
                   vcltq_s64(lane, vdupq_n_s64(lanes.last)));
}

static inline vec vec_set(T value) {
  return vdupq_n_f64(value);
}

static inline vec vec_load(const T *p) {
  return vld1q_f64(p);
}

static inline vec vec_load_range(const T *p, range lanes) {
  T values[LANES] = {0};
  for (int lane = 0; lane < LANES; lane++) {
    if (has_lane(lanes, lane)) {
      values[lane] = p[lane];
    }
  }
  return vld1q_f64(values);
}

static inline void vec_store(T *p, vec v) {
  vst1q_f64(p, v);
}

static inline void vec_store_range(T *p, range lanes, vec v) {
  T values[LANES];
  vst1q_f64(values, v);
  for (int lane = 0; lane < LANES; lane++) {
    if (has_lane(lanes, lane)) {
      p[lane] = values[lane];
    }
  }
}

/* A plain store: processors with NEON find streams of stores by themselves. */
static inline void vec_stream(T *p, vec v) {
  vst1q_f64(p, v);
}

static inline void stream_end(void) {}

static inline vec vec_load_halves(const T *low, const T *high) {
  return vcombine_f64(vld1_f64(low), vld1_f64(high));
}

static inline void vec_store_halves(T *low, T *high, vec v) {
  vst1_f64(low, vget_low_f64(v));
  vst1_f64(high, vget_high_f64(v));
}

static inline vec vec_add(vec a, vec b) {
  return vaddq_f64(a, b);
}

static inline vec vec_mul(vec a, vec b) {
  return vmulq_f64(a, b);
}

/* sum + a * b, rounded once. */
static inline vec vec_multiply_add(vec sum, vec a, vec b) {
  return vfmaq_f64(sum, a, b);
}

static inline vec vec_div(vec a, vec b) {
  return vdivq_f64(a, b);
}

static inline vec vec_select(mask where, vec yes, vec no) {
  return vbslq_f64(where, yes, no);
}

/* a > b ? a : b, as of two zeros the second is to stay; FMAX would put +0 above -0. */
static inline vec vec_max(vec a, vec b) {
  return vec_select(vcgtq_f64(a, b), a, b);
}

static inline vec vec_add_where(mask where, vec a, vec b) {
  vec kept = vreinterpretq_f64_u64(vandq_u64(where, vreinterpretq_u64_f64(b)));
  return vaddq_f64(a, kept); /* + 0 changes no sum from 0 */
}

static inline mask vec_above(vec a, vec b) {
  return vcgtq_f64(a, b);
}

static inline mask vec_equal(vec a, vec b) {
  return vceqq_f64(a, b);
}

static inline mask vec_stays(vec max, vec value) {
  return vbicq_u64(vceqq_f64(value, value), vcgeq_f64(value, max));
}

static inline mask vec_unordered(vec a, vec b) {
  uint64x2_t ordered = vandq_u64(vceqq_f64(a, a), vceqq_f64(b, b));
  return veorq_u64(ordered, vdupq_n_u64(~(uint64_t)0));
}

static inline mask mask_or(mask a, mask b) {
  return vorrq_u64(a, b);
}

static inline T vec_fold(vec v) {
  return vgetq_lane_f64(v, 0) + vgetq_lane_f64(v, 1);
}

/* All lanes but the first, then another. */
static inline vec vec_shift(vec v, T last) {
  return vextq_f64(v, vdupq_n_f64(last), 1);
}

static inline vec vec_even(vec low, vec high) {
  return vuzp1q_f64(low, high);
}

static inline vec vec_odd(vec low, vec high) {
  return vuzp2q_f64(low, high);
}

static inline vec vec_zip_low(vec even, vec odd) {
  return vzip1q_f64(even, odd);
}

static inline vec vec_zip_high(vec even, vec odd) {
  return vzip2q_f64(even, odd);
}

static inline places places_set(int64_t place) {
  return vdupq_n_s64(place);
}

static inline places places_add(places a, places b) {
  return vaddq_s64(a, b);
}

static inline places places_select(mask where, places yes, places no) {
  return vbslq_s64(where, yes, no);
}

static inline places places_load4(const int32_t *p) {
  return vmovl_s32(vld1_s32(p));
}

static inline places places_of(uint8_t low, uint8_t high) {
  return vsetq_lane_s64(high, vdupq_n_s64(low), 1);
}

static inline mask places_equal1(const uint8_t *p, int64_t place) {
  return vceqq_s64(places_of(p[0], p[1]), places_set(place));
}

static inline mask places_equal1_halves(const uint8_t *low, const uint8_t *high, int64_t place) {
  return vceqq_s64(places_of(low[0], high[0]), places_set(place));
}

static inline mask places_equal4(const int32_t *p, int64_t place) {
  return vceqq_s64(places_load4(p), places_set(place));
}

static inline void places_store1(uint8_t *p, places v) {
  p[0] = (uint8_t)vgetq_lane_s64(v, 0);
  p[1] = (uint8_t)vgetq_lane_s64(v, 1);
}

static inline void places_store1_range(uint8_t *p, range lanes, places v) {
  uint8_t bytes[LANES];
  places_store1(bytes, v);
  for (int lane = 0; lane < LANES; lane++) {
    if (has_lane(lanes, lane)) {
      p[lane] = bytes[lane];
    }
  }
}

static inline void places_store1_halves(uint8_t *low, uint8_t *high, places v) {
  low[0] = (uint8_t)vgetq_lane_s64(v, 0);
  high[0] = (uint8_t)vgetq_lane_s64(v, 1);
}

static inline void places_store4(int32_t *p, places v) {
  vst1_s32(p, vmovn_s64(v));
}

static inline void places_store4_range(int32_t *p, range lanes, places v) {
  int32_t values[LANES];
  places_store4(values, v);
  for (int lane = 0; lane < LANES; lane++) {
    if (has_lane(lanes, lane)) {
      p[lane] = values[lane];
    }
  }
}
