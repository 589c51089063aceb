/* Where Winograd's algorithm applies and how it splits a convolution: by the sizes alone. */
#include <stddef.h>

#include "conv_plan.h"
#include "conv_winograd_scratch.h"
#include "cpu.h"

enum {
  ENOUGH_PIECES = 8,
  LEAST_FILTERS = 64, /* of a piece: its inputs are transformed for them alone */
  TILE_BYTES = 192,   /* of a row of tiles of a block: the micro-kernel's three vectors */
  LESS_TILE_BYTES = 128,
  INPUT_BYTES = 768 << 10, /* of a block: it stays in the second-level cache */
  CHANNELS = 64,           /* of a block, where an input of all of them would not */
  FILTERS = 256,           /* of a block then: its products are added up in memory */
  PARTIAL_BYTES = 4 << 20  /* of all partial results */
};

const char *conv_winograd_refusal(const convoy_conv2d_plan *p) {
  if (p->kh != p->kw || p->kh < 3 || p->kh > WINO_KERNEL) {
    return "Winograd's is for square kernels of 3x3 to 9x9";
  }
  if (p->stride_h == 2 && p->stride_w == 2) {
    return p->kh <= 6 && p->dilation_h == 1 && p->dilation_w == 1
               ? NULL
               : "with stride 2, Winograd's is for kernels of 3x3 to 6x6 without dilation";
  }
  return p->stride_h == 1 && p->stride_w == 1 ? NULL : "Winograd's is for strides of 1 and 2";
}

/*
 * From where on it pays, by transform and operation. By measurement: time of the best other
 * algorithm over its own, float32, AVX-512, one thread. Where nothing stands in its way it is 2 to
 * 4 with 3x3 and 5x5 of stride 1, 1.2 to 1.7 with 3x3 of stride 2, 1.4 to 3.5 in parts.
 */
typedef struct {
  int64_t fewer, more; /* of channels and filters, the lesser and the greater number */
  int64_t tiles;       /* for each part, that share the work of transforming the weights */
  int64_t across;      /* tiles in a row, each row of which takes some work more */
  int64_t saved;       /* products by the definition for 100 of its own */
} wino_least;

enum { WHOLE_3, WHOLE_5, WHOLE_STRIDED, PARTS };

static const wino_least least[4][3] = {
    [WHOLE_3] =
        {
            /* 8 -> 64 channels, 56x56: 1.6; 3 -> 64: 0.7; 8 -> 8: 1.2, less than its memory is
             * worth. 512 -> 512, 14x14, one image: 1.2; 7x7: 0.6. 5x5 images, 156 saved: 1.3. */
            [CONVOY_CONV_FORWARD] = {8, 16, 16, 1, 133},
            /* 64 -> 8: 1.7, 64 -> 3: 0.5, 8 -> 8: 0.9. 512 -> 512, 14x14, one image: 1.3, 256 ->
             * 256: 1.7; 10x10: 1.15; 7x7: 0.75, four images: 1.5. 5x5 images: 1.2. */
            [CONVOY_CONV_BACKWARD_INPUT] = {8, 16, 9, 1, 133},
            /* 16 -> 16: 2.3, 8 -> 64: 0.9. 512 -> 512, 14x14, one image: 1.3; 7x7: 0.8. Single
             * tiles (14x14, dilation 4): 0.7. 5x5 images: 0.9. */
            [CONVOY_CONV_BACKWARD_WEIGHTS] = {16, 16, 16, 2, 200},
        },
    [WHOLE_5] = /* where 3x3 pays; 64 -> 64, 28x28: weights' gradient 1.8; 32 -> 64, 14x14: 1.5 */
    {
        [CONVOY_CONV_FORWARD] = {8, 16, 16, 1, 93},
        [CONVOY_CONV_BACKWARD_INPUT] = {8, 16, 9, 1, 93},
        [CONVOY_CONV_BACKWARD_WEIGHTS] = {16, 16, 16, 2, 139},
    },
    [WHOLE_STRIDED] =
        {
            /* 16 -> 16, 56x56: 1.1; 8 -> 16: 0.9. 512 -> 512, 14x14: 1.1, one image: 0.8. */
            [CONVOY_CONV_FORWARD] = {8, 16, 32, 1, 48},
            /* 16 -> 16: 1.5, 64 -> 8: 1.1. 512 -> 512, 14x14, one image: 1.2. */
            [CONVOY_CONV_BACKWARD_INPUT] = {8, 16, 16, 1, 48},
            /* 64 -> 128, 56x56: 1.0; all else 0.4 to 0.9. */
            [CONVOY_CONV_BACKWARD_WEIGHTS] = {INT64_MAX, 16, 16, 1, 48},
        },
    [PARTS] =
        {
            /* 7x7: 8 -> 64, 28x28: 1.7, 64 -> 8: 1.3, 4 -> 64: 0.95. 256 -> 256, 16 images of 7x7:
             * 1.4, 8: 0.9. 5x5 of stride 2, 256 -> 256, one image of 28x28, 16 tiles: 1.2. 4x4: 1.3
             * to 1.9. */
            [CONVOY_CONV_FORWARD] = {8, 16, 4, 1, 160},
            /* The same in turn: 1.4, 1.7, 0.95; 1.35, 0.95; 1.6; 1.5 to 2. */
            [CONVOY_CONV_BACKWARD_INPUT] = {8, 16, 4, 1, 160},
            /* 7x7, 64 -> 64, 28x28, 98 tiles: 1.3; 16 -> 16: 1.2; 8 -> 64: 1.0; 256 -> 256, 16
             * images of 7x7, 185 saved: 0.8. 5x5 of stride 2, 28x28 outputs, 278 saved: 1.1 to 1.4;
             * 14x14, 213 saved: 0.9. 4x4 of stride 2, 128 tiles: 1.05; 32: 0.8. */
            [CONVOY_CONV_BACKWARD_WEIGHTS] = {16, 16, 9, 2, 240},
        },
};

static const wino_least *least_of(const convoy_conv2d_plan *p, const wino_sizes *s) {
  int way = s->across > 1       ? PARTS
            : s->kind == WINO_5 ? WHOLE_5
            : s->kind == WINO_3 ? WHOLE_3
                                : WHOLE_STRIDED;
  return &least[way][p->operation];
}

int conv_winograd_pays(const convoy_conv2d_plan *p) {
  wino_sizes s = wino_sizes_of(p);
  const wino_least *l = least_of(p, &s);
  int64_t parts = s.across * s.across, points = wino_points(s.kind);
  int64_t fewer = min_i64(s.planes, s.outputs), more = max_i64(s.planes, s.outputs);
  int64_t products = (int64_t)p->n * p->oh * p->ow * conv_taps(p);
  /* A BLAS has better code than plain C for the products. */
  return convoy_level() > CONVOY_LEVEL_C && fewer >= l->fewer && more >= l->more &&
         s.tiles >= l->tiles * parts && s.tiles_w >= l->across &&
         100 * products >= l->saved * s.tiles * points * points * parts;
}

/* Splits n into parts of equal size, multiples of one, none above most; answers the size. */
static int32_t even_part_of(int64_t n, int64_t most, int64_t multiple) {
  int64_t part = conv_even_part(ceil_div(n, multiple), max_i64(1, most / multiple));
  return (int32_t)(part * multiple);
}

static int64_t input_bytes(const wino_sizes *s, int64_t tile_bytes) {
  return (int64_t)wino_points(s->kind) * wino_points(s->kind) * s->channels * tile_bytes;
}

static void plan_outputs(convoy_conv2d_plan *p, const wino_sizes *s) {
  int64_t padded = wino_padded(s->filters), panel = s->beside * WINO_PANEL;
  int64_t bytes = input_bytes(s, TILE_BYTES) <= INPUT_BYTES ? TILE_BYTES : LESS_TILE_BYTES;
  p->block_tiles = (int32_t)(bytes / conv_element_bytes(p));
  int64_t blocks = ceil_div(s->tiles, p->block_tiles) * p->groups;
  int64_t parts = min_i64(padded / LEAST_FILTERS, ceil_div(ENOUGH_PIECES, blocks));
  p->piece_filters = even_part_of(padded, ceil_div(padded, max_i64(1, parts)), panel);
  if (input_bytes(s, bytes) <= INPUT_BYTES) {
    p->block_channels = (int32_t)s->channels;
    p->block_filters = (int32_t)panel;
  } else {
    p->block_channels = conv_even_part(s->channels, CHANNELS);
    p->block_filters = even_part_of(p->piece_filters, FILTERS, panel);
  }
  /* Pieces end where blocks do, as the transformed weights of a block lie together. */
  p->piece_filters = (int32_t)(ceil_div(p->piece_filters, p->block_filters) * p->block_filters);
  p->phases = 2;
  p->pieces[0] =
      conv_pieces(min_i64(2 * ENOUGH_PIECES, p->groups * ceil_div(s->filters, WINO_PANEL)));
  p->pieces[1] = conv_pieces(blocks * ceil_div(s->filters, p->piece_filters));
  p->workspace_bytes =
      p->groups * wino_weights_blocks(p, s) * wino_weights_block(p, s) * conv_element_bytes(p);
}

static void plan_weights(convoy_conv2d_plan *p, const wino_sizes *s) {
  p->block_tiles = (int32_t)(96 / conv_element_bytes(p));
  p->block_filters = even_part_of(s->filters, 128, WINO_PANEL);
  p->block_channels = even_part_of(s->channels, 48, CONV_SLACK);
  int64_t parts =
      p->groups * ceil_div(s->filters, p->block_filters) * ceil_div(s->channels, p->block_channels);
  int64_t bytes = parts * wino_partial(p) * conv_element_bytes(p);
  int64_t partials = min_i64(ceil_div(ENOUGH_PIECES, parts), PARTIAL_BYTES / bytes);
  partials = min_i64(partials, ceil_div(s->tiles, p->block_tiles));
  p->partials = (int32_t)max_i64(1, partials);
  p->pieces[0] = conv_pieces(parts * p->partials);
  if (p->partials > 1) {
    p->phases = 2;
    p->pieces[1] = conv_pieces(parts * ceil_div(p->block_filters, WINO_PANEL));
    p->workspace_bytes = p->partials * bytes;
  }
}

void conv_plan_winograd(convoy_conv2d_plan *p) {
  wino_sizes s = wino_sizes_of(p);
  int weights = p->operation == CONVOY_CONV_BACKWARD_WEIGHTS;
  if (weights) {
    plan_weights(p, &s);
  } else {
    plan_outputs(p, &s);
  }
  p->scratch_bytes = wino_scratch_of(p, &s).end;
}
