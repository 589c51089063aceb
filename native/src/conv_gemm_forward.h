/*
 * y = w * columns(x), block by block of output pixels. Included once per element type T and
 * instruction set.
 */

static void gemm(int transa, int transb, int64_t m, int64_t n, int64_t k, const T *a, int64_t lda,
                 const T *b, int64_t ldb, T beta, T *c, int64_t ldc) {
  CONV_BLAS(BLAS_ROW_MAJOR, transa, transb, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb,
            beta, c, (int)ldc);
}

/* The product of the weights of filters from k on with a block's columns, into y [filters][ldy]. */
static void gemm_block(const convoy_conv2d_plan *p, const conv_block *b, int64_t group,
                       int64_t filters, const T *x, const T *w, T *y, int64_t ldy, T *scratch) {
  int64_t channels = conv_group_channels(p), taps = conv_taps(p), plane = (int64_t)p->h * p->w;
  int64_t pixels = b->images * b->rows * b->cols;
  const T *image = x + (b->image * p->c + group * channels) * plane;
  if (p->in_place) {
    gemm(BLAS_PLAIN, BLAS_PLAIN, filters, pixels, channels, w, channels, image + b->col, plane, 0,
         y, ldy);
    return;
  }
  conv_gemm_scratch at = conv_gemm_scratch_of(p);
  conv_halo halo = conv_halo_of(p, b->rows, b->cols);
  for (int64_t first = 0; first < channels; first += p->block_channels) {
    int64_t count = min_i64(p->block_channels, channels - first);
    for (int64_t n = 0; n < b->images; n++) {
      halo_load(p, &halo, b, image + (n * p->c + first) * plane, count,
                scratch + at.halo + n * count * halo.plane);
    }
    columns_from_halo(p, &halo, b, scratch + at.halo, count, scratch + at.columns);
    gemm(BLAS_PLAIN, BLAS_PLAIN, filters, pixels, count * taps, w + first * taps, channels * taps,
         scratch + at.columns, pixels, first > 0, y, ldy);
  }
}

static void gemm_forward(const convoy_conv2d_plan *plan, int64_t piece, const conv_call *call) {
  convoy_conv2d_plan flat = conv_flattened(plan);
  const convoy_conv2d_plan *p = &flat;
  int64_t filters = conv_group_filters(p), blocks = conv_blocks(p);
  int64_t parts = ceil_div(filters, p->piece_filters);
  conv_block b = conv_block_at(p, piece / parts % blocks);
  int64_t group = piece / parts / blocks, first = piece % parts * p->piece_filters;
  int64_t count = min_i64(p->piece_filters, filters - first), k = group * filters + first;

  const T *w = (const T *)call->w + k * conv_group_channels(p) * conv_taps(p);
  const T *bias = p->flags & CONVOY_CONV_BIAS ? (const T *)call->b + k : NULL;
  int relu = (p->flags & CONVOY_CONV_RELU) != 0;
  int64_t plane = (int64_t)p->oh * p->ow, pixels = b.rows * b.cols;
  T *y = (T *)call->y + (b.image * p->k + k) * plane + b.row * p->ow + b.col;
  T *scratch = call->scratch;
  if (b.images == 1) {
    gemm_block(p, &b, group, count, call->x, w, y, plane, scratch);
    if (bias != NULL || relu) {
      for (int64_t f = 0; f < count; f++) {
        finish_outputs(y + f * plane, y + f * plane, pixels, bias != NULL ? bias[f] : 0, relu);
      }
    }
  } else {
    T *tile = scratch + conv_gemm_scratch_of(p).tile;
    gemm_block(p, &b, group, count, call->x, w, tile, b.images * pixels, scratch);
    for (int64_t n = 0; n < b.images; n++) {
      for (int64_t f = 0; f < count; f++) {
        finish_outputs(tile + (f * b.images + n) * pixels, y + (n * p->k + f) * plane, pixels,
                       bias != NULL ? bias[f] : 0, relu);
      }
    }
  }
}
