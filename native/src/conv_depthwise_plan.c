/* How depthwise convolutions are split: by planes and rows of results, which need nothing of each
 * other; the weights' gradients by channels, then images. */
#include "conv_depthwise_shape.h"
#include "conv_direct_scratch.h"
#include "conv_plan.h"

enum {
  PIECE_PRODUCTS = 1 << 20, /* multiplications that are worth a piece */
  ENOUGH_PIECES = 16,
  TILE_ROWS = 4
};

/* Channels of a piece: few enough for enough pieces, if each is worth it. */
static int32_t piece_channels(const convoy_conv2d_plan *p, int64_t products, int64_t others) {
  int64_t most = min_i64(max_i64(1, PIECE_PRODUCTS / products),
                         ceil_div(p->c, max_i64(1, ENOUGH_PIECES / others)));
  return conv_even_part(p->c, most);
}

static void plan_weights(convoy_conv2d_plan *p, int64_t image_products) {
  p->piece_groups = piece_channels(p, image_products * p->n, 1);
  int64_t parts = ceil_div(p->c, p->piece_groups);
  int64_t worth = image_products * p->n * p->piece_groups / PIECE_PRODUCTS;
  int64_t partials = min_i64(min_i64(ceil_div(ENOUGH_PIECES, parts), worth), p->n);
  p->partials = (int32_t)max_i64(1, partials);
  p->pieces[0] = conv_pieces(parts * p->partials);
  int64_t bytes = conv_direct_partial(p) * conv_element_bytes(p);
  if (p->partials > 1) {
    p->phases = 2;
    p->pieces[1] = conv_pieces(parts);
    p->workspace_bytes = parts * p->partials * bytes;
  } else {
    p->scratch_bytes = bytes;
  }
}

void conv_plan_depthwise(convoy_conv2d_plan *p) {
  int64_t products = (int64_t)p->oh * p->ow * conv_group_filters(p) * conv_taps(p);
  if (p->operation == CONVOY_CONV_BACKWARD_WEIGHTS) {
    plan_weights(p, products);
    return;
  }
  int64_t rows = p->operation == CONVOY_CONV_FORWARD ? p->oh : p->h;
  int64_t planes = (int64_t)p->n * p->c;
  int64_t bands = min_i64(ceil_div(ENOUGH_PIECES, planes), max_i64(1, products / PIECE_PRODUCTS));
  int64_t band = ceil_div(ceil_div(rows, bands), TILE_ROWS) * TILE_ROWS;
  p->block_rows = (int32_t)min_i64(rows, band);
  bands = ceil_div(rows, p->block_rows);
  p->piece_groups = piece_channels(p, products / bands + 1, p->n * bands);
  p->pieces[0] = conv_pieces(p->n * bands * ceil_div(p->c, p->piece_groups));
}
