/* Pointwise kernels on elements T, which compilers vectorise: included once per type and
 * instruction set. Not restrict: relu and its gradient may work in place. */

static void relu_c(const T *x, T *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    y[i] = x[i] < 0 ? 0 : x[i];
  }
}

static void relu_backward_c(const T *y, const T *dy, T *dx, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    T gradient = dy[i]; /* read in any case, so that the choice needs no branch */
    dx[i] = y[i] > 0 ? gradient : 0;
  }
}

static void add_c(T *y, T value, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    y[i] += value;
  }
}
