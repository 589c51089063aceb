/*
 * dx = image(transpose(w) * dy): the columns' gradients, block by block of output rows, are added
 * up in a halo that moves down the image with the blocks. A piece is all that is added to some
 * channels of some images, so every dx has one writer. Included once per element type T and
 * instruction set.
 */

/* The gradients of dy's block, [filters][pixels]: where they lie if one image's, else gathered. */
static const T *block_gradients(const convoy_conv2d_plan *p, const conv_block *b, int64_t filters,
                                const T *dy, T *tile, int64_t *ld) {
  int64_t plane = (int64_t)p->oh * p->ow;
  dy += b->image * p->k * plane + b->row * p->ow + b->col;
  if (b->images == 1) {
    *ld = plane;
    return dy;
  }
  *ld = b->images * plane;
  for (int64_t f = 0; f < filters; f++) {
    for (int64_t n = 0; n < b->images; n++) {
      memcpy(tile + (f * b->images + n) * plane, dy + (n * p->k + f) * plane,
             (size_t)plane * sizeof(T));
    }
  }
  return tile;
}

static void gemm_backward_input(const convoy_conv2d_plan *plan, int64_t piece,
                                const conv_call *call) {
  convoy_conv2d_plan flat = conv_flattened(plan);
  const convoy_conv2d_plan *p = &flat;
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int64_t taps = conv_taps(p), plane = (int64_t)p->h * p->w;
  int64_t parts = ceil_div(channels, p->piece_channels), image_blocks = conv_image_blocks(p);
  int64_t first = piece % parts * p->piece_channels;
  int64_t end = min_i64(channels, first + p->piece_channels);
  int64_t group = piece / parts / image_blocks, per_image = conv_blocks_per_image(p);
  int64_t first_block = piece / parts % image_blocks * per_image;

  const T *w = (const T *)call->w + group * filters * channels * taps;
  const T *dy = (const T *)call->y + group * filters * p->oh * p->ow;
  T *dx = (T *)call->x + group * channels * plane;
  T *scratch = call->scratch;
  conv_gemm_scratch at = conv_gemm_scratch_of(p);
  T *columns = scratch + at.columns, *halo = scratch + at.halo;
  conv_halo h = conv_halo_of(p, p->block_rows, p->block_cols);
  int64_t ld;
  for (int64_t c = first; c < end; c += p->block_channels) {
    int64_t count = min_i64(p->block_channels, end - c);
    for (int64_t i = 0; i < per_image; i++) {
      conv_block b = conv_block_at(p, first_block + i);
      int64_t pixels = b.rows * b.cols;
      const T *gradients = block_gradients(p, &b, filters, dy, scratch + at.tile, &ld);
      T *out = dx + (b.image * p->c + c) * plane;
      if (p->in_place) {
        gemm(BLAS_TRANSPOSED, BLAS_PLAIN, count, pixels, filters, w + c, channels, gradients, ld,
             (p->flags & CONVOY_CONV_ACCUMULATE) != 0, out + b.col, plane);
        continue;
      }
      gemm(BLAS_TRANSPOSED, BLAS_PLAIN, count * taps, b.images * pixels, filters, w + c * taps,
           channels * taps, gradients, ld, 0, columns, b.images * pixels);
      for (int64_t n = 0; n < b.images; n++) {
        if (b.row == 0) {
          fill_zero(halo, count * h.plane);
        } else {
          halo_advance(&h, p->block_rows, count, halo);
        }
        columns_to_halo(p, &h, &b, columns + n * pixels, b.images * pixels, count, halo);
        halo_store(p, &h, &b, halo, count, out + n * p->c * plane);
      }
    }
  }
}
