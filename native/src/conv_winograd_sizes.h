/*
 * Winograd's algorithm in sizes: which tiles and parts there are; planner and kernels agree here.
 * Counts are of elements, and the same at every CPU level.
 *
 * A tile is a square of step x step outputs, computed from window x window inputs by
 * points x points products. A dilated convolution falls apart into as many plain ones as there are
 * outputs of different remainders modulo the dilation ("lattices"), each over rows and columns so
 * far apart.
 *
 * Kernels that have no transform are added up of parts of 3x3 or 2x2 taps, some of them zero: of
 * neighbouring taps with stride 1, of every second one with stride 2. Each part sees the input from
 * another place on, as if it were a channel of its own. In the input gradient of stride 2 all parts
 * see the same dy, and each gives dx of other remainders, as if it were a filter.
 */
#ifndef CONV_WINOGRAD_SIZES_H
#define CONV_WINOGRAD_SIZES_H

#include "conv_geometry.h"

enum {
  WINO_POINTS = 6, /* of a tile along an axis, at most */
  WINO_PANEL = 16, /* weights are padded to so many filters */
  WINO_TAPS = 5,   /* of a part along an axis, at most */
  WINO_KERNEL = 9  /* the largest there is, along an axis */
};

/* The transforms there are. */
typedef enum {
  WINO_2,       /* F(4x4, 2x2) */
  WINO_3,       /* F(4x4, 3x3) */
  WINO_5,       /* F(2x2, 5x5) */
  WINO_STRIDED, /* 3x3 of stride 2, 2x2 outputs */
  WINO_SPREAD   /* its input gradient, 4x4 elements of dx */
} wino_kind;

/* Along an axis; constants where the kind is one. */
static inline int wino_taps(wino_kind kind) {
  return kind == WINO_5 ? 5 : kind == WINO_2 ? 2 : 3;
}

static inline int wino_window(wino_kind kind) { /* inputs of a tile */
  return kind == WINO_STRIDED || kind == WINO_2 ? 5 : kind == WINO_SPREAD ? 3 : 6;
}

static inline int wino_stride(wino_kind kind) { /* inputs from a tile to the next */
  return kind == WINO_5 || kind == WINO_SPREAD ? 2 : 4;
}

static inline int wino_step(wino_kind kind) { /* outputs */
  return kind == WINO_5 || kind == WINO_STRIDED ? 2 : 4;
}

static inline int wino_points(wino_kind kind) { /* products */
  return kind == WINO_STRIDED || kind == WINO_SPREAD || kind == WINO_2 ? 5 : 6;
}

static inline int wino_weights(wino_kind kind) { /* of which the last share their weights */
  return kind == WINO_STRIDED || kind == WINO_SPREAD ? 4 : kind == WINO_2 ? 5 : 6;
}

/* The convolution that is done, which for an input gradient is one of dy. */
typedef struct {
  wino_kind kind;
  int64_t planes, outputs;        /* channels and filters of a group; of input and output */
  int64_t channels, filters;      /* the same, each as many times as it has parts */
  int64_t kernel;                 /* taps along an axis, as for those that follow */
  int64_t across;                 /* parts */
  int64_t tap, part_tap;          /* the first part's first, and from a part's to the next one's */
  int64_t tap_step;               /* from a part's tap to its next */
  int64_t in_step_h, in_step_w;   /* from one of a tile's inputs to the next */
  int64_t in_part_h, in_part_w;   /* from a part's first input to the next part's */
  int64_t out_step_h, out_step_w; /* from one of a tile's outputs to the next */
  int64_t spread;                 /* whether parts are of the output */
  int64_t beside;                 /* panels that give neighbouring columns: 2 if spread, else 1 */
  int64_t h, w, oh, ow;           /* of the input and of the output */
  int64_t pad_top, pad_left;      /* may be negative */
  int64_t top, left;              /* of the first tile in the output; 0, or -1 beside it */
  int64_t taps, stride, step;     /* see above */
  int64_t lattices_h, lattices_w; /* of an image */
  int64_t tiles_h, tiles_w;       /* of a lattice */
  int64_t tiles;                  /* of all images */
  int64_t slots;                  /* of stride columns, that a tile's inputs reach past it */
} wino_sizes;

static inline wino_kind wino_kind_of(const convoy_conv2d_plan *p) {
  if (p->kh == 4) {
    return WINO_2;
  }
  if (p->stride_h == 2 && p->kh == 3) {
    return p->operation == CONVOY_CONV_BACKWARD_INPUT ? WINO_SPREAD : WINO_STRIDED;
  }
  return p->stride_h == 1 && p->kh == 5 ? WINO_5 : WINO_3;
}

/* Parts along an axis; for stride 2 those of even taps and of odd ones, if not done otherwise. */
static inline int64_t wino_across(const convoy_conv2d_plan *p) {
  return p->stride_h == 2 && p->kh > 3 ? 2 : ceil_div(p->kh, wino_taps(wino_kind_of(p)));
}

/* So many filters as panels of them have. */
static inline int64_t wino_padded(int64_t filters) {
  return ceil_div(filters, WINO_PANEL) * WINO_PANEL;
}

static inline wino_sizes wino_sizes_of(const convoy_conv2d_plan *p) {
  int input = p->operation == CONVOY_CONV_BACKWARD_INPUT;
  int64_t c = conv_group_channels(p), k = conv_group_filters(p);
  int64_t stride = p->stride_h;
  wino_sizes s;
  s.planes = s.channels = input ? k : c;
  s.outputs = s.filters = input ? c : k;
  s.h = input ? p->oh : p->h;
  s.w = input ? p->ow : p->w;
  s.oh = input ? p->h : p->oh;
  s.ow = input ? p->w : p->ow;
  s.pad_top = input ? (int64_t)(p->kh - 1) * p->dilation_h - p->pad_top : p->pad_top;
  s.pad_left = input ? (int64_t)(p->kw - 1) * p->dilation_w - p->pad_left : p->pad_left;
  s.top = s.left = 0;
  s.kernel = p->kh;
  s.across = wino_across(p);
  s.kind = wino_kind_of(p);
  s.taps = wino_taps(s.kind);
  s.tap = 0;
  s.tap_step = s.across > 1 ? stride : 1;
  s.part_tap = stride == 1 ? s.taps : 1;
  s.in_step_h = s.out_step_h = p->dilation_h;
  s.in_step_w = s.out_step_w = p->dilation_w;
  s.in_part_h = s.part_tap * p->dilation_h;
  s.in_part_w = s.part_tap * p->dilation_w;
  s.spread = input && stride == 2 && s.across > 1;
  s.beside = s.spread ? 2 : 1;
  if (input && stride == 2) {                      /* tiles begin at even places of the padded dx */
    int64_t reach = s.across > 1 ? s.taps - 1 : 1; /* of earlier outputs */
    s.pad_top = reach - p->pad_top / 2;
    s.pad_left = reach - p->pad_left / 2;
    s.top = -(p->pad_top % 2);
    s.left = -(p->pad_left % 2);
  }
  if (s.spread) { /* taps turned round: that of the latest output is last */
    s.tap = s.kernel - 1 - (s.taps - 1) * stride;
    s.part_tap = -1;
    s.out_step_h = s.out_step_w = stride;
    s.filters = s.across * s.across * wino_padded(s.outputs);
  } else {
    s.in_step_h = s.across > 1 ? s.in_step_h * stride : s.in_step_h;
    s.in_step_w = s.across > 1 ? s.in_step_w * stride : s.in_step_w;
    s.channels *= s.across * s.across;
  }
  s.stride = wino_stride(s.kind);
  s.step = wino_step(s.kind);
  s.slots = ceil_div(wino_window(s.kind) - s.stride, s.stride);
  s.lattices_h = min_i64(p->dilation_h, s.oh);
  s.lattices_w = min_i64(p->dilation_w, s.ow);
  s.tiles_h = ceil_div(ceil_div(s.oh - s.top, s.out_step_h), s.step);
  s.tiles_w = ceil_div(ceil_div(s.ow - s.left, s.out_step_w), s.step);
  s.tiles = p->n * s.lattices_h * s.lattices_w * s.tiles_h * s.tiles_w;
  return s;
}

/* A part's place among those of an axis. */
typedef struct {
  int64_t row, col;
} wino_place;

static inline wino_place wino_place_of(const wino_sizes *s, int64_t part) {
  return (wino_place){part / s->across, part % s->across};
}

/* A channel or a filter of those that count as many times as they have parts. */
typedef struct {
  int64_t plane; /* the real one */
  wino_place part;
} wino_view;

static inline wino_view wino_channel(const wino_sizes *s, int64_t channel) {
  int64_t parts = s->spread ? 1 : s->across * s->across;
  return (wino_view){channel / parts, wino_place_of(s, channel % parts)};
}

/* All filters of a panel are of one part; the next panel is of that which has the columns between.
 */
static inline wino_view wino_filter_of(const wino_sizes *s, int64_t filter) {
  int64_t panel = filter / WINO_PANEL, panels = ceil_div(s->outputs, WINO_PANEL);
  int64_t both = panel / s->beside;
  return (wino_view){both % panels * WINO_PANEL + filter % WINO_PANEL,
                     {both / panels, panel % s->beside}};
}

/* Real filters of the panel that begins with this one. */
static inline int64_t wino_panel_filters(const wino_sizes *s, int64_t filter) {
  return min_i64(WINO_PANEL, s->outputs - wino_filter_of(s, filter).plane);
}

/* The tap of the kernel, along an axis, that is a part's tap; none, if it lies outside. */
static inline int64_t wino_tap(const wino_sizes *s, int64_t part, int64_t tap) {
  return s->tap + part * s->part_tap + tap * s->tap_step;
}

static inline int wino_has_tap(const wino_sizes *s, int64_t tap) {
  return tap >= 0 && tap < s->kernel;
}

/* How many of a part's taps there are, if this is its first, and the kernel's too. */
static inline int64_t wino_taps_left(const wino_sizes *s, int64_t first) {
  return min_i64(s->taps, ceil_div(s->kernel - first, s->tap_step));
}

#endif
