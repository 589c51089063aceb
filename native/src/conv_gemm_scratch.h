/* Where the matrix-product algorithm keeps what in scratch; planner and kernels agree here. */
#ifndef CONV_GEMM_SCRATCH_H
#define CONV_GEMM_SCRATCH_H

#include "conv_geometry.h"

/* Places in elements from the start of scratch. */
typedef struct {
  int64_t columns; /* [block_channels * kh * kw][pixels of a block] */
  int64_t halo;    /* of the images of a block */
  int64_t tile;    /* [piece_filters][pixels]: y or dy, where a block has several images */
  int64_t partial; /* dw and db of the piece, where the workspace has none */
  int64_t end;
} conv_gemm_scratch;

/* A partial: dw transposed, [piece_channels * kh * kw][piece_filters], then db [piece_filters]. */
static inline int64_t conv_gemm_partial_bias(const convoy_conv2d_plan *p) {
  return conv_aligned(p->piece_channels * conv_taps(p) * p->piece_filters);
}

static inline int64_t conv_gemm_partial(const convoy_conv2d_plan *p) {
  return conv_gemm_partial_bias(p) + conv_aligned(p->piece_filters);
}

static inline conv_gemm_scratch conv_gemm_scratch_of(const convoy_conv2d_plan *p) {
  conv_halo halo = conv_halo_of(p, p->block_rows, p->block_cols);
  int64_t pixels = conv_block_pixels(p), columns = 0, halos = 0, tile = 0, partial = 0;
  if (!p->in_place) {
    columns = conv_aligned(p->block_channels * conv_taps(p) * pixels + CONV_SLACK);
    halos = conv_aligned(p->block_images * p->block_channels * halo.plane + CONV_SLACK);
  }
  if (p->block_images > 1) {
    tile = conv_aligned(p->piece_filters * pixels);
  }
  if (p->operation == CONVOY_CONV_BACKWARD_WEIGHTS && p->partials == 1) {
    partial = conv_gemm_partial(p);
  }
  conv_gemm_scratch s;
  s.columns = 0;
  s.halo = columns;
  s.tile = s.halo + halos;
  s.partial = s.tile + tile;
  s.end = s.partial + partial;
  return s;
}

#endif
