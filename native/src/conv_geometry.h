/* What follows from a convolution's plan, for any element type: which pixels a block has, and how
 * images lie in memory that windows move over without meeting an edge. Counts are of elements. */
#ifndef CONV_GEOMETRY_H
#define CONV_GEOMETRY_H

#include "convoy_conv.h"
#include "span.h"

enum {
  CONV_SLACK = 16, /* elements that a vector may reach past a row, for every type and CPU level */
  CONV_DW_TAPS = 5 /* taps whose gradients are summed in registers at once */
};

static inline int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/* Rounded up so that what follows it in scratch starts on a cache line. */
static inline int64_t conv_aligned(int64_t elements) {
  return ceil_div(elements, CONV_SLACK) * CONV_SLACK;
}

static inline int64_t conv_group_channels(const convoy_conv2d_plan *p) {
  return p->c / p->groups;
}

static inline int64_t conv_group_filters(const convoy_conv2d_plan *p) {
  return p->k / p->groups;
}

static inline int64_t conv_taps(const convoy_conv2d_plan *p) {
  return (int64_t)p->kh * p->kw;
}

static inline int64_t conv_extent(int64_t taps, int64_t dilation) {
  return (taps - 1) * dilation + 1;
}

static inline int64_t conv_element_bytes(const convoy_conv2d_plan *p) {
  return p->type == CONVOY_F64 ? 8 : 4;
}

/* The plan itself; or with images as single rows, where they serve as columns as they lie. */
static inline convoy_conv2d_plan conv_flattened(const convoy_conv2d_plan *plan) {
  convoy_conv2d_plan p = *plan;
  if (p.in_place) {
    p.w *= p.h;
    p.ow *= p.oh;
    p.h = p.oh = 1;
  }
  return p;
}

/* Some output pixels: whole images, whole rows of one image, or a part of one row. */
typedef struct {
  int64_t image, images, row, rows, col, cols;
} conv_block;

static inline int64_t conv_image_blocks(const convoy_conv2d_plan *p) {
  return ceil_div(p->n, p->block_images);
}

static inline int64_t conv_blocks_per_image(const convoy_conv2d_plan *p) {
  return ceil_div(p->oh, p->block_rows) * ceil_div(p->ow, p->block_cols);
}

static inline int64_t conv_blocks(const convoy_conv2d_plan *p) {
  return conv_image_blocks(p) * conv_blocks_per_image(p);
}

static inline conv_block conv_block_at(const convoy_conv2d_plan *p, int64_t index) {
  int64_t across = ceil_div(p->ow, p->block_cols), down = ceil_div(p->oh, p->block_rows);
  conv_block b;
  b.col = index % across * p->block_cols;
  b.row = index / across % down * p->block_rows;
  b.image = index / across / down * p->block_images;
  b.cols = min_i64(p->block_cols, p->ow - b.col);
  b.rows = min_i64(p->block_rows, p->oh - b.row);
  b.images = min_i64(p->block_images, p->n - b.image);
  return b;
}

static inline int64_t conv_block_pixels(const convoy_conv2d_plan *p) {
  return (int64_t)p->block_images * p->block_rows * p->block_cols;
}

/*
 * The halo of a block: what the block's windows see of the image, zeros where that is padding, with
 * columns sorted by their remainder ("phase") modulo the stride. So each tap sees one run of
 * neighbouring elements for a row of outputs, whatever the stride, and no edge. Rows and columns
 * that a stride longer than the kernel skips are left out. A halo is an array
 * [channels][rows][phases] [pitch].
 */
typedef struct {
  int64_t rows, row_step, phases, pitch;
  int64_t line;  /* elements of a row: phases * pitch */
  int64_t plane; /* elements of a channel */
} conv_halo;

static inline conv_halo conv_halo_of(const convoy_conv2d_plan *p, int64_t rows, int64_t cols) {
  int64_t extent_h = conv_extent(p->kh, p->dilation_h),
          extent_w = conv_extent(p->kw, p->dilation_w);
  conv_halo h;
  h.row_step = min_i64(p->stride_h, extent_h);
  h.rows = (rows - 1) * h.row_step + extent_h;
  h.phases = min_i64(p->stride_w, extent_w);
  h.pitch = cols + (extent_w - 1) / p->stride_w + CONV_SLACK;
  h.line = h.phases * h.pitch;
  h.plane = h.rows * h.line;
  return h;
}

/* Where tap (i, j) of the window of a block's first output lies in a channel of the halo. */
static inline int64_t conv_halo_tap(const convoy_conv2d_plan *p, const conv_halo *h, int64_t i,
                                    int64_t j) {
  int64_t col = j * p->dilation_w;
  return i * p->dilation_h * h->line + col % p->stride_w * h->pitch + col / p->stride_w;
}

/* The image's row and first column that lie at (row, phase, 0) in the halo of a block. */
static inline int64_t conv_halo_image_row(const convoy_conv2d_plan *p, const conv_halo *h,
                                          const conv_block *b, int64_t row) {
  return (b->row + row / h->row_step) * p->stride_h + row % h->row_step - p->pad_top;
}

static inline int64_t conv_halo_image_col(const convoy_conv2d_plan *p, const conv_block *b,
                                          int64_t phase) {
  return b->col * p->stride_w + phase - p->pad_left;
}

/* The places i of [0, count) for which start + i * step lies in [0, size): what is real of a row.
 */
static inline span conv_real(int64_t start, int64_t step, int64_t count, int64_t size) {
  span real = taps_within(start, step, count, size);
  real.first = min_i64(real.first, count);
  real.last = max_i64(real.first, real.last);
  return real;
}

#endif
