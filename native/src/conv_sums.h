/* Sums of gradients. Included once per element type T and instruction set. */

static T sum_of(const T *src, int64_t n) {
  vec sum[4] = {vec_all(0), vec_all(0), vec_all(0), vec_all(0)};
  int64_t i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    for (int v = 0; v < 4; v++) {
      sum[v] = vec_add(sum[v], vec_load(src + i + v * LANES));
    }
  }
  for (; i < n; i += LANES) {
    sum[0] = vec_add(sum[0], vec_load_some(src + i, vec_left(n, i)));
  }
  return vec_sum(vec_add(vec_add(sum[0], sum[1]), vec_add(sum[2], sum[3])));
}

/* sum[f] += the sum of dy over a block's pixels, for some filters; dy is the block's first. */
static void add_bias_gradients(const convoy_conv2d_plan *p, const conv_block *b, const T *dy,
                               int64_t filters, T *sum) {
  int64_t plane = (int64_t)p->oh * p->ow;
  for (int64_t n = 0; n < b->images; n++) {
    for (int64_t f = 0; f < filters; f++) {
      sum[f] += sum_of(dy + (n * p->k + f) * plane, b->rows * b->cols);
    }
  }
}

/* db alone: a piece is piece_filters of all output channels. */
static void bias_gradient(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  int64_t first = piece * p->piece_filters, end = min_i64(p->k, first + p->piece_filters);
  int64_t plane = (int64_t)p->oh * p->ow;
  T *db = call->b;
  for (int64_t k = first; k < end; k++) {
    T sum = 0;
    for (int64_t n = 0; n < p->n; n++) {
      sum += sum_of((const T *)call->y + (n * p->k + k) * plane, plane);
    }
    db[k] = p->flags & CONVOY_CONV_ACCUMULATE ? db[k] + sum : sum;
  }
}

/* dst = or += the sum of some partial results, from the first to the last, that lie stride apart.
 */
static void sum_partials(const T *src, int64_t partials, int64_t stride, T *dst, int64_t n,
                         int accumulate) {
  for (int64_t i = 0; i < n; i += LANES) {
    int64_t left = vec_left(n, i);
    vec sum = vec_load_some(src + i, left);
    for (int64_t part = 1; part < partials; part++) {
      sum = vec_add(sum, vec_load_some(src + part * stride + i, left));
    }
    if (accumulate) {
      sum = vec_add(vec_load_some(dst + i, left), sum);
    }
    vec_store_some(dst + i, sum, left);
  }
}
