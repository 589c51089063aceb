/* dw by plain loops over the window. Included once per element type T and instruction set. */

/* As many sums as registers hold; 25 taps are no multiple of more. */
#if defined(__AVX512F__) || defined(NEON)
enum { DW_FILTERS = 4 };
#elif defined(__AVX2__)
enum { DW_FILTERS = 2 };
#else
enum { DW_FILTERS = 1 };
#endif

/* sum[f][t] += dy[f] * x[t], of as many neighbouring pixels as are left. */
INLINE void add_tap_products(const T *dy, int64_t plane, int filters, const T *const *x,
                             int64_t place, int64_t left, vec (*sum)[CONV_DW_TAPS]) {
  vec gradient[DW_FILTERS];
#pragma GCC unroll 4
  for (int f = 0; f < filters; f++) {
    const T *from = dy + f * plane;
    gradient[f] = left == LANES ? vec_load(from) : vec_load_some(from, left);
  }
#pragma GCC unroll 5
  for (int t = 0; t < CONV_DW_TAPS; t++) {
    const T *from = x[t] + place;
    vec pixels = left == LANES ? vec_load(from) : vec_load_some(from, left);
#pragma GCC unroll 4
    for (int f = 0; f < filters; f++) {
      sum[f][t] = vec_fma(gradient[f], pixels, sum[f][t]);
    }
  }
}

/* dw[f][t] += the sum over a block of dy[f] * src[taps[t]], for CONV_DW_TAPS taps of some filters.
 */
INLINE void add_tap_gradients(const convoy_conv2d_plan *p, const conv_block *b, const T *src,
                              int64_t src_step, const conv_tap *taps, const T *dy, int filters,
                              T *dw, int64_t ld, int64_t count) {
  vec sum[DW_FILTERS][CONV_DW_TAPS];
  int64_t plane = (int64_t)p->oh * p->ow;
#pragma GCC unroll 4
  for (int f = 0; f < filters; f++) {
#pragma GCC unroll 5
    for (int t = 0; t < CONV_DW_TAPS; t++) {
      sum[f][t] = vec_all(0);
    }
  }
  const T *at[CONV_DW_TAPS];
#pragma GCC unroll 5
  for (int t = 0; t < CONV_DW_TAPS; t++) {
    at[t] = src + taps[t].src;
  }
  int64_t whole = b->cols / LANES * LANES;
  for (int64_t r = 0; r < b->rows; r++, dy += p->ow) {
    int64_t place = r * src_step;
    for (int64_t s = 0; s < whole; s += LANES) {
      add_tap_products(dy + s, plane, filters, at, place + s, LANES, sum);
    }
    if (whole < b->cols) {
      add_tap_products(dy + whole, plane, filters, at, place + whole, b->cols - whole, sum);
    }
  }
#pragma GCC unroll 4
  for (int f = 0; f < filters; f++) {
#pragma GCC unroll 5
    for (int t = 0; t < CONV_DW_TAPS; t++) { /* all, as a variable index would keep sum in memory */
      if (t < count) {
        dw[f * ld + t] += vec_sum(sum[f][t]);
      }
    }
  }
}

/* The filters that a piece works on: of whole groups, or some of one group. */
typedef struct {
  int64_t group, groups, filter, filters; /* filters of each group */
  int64_t first, count;                   /* of all output channels */
  int64_t index;                          /* among all such parts */
} filters_part;

static filters_part filters_part_at(const convoy_conv2d_plan *p, int64_t index) {
  int64_t filters = conv_group_filters(p), across = ceil_div(filters, p->piece_filters);
  filters_part part;
  part.index = index;
  part.group = index / across * p->piece_groups;
  part.groups = min_i64(p->piece_groups, p->groups - part.group);
  part.filter = index % across * p->piece_filters;
  part.filters = min_i64(p->piece_filters, filters - part.filter);
  part.first = part.group * filters + part.filter;
  part.count = part.groups * part.filters;
  return part;
}

static void direct_partial(const convoy_conv2d_plan *p, const filters_part *part, int64_t first,
                           int64_t last, T *dw, const conv_call *call) {
  int64_t channels = conv_group_channels(p), taps = conv_taps(p), ld = channels * taps;
  int64_t plane = (int64_t)p->h * p->w, out_plane = (int64_t)p->oh * p->ow;
  conv_direct_scratch at = conv_direct_scratch_of(p);
  conv_tap *tap = (conv_tap *)((char *)call->scratch + at.taps);
  T *halo = (T *)((char *)call->scratch + at.halo), *db = dw + conv_direct_partial_bias(p);
  fill_zero(dw, part->count * ld);
  fill_zero(db, part->count);
  for (int64_t block = first; block < last; block++) {
    conv_block b = conv_block_at(p, block);
    conv_halo h = conv_halo_of(p, b.rows, b.cols);
    const T *dy =
        (const T *)call->y + (b.image * p->k + part->first) * out_plane + b.row * p->ow + b.col;
    for (int64_t g = 0; g < part->groups; g++) {
      int64_t k = g * part->filters, image = b.image * p->c + (part->group + g) * channels;
      for (int64_t c = 0; c < channels; c += p->block_channels) {
        int64_t count = min_i64(p->block_channels, channels - c);
        halo_load(p, &h, &b, (const T *)call->x + (image + c) * plane, count, halo);
        int64_t tap_count = halo_taps(p, &h, count, tap), f = 0;
        for (; f < part->filters; f += DW_FILTERS) {
          int64_t some = min_i64(DW_FILTERS, part->filters - f);
          const T *gradients = dy + (k + f) * out_plane;
          for (int64_t t = 0; t < tap_count; t += CONV_DW_TAPS) {
            T *dst = dw + (k + f) * ld + c * taps + t;
            int64_t wanted = min_i64(CONV_DW_TAPS, tap_count - t);
            if (some == DW_FILTERS) {
              add_tap_gradients(p, &b, halo, h.row_step * h.line, tap + t, gradients, DW_FILTERS,
                                dst, ld, wanted);
              continue;
            }
            for (int64_t i = 0; i < some; i++) {
              add_tap_gradients(p, &b, halo, h.row_step * h.line, tap + t,
                                gradients + i * out_plane, 1, dst + i * ld, ld, wanted);
            }
          }
        }
      }
    }
    if (p->flags & CONVOY_CONV_BIAS) {
      add_bias_gradients(p, &b, dy, part->count, db);
    }
  }
}

static void store_direct_weights(const convoy_conv2d_plan *p, const filters_part *part,
                                 const T *partial, const conv_call *call) {
  int64_t stride = conv_direct_partial(p), ld = conv_group_channels(p) * conv_taps(p);
  int accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0;
  sum_partials(partial, p->partials, stride, (T *)call->w + part->first * ld, part->count * ld,
               accumulate);
  if (p->flags & CONVOY_CONV_BIAS) {
    sum_partials(partial + conv_direct_partial_bias(p), p->partials, stride,
                 (T *)call->b + part->first, part->count, accumulate);
  }
}

static void direct_backward_weights(const convoy_conv2d_plan *p, int64_t piece,
                                    const conv_call *call) {
  filters_part part = filters_part_at(p, piece / p->partials);
  int64_t number = piece % p->partials, blocks = conv_blocks(p);
  T *partial = p->partials == 1 ? (T *)((char *)call->scratch + conv_direct_scratch_of(p).partial)
                                : (T *)call->workspace + piece * conv_direct_partial(p);
  direct_partial(p, &part, blocks * number / p->partials, blocks * (number + 1) / p->partials,
                 partial, call);
  if (p->partials == 1) {
    store_direct_weights(p, &part, partial, call);
  }
}

/* The second phase: a piece is one part. */
static void direct_sum_weights(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  filters_part part = filters_part_at(p, piece);
  store_direct_weights(
      p, &part, (const T *)call->workspace + piece * p->partials * conv_direct_partial(p), call);
}
