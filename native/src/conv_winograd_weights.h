/*
 * The weights, transformed and packed as the micro-kernel takes them; for an input gradient turned
 * round. Included once per element type T and instruction set.
 */

enum {
  WEIGHTS_AHEAD = 4,        /* channels: 2 to 8 are as fast */
  WEIGHTS_CACHED = 16 << 20 /* bytes; more of them are stored past the caches: 512 -> 512
                               channels take 3.3 ms, not 4.7 */
};

/* Weights as a convolution's filters and channels: where a group's begin and how far apart they
 * are. */
typedef struct {
  const wino_sizes *s;
  const T *first;
  int64_t filter, channel;
  int turned;
  int far; /* whether transformed ones are stored past the caches */
} wino_filters;

static wino_filters wino_filters_of(const convoy_conv2d_plan *p, const wino_sizes *s, int64_t group,
                                    const T *w) {
  int64_t taps = conv_taps(p), channels = conv_group_channels(p);
  wino_filters f = {.s = s, .first = w + group * conv_group_filters(p) * channels * taps};
  f.turned = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  f.filter = f.turned ? taps : channels * taps;
  f.channel = f.turned ? channels * taps : taps;
  f.far = p->workspace_bytes > WEIGHTS_CACHED && p->block_channels % 2 == 0 &&
          s->channels % 2 == 0 && s->across == 1;
  return f;
}

/* Stores LANES filters' weights where the micro-kernel's panels of channels wide have them. */
WINO_INLINE void wino_store_filters(T *to, int64_t filter, int64_t channel, int64_t channels,
                                    vec v) {
  to += filter / MICRO_ROWS * MICRO_ROWS * channels + channel * MICRO_ROWS + filter % MICRO_ROWS;
  if ((int)LANES > (int)MICRO_ROWS) {
    vec_store_halves(to, to + MICRO_ROWS * channels, v);
  } else {
    vec_store(to, v);
  }
}

/* The same for two neighbouring channels, the first of even number, past the caches. They fill
 * lines. */
WINO_INLINE void wino_stream_filters(T *to, int64_t filter, int64_t channel, int64_t channels,
                                     vec a, vec b) {
#if defined(__AVX512F__)
  to += filter * channels + channel * MICRO_ROWS;
#ifdef CONV_F64
  _mm512_stream_pd(to, a);
  _mm512_stream_pd(to + MICRO_ROWS, b);
#else
  _mm512_stream_ps(to, _mm512_shuffle_f32x4(a, b, 0x44));
  _mm512_stream_ps(to + MICRO_ROWS * channels, _mm512_shuffle_f32x4(a, b, 0xee));
#endif
#else
  wino_store_filters(to, filter, channel, channels, a);
  wino_store_filters(to, filter, channel + 1, channels, b);
#endif
}

/* The weights of LANES filters, of which some are real, for one channel: [kernel * kernel]. */
WINO_INLINE void wino_load_filters(const wino_filters *f, int64_t filter, int64_t filters,
                                   int64_t channel, int kernel, vec *weight) {
  const T *from = f->first + filter * f->filter + channel * f->channel;
  int count = kernel * kernel;
  if (f->turned) { /* channels lie in pages of their own: nothing guesses the next */
    for (int64_t i = 0; i < LANES * count; i += 64 / sizeof(T)) {
      __builtin_prefetch(from + WEIGHTS_AHEAD * f->channel + i);
    }
  }
  for (int t = 0; t < count; t += LANES) {
    vec v[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
      v[i] = i < filters ? vec_load_some(from + i * f->filter + t, vec_left(count, t)) : vec_all(0);
    }
    vec_transpose(v);
    for (int i = 0; i < LANES && t + i < count; i++) {
      weight[f->turned ? count - 1 - t - i : t + i] = v[i];
    }
  }
}

/* Weights of some filters for one channel, transformed down the columns alone. */
WINO_INLINE void wino_filter_columns(wino_kind kind, const vec *weight, vec (*down)[WINO_TAPS]) {
  int taps = wino_taps(kind);
#pragma GCC unroll 5
  for (int j = 0; j < taps; j++) {
    vec d[WINO_TAPS], t[WINO_POINTS];
#pragma GCC unroll 5
    for (int i = 0; i < taps; i++) {
      d[i] = weight[i * taps + j];
    }
    wino_filter(kind, d, t);
#pragma GCC unroll 6
    for (int i = 0; i < wino_weights(kind); i++) {
      down[i][j] = t[i];
    }
  }
}

/* The weights of one channel, or of two neighbours, to their place, transformed. */
WINO_INLINE void wino_put_filters(const wino_filters *f, wino_kind kind, const vec *weight,
                                  const vec *next, int64_t k, int64_t c, int64_t channels, T *to,
                                  int64_t matrix) {
  int points = wino_weights(kind);
  vec down[WINO_POINTS][WINO_TAPS], down2[WINO_POINTS][WINO_TAPS];
  wino_filter_columns(kind, weight, down);
  if (f->far) {
    wino_filter_columns(kind, next, down2);
  }
#pragma GCC unroll 6
  for (int i = 0; i < points; i++) {
    vec t[WINO_POINTS], u[WINO_POINTS];
    wino_filter(kind, down[i], t);
    if (f->far) {
      wino_filter(kind, down2[i], u);
    }
#pragma GCC unroll 6
    for (int j = 0; j < points; j++) {
      T *at = to + (i * points + j) * matrix;
      if (f->far) {
        wino_stream_filters(at, k, c, channels, t[j], u[j]);
      } else {
        wino_store_filters(at, k, c, channels, t[j]);
      }
    }
  }
}

/* A panel of WINO_PANEL filters, of which some are real, over some channels. */
WINO_INLINE void wino_pack_panel(const wino_filters *f, int64_t filter, int64_t filters,
                                 int64_t channel, int64_t channels, wino_kind kind, T *to,
                                 int64_t matrix) {
  int taps = wino_taps(kind);
  for (int64_t k = 0; k < filters; k += LANES) {
    for (int64_t c = 0; c < channels; c += f->far ? 2 : 1) {
      vec weight[WINO_TAPS * WINO_TAPS], next[WINO_TAPS * WINO_TAPS];
      wino_load_filters(f, filter + k, filters - k, channel + c, taps, weight);
      if (f->far) {
        wino_load_filters(f, filter + k, filters - k, channel + c + 1, taps, next);
      }
      wino_put_filters(f, kind, weight, next, k, c, channels, to, matrix);
    }
  }
}

/* The same of kernels in parts. */
static void wino_pack_parts(const wino_filters *f, int64_t filter, int64_t filters, int64_t channel,
                            int64_t channels, T *to, int64_t matrix) {
  const wino_sizes *s = f->s;
  int64_t first = wino_filter_of(s, filter).plane;
  for (int64_t k = 0; k < filters; k += LANES) {
    vec all[WINO_KERNEL * WINO_KERNEL], weight[WINO_TAPS * WINO_TAPS];
    for (int64_t c = 0; c < channels; c++) {
      wino_view view = wino_channel(s, channel + c);
      wino_place part = s->spread ? wino_filter_of(s, filter).part : view.part;
      if (c == 0 || view.plane != wino_channel(s, channel + c - 1).plane) {
        wino_load_filters(f, first + k, filters - k, view.plane, (int)s->kernel, all);
      }
      for (int64_t i = 0; i < s->taps; i++) {
        for (int64_t j = 0; j < s->taps; j++) {
          int64_t row = wino_tap(s, part.row, i), col = wino_tap(s, part.col, j);
          int real = wino_has_tap(s, row) && wino_has_tap(s, col);
          weight[i * s->taps + j] = real ? all[row * s->kernel + col] : vec_all(0);
        }
      }
      if (s->kind == WINO_2) {
        wino_put_filters(f, WINO_2, weight, weight, k, c, channels, to, matrix);
      } else {
        wino_put_filters(f, WINO_3, weight, weight, k, c, channels, to, matrix);
      }
    }
  }
}

/* Transformed weights of a group's panel of filters and block of channels. */
static T *wino_weights_at(const convoy_conv2d_plan *p, const wino_sizes *s, int64_t group,
                          int64_t filter, int64_t channel, T *workspace) {
  int64_t across = ceil_div(s->channels, p->block_channels);
  int64_t block = filter / p->block_filters * across + channel / p->block_channels;
  return workspace + (group * wino_weights_blocks(p, s) + block) * wino_weights_block(p, s) +
         filter % p->block_filters / WINO_PANEL * wino_weights_panel(p, s);
}

/* The first phase: a piece is some rows of WINO_PANEL filters. */
static void winograd_weights(const convoy_conv2d_plan *p, int64_t piece, const conv_call *call) {
  wino_sizes s = wino_sizes_of(p);
  int64_t panels = ceil_div(s.filters, WINO_PANEL), all = p->groups * panels;
  int64_t matrix = wino_weights_matrix(p);
  for (int64_t i = all * piece / p->pieces[0]; i < all * (piece + 1) / p->pieces[0]; i++) {
    wino_filters f = wino_filters_of(p, &s, i / panels, call->w);
    int64_t first = i % panels * WINO_PANEL, filters = wino_panel_filters(&s, first);
    for (int64_t c = 0; c < s.channels; c += p->block_channels) {
      int64_t channels = min_i64(p->block_channels, s.channels - c);
      T *to = wino_weights_at(p, &s, i / panels, first, c, call->workspace);
      if (s.across > 1) {
        wino_pack_parts(&f, first, filters, c, channels, to, matrix);
      } else if (s.kind == WINO_5) {
        wino_pack_panel(&f, first, filters, c, channels, WINO_5, to, matrix);
      } else if (s.kind == WINO_3) {
        wino_pack_panel(&f, first, filters, c, channels, WINO_3, to, matrix);
      } else {
        wino_pack_panel(&f, first, filters, c, channels, WINO_STRIDED, to, matrix);
      }
    }
  }
#if defined(__AVX512F__)
  _mm_sfence(); /* other threads read what was stored past the caches */
#endif
}
