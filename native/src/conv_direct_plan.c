/* How the direct algorithm splits a convolution: by the sizes alone. */
#include "conv_direct_scratch.h"
#include "conv_plan.h"

enum {
  HALO_BYTES = 256 << 10,   /* of a block: it is read once per tile of filters */
  LEAST_ROWS = 4,           /* of a block: its halo has some more */
  PARTIAL_BYTES = 4 << 20,  /* of all partial results */
  PIECE_PRODUCTS = 1 << 20, /* multiplications that are worth a piece */
  ENOUGH_PIECES = 16
};

int conv_direct_pays(const convoy_conv2d_plan *p) {
  /* Few products for each element moved: BLAS would spend its time packing. */
  return conv_group_channels(p) * conv_taps(p) <= 16 || conv_group_filters(p) <= 4;
}

static int32_t even_part(int64_t n, int64_t most) {
  int64_t parts = ceil_div(n, max_i64(1, most));
  return (int32_t)ceil_div(n, parts);
}

static int64_t block_halo_bytes(const convoy_conv2d_plan *p) {
  int64_t plane = p->operation == CONVOY_CONV_BACKWARD_INPUT
                      ? conv_gradient_halo_of(p, 0, p->block_rows).plane
                      : conv_halo_of(p, p->block_rows, p->block_cols).plane;
  return plane * p->block_channels * conv_element_bytes(p);
}

/* Fewer rows at a time, then fewer channels, until the halo is small. Rows first, because sums over
 * some of the channels go through memory. */
static void shrink_halo(convoy_conv2d_plan *p, int64_t rows) {
  while (p->block_rows > LEAST_ROWS && block_halo_bytes(p) > HALO_BYTES) {
    p->block_rows = even_part(rows, max_i64(LEAST_ROWS, p->block_rows / 2));
  }
  p->block_channels =
      even_part(p->block_channels, p->block_channels * HALO_BYTES / block_halo_bytes(p));
}

void conv_plan_direct(convoy_conv2d_plan *p) {
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int input = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  int64_t rows = input ? p->h : p->oh, images = p->n;
  p->block_rows = (int32_t)rows;
  p->block_channels = (int32_t)(input ? filters : channels);
  shrink_halo(p, rows);

  int64_t blocks = images * ceil_div(rows, p->block_rows);
  int64_t group = (int64_t)p->block_rows * p->ow * filters * channels * conv_taps(p);
  int64_t groups =
      min_i64(max_i64(1, PIECE_PRODUCTS / group), ceil_div(p->groups * blocks, ENOUGH_PIECES));
  p->piece_groups = even_part(p->groups, groups);
  int64_t parts = ceil_div(p->groups, p->piece_groups);
  if (p->operation == CONVOY_CONV_BACKWARD_WEIGHTS) {
    int64_t bytes = parts * conv_direct_partial(p) * conv_element_bytes(p);
    int64_t partials = min_i64(ceil_div(ENOUGH_PIECES, parts), PARTIAL_BYTES / bytes);
    p->partials = (int32_t)max_i64(1, min_i64(partials, blocks));
    p->pieces[0] = (int32_t)(parts * p->partials);
    if (p->partials > 1) {
      p->phases = 2;
      p->pieces[1] = (int32_t)parts;
      p->workspace_bytes = p->partials * bytes;
    }
  } else {
    p->pieces[0] = (int32_t)(parts * blocks);
  }
  p->scratch_bytes = conv_direct_scratch_of(p).end;
}
