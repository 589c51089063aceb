#include "cpu.h"

#include <stdlib.h>
#include <string.h>

#include "convoy.h"

struct convoy_kernels convoy_kernels;

static enum convoy_level level_in_use;

static const char *const level_names[] = {
    [CONVOY_LEVEL_C] = "c",
#if defined(__x86_64__)
    [CONVOY_LEVEL_AVX2] = "avx2",
    [CONVOY_LEVEL_AVX512] = "avx512",
#elif defined(__aarch64__)
    [CONVOY_LEVEL_NEON] = "neon",
#endif
};
enum { LEVELS = sizeof level_names / sizeof *level_names };

static enum convoy_level best_level(void) {
#if defined(__x86_64__)
  /* These ask the operating system too: it must save the wide registers. */
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      return CONVOY_LEVEL_AVX512;
    }
    return CONVOY_LEVEL_AVX2;
  }
  return CONVOY_LEVEL_C;
#elif defined(__aarch64__)
  return CONVOY_LEVEL_NEON; /* which every such processor has */
#else
  return CONVOY_LEVEL_C;
#endif
}

static void use(enum convoy_level level) {
  switch (level) {
#if defined(__x86_64__)
    case CONVOY_LEVEL_AVX512:
      convoy_kernels = (struct convoy_kernels){convoy_avx512_f32, convoy_avx512_f64};
      break;
    case CONVOY_LEVEL_AVX2:
      convoy_kernels = (struct convoy_kernels){convoy_avx2_f32, convoy_avx2_f64};
      break;
#elif defined(__aarch64__)
    case CONVOY_LEVEL_NEON:
      convoy_kernels = (struct convoy_kernels){convoy_neon_f32, convoy_neon_f64};
      break;
#endif
    default:
      convoy_kernels = (struct convoy_kernels){convoy_portable_f32, convoy_portable_f64};
      break;
  }
  level_in_use = level;
}

/* Runs when the library is loaded, before anyone can call a kernel, so the table needs no lock. */
__attribute__((constructor)) static void choose_kernels(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  if (convoy_cpu_limit(getenv("CONVOY_CPU")) != 0) {
    use(best_level());
  }
}

int32_t convoy_cpu_limit(const char *level) {
  enum convoy_level best = best_level();
  if (level == NULL) {
    use(best);
    return 0;
  }
  for (int i = 0; i < LEVELS && i <= (int)best; i++) {
    if (strcmp(level, level_names[i]) == 0) {
      use((enum convoy_level)i);
      return 0;
    }
  }
  return -1;
}

enum convoy_level convoy_level(void) {
  return level_in_use;
}

const char *convoy_cpu_level(void) {
  return level_names[level_in_use];
}

const char *convoy_cpu_features(void) {
#if defined(__x86_64__)
  switch (best_level()) {
    case CONVOY_LEVEL_AVX512:
      return "avx2 fma avx512f avx512bw avx512dq avx512vl";
    case CONVOY_LEVEL_AVX2:
      return "avx2 fma";
    default:
      return "sse2";
  }
#elif defined(__aarch64__)
  return "neon";
#else
  return "";
#endif
}

int32_t convoy_abi_version(void) {
  return CONVOY_ABI_VERSION;
}
