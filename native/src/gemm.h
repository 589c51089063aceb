/* The BLAS in use. */
#ifndef CONVOY_GEMM_INTERNAL_H
#define CONVOY_GEMM_INTERNAL_H

#include "convoy_gemm.h"

enum { BLAS_ROW_MAJOR = 101, BLAS_PLAIN = 111, BLAS_TRANSPOSED = 112 };

struct convoy_blas {
  convoy_sgemm sgemm;
  convoy_dgemm dgemm;
};

extern struct convoy_blas convoy_blas;

#endif
