/* From sums to outputs. Included once per element type T and instruction set, after conv_vector.h.
 */

/* Bias and ReLU on n outputs of one channel, from src to dst, which may be src. */
static void finish_outputs(const T *src, T *dst, int64_t n, T bias, int relu) {
  vec b = vec_all(bias);
  for (int64_t i = 0; i < n; i += LANES) {
    int64_t left = vec_left(n, i);
    vec v = vec_add(left == LANES ? vec_load(src + i) : vec_load_some(src + i, left), b);
    v = relu ? vec_relu(v) : v;
    if (left == LANES) {
      vec_store(dst + i, v);
    } else {
      vec_store_some(dst + i, v, left);
    }
  }
}

static void add_outputs(const T *src, T *dst, int64_t n) {
  for (int64_t i = 0; i < n; i += LANES) {
    int64_t left = vec_left(n, i);
    vec_store_some(dst + i, vec_add(vec_load_some(dst + i, left), vec_load_some(src + i, left)),
                   left);
  }
}
