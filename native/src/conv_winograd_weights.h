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
  const T *first;
  int64_t filter, channel;
  int turned;
  int far; /* whether transformed ones are stored past the caches */
} wino_filters;

static wino_filters wino_filters_of(const convoy_conv2d_plan *p, const wino_sizes *s, int64_t group,
                                    const T *w) {
  int64_t taps = s->taps * s->taps, channels = conv_group_channels(p);
  wino_filters f = {.first = w + group * conv_group_filters(p) * channels * taps};
  f.turned = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  f.filter = f.turned ? taps : channels * taps;
  f.channel = f.turned ? channels * taps : taps;
  f.far = p->workspace_bytes > WEIGHTS_CACHED && p->block_channels % 2 == 0 && s->channels % 2 == 0;
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

/* The weights of LANES filters, of which some are real, for one channel: [taps * taps]. */
WINO_INLINE void wino_load_filters(const wino_filters *f, int64_t filter, int64_t filters,
                                   int64_t channel, int taps, vec *weight) {
  const T *from = f->first + filter * f->filter + channel * f->channel;
  int count = taps * taps;
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

/* The weights of LANES filters, of which some are real, for one channel, transformed down the
 * columns alone. */
WINO_INLINE void wino_filter_columns(const wino_filters *f, int64_t filter, int64_t filters,
                                     int64_t channel, wino_kind kind, vec (*down)[5]) {
  int taps = wino_taps(kind), points = wino_weights(kind);
  vec weight[25];
  wino_load_filters(f, filter, filters, channel, taps, weight);
#pragma GCC unroll 5
  for (int j = 0; j < taps; j++) {
    vec d[5], t[WINO_POINTS];
#pragma GCC unroll 5
    for (int i = 0; i < taps; i++) {
      d[i] = weight[i * taps + j];
    }
    wino_filter(kind, d, t);
#pragma GCC unroll 6
    for (int i = 0; i < points; i++) {
      down[i][j] = t[i];
    }
  }
}

/* A panel of WINO_PANEL filters, of which some are real, over some channels. */
WINO_INLINE void wino_pack_panel(const wino_filters *f, int64_t filter, int64_t filters,
                                 int64_t channel, int64_t channels, wino_kind kind, T *to,
                                 int64_t matrix) {
  int points = wino_weights(kind), step = f->far ? 2 : 1;
  for (int64_t k = 0; k < filters; k += LANES) {
    for (int64_t c = 0; c < channels; c += step) {
      vec down[WINO_POINTS][5], next[WINO_POINTS][5];
      wino_filter_columns(f, filter + k, filters - k, channel + c, kind, down);
      if (f->far) {
        wino_filter_columns(f, filter + k, filters - k, channel + c + 1, kind, next);
      }
#pragma GCC unroll 6
      for (int i = 0; i < points; i++) {
        vec t[WINO_POINTS], u[WINO_POINTS];
        wino_filter(kind, down[i], t);
        if (f->far) {
          wino_filter(kind, next[i], u);
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
    int64_t first = i % panels * WINO_PANEL, filters = min_i64(WINO_PANEL, s.filters - first);
    for (int64_t c = 0; c < s.channels; c += p->block_channels) {
      int64_t channels = min_i64(p->block_channels, s.channels - c);
      T *to = wino_weights_at(p, &s, i / panels, first, c, call->workspace);
      switch (s.kind) {
        case WINO_3:
          wino_pack_panel(&f, first, filters, c, channels, WINO_3, to, matrix);
          break;
        case WINO_5:
          wino_pack_panel(&f, first, filters, c, channels, WINO_5, to, matrix);
          break;
        default:
          wino_pack_panel(&f, first, filters, c, channels, WINO_STRIDED, to, matrix);
      }
    }
  }
#if defined(__AVX512F__)
  _mm_sfence(); /* other threads read what was stored past the caches */
#endif
}
