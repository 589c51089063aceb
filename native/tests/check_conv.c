/*
 * Convolution: every algorithm, level and type against plain loops in double. The data are small
 * whole numbers, whose sums every type holds exactly, so results must equal the reference's.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conv_problem.h"
#include "convoy.h"
#include "convoy_gemm.h"
#include "harness.h"
#include "test_blas.h"

static const shape shapes[] = {
    {"one element", 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1},
    {"3x3", 2, 3, 7, 9, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {"unpadded", 2, 3, 7, 9, 5, 3, 2, 1, 1, 0, 0, 0, 0, 1, 1, 1},
    {"asymmetric", 2, 2, 6, 5, 3, 3, 3, 1, 1, 2, 0, 0, 2, 1, 1, 1},
    {"more padding than kernel", 1, 2, 3, 4, 3, 2, 2, 1, 1, 5, 4, 3, 6, 1, 1, 1},
    {"stride 2", 2, 3, 11, 12, 6, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1},
    {"stride 3 2", 2, 3, 11, 13, 6, 4, 3, 3, 2, 0, 2, 1, 0, 1, 1, 1},
    {"stride > kernel", 2, 3, 13, 17, 4, 2, 2, 3, 5, 1, 2, 0, 1, 1, 1, 1},
    {"dilated", 2, 3, 12, 15, 4, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 1},
    {"dilated by the stride", 1, 3, 14, 15, 4, 3, 3, 2, 3, 2, 3, 2, 3, 2, 3, 1},
    {"dilation prime to stride", 1, 3, 17, 19, 4, 3, 3, 3, 2, 1, 4, 2, 1, 2, 3, 1},
    {"groups", 3, 12, 8, 9, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 4},
    {"groups, stride 2", 2, 6, 9, 8, 10, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 2},
    {"depthwise", 2, 7, 13, 18, 7, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 7},
    {"depthwise, stride 2", 2, 7, 14, 18, 7, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 7},
    {"depthwise times 3", 2, 5, 9, 11, 15, 5, 3, 1, 2, 2, 1, 2, 1, 1, 1, 5},
    {"depthwise times 6, dilated", 1, 3, 20, 21, 18, 3, 5, 1, 1, 2, 4, 2, 4, 2, 2, 3},
    {"1x1", 3, 9, 13, 15, 11, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1},
    {"1x1, small images", 13, 9, 3, 4, 11, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1},
    {"1x1, groups", 2, 8, 12, 13, 12, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 4},
    {"1x1, stride 2", 2, 8, 13, 12, 12, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1},
    {"1x1, padded", 2, 3, 5, 6, 4, 1, 1, 1, 1, 1, 0, 1, 2, 1, 1, 1},
    {"1x1, stride 2, padded after", 2, 9, 12, 13, 11, 1, 1, 2, 2, 0, 0, 5, 4, 1, 1, 1},
    {"1x1, stride 3, padded before", 2, 9, 12, 13, 11, 1, 1, 3, 3, 1, 2, 0, 0, 1, 1, 1},
    {"kernel = image", 3, 4, 6, 7, 5, 6, 7, 1, 1, 0, 0, 0, 0, 1, 1, 1},
    {"one row", 2, 3, 1, 40, 4, 1, 5, 1, 1, 0, 2, 0, 2, 1, 1, 1},
    {"one column", 2, 3, 40, 1, 4, 5, 1, 1, 1, 2, 0, 2, 0, 1, 1, 1},
    {"fashion-c1", 3, 1, 28, 28, 32, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1},
    {"fashion-c2", 3, 32, 14, 14, 64, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1},
    {"many small images", 37, 16, 7, 7, 40, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {"blocks of rows", 1, 20, 61, 57, 35, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {"blocks of rows, stride 2", 1, 20, 83, 91, 35, 5, 3, 2, 2, 2, 1, 2, 1, 1, 1, 1},
    {"blocks of rows, gaps", 1, 18, 130, 140, 9, 2, 2, 3, 3, 0, 1, 0, 0, 1, 1, 1},
    {"blocks of columns", 1, 18, 3, 1700, 6, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {"tiles, stride 2", 3, 34, 21, 38, 70, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1},
    {"tiles of many channels, stride 2", 1, 200, 10, 13, 36, 3, 3, 2, 2, 0, 1, 1, 0, 1, 1, 1},
    {"tiles, stride 2, odd padding", 2, 9, 20, 23, 18, 3, 3, 2, 2, 3, 2, 0, 3, 1, 1, 1},
    {"parts", 2, 9, 13, 18, 20, 7, 7, 1, 1, 3, 3, 3, 3, 1, 1, 1},
    {"parts, dilated, groups", 2, 6, 31, 26, 10, 4, 4, 1, 1, 2, 5, 4, 1, 2, 3, 2},
    {"parts of many channels", 1, 70, 14, 15, 36, 9, 9, 1, 1, 4, 3, 4, 5, 1, 1, 1},
    {"parts, stride 2", 3, 17, 21, 38, 35, 5, 5, 2, 2, 2, 2, 2, 2, 1, 1, 1},
    {"parts, stride 2, odd padding", 2, 20, 19, 24, 9, 6, 6, 2, 2, 3, 1, 2, 0, 1, 1, 1},
    {"parts, stride 2, groups", 2, 8, 16, 15, 36, 4, 4, 2, 2, 1, 0, 1, 5, 1, 1, 2},
    {"blocks of columns, stride 2", 1, 18, 5, 3001, 6, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1},
    {"blocks of a 1x1", 2, 20, 40, 41, 33, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1},
    {"deep", 1, 352, 6, 5, 336, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {"tall halo", 1, 5, 200, 260, 2, 7, 7, 1, 1, 3, 3, 3, 3, 1, 1, 1},
};

static const char *const operations[] = {"forward", "backward input", "backward weights"};
static const char *const algorithms[] = {"auto", "direct", "gemm", "winograd", "depthwise"};

/* Whether a place along an axis of the input (of dy, for its gradient) is among those of an
 * output's tile. */
static bool in_tile(int64_t input, int64_t output, bool gradient, int taps, int stride,
                    int dilation, int pad) {
  int64_t part = taps == 4 ? 2 : 3, window = part + 3; /* of kernels in parts */
  if (stride == 2 && taps == 3) {
    int64_t first = gradient ? (output + pad % 2) / 4 * 2 + pad / 2 - 1 : output / 2 * 4 - pad;
    return input >= first && input < first + (gradient ? 3 : 5);
  }
  if (stride == 2) {
    int64_t first =
        gradient ? (output + pad % 2) / 8 * 4 + pad / 2 - (part - 1) : output / 4 * 8 - pad;
    return input >= first && input < first + (gradient ? window : 2 * window);
  }
  pad = gradient ? (taps - 1) * dilation - pad : pad;
  int64_t step = taps == 5 ? 2 : 4, tile = output / dilation / step;
  int64_t at = input - (output % dilation + tile * step * dilation - pad);
  int64_t reach = taps == 5 ? window : window + (taps - 1) / part * part;
  return at >= 0 && at % dilation == 0 && at / dilation < reach;
}

/* Whether by Winograd's algorithm the NaN may spread to an element of the result: to all outputs
 * of its tile, or all taps of its kernels. */
static bool spreads(const problem *q, int operation, int64_t i) {
  const shape *s = q->s;
  bool input = operation == CONVOY_CONV_BACKWARD_INPUT;
  int h = input ? q->oh : s->h, w = input ? q->ow : s->w;
  int64_t col = q->nan % w, row = q->nan / w % h, plane = q->nan / w / h;
  if (operation == CONVOY_CONV_BACKWARD_WEIGHTS) {
    int channels = s->c / s->groups;
    int64_t kernel = i / (s->kh * s->kw);
    int64_t group = kernel / channels / (s->k / s->groups);
    return plane % s->c == group * channels + kernel % channels;
  }
  int oh = input ? s->h : q->oh, ow = input ? s->w : q->ow;
  int from = (input ? s->k : s->c) / s->groups, to = (input ? s->c : s->k) / s->groups;
  return plane / from == i / ow / oh / to &&
         in_tile(row, i / ow % oh, input, s->kh, s->sh, s->dh, s->top) &&
         in_tile(col, i % ow, input, s->kw, s->sw, s->dw, s->left);
}

/* What Winograd's algorithm may be off by, as its transforms round: the terms are 16 at most. */
static double tolerance(const problem *q, int operation) {
  const shape *s = q->s;
  int64_t terms =
      operation == CONVOY_CONV_BACKWARD_WEIGHTS
          ? (int64_t)s->n * q->oh * q->ow
          : (int64_t)s->kh * s->kw * (operation == CONVOY_CONV_FORWARD ? s->c : s->k) / s->groups;
  return (q->type == CONVOY_F64 ? 0x1p-52 : 0x1p-23) * 128 * 16 * sqrt((double)terms);
}

static bool winograd_applies(const shape *s) {
  if (s->kh != s->kw || s->kh < 3) {
    return false;
  }
  if (s->sh == 2 && s->sw == 2) {
    return s->kh <= 6 && s->dh == 1 && s->dw == 1;
  }
  return s->kh <= 9 && s->sh == 1 && s->sw == 1;
}

/* Runs a plan on buffers flush with a guard page, its outputs and scratch first full of NaN (or, to
 * be added to, the data given); expected[t] is NULL for what is no output. Whole numbers must come
 * out exactly, but for Winograd's, whose transforms round. */
static void check_run(const problem *q, const convoy_conv2d_plan *p, enum flush flush,
                      bool backwards, double *const *expected) {
  buffer tensor[TENSORS];
  void *data[TENSORS];
  bool accumulate = p->flags & CONVOY_CONV_ACCUMULATE;
  double allowed = p->algorithm == CONVOY_CONV_WINOGRAD ? tolerance(q, p->operation) : 0;
  for (int t = 0; t < TENSORS; t++) {
    tensor[t] = buffer_new((size_t)(q->count[t] * element(q->type)), flush);
    data[t] = tensor[t].data;
    for (int64_t i = 0; i < q->count[t]; i++) {
      put(data[t], q->type, i, expected[t] != NULL && !accumulate ? (double)NAN : q->given[t][i]);
    }
    if (expected[t] == NULL) {
      buffer_read_only(&tensor[t], true);
    }
  }
  if (p->flags & CONVOY_CONV_NO_WEIGHTS) {
    data[X] = data[W] = NULL;
  }
  buffer workspace = buffer_new((size_t)p->workspace_bytes, FLUSH_END);
  buffer scratch = buffer_new((size_t)p->scratch_bytes, FLUSH_END);
  run(p, backwards, data, workspace.data, scratch.data);
  for (int t = 0; t < TENSORS; t++) {
    buffer_read_only(&tensor[t], false);
    if (!buffer_intact(&tensor[t])) {
      fail("%s, %s, %s: wrote around tensor %d", q->s->name, operations[p->operation],
           algorithms[p->algorithm], t);
    }
    for (int64_t i = 0; expected[t] != NULL && i < q->count[t]; i++) {
      double want = expected[t][i] + (accumulate ? q->given[t][i] : 0);
      double is = get(data[t], q->type, i);
      bool may_be_nan = isnan(want) || (p->algorithm == CONVOY_CONV_WINOGRAD && q->nan >= 0 &&
                                        spreads(q, p->operation, i));
      if (!(fabs(is - want) <= allowed || (isnan(is) && may_be_nan))) {
        fail("%s, %s, %s, %s, flags %d: tensor %d, element %d is %g, must be %g", q->s->name,
             operations[p->operation], algorithms[p->algorithm],
             q->type == CONVOY_F64 ? "f64" : "f32", p->flags, t, (int)i, is, want);
        break;
      }
    }
    buffer_free(&tensor[t]);
  }
  buffer_free(&workspace);
  buffer_free(&scratch);
}

/* Every operation by one algorithm, with and without bias, ReLU and accumulation. */
static void check_algorithm(problem *q, int algorithm) {
  double *relu = malloc((size_t)q->count[Y] * sizeof(double));
  double *unbiased = malloc((size_t)q->count[Y] * sizeof(double));
  int64_t plane = (int64_t)q->oh * q->ow;
  for (int64_t i = 0; i < q->count[Y]; i++) {
    relu[i] = q->y[i] < 0 ? 0 : q->y[i];
    unbiased[i] = q->y[i] - q->given[B][i / plane % q->s->k];
  }
  const struct {
    int operation, flags;
    double *expected[TENSORS];
  } runs[] = {
      {CONVOY_CONV_FORWARD, 0, {[Y] = unbiased}},
      {CONVOY_CONV_FORWARD, CONVOY_CONV_BIAS, {[Y] = q->y}},
      {CONVOY_CONV_FORWARD, CONVOY_CONV_BIAS | CONVOY_CONV_RELU, {[Y] = relu}},
      {CONVOY_CONV_BACKWARD_INPUT, 0, {[X] = q->dx}},
      {CONVOY_CONV_BACKWARD_INPUT, CONVOY_CONV_ACCUMULATE, {[X] = q->dx}},
      {CONVOY_CONV_BACKWARD_WEIGHTS, 0, {[W] = q->dw}},
      {CONVOY_CONV_BACKWARD_WEIGHTS, CONVOY_CONV_BIAS, {[W] = q->dw, [B] = q->db}},
      {CONVOY_CONV_BACKWARD_WEIGHTS,
       CONVOY_CONV_BIAS | CONVOY_CONV_ACCUMULATE,
       {[W] = q->dw, [B] = q->db}},
      {CONVOY_CONV_BACKWARD_WEIGHTS, CONVOY_CONV_BIAS | CONVOY_CONV_NO_WEIGHTS, {[B] = q->db}},
      {CONVOY_CONV_BACKWARD_WEIGHTS,
       CONVOY_CONV_BIAS | CONVOY_CONV_NO_WEIGHTS | CONVOY_CONV_ACCUMULATE,
       {[B] = q->db}},
  };
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
    convoy_conv2d_plan p = plan_of(q, runs[i].operation, algorithm, runs[i].flags);
    const char *reason = convoy_conv2d_plan_init(&p);
    if (reason != NULL) {
      fail("%s, %s refused: %s", q->s->name, algorithms[algorithm], reason);
      continue;
    }
    check_run(q, &p, FLUSH_END, false, runs[i].expected);
    check_run(q, &p, FLUSH_START, true, runs[i].expected);
  }
  free(relu);
  free(unbiased);
}

/* A NaN reaches the results that it belongs to and no others, whatever vector it falls in. */
static void check_nan(problem *q, int algorithm, int operation, int output, double *result) {
  double *expected[TENSORS] = {0};
  expected[output] = result;
  convoy_conv2d_plan p = plan_of(q, operation, algorithm, 0);
  convoy_conv2d_plan_init(&p);
  check_run(q, &p, FLUSH_END, false, expected);
}

/* Calls check for every level, type and algorithm. */
static void for_all(problem *q, void (*check)(problem *q, int algorithm)) {
  for (const char *const *level = levels(); *level != NULL; level++) {
    convoy_cpu_limit(*level);
    for (q->type = CONVOY_F32; q->type <= CONVOY_F64; q->type++) {
      check(q, CONVOY_CONV_GEMM);
      check(q, CONVOY_CONV_DIRECT);
      if (winograd_applies(q->s)) {
        check(q, CONVOY_CONV_WINOGRAD);
      }
      if (q->s->groups == q->s->c) {
        check(q, CONVOY_CONV_DEPTHWISE);
      }
    }
  }
}

static void check_nan_in_x(problem *q, int algorithm) {
  check_nan(q, algorithm, CONVOY_CONV_FORWARD, Y, q->y);
  check_nan(q, algorithm, CONVOY_CONV_BACKWARD_WEIGHTS, W, q->dw);
}

static void check_nan_in_y(problem *q, int algorithm) {
  check_nan(q, algorithm, CONVOY_CONV_BACKWARD_INPUT, X, q->dx);
}

static void check_shape(const shape *s) {
  problem q = problem_new(s);
  reference(&q);
  for_all(&q, check_algorithm);
  problem_free(&q);
}

static void check_shape_with_nan(const shape *s) {
  for (int tensor = X; tensor <= Y; tensor += Y - X) {
    problem q = problem_new(s);
    q.nan = random_int(0, q.count[tensor] - 1);
    q.given[tensor][q.nan] = (double)NAN;
    memset(q.given[B], 0, (size_t)q.count[B] * sizeof(double));
    reference(&q);
    for_all(&q, tensor == X ? check_nan_in_x : check_nan_in_y);
    problem_free(&q);
  }
}

static int random_pad(int extent) {
  return random_int(0, 1) == 0 ? 0 : (int)random_int(0, extent);
}

/* As Winograd's algorithm wants it, now and then. */
static shape random_shape(void) {
  shape s = {.name = "random"};
  do {
    s.groups = random_int(0, 2) == 0 ? (int)random_int(2, 5) : 1;
    s.n = (int)random_int(1, 4);
    s.c = s.groups * (int)random_int(1, 5);
    s.k = s.groups * (int)random_int(1, 9);
    s.h = (int)random_int(1, 20);
    s.w = (int)random_int(1, 40);
    s.kh = (int)random_int(1, 5);
    s.kw = (int)random_int(1, 5);
    s.sh = (int)random_int(1, 4);
    s.sw = (int)random_int(1, 4);
    s.dh = (int)random_int(1, 3);
    s.dw = (int)random_int(1, 3);
    switch (random_int(0, 5)) {
      case 0:
      case 1:
        s.kh = s.kw = random_int(0, 1) == 0 ? 3 : (int)random_int(4, 9);
        s.sh = s.sw = 1;
        break;
      case 2:
        s.kh = s.kw = random_int(0, 1) == 0 ? 3 : (int)random_int(4, 6);
        s.sh = s.sw = 2;
        s.dh = s.dw = 1;
        break;
      default:
        break;
    }
    s.top = random_pad(s.kh * s.dh);
    s.left = random_pad(s.kw * s.dw);
    /* Less than nothing: fewer outputs than the image has room for. */
    s.bottom = random_int(0, 3) == 0 ? -(int)random_int(0, s.h / 2) : random_pad(s.kh * s.dh);
    s.right = random_int(0, 3) == 0 ? -(int)random_int(0, s.w / 2) : random_pad(s.kw * s.dw);
  } while (s.h + s.top + s.bottom < (s.kh - 1) * s.dh + 1 ||
           s.w + s.left + s.right < (s.kw - 1) * s.dw + 1);
  return s;
}

static void check_refusals(void) {
  problem q = problem_new(&shapes[1]);
  convoy_conv2d_plan p = plan_of(&q, CONVOY_CONV_FORWARD, CONVOY_CONV_DEPTHWISE, 0);
  if (convoy_conv2d_plan_init(&p) == NULL) {
    fail("depthwise accepts one group of three channels");
  }
  problem_free(&q);
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    q = problem_new(&shapes[i]);
    p = plan_of(&q, CONVOY_CONV_FORWARD, CONVOY_CONV_WINOGRAD, 0);
    if ((convoy_conv2d_plan_init(&p) == NULL) != winograd_applies(q.s)) {
      fail("%s: Winograd is accepted or refused wrongly", q.s->name);
    }
    p = plan_of(&q, CONVOY_CONV_FORWARD, CONVOY_CONV_AUTO, CONVOY_CONV_PRECISE);
    convoy_conv2d_plan_init(&p);
    if (p.algorithm == CONVOY_CONV_WINOGRAD) {
      fail("%s: Winograd is chosen in spite of its rounding", q.s->name);
    }
    problem_free(&q);
  }
}

typedef struct {
  convoy_conv2d_plan plan;
  void *tensor[TENSORS], *workspace, *scratch;
} timed_run;

static void timed_call(void *argument) {
  timed_run *t = argument;
  run(&t->plan, false, t->tensor, t->workspace, t->scratch);
}

static void *aligned_memory(int64_t bytes) {
  void *p = aligned_alloc(64, (size_t)(bytes + 63) / 64 * 64 + 64);
  memset(p, 0, (size_t)bytes);
  return p;
}

static void bench_shape(const shape *s, int type, int algorithm) {
  problem q = {.s = s, .type = type};
  q.oh = outputs(s->h, s->top, s->bottom, s->kh, s->dh, s->sh);
  q.ow = outputs(s->w, s->left, s->right, s->kw, s->dw, s->sw);
  int64_t taps = (int64_t)s->kh * s->kw * s->c / s->groups;
  int64_t count[TENSORS] = {(int64_t)s->n * s->c * s->h * s->w, s->k * taps, s->k,
                            (int64_t)s->n * s->k * q.oh * q.ow};
  timed_run t;
  for (int i = 0; i < TENSORS; i++) {
    t.tensor[i] = aligned_memory(count[i] * element(type));
    for (int64_t e = 0; e < count[i]; e++) {
      put(t.tensor[i], type, e, random_real());
    }
  }
  printf("%-14s %s %-9s", s->name, type == CONVOY_F64 ? "f64" : "f32", algorithms[algorithm]);
  for (int operation = 0; operation < 3; operation++) {
    int flags = operation == CONVOY_CONV_BACKWARD_INPUT ? 0 : CONVOY_CONV_BIAS;
    t.plan = plan_of(&q, operation, algorithm, flags);
    if (convoy_conv2d_plan_init(&t.plan) != NULL) {
      continue;
    }
    t.workspace = aligned_memory(t.plan.workspace_bytes);
    t.scratch = aligned_memory(t.plan.scratch_bytes);
    double time = best_seconds(timed_call, &t), flop = 2.0 * (double)(count[Y] * taps);
    printf("  %s %8.3f ms %6.1f GFLOP/s (%s, %d pieces, scratch %d KiB)", operations[operation],
           1e3 * time, 1e-9 * flop / time, algorithms[t.plan.algorithm], t.plan.pieces[0],
           (int)(t.plan.scratch_bytes >> 10));
    free(t.workspace);
    free(t.scratch);
  }
  printf("\n");
  for (int i = 0; i < TENSORS; i++) {
    free(t.tensor[i]);
  }
}

/* --bench [f64] [NAME [ALGORITHM]]: one thread. */
static void bench(int argc, char **argv) {
  static const shape workloads[] = {
      {"fashion-c1", 128, 1, 28, 28, 32, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1},
      {"fashion-c2", 128, 32, 14, 14, 64, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1},
      {"vgg-c1_2", 2, 64, 224, 224, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      {"vgg-c3_1", 8, 128, 56, 56, 256, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      {"vgg-c5", 8, 512, 14, 14, 512, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      {"resnet-c1", 8, 3, 224, 224, 64, 7, 7, 2, 2, 3, 3, 3, 3, 1, 1, 1},
      {"resnet-1x1", 8, 256, 56, 56, 64, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1},
      {"resnet-3x3s2", 8, 128, 56, 56, 128, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1},
      {"resnet-c4", 8, 256, 14, 14, 256, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      {"mobile-dw3", 8, 144, 56, 56, 144, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 144},
      {"mobile-dw3s2", 8, 144, 56, 56, 144, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 144},
      {"dilated", 8, 256, 28, 28, 256, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 1},
  };
  int type = CONVOY_F32, algorithm = CONVOY_CONV_AUTO;
  if (argc > 0 && strcmp(argv[0], "f64") == 0) {
    type = CONVOY_F64;
    argc--;
    argv++;
  }
  for (int i = 0; argc > 1 && i < 5; i++) {
    algorithm = strcmp(argv[1], algorithms[i]) == 0 ? i : algorithm;
  }
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
    if (argc == 0 || strcmp(argv[0], workloads[i].name) == 0) {
      bench_shape(&workloads[i], type, algorithm);
    }
  }
}

int main(int argc, char **argv) {
  printf("BLAS: %s\n", use_blas());
  if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
    bench(argc - 2, argv + 2);
    return 0;
  }
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    check_shape(&shapes[i]);
  }
  for (int i = random_cases(150); i > 0; i--) {
    shape s = random_shape();
    check_shape(&s);
    check_shape_with_nan(&s);
  }
  check_refusals();
  return finish("convolution");
}
