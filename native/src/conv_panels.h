/*
 * Panels of a block's columns, packed straight from halos (see conv_geometry.h) or from images that
 * serve as they lie, so that the column matrix never is. Included once per element type T and
 * instruction set, after conv_micro.h.
 */

/* Part of a panel's row: lanes of a vector, or of two of which each second lane is wanted, from src
 * elements into each channel's tap, to dst. */
typedef struct {
  int64_t src, dst;
  vec_lanes lanes, more;
} panel_copy;

/* A panel's row, and where in it lines of memory start, or end. */
enum { PANEL_COPIES = MICRO_COLS + MICRO_VECTORS, PANEL_LINES = 16 };

typedef struct {
  panel_copy copy[PANEL_COPIES];
  int64_t line[PANEL_LINES];
  int count, lines;
} panel_copies;

/* Where the pixels of a block lie, in elements: images, rows and columns apart. */
typedef struct {
  int64_t image, row, col;
} panel_steps;

/* How to gather count pixels of a block from first on, numbered over its images and rows. */
static void panel_gather(const conv_block *b, panel_steps step, int64_t first, int64_t count,
                         panel_copies *list) {
  int64_t dst = 0;
  list->count = list->lines = 0;
  while (dst < count) {
    int64_t col = (first + dst) % b->cols, row = (first + dst) / b->cols;
    int64_t run = min_i64(b->cols - col, count - dst), extent = (run - 1) * step.col + 1;
    int64_t src = row / b->rows * step.image + row % b->rows * step.row + col * step.col;
    for (int64_t i = 0; i < run; i += LANES) {
      int64_t at = i * step.col, left = extent - at;
      list->copy[list->count++] =
          (panel_copy){src + at, dst + i, vec_lanes_of(0, left), vec_lanes_of(0, left - LANES)};
    }
    for (int64_t i = 0; i < extent + MICRO_LINE - 1 && list->lines < PANEL_LINES; i += MICRO_LINE) {
      list->line[list->lines++] = src + min_i64(i, extent - 1);
    }
    dst += run;
  }
}

/* A panel [channels][taps][width], and up to LANES elements past its end; the taps of a channel lie
 * at tap[] in its plane of src. Where the number of copies is a constant, they are in registers. */
MICRO_INLINE void panel_rows(const panel_copies *list, int count, int step, const T *src,
                             int64_t channels, int64_t plane, int64_t taps, const int64_t *tap,
                             int64_t width, T *panel) {
  for (int64_t c = 0; c < channels; c++, src += plane) {
    for (int64_t t = 0; t < taps; t++, panel += width) {
      const T *from = src + tap[t];
      for (int i = 0; i < count; i++) {
        const panel_copy *copy = &list->copy[i];
        vec v = vec_load_lanes(from + copy->src, copy->lanes);
        if (step == 2) {
          v = vec_even(v, vec_load_lanes(from + copy->src + LANES, copy->more));
        }
        vec_store(panel + copy->dst, v);
      }
    }
  }
}

static void panel_pack(const panel_copies *list, int step, const T *src, int64_t channels,
                       int64_t plane, int64_t taps, const int64_t *tap, int64_t width, T *panel) {
  const panel_copies copy = *list; /* which no store can change */
#define PANEL_ROWS(count, step) \
  panel_rows(&copy, count, step, src, channels, plane, taps, tap, width, panel)
  switch (step == 1 ? copy.count : 0) {
    case 1:
      PANEL_ROWS(1, 1);
      break;
    case 2:
      PANEL_ROWS(2, 1);
      break;
    case 3:
      PANEL_ROWS(3, 1);
      break;
    case 4:
      PANEL_ROWS(4, 1);
      break;
    case 5:
      PANEL_ROWS(5, 1);
      break;
    default:
      PANEL_ROWS(copy.count, step);
  }
#undef PANEL_ROWS
}
