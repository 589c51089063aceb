/* A convolution with data, what must come of it by plain loops in double, and how to run it. */
#ifndef CONVOY_CONV_PROBLEM_H
#define CONVOY_CONV_PROBLEM_H

#include <stdbool.h>
#include <stdlib.h>

#include "convoy_conv.h"
#include "harness.h"

typedef struct {
  const char *name;
  int n, c, h, w, k, kh, kw, sh, sw, top, left, bottom, right, dh, dw, groups;
} shape;

enum { X, W, B, Y, TENSORS };

/* A convolution's tensors: what is given, and, in double, what each output must be. */
typedef struct {
  const shape *s;
  int oh, ow, type; /* the type may change, as the data fit any */
  int64_t nan;      /* the one element of what is given that is NaN, or -1 */
  int64_t count[TENSORS];
  double *given[TENSORS], *y, *dx, *dw, *db;
} problem;

static int64_t element(int type) {
  return type == CONVOY_F64 ? 8 : 4;
}

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

static int outputs(int size, int before, int after, int taps, int dilation, int stride) {
  return (size + before + after - (taps - 1) * dilation - 1) / stride + 1;
}

/* The definition: every product of x, w and y that belong together, in plain loops. */
static void reference(problem *q) {
  const shape *s = q->s;
  const double *x = q->given[X], *w = q->given[W], *b = q->given[B], *dy = q->given[Y];
  int channels = s->c / s->groups, filters = s->k / s->groups;
  int64_t yi = 0;
  for (int n = 0; n < s->n; n++) {
    for (int k = 0; k < s->k; k++) {
      for (int oh = 0; oh < q->oh; oh++) {
        for (int ow = 0; ow < q->ow; ow++, yi++) {
          q->y[yi] = b[k];
          q->db[k] += dy[yi];
          for (int c = 0; c < channels; c++) {
            for (int i = 0; i < s->kh; i++) {
              for (int j = 0; j < s->kw; j++) {
                int row = oh * s->sh - s->top + i * s->dh, col = ow * s->sw - s->left + j * s->dw;
                if (row < 0 || row >= s->h || col < 0 || col >= s->w) {
                  continue;
                }
                int64_t channel = (int64_t)n * s->c + k / filters * channels + c;
                int64_t xi = (channel * s->h + row) * s->w + col;
                int64_t wi = (((int64_t)k * channels + c) * s->kh + i) * s->kw + j;
                q->y[yi] += x[xi] * w[wi];
                q->dx[xi] += dy[yi] * w[wi];
                q->dw[wi] += dy[yi] * x[xi];
              }
            }
          }
        }
      }
    }
  }
}

static problem problem_new(const shape *s) {
  problem q = {.s = s, .nan = -1};
  q.oh = outputs(s->h, s->top, s->bottom, s->kh, s->dh, s->sh);
  q.ow = outputs(s->w, s->left, s->right, s->kw, s->dw, s->sw);
  q.count[X] = (int64_t)s->n * s->c * s->h * s->w;
  q.count[W] = (int64_t)s->k * (s->c / s->groups) * s->kh * s->kw;
  q.count[B] = s->k;
  q.count[Y] = (int64_t)s->n * s->k * q.oh * q.ow;
  for (int t = 0; t < TENSORS; t++) {
    q.given[t] = malloc((size_t)q.count[t] * sizeof(double));
    for (int64_t i = 0; i < q.count[t]; i++) {
      q.given[t][i] = (double)random_int(-4, 4);
    }
  }
  q.y = calloc((size_t)q.count[Y], sizeof(double));
  q.dx = calloc((size_t)q.count[X], sizeof(double));
  q.dw = calloc((size_t)q.count[W], sizeof(double));
  q.db = calloc((size_t)q.count[B], sizeof(double));
  return q;
}

static void problem_free(problem *q) {
  for (int t = 0; t < TENSORS; t++) {
    free(q->given[t]);
  }
  free(q->y);
  free(q->dx);
  free(q->dw);
  free(q->db);
}

static convoy_conv2d_plan plan_of(const problem *q, int operation, int algorithm, int flags) {
  const shape *s = q->s;
  convoy_conv2d_plan p = {.operation = operation,
                          .type = q->type,
                          .algorithm = algorithm,
                          .flags = flags,
                          .n = s->n,
                          .c = s->c,
                          .h = s->h,
                          .w = s->w,
                          .k = s->k,
                          .oh = q->oh,
                          .ow = q->ow,
                          .kh = s->kh,
                          .kw = s->kw,
                          .stride_h = s->sh,
                          .stride_w = s->sw,
                          .pad_top = s->top,
                          .pad_left = s->left,
                          .dilation_h = s->dh,
                          .dilation_w = s->dw,
                          .groups = s->groups};
  return p;
}

static void run(const convoy_conv2d_plan *p, bool backwards, void *const *t, void *workspace,
                void *scratch) {
  for (int phase = 0; phase < p->phases; phase++) {
    for (int i = 0; i < p->pieces[phase]; i++) {
      int piece = backwards ? p->pieces[phase] - 1 - i : i;
      convoy_conv2d_run(p, phase, piece, t[X], t[W], t[B], t[Y], workspace, scratch);
    }
  }
}

#endif
