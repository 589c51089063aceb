/* Four floats of NEON, in the words that the pooling kernels are written in (see simd.h). */
#include <arm_neon.h>
#include <string.h>

#define T float
#define LANES 4

typedef float32x4_t vec;
typedef uint32x4_t mask; /* all bits of a lane, or none */
typedef int32x4_t places;

#include "simd.h"

static inline mask mask_of(range lanes) {
  static const int32_t numbers[LANES] = {0, 1, 2, 3};
  int32x4_t lane = vld1q_s32(numbers);
  return vandq_u32(vcgeq_s32(lane, vdupq_n_s32(lanes.first)),
                   vcltq_s32(lane, vdupq_n_s32(lanes.last)));
}

static inline vec vec_set(T value) {
  return vdupq_n_f32(value);
}

static inline vec vec_load(const T *p) {
  return vld1q_f32(p);
}

static inline vec vec_load_range(const T *p, range lanes) {
  T values[LANES] = {0};
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    values[lane] = p[lane];
  }
  return vld1q_f32(values);
}

static inline void vec_store(T *p, vec v) {
  vst1q_f32(p, v);
}

static inline void vec_store_range(T *p, range lanes, vec v) {
  T values[LANES];
  vst1q_f32(values, v);
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    p[lane] = values[lane];
  }
}

/* A plain store: processors with NEON find streams of stores by themselves. */
static inline void vec_stream(T *p, vec v) {
  vst1q_f32(p, v);
}

static inline void stream_end(void) {}

static inline vec vec_load_halves(const T *low, const T *high) {
  return vcombine_f32(vld1_f32(low), vld1_f32(high));
}

static inline void vec_store_halves(T *low, T *high, vec v) {
  vst1_f32(low, vget_low_f32(v));
  vst1_f32(high, vget_high_f32(v));
}

static inline vec vec_add(vec a, vec b) {
  return vaddq_f32(a, b);
}

static inline vec vec_mul(vec a, vec b) {
  return vmulq_f32(a, b);
}

/* sum + a * b, rounded once. */
static inline vec vec_multiply_add(vec sum, vec a, vec b) {
  return vfmaq_f32(sum, a, b);
}

static inline vec vec_div(vec a, vec b) {
  return vdivq_f32(a, b);
}

static inline vec vec_select(mask where, vec yes, vec no) {
  return vbslq_f32(where, yes, no);
}

/* a > b ? a : b, as of two zeros the second is to stay; FMAX would put +0 above -0. */
static inline vec vec_max(vec a, vec b) {
  return vec_select(vcgtq_f32(a, b), a, b);
}

static inline vec vec_add_where(mask where, vec a, vec b) {
  vec kept = vreinterpretq_f32_u32(vandq_u32(where, vreinterpretq_u32_f32(b)));
  return vaddq_f32(a, kept); /* + 0 changes no sum from 0 */
}

static inline mask vec_above(vec a, vec b) {
  return vcgtq_f32(a, b);
}

static inline mask vec_equal(vec a, vec b) {
  return vceqq_f32(a, b);
}

static inline mask vec_stays(vec max, vec value) {
  return vbicq_u32(vceqq_f32(value, value), vcgeq_f32(value, max));
}

static inline mask vec_unordered(vec a, vec b) {
  return vmvnq_u32(vandq_u32(vceqq_f32(a, a), vceqq_f32(b, b)));
}

static inline mask mask_or(mask a, mask b) {
  return vorrq_u32(a, b);
}

static inline T vec_fold(vec v) {
  float32x2_t two = vadd_f32(vget_low_f32(v), vget_high_f32(v));
  return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

/* All lanes but the first, then another. */
static inline vec vec_shift(vec v, T last) {
  return vextq_f32(v, vdupq_n_f32(last), 1);
}

static inline vec vec_even(vec low, vec high) {
  return vuzp1q_f32(low, high);
}

static inline vec vec_odd(vec low, vec high) {
  return vuzp2q_f32(low, high);
}

static inline vec vec_zip_low(vec even, vec odd) {
  return vzip1q_f32(even, odd);
}

static inline vec vec_zip_high(vec even, vec odd) {
  return vzip2q_f32(even, odd);
}

static inline places places_set(int64_t place) {
  return vdupq_n_s32((int)place);
}

static inline places places_add(places a, places b) {
  return vaddq_s32(a, b);
}

static inline places places_select(mask where, places yes, places no) {
  return vbslq_s32(where, yes, no);
}

static inline places places_load4(const int32_t *p) {
  return vld1q_s32(p);
}

static inline places widen_bytes(uint32_t four) {
  uint16x8_t words = vmovl_u8(vcreate_u8(four));
  return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(words)));
}

static inline mask places_equal1(const uint8_t *p, int64_t place) {
  uint32_t four;
  memcpy(&four, p, sizeof four);
  return vceqq_s32(widen_bytes(four), places_set(place));
}

static inline mask places_equal1_halves(const uint8_t *low, const uint8_t *high, int64_t place) {
  uint16_t twos[2];
  memcpy(&twos[0], low, sizeof twos[0]);
  memcpy(&twos[1], high, sizeof twos[1]);
  return vceqq_s32(widen_bytes(twos[0] | (uint32_t)twos[1] << 16), places_set(place));
}

static inline mask places_equal4(const int32_t *p, int64_t place) {
  return vceqq_s32(places_load4(p), places_set(place));
}

static inline uint32_t narrow_to_bytes(places v) {
  uint16x4_t words = vmovn_u32(vreinterpretq_u32_s32(v));
  return vget_lane_u32(vreinterpret_u32_u8(vmovn_u16(vcombine_u16(words, words))), 0);
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
  vst1q_s32(p, v);
}

static inline void places_store4_range(int32_t *p, range lanes, places v) {
  int32_t values[LANES];
  vst1q_s32(values, v);
  for (int lane = lanes.first; lane < lanes.last; lane++) {
    p[lane] = values[lane];
  }
}
