/* ReLU, its gradient and the bias: every level against their definitions, and nothing touched
 * around. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "convoy.h"
#include "harness.h"

#define T float
#define TYPE "f32"
#define NAME(name) name##_f32
#include "check_pointwise_type.h"
#undef T
#undef TYPE
#undef NAME
#define T double
#define TYPE "f64"
#define NAME(name) name##_f64
#include "check_pointwise_type.h"

int main(void) {
  for (const char *const *level = levels(); *level != NULL; level++) {
    convoy_cpu_limit(*level);
    for (enum flush flush = FLUSH_START; flush <= FLUSH_END; flush++) {
      for (int64_t n = 1; n <= 100; n++) {
        check_relu_f32(n, flush);
        check_relu_f64(n, flush);
        check_bias_f32(3 * (n % 7 + 1), n % 7 + 1, n, flush);
        check_bias_f64(3 * (n % 7 + 1), n % 7 + 1, n, flush);
        check_bias_f32(3 * n, n, 1, flush);
        check_bias_f64(3 * n, n, 1, flush);
      }
    }
  }
  return finish("pointwise");
}
