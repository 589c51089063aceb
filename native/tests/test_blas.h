/* A BLAS for the checks: OpenBLAS where the build names its folder, else plain loops. */
#ifndef CONVOY_TEST_BLAS_H
#define CONVOY_TEST_BLAS_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "convoy_gemm.h"

/* op(a) * op(b) as CBLAS defines it, row-major. */
#define PLAIN_GEMM(name, T)                                                                     \
  static void name(int order, int transa, int transb, int m, int n, int k, T alpha, const T *a, \
                   int lda, const T *b, int ldb, T beta, T *c, int ldc) {                       \
    (void)order;                                                                                \
    for (int i = 0; i < m; i++) {                                                               \
      for (int j = 0; j < n; j++) {                                                             \
        T sum = 0;                                                                              \
        for (int l = 0; l < k; l++) {                                                           \
          sum += (transa == 112 ? a[(long)l * lda + i] : a[(long)i * lda + l]) *                \
                 (transb == 112 ? b[(long)j * ldb + l] : b[(long)l * ldb + j]);                 \
        }                                                                                       \
        T *at = c + (long)i * ldc + j;                                                          \
        *at = alpha * sum + (beta == 0 ? 0 : beta * *at);                                       \
      }                                                                                         \
    }                                                                                           \
  }

PLAIN_GEMM(plain_sgemm, float)
PLAIN_GEMM(plain_dgemm, double)

static void *library(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", CONVOY_OPENBLAS_DIR, name);
  return dlopen(path, RTLD_NOW | RTLD_GLOBAL);
}

/* Hands it to the library and returns its name. */
static const char *use_blas(void) {
  convoy_set_blas(plain_sgemm, plain_dgemm);
  if (CONVOY_OPENBLAS_DIR[0] == 0) {
    return "plain loops";
  }
  library("libquadmath.so.0"); /* needed by the next, where the system has none */
  library("libgfortran.so.5");
  void *openblas = library("libopenblas.so.0");
  if (openblas == NULL) {
    fprintf(stderr, "OpenBLAS not loaded: %s\n", dlerror());
    exit(2);
  }
  void (*set_threads)(int) = (void (*)(int))dlsym(openblas, "openblas_set_num_threads");
  set_threads(1);
  convoy_set_blas((convoy_sgemm)dlsym(openblas, "cblas_sgemm"),
                  (convoy_dgemm)dlsym(openblas, "cblas_dgemm"));
  return ((const char *(*)(void))dlsym(openblas, "openblas_get_config"))();
}

#endif
