/* y by plain loops over the window. Included once per element type T and instruction set. */

/* The taps of some channels in their halo, and CONV_DW_TAPS more that may be read. */
static int64_t halo_taps(const convoy_conv2d_plan *p, const conv_halo *h, int64_t channels,
                         conv_tap *taps) {
  int64_t count = 0;
  for (int64_t c = 0; c < channels; c++) {
    for (int64_t i = 0; i < p->kh; i++) {
      for (int64_t j = 0; j < p->kw; j++, count++) {
        taps[count] = (conv_tap){c * h->plane + conv_halo_tap(p, h, i, j), count};
      }
    }
  }
  memset(taps + count, 0, CONV_DW_TAPS * sizeof *taps);
  return count;
}

static void direct_forward(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int64_t taps = conv_taps(p), plane = (int64_t)p->h * p->w, out_plane = (int64_t)p->oh * p->ow;
  int64_t filter_parts = ceil_div(filters, p->piece_filters);
  int64_t group_parts = ceil_div(p->groups, p->piece_groups);
  int64_t filter = piece % filter_parts * p->piece_filters;
  int64_t group = piece / filter_parts % group_parts * p->piece_groups;
  int64_t group_end = min_i64(p->groups, group + p->piece_groups);
  conv_block b = conv_block_at(p, piece / filter_parts / group_parts);

  conv_direct_scratch at = conv_direct_scratch_of(p);
  conv_halo h = conv_halo_of(p, b.rows, b.cols);
  char *scratch = call->scratch;
  conv_tap *tap = (conv_tap *)(scratch + at.taps);
  T *halo = (T *)(scratch + at.halo);
  halo_taps(p, &h, p->block_channels, tap);
  for (; group < group_end; group++) {
    int64_t k = group * filters + filter;
    correlation q = {.rows = b.rows,
                     .cols = b.cols,
                     .src_step = h.row_step * h.line,
                     .dst_step = p->ow,
                     .filters = min_i64(p->piece_filters, filters - filter),
                     .dst_filter = out_plane,
                     .taps = tap,
                     .weights_filter = channels * taps,
                     .bias = p->flags & CONVOY_CONV_BIAS ? (const T *)call->b + k : NULL};
    for (int64_t c = 0; c < channels; c += p->block_channels) {
      int64_t count = min_i64(p->block_channels, channels - c);
      halo_load(p, &h, &b, (const T *)call->x + (b.image * p->c + group * channels + c) * plane,
                count, halo);
      q.tap_count = count * taps;
      q.weights = (const T *)call->w + (k * channels + c) * taps;
      q.accumulate = c > 0;
      q.relu = p->flags & CONVOY_CONV_RELU && c + count == channels;
      correlate(&q, halo, (T *)call->y + (b.image * p->k + k) * out_plane + b.row * p->ow + b.col);
    }
  }
}
