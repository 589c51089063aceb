/*
 * transpose(dw) = columns(x) * transpose(dy), added up over the blocks of a part of the pixels; the
 * sums of all parts are added, in order, by the pieces of a second phase. Transposed, because the
 * columns are by far the larger operand and this is how BLAS takes them fastest. Included once per
 * element type T and instruction set.
 */

/* The part of dw that a piece works on. */
typedef struct {
  int64_t group, channel, channels, filter, filters;
  int64_t index; /* among all of them */
} weights_part;

static int64_t weights_parts(const convoy_conv2d_plan *p) {
  return p->groups * ceil_div(conv_group_channels(p), p->piece_channels) *
         ceil_div(conv_group_filters(p), p->piece_filters);
}

static weights_part weights_part_at(const convoy_conv2d_plan *p, int64_t index) {
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int64_t across = ceil_div(channels, p->piece_channels);
  int64_t down = ceil_div(filters, p->piece_filters);
  weights_part part;
  part.index = index;
  part.channel = index % across * p->piece_channels;
  part.filter = index / across % down * p->piece_filters;
  part.group = index / across / down;
  part.channels = min_i64(p->piece_channels, channels - part.channel);
  part.filters = min_i64(p->piece_filters, filters - part.filter);
  return part;
}

/* dw[filters first to last of the part] = or += the sum of its partials, transposed back; and db.
 */
static void store_weights(const convoy_conv2d_plan *p, const weights_part *part, const T *partial,
                          int64_t first, int64_t last, const conv_call *call) {
  enum { ROWS = 16 };
  int64_t stride = conv_gemm_partial(p), taps = conv_taps(p);
  int64_t channels = conv_group_channels(p), rows = part->channels * taps;
  int64_t k = part->group * conv_group_filters(p) + part->filter;
  int accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0;
  for (int64_t f = first; f < last; f += LANES) {
    int64_t count = min_i64(LANES, last - f);
    T *dw = (T *)call->w + ((k + f) * channels + part->channel) * taps;
    for (int64_t row = 0; row < rows; row += ROWS) {
      int64_t height = min_i64(ROWS, rows - row);
      T tile[ROWS][LANES];
      for (int64_t r = 0; r < height; r++) {
        sum_partials(partial + (row + r) * part->filters + f, p->partials, stride, tile[r], count,
                     0);
      }
      for (int64_t i = 0; i < count; i++) {
        T *dst = dw + i * channels * taps + row;
        for (int64_t r = 0; r < height; r++) {
          dst[r] = accumulate ? dst[r] + tile[r][i] : tile[r][i];
        }
      }
    }
  }
  if (p->flags & CONVOY_CONV_BIAS && part->channel == 0) {
    sum_partials(partial + conv_gemm_partial_bias(p) + first, p->partials, stride,
                 (T *)call->b + k + first, last - first, accumulate);
  }
}

/* Adds up one partial over the blocks first to last. */
static void gemm_partial(const convoy_conv2d_plan *p, const weights_part *part, int64_t first,
                         int64_t last, T *partial, const conv_call *call) {
  int64_t taps = conv_taps(p), plane = (int64_t)p->h * p->w, out_plane = (int64_t)p->oh * p->ow;
  int64_t k = part->group * conv_group_filters(p) + part->filter;
  int64_t c = part->group * conv_group_channels(p) + part->channel;
  const T *dy = (const T *)call->y + k * out_plane;
  T *scratch = call->scratch, *bias = partial + conv_gemm_partial_bias(p);
  conv_gemm_scratch at = conv_gemm_scratch_of(p);
  fill_zero(bias, part->filters);
  for (int64_t block = first; block < last; block++) {
    conv_block b = conv_block_at(p, block);
    int64_t pixels = b.images * b.rows * b.cols, ld = pixels, ld_gradients;
    const T *image = (const T *)call->x + (b.image * p->c + c) * plane, *columns = image + b.col;
    const T *gradients =
        block_gradients(p, &b, part->filters, dy, scratch + at.tile, &ld_gradients);
    if (p->in_place) {
      ld = plane;
    } else {
      conv_halo halo = conv_halo_of(p, b.rows, b.cols);
      for (int64_t n = 0; n < b.images; n++) {
        halo_load(p, &halo, &b, image + n * p->c * plane, part->channels,
                  scratch + at.halo + n * part->channels * halo.plane);
      }
      columns_from_halo(p, &halo, &b, scratch + at.halo, part->channels, scratch + at.columns);
      columns = scratch + at.columns;
    }
    gemm(BLAS_PLAIN, BLAS_TRANSPOSED, part->channels * taps, part->filters, pixels, columns, ld,
         gradients, ld_gradients, block > first, partial, part->filters);
    if (p->flags & CONVOY_CONV_BIAS && part->channel == 0) {
      add_bias_gradients(p, &b, dy + b.image * p->k * out_plane + b.row * p->ow + b.col,
                         part->filters, bias);
    }
  }
}

static void gemm_backward_weights(const convoy_conv2d_plan *plan, int64_t piece,
                                  const conv_call *call) {
  convoy_conv2d_plan flat = conv_flattened(plan);
  const convoy_conv2d_plan *p = &flat;
  weights_part part = weights_part_at(p, piece / p->partials);
  int64_t number = piece % p->partials, blocks = conv_blocks(p);
  T *partial = p->partials == 1 ? (T *)call->scratch + conv_gemm_scratch_of(p).partial
                                : (T *)call->workspace + piece * conv_gemm_partial(p);
  gemm_partial(p, &part, blocks * number / p->partials, blocks * (number + 1) / p->partials,
               partial, call);
  if (p->partials == 1) {
    store_weights(p, &part, partial, 0, part.filters, call);
  }
}

/* The second phase: a piece is a range of the filters of a part. */
static void gemm_sum_weights(const convoy_conv2d_plan *plan, int64_t piece, const conv_call *call) {
  convoy_conv2d_plan flat = conv_flattened(plan);
  int64_t ranges = flat.pieces[1] / weights_parts(&flat), range = piece % ranges;
  weights_part part = weights_part_at(&flat, piece / ranges);
  int64_t vectors = ceil_div(part.filters, CONV_SLACK);
  const T *partials =
      (const T *)call->workspace + part.index * flat.partials * conv_gemm_partial(&flat);
  store_weights(&flat, &part, partials,
                min_i64(part.filters, vectors * range / ranges * CONV_SLACK),
                min_i64(part.filters, vectors * (range + 1) / ranges * CONV_SLACK), call);
}
