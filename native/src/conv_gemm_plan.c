/*
 * How the matrix-product algorithm splits a convolution. Blocks are large enough for BLAS to reuse
 * what it packs, small enough for a block's columns to stay in the second-level cache, and there
 * are enough pieces to go round a handful of threads. All of it follows from the sizes alone.
 */
#include "conv_gemm_scratch.h"
#include "conv_plan.h"
#include "gemm.h"

enum {
  PIXELS = 512,            /* of a block; more reuse of packed weights, but more columns */
  COLUMN_BYTES = 1 << 20,  /* of a block */
  PARTIAL_BYTES = 4 << 20, /* of all partial results */
  FILTERS = 256,           /* of a piece of dw */
  ENOUGH_PIECES = 16,
  LEAST_FILTERS = 32 /* that share a block's columns when filters are split */
};

/* Blocks of about so many output pixels. */
static void split_pixels(convoy_conv2d_plan *p, int64_t pixels) {
  int64_t plane = (int64_t)p->oh * p->ow;
  if (2 * plane <= pixels && !p->in_place) {
    /* Images are not batched beyond what leaves some pieces for other threads. */
    int64_t images = min_i64(pixels / plane, ceil_div(p->n, 4));
    p->block_images = conv_even_part(p->n, images);
  } else if (2 * plane > 3 * pixels) {
    if (2 * p->ow <= 3 * pixels) {
      p->block_rows = conv_even_part(p->oh, pixels / p->ow);
    } else {
      p->block_rows = 1;
      p->block_cols = conv_even_part(p->ow, pixels);
    }
  }
}

/* Channels whose columns over a block fill the cache. */
static int64_t cached_channels(const convoy_conv2d_plan *p) {
  return COLUMN_BYTES / (conv_block_pixels(p) * conv_taps(p) * conv_element_bytes(p));
}

static int is_pointwise(const convoy_conv2d_plan *p) {
  return conv_taps(p) == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
         p->pad_left == 0 && p->h == p->oh && p->w == p->ow;
}

static void plan_forward(convoy_conv2d_plan *p) {
  int64_t filters = conv_group_filters(p);
  split_pixels(p, PIXELS);
  p->block_channels = conv_even_part(conv_group_channels(p), cached_channels(p));
  int64_t blocks = conv_blocks(p) * p->groups;
  int64_t parts = min_i64(filters / LEAST_FILTERS, ceil_div(ENOUGH_PIECES / 2, blocks));
  p->piece_filters = conv_even_part(filters, ceil_div(filters, max_i64(1, parts)));
  p->pieces[0] = conv_pieces(blocks * ceil_div(filters, p->piece_filters));
}

static void plan_backward_input(convoy_conv2d_plan *p) {
  int64_t channels = conv_group_channels(p);
  split_pixels(p, PIXELS);
  if (p->block_cols < p->ow && !p->in_place) {
    p->block_cols = p->ow; /* the halo moves down the image by whole rows */
  }
  int64_t blocks = conv_image_blocks(p) * p->groups;
  p->piece_channels =
      conv_even_part(channels, ceil_div(channels, ceil_div(ENOUGH_PIECES / 2, blocks)));
  p->block_channels = conv_even_part(p->piece_channels, cached_channels(p));
  p->pieces[0] = conv_pieces(blocks * ceil_div(channels, p->piece_channels));
}

static int64_t weights_parts(const convoy_conv2d_plan *p) {
  return p->groups * ceil_div(conv_group_channels(p), p->piece_channels) *
         ceil_div(conv_group_filters(p), p->piece_filters);
}

static int64_t partial_bytes(const convoy_conv2d_plan *p) {
  return weights_parts(p) * conv_gemm_partial(p) * conv_element_bytes(p);
}

/* Parts of the pixels whose sums the workspace has room for, if more pieces are wanted. */
static int32_t partials(const convoy_conv2d_plan *p) {
  int64_t wanted = ceil_div(ENOUGH_PIECES, weights_parts(p));
  int64_t room = max_i64(1, PARTIAL_BYTES / partial_bytes(p));
  return (int32_t)min_i64(min_i64(wanted, room), conv_blocks(p));
}

static void plan_backward_weights(convoy_conv2d_plan *p) {
  int64_t channels = conv_group_channels(p);
  split_pixels(p, PIXELS);
  p->piece_filters = conv_even_part(conv_group_filters(p), FILTERS);
  p->piece_channels = conv_even_part(channels, cached_channels(p));
  p->partials = partials(p);
  int64_t pieces = weights_parts(p) * p->partials;
  if (pieces < ENOUGH_PIECES / 2) {
    p->piece_channels = conv_even_part(channels, p->piece_channels * pieces / (ENOUGH_PIECES / 2));
    p->partials = partials(p);
  }
  p->block_channels = p->piece_channels;
  p->pieces[0] = conv_pieces(weights_parts(p) * p->partials);
  if (p->partials > 1) {
    p->phases = 2;
    p->pieces[1] =
        conv_pieces(weights_parts(p) * min_i64(4, ceil_div(p->piece_filters, CONV_SLACK)));
    p->workspace_bytes = p->partials * partial_bytes(p);
  }
}

void conv_plan_gemm(convoy_conv2d_plan *plan) {
  /* Small images are worth gathering into one product, even where one could be used as it lies. */
  int64_t plane = (int64_t)plan->oh * plan->ow;
  plan->in_place = is_pointwise(plan) && (plan->n == 1 || 4 * plane >= PIXELS);
  convoy_conv2d_plan p = conv_flattened(plan);
  p.block_rows = p.oh;
  p.block_cols = p.ow;
  switch (p.operation) {
    case CONVOY_CONV_FORWARD:
      plan_forward(&p);
      break;
    case CONVOY_CONV_BACKWARD_INPUT:
      plan_backward_input(&p);
      break;
    default:
      plan_backward_weights(&p);
  }
  p.scratch_bytes = conv_gemm_scratch_of(&p).end * conv_element_bytes(&p);
  p.h = plan->h;
  p.w = plan->w;
  p.oh = plan->oh;
  p.ow = plan->ow;
  *plan = p;
}
