/* Where the direct algorithm keeps what in scratch; planner and kernels agree here. */
#ifndef CONV_DIRECT_SCRATCH_H
#define CONV_DIRECT_SCRATCH_H

#include "conv_geometry.h"

/* A tap of the window over some channels: from an output's place in the halo to the element that
 * the tap weighs, and where its weight is among the filter's. */
typedef struct {
  int64_t src, weight;
} conv_tap;

/* Places in bytes from the start of scratch. */
typedef struct {
  int64_t taps;    /* conv_tap[] */
  int64_t halo;    /* [block_channels] of x; backward input: of dy */
  int64_t columns; /* backward input, stride > 1: [piece_channels][rows][pitch], a phase of dx */
  int64_t partial; /* dw and db of the piece, where the workspace has none */
  int64_t end;
} conv_direct_scratch;

/* The part of dy that a block of dx rows gets gradients from, with zeros around; [filters][rows]
 * [pitch], its first element being dy's (row, col), which may lie outside. */
typedef struct {
  int64_t row, rows, col, cols, pitch, plane;
} conv_gradient_halo;

static inline int64_t floor_div(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -ceil_div(-a, b);
}

static inline conv_gradient_halo conv_gradient_halo_of(const convoy_conv2d_plan *p, int64_t row,
                                                       int64_t rows) {
  int64_t above = conv_extent(p->kh, p->dilation_h) - 1;
  int64_t before = conv_extent(p->kw, p->dilation_w) - 1;
  conv_gradient_halo h;
  h.row = floor_div(row + p->pad_top - above, p->stride_h);
  h.rows = (row + rows - 1 + p->pad_top) / p->stride_h - h.row + 1;
  h.col = floor_div(p->pad_left - before, p->stride_w);
  h.cols = (p->w - 1 + p->pad_left) / p->stride_w - h.col + 1;
  h.pitch = h.cols + CONV_SLACK;
  h.plane = h.rows * h.pitch;
  return h;
}

/* A partial: the piece's filters of dw as they lie there, then their db. */
static inline int64_t conv_direct_partial_bias(const convoy_conv2d_plan *p) {
  return conv_aligned((int64_t)p->piece_groups * p->piece_filters * conv_group_channels(p) *
                      conv_taps(p));
}

static inline int64_t conv_direct_partial(const convoy_conv2d_plan *p) {
  return conv_direct_partial_bias(p) + conv_aligned((int64_t)p->piece_groups * p->piece_filters);
}

static inline conv_direct_scratch conv_direct_scratch_of(const convoy_conv2d_plan *p) {
  int64_t element = conv_element_bytes(p), taps = p->block_channels * conv_taps(p);
  int64_t halo, columns = 0, partial = 0;
  if (p->operation == CONVOY_CONV_BACKWARD_INPUT) {
    /* A block's first row decides how the rounding falls; one more row covers every case. */
    conv_gradient_halo h = conv_gradient_halo_of(p, 0, p->block_rows);
    halo = p->block_channels * (h.plane + h.pitch);
    columns = p->stride_w == 1 ? 0 : p->piece_channels * p->block_rows * h.pitch;
  } else {
    halo = p->block_channels * conv_halo_of(p, p->block_rows, p->block_cols).plane;
    partial = p->operation == CONVOY_CONV_BACKWARD_WEIGHTS && p->partials == 1
                  ? conv_direct_partial(p)
                  : 0;
  }
  conv_direct_scratch s;
  s.taps = 0;
  s.halo = conv_aligned(taps + CONV_DW_TAPS) * (int64_t)sizeof(conv_tap);
  s.columns = s.halo + conv_aligned(halo + CONV_SLACK) * element;
  s.partial = s.columns + conv_aligned(columns) * element;
  s.end = s.partial + partial * element;
  return s;
}

#endif
