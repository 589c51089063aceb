/* Where Winograd's algorithm keeps what in its memory; planner and kernels agree here. */
#ifndef CONV_WINOGRAD_SCRATCH_H
#define CONV_WINOGRAD_SCRATCH_H

#include "conv_winograd_sizes.h"

enum {
  WINO_LINE = 16,             /* between matrices, lest all fall into one set of a cache */
  WINO_SLACK = 4 * CONV_SLACK /* that vectors may reach past a row of columns */
};

/* Some neighbouring tiles of one row of tiles. */
typedef struct {
  int64_t image, row, col; /* of the first output */
  int64_t in_row, in_col;  /* of the first input */
  int64_t tile, count;     /* the first's place in the block */
  int64_t slot;            /* the first's place among slots, of which each run has some more */
} wino_run;

/* A vector of slots, and which of them hold a tile. */
typedef struct {
  int64_t slot, tile, whole; /* the first's; whole where all do */
} wino_group;

/* Weights of a block of filters and channels, transformed: [panels of WINO_PANEL filters][squares],
 * each a matrix as the micro-kernel takes it. A square is a pair of points, or of weights. */
static inline int64_t wino_weights_matrix(const convoy_conv2d_plan *p) {
  return conv_aligned((int64_t)WINO_PANEL * p->block_channels) + WINO_LINE;
}

static inline int64_t wino_weights_panel(const convoy_conv2d_plan *p, const wino_sizes *s) {
  return (int64_t)wino_weights(s->kind) * wino_weights(s->kind) * wino_weights_matrix(p);
}

static inline int64_t wino_weights_block(const convoy_conv2d_plan *p, const wino_sizes *s) {
  return p->block_filters / WINO_PANEL * wino_weights_panel(p, s);
}

static inline int64_t wino_weights_blocks(const convoy_conv2d_plan *p, const wino_sizes *s) {
  return ceil_div(s->filters, p->block_filters) * ceil_div(s->channels, p->block_channels);
}

/* Columns of a row of all runs of a block: as many slots as there can be, and slack. */
static inline int64_t wino_row(const convoy_conv2d_plan *p, const wino_sizes *s) {
  int64_t runs = min_i64(p->block_tiles, ceil_div(p->block_tiles - 1, s->tiles_w) + 1);
  return conv_aligned((p->block_tiles + runs * s->slots) * s->stride) + WINO_SLACK;
}

/* Transformed inputs, [squares][channels][tiles], and products, [panels][squares][WINO_PANEL]
 * [tiles]; or, for weights' gradients, [squares][filters][tiles] of dy, [squares][tiles][channels]
 * of x and [squares][filters][channels] of dw. A matrix of them: */
static inline int64_t wino_matrix(int64_t rows, int64_t cols) {
  return conv_aligned(rows * cols) + WINO_LINE;
}

/* A partial: [block_filters] of dw over [block_channels], then db [block_filters]. */
static inline int64_t wino_partial_bias(const convoy_conv2d_plan *p) {
  int64_t taps = wino_taps(wino_kind_of(p));
  return conv_aligned(p->block_filters * p->block_channels * taps * taps);
}

static inline int64_t wino_partial(const convoy_conv2d_plan *p) {
  return wino_partial_bias(p) + conv_aligned(p->block_filters);
}

/* Of a row of a block's outputs. */
static inline int64_t wino_pitch(const convoy_conv2d_plan *p, const wino_sizes *s) {
  return p->block_tiles * s->step + WINO_SLACK;
}

/* Places in bytes from the start of scratch. */
typedef struct {
  int64_t runs;    /* wino_run[block_tiles] */
  int64_t groups;  /* wino_group[most], one for each vector of slots at the least CPU level */
  int64_t numbers; /* lane numbers of the groups */
  int64_t zeros;   /* a vector */
  int64_t rows;    /* [window][wino_row]: gathered, where columns are dilated */
  int64_t columns; /* [points][wino_row], for weights' gradients of CONV_SLACK channels */
  int64_t pixels;  /* [wino_row][CONV_SLACK], for weights' gradients */
  int64_t outputs; /* [step][wino_pitch], if spread of twice the pitch, then two of which it is
                      made; or a vector of channels' taps, or some db */
  int64_t input, gradients, product;
  int64_t end;
} wino_scratch;

static inline wino_scratch wino_scratch_of(const convoy_conv2d_plan *p, const wino_sizes *s) {
  int64_t element = conv_element_bytes(p), row = wino_row(p, s);
  int64_t squares = (int64_t)wino_points(s->kind) * wino_points(s->kind);
  int weights = p->operation == CONVOY_CONV_BACKWARD_WEIGHTS;
  int64_t tiles = p->block_tiles, filters = p->block_filters, channels = p->block_channels;
  int64_t at = 0;
  wino_scratch m;
#define WINO_PLACE(name, bytes) \
  m.name = at;                  \
  at += ceil_div(bytes, 64) * 64
  WINO_PLACE(runs, tiles * (int64_t)sizeof(wino_run));
  WINO_PLACE(groups, row * (int64_t)sizeof(wino_group));
  WINO_PLACE(numbers, row * 8);
  WINO_PLACE(zeros, CONV_SLACK * element);
  WINO_PLACE(rows, WINO_POINTS * row * element);
  WINO_PLACE(columns, (weights ? CONV_SLACK : 1) * WINO_POINTS * row * element);
  WINO_PLACE(pixels, (weights ? CONV_SLACK * row : 0) * element);
  WINO_PLACE(outputs, (weights ? max_i64(s->taps * s->taps * CONV_SLACK, filters)
                               : s->step * wino_pitch(p, s) * (s->spread ? 4 : 1)) *
                          element);
  WINO_PLACE(input, squares * wino_matrix(channels, tiles) * element);
  WINO_PLACE(gradients, (weights ? squares * wino_matrix(filters, tiles) : 0) * element);
  WINO_PLACE(product, (weights ? squares * wino_matrix(filters, channels)
                               : filters / WINO_PANEL * squares * wino_matrix(WINO_PANEL, tiles)) *
                          element);
#undef WINO_PLACE
  m.end = at;
  return m;
}

#endif
