/* The BLAS in use, and matrix products with an epilogue. */
#include "gemm.h"

#include <stddef.h>

struct convoy_blas convoy_blas;

void convoy_set_blas(convoy_sgemm sgemm, convoy_dgemm dgemm) {
  convoy_blas.sgemm = sgemm;
  convoy_blas.dgemm = dgemm;
}
