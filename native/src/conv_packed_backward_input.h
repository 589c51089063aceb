/*
 * dx as a convolution of dy: with stride 1, with the window turned round; else for each class of
 * rows and columns of dx with the taps that reach it. Included once per element type T and
 * instruction set.
 */

/* Where the turned weights of a class lie: of each class in turn,
 * [groups][channels][filters][taps].
 */
static int64_t turned_place(const convoy_conv2d_plan *p, int64_t row, int64_t col) {
  int64_t taps = 0;
  for (int64_t i = 0; i < row; i++) {
    taps += conv_class_rows(p, i).taps * p->kw;
  }
  for (int64_t j = 0; j < col; j++) {
    taps += conv_class_rows(p, row).taps * conv_class_cols(p, j).taps;
  }
  return taps * p->k * conv_group_channels(p);
}

/* The weights of a class, for some of all input channels. */
static void turn_weights(const convoy_conv2d_plan *p, const conv_class *rows,
                         const conv_class *cols, int64_t first, int64_t last, const T *w, T *to) {
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int64_t taps = rows->taps * cols->taps;
  for (int64_t c = first; c < last; c++) {
    const T *from = w + (c / channels * filters * channels + c % channels) * conv_taps(p);
    T *dst = to + c * filters * taps;
    for (int64_t f = 0; f < filters; f++, from += channels * conv_taps(p)) {
      for (int64_t i = rows->taps - 1; i >= 0; i--) {
        const T *line = from + (rows->tap + i * p->stride_h) * p->kw + cols->tap;
        for (int64_t j = cols->taps - 1; j >= 0; j--) {
          *dst++ = line[j * p->stride_w];
        }
      }
    }
  }
}

/* The first phase: a piece is a range of all input channels. */
static void packed_turn_weights(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  int64_t first = p->c * piece / p->pieces[0], last = p->c * (piece + 1) / p->pieces[0];
  for (int64_t i = 0; i < p->stride_h; i++) {
    for (int64_t j = 0; j < p->stride_w; j++) {
      conv_class rows = conv_class_rows(p, i), cols = conv_class_cols(p, j);
      turn_weights(p, &rows, &cols, first, last, call->w,
                   (T *)call->workspace + turned_place(p, i, j));
    }
  }
}

/* Gives dx a row whose columns are of two classes in turn. A class without taps has no sums. */
static void spread_two(const T *sums, const T *next, int64_t width, int accumulate, T *dx) {
  for (int64_t col = 0, i = 0; col < width; col += 2 * LANES, i += LANES) {
    int64_t left = width - col, low = min_i64(left, LANES), high = min_i64(left - low, LANES);
    vec a = sums == NULL ? vec_all(0) : vec_load_some(sums + i, min_i64((left + 1) / 2, LANES));
    vec b = next == NULL ? vec_all(0) : vec_load_some(next + i, min_i64(left / 2, LANES));
    vec first = vec_zip_low(a, b), second = vec_zip_high(a, b);
    if (accumulate) {
      first = vec_add(vec_load_some(dx + col, low), first);
      second = vec_add(vec_load_some(dx + col + LANES, high), second);
    }
    vec_store_some(dx + col, first, low);
    vec_store_some(dx + col + LANES, second, high);
  }
}

/* Gives dx one row. The sums of its classes of columns lie tile_size apart; in each, it is the row
 * of that index. cols are the first two classes: to find one takes divisions. */
static void spread_row(const convoy_conv2d_plan *p, const conv_class *cols, const T *tile,
                       int64_t tile_size, int64_t index, T *dx) {
  int accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0;
  if (p->stride_w == 2) {
    const T *sums = tile + index * cols[0].size;
    const T *next = p->kw > 1 ? tile + tile_size + index * cols[1].size : NULL;
    int odd = p->pad_left % 2 != 0; /* the class that the first column is of */
    spread_two(odd ? next : sums, odd ? sums : next, p->w, accumulate, dx);
    return;
  }
  for (int64_t j = 0; j < p->stride_w; j++, tile += tile_size) {
    conv_class k = conv_class_cols(p, j);
    for (int64_t s = 0; s < k.size; s++) {
      T *to = dx + k.first + s * p->stride_w;
      T sum = k.taps > 0 ? tile[index * k.size + s] : 0;
      *to = accumulate ? *to + sum : sum;
    }
  }
}

/* Gives dx those of some rows that no tap reaches, as the stride is longer than the kernel. */
static void clear_rows(const convoy_conv2d_plan *p, int64_t first, int64_t last, T *dx) {
  for (int64_t row = first; row < min_i64(last, p->h); row++) {
    if ((row + p->pad_top) % p->stride_h >= p->kh && !(p->flags & CONVOY_CONV_ACCUMULATE)) {
      fill_zero(dx + row * p->w, p->w);
    }
  }
}

static void packed_strided(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  convoy_conv2d_plan cover = conv_mirrored_cover(p);
  conv_packed_scratch at = conv_packed_scratch_of(&cover, conv_classes(p));
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int64_t parts = ceil_div(channels, p->piece_channels), blocks = conv_blocks(&cover);
  conv_block b = conv_block_at(&cover, piece / parts % blocks);
  int64_t group = piece / parts / blocks, first = piece % parts * p->piece_channels;
  int64_t count = min_i64(p->piece_channels, channels - first), c = group * channels + first;
  int64_t step = b.images * b.rows * b.cols; /* of each channel's sums */
  T *scratch = call->scratch, *tile = scratch + at.tile;
  T *dx = (T *)call->x + (b.image * p->c + c) * p->h * p->w;
  conv_class two[2] = {conv_class_cols(p, 0), conv_class_cols(p, 1)};
  for (int64_t i = 0; i < min_i64(p->stride_h, p->kh); i++) {
    conv_class rows = conv_class_rows(p, i);
    conv_block part = b;
    part.rows = max_i64(0, min_i64(b.rows, rows.size - b.row));
    for (int64_t j = 0; part.rows > 0 && j < conv_classes(p); j++) {
      conv_class cols = conv_class_cols(p, j);
      convoy_conv2d_plan q = conv_mirrored(p, &rows, &cols);
      const T *w =
          (const T *)call->workspace + turned_place(p, i, j) + c * filters * rows.taps * cols.taps;
      micro_end end = {0};
      part.cols = cols.size;
      if (part.cols > 0) {
        packed_block(&q, &at, &part, group, count, call->y, w, tile + j * at.tile_size, step, &end,
                     scratch);
      }
    }
    for (int64_t f = 0; f < count; f++) {
      for (int64_t n = 0; n < b.images; n++) {
        T *plane = dx + (n * p->c + f) * p->h * p->w;
        clear_rows(p, 0, i == 0 && b.row == 0 ? rows.first : 0, plane);
        for (int64_t r = 0; r < part.rows; r++) {
          int64_t row = rows.first + (b.row + r) * p->stride_h;
          spread_row(p, two, tile + f * step, at.tile_size, n * part.rows + r, plane + row * p->w);
          clear_rows(p, row + 1, i == 0 ? row + p->stride_h : 0, plane);
        }
      }
    }
  }
}

static void packed_backward_input(const convoy_conv2d_plan *p, int64_t piece,
                                  const conv_call *call) {
  if (conv_is_strided(p)) {
    packed_strided(p, piece, call);
    return;
  }
  convoy_conv2d_plan q = conv_mirrored_cover(p);
  micro_end end = {.accumulate = (p->flags & CONVOY_CONV_ACCUMULATE) != 0};
  packed_piece(&q, piece, call->y, call->workspace, call->x, end, call->scratch);
}
