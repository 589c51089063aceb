/*
 * The matrix-product algorithm by Convoy's own micro-kernels: what follows from its plan, and where
 * it keeps what in scratch; planner and kernels agree here.
 */
#ifndef CONV_PACKED_SCRATCH_H
#define CONV_PACKED_SCRATCH_H

#include "conv_gemm_scratch.h"

enum {
  PACKED_PANEL_BYTES = 192, /* of a row of a panel, at most: three of the widest vectors */
  PACKED_DEPTH = 256,       /* of a panel, about: it stays in the first-level cache */
  PACKED_MOST_TAPS = 1024   /* beyond them even one channel's panel would be too large */
};

/* The least n >= 0 for which (start + n) mod step is remainder. */
static inline int64_t first_of_class(int64_t start, int64_t step, int64_t remainder) {
  return (remainder - start % step + step) % step;
}

/*
 * Rows (or columns) of dx fall into as many classes as the stride is long, by their remainder: dx
 * of a class is dy convolved, with stride 1, with each stride-th tap of the window turned round.
 */
typedef struct {
  int64_t tap;         /* the first one of the class */
  int64_t taps;        /* of the class, stride apart */
  int64_t first, size; /* of dx, stride apart */
  int64_t pad;         /* of the convolution of dy */
} conv_class;

static inline conv_class conv_class_of(int64_t index, int64_t stride, int64_t taps,
                                       int64_t dilation, int64_t pad, int64_t size) {
  conv_class k = {.tap = index, .first = first_of_class(pad, stride, index)};
  if (stride == 1) {
    k.taps = taps;
    k.size = size;
    k.pad = (taps - 1) * dilation - pad;
  } else { /* without dilation */
    k.taps = taps > index ? ceil_div(taps - index, stride) : 0;
    k.size = size > k.first ? ceil_div(size - k.first, stride) : 0;
    k.pad = k.taps - 1 - (k.first + pad - index) / stride;
  }
  return k;
}

static inline conv_class conv_class_rows(const convoy_conv2d_plan *p, int64_t index) {
  return conv_class_of(index, p->stride_h, p->kh, p->dilation_h, p->pad_top, p->h);
}

static inline conv_class conv_class_cols(const convoy_conv2d_plan *p, int64_t index) {
  return conv_class_of(index, p->stride_w, p->kw, p->dilation_w, p->pad_left, p->w);
}

/* The channels of dy worked on at a time: as many as keep a panel's depth. */
static inline int32_t packed_channels(int64_t channels, int64_t taps) {
  int64_t most = min_i64(PACKED_DEPTH / 2, PACKED_DEPTH / taps);
  int64_t parts = ceil_div(channels, most < 1 ? 1 : most);
  return (int32_t)ceil_div(channels, parts);
}

/* The convolution of dy that gives a class of dx. */
static inline convoy_conv2d_plan conv_mirrored(const convoy_conv2d_plan *p, const conv_class *rows,
                                               const conv_class *cols) {
  convoy_conv2d_plan q = *p;
  q.c = p->k;
  q.k = p->c;
  q.h = p->oh;
  q.w = p->ow;
  q.oh = (int32_t)rows->size;
  q.ow = (int32_t)cols->size;
  q.kh = (int32_t)rows->taps;
  q.kw = (int32_t)cols->taps;
  q.stride_h = q.stride_w = 1;
  q.pad_top = (int32_t)rows->pad;
  q.pad_left = (int32_t)cols->pad;
  q.piece_filters = p->piece_channels;
  if (p->stride_h > 1 || p->stride_w > 1) {
    q.dilation_h = q.dilation_w = 1;
    q.block_cols = q.ow;
    q.block_channels = packed_channels(conv_group_filters(p), max_i64(1, conv_taps(&q)));
  }
  return q;
}

static inline int conv_is_strided(const convoy_conv2d_plan *p) {
  return p->stride_h > 1 || p->stride_w > 1;
}

/* Classes of columns that have taps; in a longer stride than the kernel the last have none. */
static inline int64_t conv_classes(const convoy_conv2d_plan *p) {
  return min_i64(p->stride_w, p->kw);
}

/* The whole of dx, as one class of as many rows and columns as the largest has. */
static inline convoy_conv2d_plan conv_mirrored_cover(const convoy_conv2d_plan *p) {
  conv_class rows = conv_class_rows(p, 0), cols = conv_class_cols(p, 0);
  rows.size = ceil_div(p->h, p->stride_h);
  cols.size = ceil_div(p->w, p->stride_w);
  return conv_mirrored(p, &rows, &cols);
}

/* Whether panels are packed from images as they lie: no window meets an edge, and a row of outputs
 * sees a run of neighbours, or every second one. */
static inline int conv_packs_images(const convoy_conv2d_plan *p) {
  int within = (p->oh - 1) * p->stride_h < p->h && (p->ow - 1) * p->stride_w < p->w;
  return conv_taps(p) == 1 && p->pad_top == 0 && p->pad_left == 0 && p->stride_w <= 2 && within;
}

/* Where the first pixel that a block sees lies in a plane of such an image. */
static inline int64_t conv_packed_first(const convoy_conv2d_plan *p, const conv_block *b) {
  return b->row * p->stride_h * p->w + b->col * p->stride_w;
}

/* Places in elements from the start of scratch, but for taps, which come first. */
typedef struct {
  int direct;    /* images are read where they lie: there is no halo */
  int64_t panel; /* [depth][columns], as packed */
  int64_t halo;  /* of the images of a block */
  int64_t tile;  /* results, where they do not go straight to their place; strided dx: of each class
                    of columns */
  int64_t tile_size;
  int64_t partial; /* dw and db of the piece, where the workspace has none */
  int64_t end;
} conv_packed_scratch;

/* p is the plan of what is convolved: backward input, the mirrored one, and strided, the cover. */
static inline conv_packed_scratch conv_packed_scratch_of(const convoy_conv2d_plan *p,
                                                         int64_t classes) {
  int64_t element = conv_element_bytes(p), pixels = conv_block_pixels(p);
  int64_t weights = p->operation == CONVOY_CONV_BACKWARD_WEIGHTS;
  int64_t channels = classes > 0 ? packed_channels(conv_group_channels(p), 1) : p->block_channels;
  int64_t taps = conv_taps(p);
  int64_t depth =
      weights ? pixels : max_i64(channels * (classes > 0 ? 1 : taps), PACKED_DEPTH + taps);
  conv_packed_scratch s;
  s.direct = conv_packs_images(p);
  s.panel = conv_aligned(ceil_div(taps * (int64_t)sizeof(int64_t), element));
  s.halo = s.panel + conv_aligned(depth * PACKED_PANEL_BYTES / element + CONV_SLACK);
  s.tile = s.halo;
  if (!s.direct) {
    int64_t plane = conv_halo_of(p, p->block_rows, p->block_cols).plane;
    s.tile += conv_aligned(p->block_images * channels * plane + CONV_SLACK);
  }
  s.tile_size = conv_aligned(p->piece_filters * pixels);
  s.partial = s.tile;
  if (classes > 0) {
    s.partial += classes * s.tile_size;
  } else if (!weights && p->block_images > 1) {
    s.partial += s.tile_size;
  }
  s.end = s.partial + (weights && p->partials == 1 ? conv_gemm_partial(p) : 0);
  return s;
}

#endif
