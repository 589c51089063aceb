/*
 * Convoy's native kernels: pooling, pointwise operations, convolution and matrix products on dense
 * NCHW tensors of 32-bit ("f32") and 64-bit ("f64") floating point.
 *
 * The library starts no threads, does no input or output, and allocates nothing: a call works on
 * the calling thread, on the memory it is given, and on the part of the work (a range of planes, of
 * elements, ...) that its arguments name, so that a caller may split one operation over threads.
 * Distinct parts may run at once.
 *
 * Arguments are trusted. A wrong size reads or writes outside the caller's memory, so the caller
 * checks: dev.convoy.Engine does.
 */
#ifndef CONVOY_H
#define CONVOY_H

#include <stdint.h>

#include "convoy_export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised by every change to a signature, to a struct's layout or to a meaning in these headers. */
#define CONVOY_ABI_VERSION 2

/* The CONVOY_ABI_VERSION that the library was built with; a caller refuses any other than its own.
 */
CONVOY_API int32_t convoy_abi_version(void);

/* What the processor offers of the instruction sets that kernels are written for, such as
 * "avx2 fma avx512f avx512bw avx512dq avx512vl". */
CONVOY_API const char *convoy_cpu_features(void);

/* The level whose kernels are in use: "c", "avx2", "avx512" or "neon". It is the best that the
 * processor offers unless the environment variable CONVOY_CPU, read once when the library is
 * loaded, or convoy_cpu_limit names a lower one. A name that is unknown or asks for more than the
 * processor offers leaves the best one in place: compare this answer with the wish. */
CONVOY_API const char *convoy_cpu_level(void);

/* Limits the kernels in use to a level by name, or lifts the limit (NULL). Returns 0, or -1 for a
 * name that is unknown or more than the processor offers, which changes nothing. For tests: no
 * kernel may be running meanwhile. */
CONVOY_API int32_t convoy_cpu_limit(const char *level);

#ifdef __cplusplus
}
#endif

#include "convoy_conv.h"
#include "convoy_gemm.h"
#include "convoy_pointwise.h"
#include "convoy_pool.h"

#endif
