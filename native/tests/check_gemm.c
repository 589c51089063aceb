/* Matrix products against plain loops in double, on whole numbers, which every type holds exactly.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convoy_conv.h"
#include "convoy_gemm.h"
#include "harness.h"
#include "test_blas.h"

static void put(void *p, int type, int64_t i, double value) {
  if (type == CONVOY_F64) {
    ((double *)p)[i] = value;
  } else {
    ((float *)p)[i] = (float)value;
  }
}

static double get(const void *p, int type, int64_t i) {
  return type == CONVOY_F64 ? ((const double *)p)[i] : (double)((const float *)p)[i];
}

static buffer whole_numbers(int64_t count, int type, enum flush flush) {
  buffer b = buffer_new((size_t)(count * (type == CONVOY_F64 ? 8 : 4)), flush);
  for (int64_t i = 0; i < count; i++) {
    put(b.data, type, i, (double)random_int(-4, 4));
  }
  buffer_read_only(&b, true);
  return b;
}

static void check(int m, int n, int k, int type, int flags, enum flush flush) {
  convoy_matmul_plan p = {.type = type, .flags = flags, .m = m, .n = n, .k = k};
  const char *reason = convoy_matmul_plan_init(&p);
  if (reason != NULL) {
    fail("%dx%dx%d refused: %s", m, n, k, reason);
    return;
  }
  int64_t count = (int64_t)m * n;
  buffer a = whole_numbers((int64_t)m * k, type, flush);
  buffer b = whole_numbers((int64_t)n * k, type, flush);
  buffer bias = whole_numbers(n, type, flush), before = whole_numbers(count, type, flush);
  buffer y = buffer_new(before.bytes, flush);
  memcpy(y.data, before.data, y.bytes);
  if (!(flags & CONVOY_MATMUL_ACCUMULATE)) {
    memset(y.data, 0xff, y.bytes); /* NaN */
  }
  for (int piece = p.pieces - 1; piece >= 0; piece--) {
    convoy_matmul_run(&p, piece, a.data, b.data, flags & CONVOY_MATMUL_BIAS ? bias.data : NULL,
                      y.data);
  }
  if (!buffer_intact(&y)) {
    fail("%dx%dx%d, flags %d: wrote around y", m, n, k, flags);
  }
  for (int64_t i = 0; i < count; i++) {
    int64_t row = i / n, col = i % n;
    double want = flags & CONVOY_MATMUL_ACCUMULATE ? get(before.data, type, i) : 0;
    want += flags & CONVOY_MATMUL_BIAS ? get(bias.data, type, col) : 0;
    for (int64_t l = 0; l < k; l++) {
      want += get(a.data, type, flags & CONVOY_MATMUL_TRANSPOSE_A ? l * m + row : row * k + l) *
              get(b.data, type, flags & CONVOY_MATMUL_TRANSPOSE_B ? col * k + l : l * n + col);
    }
    want = flags & CONVOY_MATMUL_RELU && want < 0 ? 0 : want;
    if (get(y.data, type, i) != want) {
      fail("%dx%dx%d, %s, flags %d: element %d is %g, must be %g", m, n, k,
           type == CONVOY_F64 ? "f64" : "f32", flags, (int)i, get(y.data, type, i), want);
      break;
    }
  }
  buffer *all[] = {&a, &b, &bias, &before, &y};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    buffer_free(all[i]);
  }
}

typedef struct {
  convoy_matmul_plan plan;
  float *a, *b, *y;
} timed_run;

static void timed_call(void *argument) {
  timed_run *t = argument;
  for (int piece = 0; piece < t->plan.pieces; piece++) {
    convoy_matmul_run(&t->plan, piece, t->a, t->b, NULL, t->y);
  }
}

/* The products of the Fashion-MNIST network's dense layers at batch 128: forward, input and weight
 * gradients; each against one call of BLAS for the whole. */
static void bench(void) {
  static const int sizes[][4] = {
      {128, 1024, 3136, CONVOY_MATMUL_TRANSPOSE_B},
      {128, 3136, 1024, 0},
      {1024, 3136, 128, CONVOY_MATMUL_TRANSPOSE_A},
      {128, 10, 1024, CONVOY_MATMUL_TRANSPOSE_B},
      {128, 1024, 10, 0},
      {10, 1024, 128, CONVOY_MATMUL_TRANSPOSE_A},
  };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    int64_t m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
    timed_run t = {.plan = {.m = (int)m, .n = (int)n, .k = (int)k, .flags = sizes[i][3]}};
    t.a = calloc((size_t)(m * k), sizeof(float));
    t.b = calloc((size_t)(n * k), sizeof(float));
    t.y = calloc((size_t)(m * n), sizeof(float));
    double flop = 2e-9 * (double)(m * n * k);
    convoy_matmul_plan_init(&t.plan);
    double split = best_seconds(timed_call, &t);
    int pieces = t.plan.pieces;
    t.plan.pieces = 1;
    t.plan.piece_rows = (int)m;
    t.plan.piece_cols = (int)n;
    double whole = best_seconds(timed_call, &t);
    printf("%4dx%4dx%4d  %2d pieces %6.1f GFLOP/s, whole %6.1f GFLOP/s\n", (int)m, (int)n, (int)k,
           pieces, flop / split, flop / whole);
    free(t.a);
    free(t.b);
    free(t.y);
  }
}

int main(int argc, char **argv) {
  printf("BLAS: %s\n", use_blas());
  if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
    bench();
    return 0;
  }
  static const int sizes[][3] = {{1, 1, 1},    {3, 5, 7},      {17, 1, 33},    {1, 40, 9},
                                 {64, 10, 50}, {301, 37, 200}, {37, 523, 240}, {260, 260, 90}};
  static const int epilogues[] = {0, CONVOY_MATMUL_BIAS, CONVOY_MATMUL_RELU,
                                  CONVOY_MATMUL_BIAS | CONVOY_MATMUL_RELU,
                                  CONVOY_MATMUL_ACCUMULATE};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    for (size_t e = 0; e < sizeof epilogues / sizeof *epilogues; e++) {
      for (int transposes = 0; transposes < 4; transposes++) {
        for (int type = CONVOY_F32; type <= CONVOY_F64; type++) {
          int flags = epilogues[e] | transposes; /* TRANSPOSE_A is 1, TRANSPOSE_B is 2 */
          check(sizes[s][0], sizes[s][1], sizes[s][2], type, flags, FLUSH_END);
          check(sizes[s][0], sizes[s][1], sizes[s][2], type, flags, FLUSH_START);
        }
      }
    }
  }
  return finish("products");
}
