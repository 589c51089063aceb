/* How the direct algorithm splits a convolution: by the sizes alone. */
#include "conv_direct_scratch.h"
#include "conv_plan.h"
#include "cpu.h"

enum {
  HALO_BYTES = 256 << 10,    /* of a block: it is read once per tile of filters */
  NEAR_BYTES = 40 << 10,     /* of a channel of it, for weights' gradients: once per few taps */
  LEAST_ROWS = 4,            /* of a block: its halo has some more */
  PARTIAL_BYTES = 4 << 20,   /* of all partial results */
  WEIGHTS_BYTES = 512 << 10, /* for which dx by loops pays */
  PIECE_PRODUCTS = 1 << 20,  /* multiplications that are worth a piece */
  ENOUGH_PIECES = 16,
  LEAST_FILTERS = 16,
  TILE = 4 /* output channels that are worked on together */
};

/* Elements of the vectors that the kernels in use are written for. */
static int64_t lanes(const convoy_conv2d_plan *p) {
  static const int64_t bytes[] = {
    [CONVOY_LEVEL_C] = 16,
#if defined(__aarch64__)
    [CONVOY_LEVEL_NEON] = 16,
#else
    [CONVOY_LEVEL_AVX2] = 32,
    [CONVOY_LEVEL_AVX512] = 64,
#endif
  };
  return bytes[convoy_level()] / conv_element_bytes(p);
}

static int has_many_registers(void) {
#if defined(__aarch64__)
  return convoy_level() == CONVOY_LEVEL_NEON;
#else
  return convoy_level() == CONVOY_LEVEL_AVX512;
#endif
}

/*
 * By measurement. The loops beat matrix products where rows of outputs fill their vectors well:
 * they copy nothing but the halo. They keep the products of 4 output channels in registers; and
 * weight gradients, whose sums run over pixels, must in the end be added up across each vector:
 * with few channels, packing costs more. Time of the matrix product over theirs, float32, AVX-512:
 * 3 -> 64, 3x3, 224x224: 1.8; 7x7 of stride 2: 1.1; 1 -> 32, 5x5, 28x28: 1.2; 2 -> 128: 0.9; 16 ->
 * 16: 0.8; float64: 1.05 and 1.3 for the second and third. With AVX2's sixteen registers, 0.6
 * to 1.3. On ARM nothing was measured; it has as many registers as AVX-512.
 */
int conv_direct_pays(const convoy_conv2d_plan *p) {
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int64_t weights_bytes = filters * channels * conv_taps(p) * conv_element_bytes(p);
  int few = channels * filters <= 256; /* BLAS would spend its time packing */
  int backward_input = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  int64_t width = backward_input ? p->w : p->ow;
  int64_t filled = ceil_div(width, lanes(p)) * lanes(p);
  int fills = 5 * width >= 4 * filled && convoy_level() > CONVOY_LEVEL_C;
  if (p->operation == CONVOY_CONV_BACKWARD_WEIGHTS && conv_gemm_packs(p)) {
    /* Filters are the columns of the micro-kernel's products. */
    int many_registers = has_many_registers();
    return (few && filters < LEAST_FILTERS) ||
           (channels <= TILE && conv_taps(p) > 1 && fills && many_registers);
  }
  if (p->operation == CONVOY_CONV_BACKWARD_WEIGHTS || conv_taps(p) == 1) {
    return few;
  }
  if (backward_input && !few && weights_bytes > WEIGHTS_BYTES) {
    return 0; /* each filter's lie far from the next one's */
  }
  if (backward_input && (p->stride_w > 1 || (channels < TILE && filters > TILE))) {
    return 0;
  }
  /* Sums this long are worth packing: 147 of resnet-c1 are not, 288 and more of others are. */
  if (!few && conv_gemm_packs(p) && (backward_input ? filters : channels) * conv_taps(p) > 200) {
    return 0;
  }
  return few ? 2 * width >= filled : fills;
}

/* Of all of a block's channels. */
static int64_t block_halo_bytes(const convoy_conv2d_plan *p) {
  int64_t plane = p->operation == CONVOY_CONV_BACKWARD_INPUT
                      ? conv_gradient_halo_of(p, 0, p->block_rows).plane
                      : conv_halo_of(p, p->block_rows, p->block_cols).plane;
  return plane * p->block_channels * conv_element_bytes(p);
}

/* Fewer rows at a time, then fewer channels, until the halo is small. Rows first, because sums over
 * some of the channels go through memory. */
static void shrink_halo(convoy_conv2d_plan *p, int64_t rows) {
  int weights = p->operation == CONVOY_CONV_BACKWARD_WEIGHTS;
  while (p->block_rows > LEAST_ROWS &&
         (block_halo_bytes(p) > HALO_BYTES ||
          (weights && block_halo_bytes(p) > NEAR_BYTES * p->block_channels))) {
    p->block_rows = conv_even_part(rows, max_i64(LEAST_ROWS, p->block_rows / 2));
  }
  p->block_channels =
      conv_even_part(p->block_channels, p->block_channels * HALO_BYTES / block_halo_bytes(p));
}

/* The weights' gradients: parts of the pixels have sums of their own, for want of other pieces. */
static void plan_partials(convoy_conv2d_plan *p, int64_t blocks, int64_t parts) {
  int64_t bytes = parts * conv_direct_partial(p) * conv_element_bytes(p);
  int64_t partials = min_i64(ceil_div(ENOUGH_PIECES, parts), PARTIAL_BYTES / bytes);
  p->partials = (int32_t)max_i64(1, min_i64(partials, blocks));
  p->pieces[0] = conv_pieces(parts * p->partials);
  if (p->partials > 1) {
    p->phases = 2;
    p->pieces[1] = conv_pieces(parts);
    p->workspace_bytes = p->partials * bytes;
  }
}

/* Output channels of a piece: all of a group's, unless there would be too few pieces. */
static int32_t piece_outputs(int64_t outputs, int64_t pieces, int64_t wanted) {
  int64_t split = ceil_div(max_i64(1, wanted), pieces);
  return (int32_t)min_i64(outputs, ceil_div(ceil_div(outputs, split), TILE) * TILE);
}

void conv_plan_direct(convoy_conv2d_plan *p) {
  int64_t channels = conv_group_channels(p), filters = conv_group_filters(p);
  int input = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  int64_t rows = input ? p->h : p->oh;
  p->block_rows = (int32_t)rows;
  p->block_channels = (int32_t)(input ? filters : channels);
  shrink_halo(p, rows);

  int64_t blocks = p->n * ceil_div(rows, p->block_rows);
  int64_t products = (int64_t)p->block_rows * p->ow * filters * channels * conv_taps(p);
  int64_t groups =
      min_i64(max_i64(1, PIECE_PRODUCTS / products), ceil_div(p->groups * blocks, ENOUGH_PIECES));
  p->piece_groups = conv_even_part(p->groups, groups);
  int64_t parts = ceil_div(p->groups, p->piece_groups);
  if (p->operation == CONVOY_CONV_BACKWARD_WEIGHTS) {
    plan_partials(p, blocks, parts);
  } else {
    int64_t pieces = parts * blocks, outputs = input ? channels : filters;
    int64_t wanted = min_i64(ENOUGH_PIECES, pieces * p->piece_groups * (products / PIECE_PRODUCTS));
    int32_t part = piece_outputs(outputs, pieces, wanted);
    *(input ? &p->piece_channels : &p->piece_filters) = part;
    p->pieces[0] = conv_pieces(pieces * ceil_div(outputs, part));
  }
  p->scratch_bytes = conv_direct_scratch_of(p).end;
}
