/* Pooling: every level against the portable kernels, bit for bit, and nothing touched around. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convoy.h"
#include "harness.h"

/* What an input holds: any numbers, many equal ones (zeros of both signs too), NaN, infinities and
 * zeros among numbers, few of them, so that most planes have none, or -infinity throughout. */
enum data { DATA_REAL, DATA_TIES, DATA_ODD, DATA_RARE, DATA_LOW, DATA_KINDS };

/* Of a tensor that fits in no cache. */
#define MANY_PLANES ((int64_t)1 << 40)

static const char *describe(const convoy_pool_sizes *s) {
  static char text[300];
  snprintf(text, sizeof text,
           "image %dx%d, output %dx%d, kernel %dx%d, stride %d,%d, pad %d,%d, dilation %d,%d, "
           "padded %dx%d, include pad %d, override %d",
           (int)s->h, (int)s->w, (int)s->oh, (int)s->ow, (int)s->kh, (int)s->kw, (int)s->sh,
           (int)s->sw, (int)s->ph, (int)s->pw, (int)s->dh, (int)s->dw, (int)s->padded_h,
           (int)s->padded_w, (int)s->count_include_pad, (int)s->divisor_override);
  return text;
}

#define T float
#define TYPE "f32"
#define NAME(name) name##_f32
#include "check_pool_type.h"
#undef T
#undef TYPE
#undef NAME
#define T double
#define TYPE "f64"
#define NAME(name) name##_f64
#include "check_pool_type.h"

/* Whether each window along an axis has a tap in the image, as callers guarantee. */
static bool all_windows_meet_image(int64_t out, int64_t stride, int64_t pad, int64_t dilation,
                                   int64_t taps, int64_t size) {
  for (int64_t o = 0; o < out; o++) {
    bool meets = false;
    for (int64_t t = 0; t < taps; t++) {
      int64_t at = o * stride - pad + t * dilation;
      meets |= at >= 0 && at < size;
    }
    if (!meets) {
      return false;
    }
  }
  return true;
}

/* Chooses one axis; returns false if no window fits. */
static bool random_axis(int64_t k, int64_t stride, int64_t dilation, int64_t size, int64_t *out,
                        int64_t *pad, int64_t *padded) {
  int64_t extent = (k - 1) * dilation + 1;
  *pad = random_int(0, 2) == 0 ? 0 : random_int(0, extent - 1 < 3 ? extent - 1 : 3);
  *padded = size + *pad + (random_int(0, 2) == 0 ? 0 : random_int(0, extent - 1));
  int64_t room = *padded - extent;
  if (room < 0) {
    return false;
  }
  int64_t windows = room / stride + 1;
  windows += room % stride != 0 && random_int(0, 1); /* ceil mode's overhang */
  *out = random_int(0, 9) == 0 ? random_int(1, windows) : windows;
  return all_windows_meet_image(*out, stride, *pad, dilation, k, size);
}

static bool random_sizes(convoy_pool_sizes *s) {
  static const int usual[][2] = {{2, 2}, {3, 2}, {3, 1}, {5, 1}};
  *s = (convoy_pool_sizes){.dh = 1, .dw = 1};
  if (random_int(0, 1) == 0) {
    const int *window = usual[random_int(0, 3)];
    s->kh = s->kw = window[0];
    s->sh = s->sw = window[1];
  } else {
    bool large = random_int(0, 15) == 0; /* places of four bytes */
    s->kh = large ? random_int(17, 19) : random_int(1, 6);
    s->kw = large ? random_int(16, 19) : random_int(1, 6);
    s->sh = random_int(1, 3);
    s->sw = random_int(0, 2) == 0 ? random_int(1, 3) : s->sh;
    s->dh = random_int(0, 2) == 0 ? random_int(1, 3) : 1;
    s->dw = random_int(0, 2) == 0 ? random_int(1, 3) : 1;
  }
  s->h = random_int(1, s->kh > 6 ? 60 : 12);
  s->w = random_int(1, random_int(0, 1) ? 12 : 90);
  s->count_include_pad = random_int(0, 1);
  s->divisor_override = random_int(0, 4) == 0 ? random_int(1, 9) : 0;
  s->planes = random_int(0, 1) ? MANY_PLANES : 1;
  return random_axis(s->kh, s->sh, s->dh, s->h, &s->oh, &s->ph, &s->padded_h) &&
         random_axis(s->kw, s->sw, s->dw, s->w, &s->ow, &s->pw, &s->padded_w);
}

/* A usual window over an image of every width, so that every tail is met. */
static void check_widths(int64_t k, int64_t stride, int64_t pad) {
  for (int64_t w = k; w <= 70; w++) {
    convoy_pool_sizes s = {.h = 7, .w = w, .kh = k, .kw = k, .sh = stride, .sw = stride};
    s.ph = s.pw = pad;
    s.dh = s.dw = 1;
    s.padded_h = s.h + 2 * pad;
    s.padded_w = w + 2 * pad;
    s.oh = (s.padded_h - k) / stride + 1;
    s.ow = (s.padded_w - k) / stride + 1;
    s.count_include_pad = w % 2;
    s.planes = w % 3 == 0 ? MANY_PLANES : 1;
    for (enum data data = 0; data < DATA_KINDS; data++) {
      check_f32(&s, 5, data);
      check_f64(&s, 5, data);
    }
  }
}

/* Rows longer than what some kernels take at a time. */
static void check_long_rows(void) {
  static const int64_t widths[] = {255, 257, 300, 2049, 2060};
  static const int64_t windows[][3] = {{2, 2, 1}, {3, 1, 1}, {3, 2, 1}, {5, 1, 1}, {3, 3, 2}};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    for (size_t j = 0; j < sizeof windows / sizeof *windows; j++) {
      int64_t k = windows[j][0], stride = windows[j][1], dilation = windows[j][2], pad = k / 2;
      int64_t extent = (k - 1) * dilation + 1;
      convoy_pool_sizes s = {.h = 6, .w = widths[i], .kh = k, .kw = k, .sh = stride, .sw = stride};
      s.ph = s.pw = pad;
      s.dh = s.dw = dilation;
      s.padded_h = s.h + 2 * pad;
      s.padded_w = s.w + 2 * pad;
      s.oh = (s.padded_h - extent) / stride + 1;
      s.ow = (s.padded_w - extent) / stride + 1;
      s.planes = 1;
      check_f32(&s, 3, DATA_RARE);
      check_f64(&s, 3, DATA_ODD);
    }
  }
}

/* A NaN alone, then before and after a larger number, at every column of a row of windows. */
static void check_nan_columns(void) {
  enum { W = 64 };
  convoy_pool_sizes s = {.h = 2, .w = W, .oh = 1, .ow = W / 2, .kh = 2, .kw = 2, .sh = 2, .sw = 2};
  s.dh = s.dw = 1;
  for (const char *const *level = levels(); *level != NULL; level++) {
    convoy_cpu_limit(*level);
    for (int at = 0; at < 2 * W; at++) {
      float x[2 * W], y[W / 2];
      uint8_t argmax[W / 2];
      for (int i = 0; i < 2 * W; i++) {
        x[i] = INFINITY;
      }
      x[at] = NAN;
      convoy_max_pool_f32(&s, 0, 1, x, y, argmax);
      for (int o = 0; o < W / 2; o++) {
        bool here = at % W / 2 == o;
        int place = here ? at / W * 2 + at % 2 : 0;
        if (isnan(y[o]) != here || argmax[o] != place) {
          fail("NaN at %d: output %d is %g from place %d", at, o, (double)y[o], argmax[o]);
        }
      }
    }
  }
}

static void bench(void) {
  static const struct {
    const char *name;
    int planes, h, k, stride, pad;
  } workloads[] = {
      {"fashion-p1", 128 * 32, 28, 2, 2, 0}, {"fashion-p2", 128 * 64, 14, 2, 2, 0},
      {"vgg-p1", 8 * 64, 224, 2, 2, 0},      {"resnet-p1", 8 * 64, 112, 3, 2, 1},
      {"inception", 8 * 192, 28, 3, 1, 1},   {"spp5", 8 * 256, 20, 5, 1, 2},
      {"global7", 32 * 2048, 7, 7, 1, 0},
  };
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
    int64_t h = workloads[i].h, k = workloads[i].k, pad = workloads[i].pad;
    int64_t out = (h + 2 * pad - k) / workloads[i].stride + 1;
    convoy_pool_sizes s = {
        .h = h, .w = h, .oh = out, .ow = out, .kh = k, .kw = k, .dh = 1, .dw = 1};
    s.sh = s.sw = workloads[i].stride;
    s.ph = s.pw = pad;
    s.padded_h = s.padded_w = h + 2 * pad;
    s.planes = workloads[i].planes;
    bench_f32(workloads[i].name, &s, workloads[i].planes);
    bench_f64(workloads[i].name, &s, workloads[i].planes / 2);
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
    bench();
    return 0;
  }
  check_widths(2, 2, 0);
  check_widths(2, 2, 1);
  check_widths(3, 2, 0);
  check_widths(3, 2, 1);
  check_widths(3, 1, 0);
  check_widths(3, 1, 1);
  check_widths(5, 1, 0);
  check_widths(5, 1, 2);
  check_long_rows();
  check_nan_columns();
  for (int cases = 0, wanted = random_cases(3000); cases < wanted;) {
    convoy_pool_sizes s;
    if (random_sizes(&s)) {
      enum data data = (enum data)(cases % DATA_KINDS);
      check_f32(&s, random_int(1, 7), data);
      check_f64(&s, random_int(1, 7), data);
      check_wild_argmax_f32(&s, 1);
      check_wild_argmax_f64(&s, 1);
      cases++;
    }
  }
  return finish("pooling");
}
