/* The CPU level in use and the kernels chosen by it. */
#ifndef CONVOY_CPU_H
#define CONVOY_CPU_H

#include "kernels.h"

/* In rising order: a processor of one level runs the kernels of every lower one. */
enum convoy_level {
  CONVOY_LEVEL_C,
#if defined(__aarch64__)
  CONVOY_LEVEL_NEON,
#else
  CONVOY_LEVEL_AVX2,
  CONVOY_LEVEL_AVX512,
#endif
};

/* The level whose kernels are in use. */
enum convoy_level convoy_level(void);

/* The kernels in use: those of the level in use. */
extern struct convoy_kernels convoy_kernels;

#endif
