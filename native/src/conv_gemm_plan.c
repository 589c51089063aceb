/*
 * How the matrix-product algorithm splits a convolution. Blocks are large enough for BLAS to reuse
 * what it packs, small enough for a block's columns to stay in the second-level cache, and there
 * are enough pieces to go round a handful of threads. All of it follows from the sizes alone.
 */
#include "conv_packed_scratch.h"
#include "conv_plan.h"
#include "cpu.h"
#include "gemm.h"

enum {
  PIXELS = 512,           /* of a block; more reuse of packed weights, but more columns */
  PACKED_DW_PIXELS = 256, /* of a block of dy, transposed: in the first-level cache */
  COLUMN_BYTES = 1 << 20, /* of a block */
  CACHED_BYTES = 512 << 10,
  PACKED_LEAST_ROWS = 8,   /* of a product: a tile of the micro-kernel */
  PARTIAL_BYTES = 4 << 20, /* of all partial results */
  FILTERS = 256,           /* of a piece of dw */
  ENOUGH_PIECES = 16,
  FEW_BLOCKS = 4,
  LEAST_FILTERS = 64, /* that share a block's columns when filters are split: each part packs anew.
                         7x7, 64 filters whole: 1.1, 1x1: 1.15 */
  FEWER_FILTERS = 32  /* where there are few blocks, lest threads have nothing to share */
};

/* Blocks of about so many output pixels. */
static void split_pixels(convoy_conv2d_plan *p, int64_t pixels) {
  int64_t plane = (int64_t)p->oh * p->ow;
  if (2 * plane <= pixels && (!p->in_place || conv_gemm_packs(p))) {
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

int conv_gemm_packs(const convoy_conv2d_plan *p) {
  int dilated = p->dilation_h > 1 || p->dilation_w > 1;
  int input = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  if (input && conv_is_strided(p) && dilated) {
    return 0; /* classes of dx would have taps of no fixed step */
  }
  if (p->operation != CONVOY_CONV_BACKWARD_WEIGHTS &&
      (input ? conv_group_channels(p) : conv_group_filters(p)) < PACKED_LEAST_ROWS) {
    return 0; /* the micro-kernel would idle: resnet-c1's dx is 4 times as fast by the BLAS */
  }
  return convoy_level() > CONVOY_LEVEL_C && conv_taps(p) <= PACKED_MOST_TAPS;
}

/* Channels whose columns over a block fill the cache; or, where those are packed, whose halo does,
 * or a panel. */
static int64_t cached_channels(const convoy_conv2d_plan *p) {
  if (conv_gemm_packs(p)) {
    if (p->operation != CONVOY_CONV_BACKWARD_WEIGHTS) {
      return PACKED_DEPTH / conv_taps(p);
    }
    int64_t plane = conv_halo_of(p, p->block_rows, p->block_cols).plane * p->block_images;
    int64_t each = conv_packs_images(p) ? 1 : plane, sums = conv_taps(p) * p->piece_filters;
    return CACHED_BYTES / conv_element_bytes(p) / max_i64(each, sums);
  }
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
  int64_t least = blocks < FEW_BLOCKS ? FEWER_FILTERS : LEAST_FILTERS;
  int64_t parts = min_i64(filters / least, ceil_div(ENOUGH_PIECES / 2, blocks));
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
  split_pixels(p, conv_gemm_packs(p) ? PACKED_DW_PIXELS : PIXELS);
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

/* dx as a convolution of dy, whose weights are turned round first. */
static void plan_packed_backward_input(convoy_conv2d_plan *p) {
  int strided = conv_is_strided(p);
  convoy_conv2d_plan q = conv_mirrored_cover(p);
  q.block_rows = q.oh;
  q.block_cols = q.ow;
  convoy_conv2d_plan flat = conv_flattened(&q);
  flat.block_cols = flat.ow;
  flat.block_rows = flat.oh;
  plan_forward(&flat);
  p->block_images = flat.block_images;
  p->block_rows = flat.block_rows;
  p->block_cols = strided ? q.ow : flat.block_cols;
  p->block_channels = flat.block_channels;
  p->piece_channels = flat.piece_filters;
  p->phases = 2;
  p->pieces[0] = (int32_t)min_i64(p->c, ENOUGH_PIECES);
  q = conv_mirrored_cover(p);
  flat = conv_flattened(&q);
  p->pieces[1] = conv_pieces(conv_blocks(&flat) * p->groups *
                             ceil_div(conv_group_channels(p), p->piece_channels));
  int64_t weights = p->k * conv_group_channels(p) * conv_taps(p);
  p->workspace_bytes = weights * conv_element_bytes(p);
  p->scratch_bytes =
      conv_packed_scratch_of(&flat, strided ? conv_classes(p) : 0).end * conv_element_bytes(p);
}

void conv_plan_gemm(convoy_conv2d_plan *plan) {
  /* Small images are worth gathering into one product, even where one could be used as it lies. */
  int64_t plane = (int64_t)plan->oh * plan->ow;
  plan->in_place =
      is_pointwise(plan) && (plan->n == 1 || 4 * plane >= PIXELS || conv_gemm_packs(plan));
  if (plan->operation == CONVOY_CONV_BACKWARD_INPUT && conv_gemm_packs(plan)) {
    plan_packed_backward_input(plan);
    return;
  }
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
  int64_t scratch =
      conv_gemm_packs(&p) ? conv_packed_scratch_of(&p, 0).end : conv_gemm_scratch_of(&p).end;
  p.scratch_bytes = scratch * conv_element_bytes(&p);
  p.h = plan->h;
  p.w = plan->w;
  p.oh = plan->oh;
  p.ow = plan->ow;
  *plan = p;
}
