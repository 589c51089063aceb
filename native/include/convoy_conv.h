/*
 * 2-D convolution (cross-correlation, as ONNX Conv and PyTorch conv2d) and its gradients.
 *
 * A plan is made once for an operation on given sizes: which algorithm, how the work is split and
 * how much memory it needs. The work is then done phase by phase; the pieces of one phase are
 * independent of each other and may run on any threads at once, and every piece of a phase must
 * have ended before the next phase begins. The split depends on the sizes alone and sums are added
 * in a fixed order, so results do not depend, not by a bit, on who ran which piece.
 */
#ifndef CONVOY_CONV_H
#define CONVOY_CONV_H

#include <stdint.h>

#include "convoy_export.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CONVOY_F32, CONVOY_F64 };

enum { CONVOY_CONV_FORWARD, CONVOY_CONV_BACKWARD_INPUT, CONVOY_CONV_BACKWARD_WEIGHTS };

/* In the order of dev.convoy.Conv2dAlgorithm. */
enum {
  CONVOY_CONV_AUTO,
  CONVOY_CONV_DIRECT,
  CONVOY_CONV_GEMM,
  CONVOY_CONV_WINOGRAD,
  CONVOY_CONV_DEPTHWISE
};

/* Flags of a plan. */
enum {
  CONVOY_CONV_BIAS = 1,       /* forward: b is added; backward weights: db is wanted */
  CONVOY_CONV_RELU = 2,       /* forward: y = max(0, y) at last */
  CONVOY_CONV_ACCUMULATE = 4, /* gradients: added to what is there */
  CONVOY_CONV_NO_WEIGHTS = 8, /* backward weights: dw is not wanted, only db */
  CONVOY_CONV_PRECISE = 16    /* AUTO chooses no algorithm of larger rounding error (Winograd) */
};

/*
 * Sizes are those of the tensors: x and dx [n, c, h, w], w and dw [k, c / groups, kh, kw], b and db
 * [k], y and dy [n, k, oh, ow], all at least 1. Output (r, s) reads input rows
 * r * stride_h - pad_top + i * dilation_h, and columns likewise; what lies outside the image is
 * zero. oh and ow may be less than the input has room for.
 */
typedef struct convoy_conv2d_plan {
  /* Asked for. */
  int32_t operation, type, algorithm, flags;
  int32_t n, c, h, w;
  int32_t k, oh, ow;
  int32_t kh, kw, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups;

  /* Answered by convoy_conv2d_plan_init, which also puts the algorithm chosen in place of AUTO. */
  int32_t phases;         /* 1 or 2 */
  int32_t pieces[2];      /* of each phase */
  int32_t block_images;   /* images worked on at a time; if more than one, whole ones */
  int32_t block_rows;     /* output rows at a time; if more than one, whole ones */
  int32_t block_cols;     /* output columns at a time */
  int32_t block_channels; /* input channels of a group in one matrix product or pass */
  int32_t piece_channels; /* input channels of a group in one piece */
  int32_t piece_filters;  /* output channels of a group in one piece */
  int32_t piece_groups;   /* groups in one piece */
  int32_t partials;       /* backward weights: parts of the pixels, each with a sum of its own */
  int32_t in_place;    /* 1 where images serve as columns as they lie: 1x1, stride 1, no padding */
  int32_t block_tiles; /* Winograd: tiles worked on at a time */
  int32_t block_filters;   /* Winograd: output channels of a group at a time */
  int64_t workspace_bytes; /* one per call, shared by its pieces, contents kept between phases */
  int64_t scratch_bytes;   /* one per thread, contents of no interest between pieces */
} convoy_conv2d_plan;

/* Fills in what the plan answers. Returns NULL, or why the algorithm asked for does not apply, in
 * words. */
CONVOY_API const char *convoy_conv2d_plan_init(convoy_conv2d_plan *plan);

/*
 * Does one piece of one phase. Tensors are named by their shape, whichever of them is the output:
 * x stands for x or dx, w for w or dw, b for b or db, y for y or dy. Those that the plan does not
 * use may be NULL. Outputs overlap nothing else. workspace and scratch are aligned to 64 bytes.
 */
CONVOY_API void convoy_conv2d_run(const convoy_conv2d_plan *plan, int32_t phase, int32_t piece,
                                  void *x, void *w, void *b, void *y, void *workspace,
                                  void *scratch);

#ifdef __cplusplus
}
#endif

#endif
