/*
 * Panels of a block's columns, packed straight from halos (see conv_geometry.h) or from images that
 * serve as they lie, so that the column matrix never is. Included once per element type T and
 * instruction set, after conv_micro.h.
 */

/* Part of a panel's row: lanes of a vector, from src elements into each channel's tap, to dst. */
typedef struct {
  int64_t src, dst;
  vec_lanes lanes;
} panel_copy;

enum { PANEL_COPIES = MICRO_COLS + MICRO_VECTORS };

typedef struct {
  panel_copy copy[PANEL_COPIES];
  int count;
} panel_copies;

/* How to gather count pixels of a block from first on, numbered over its images and rows. */
static void panel_gather(const conv_block *b, int64_t image_step, int64_t row_step, int64_t first,
                         int64_t count, panel_copies *list) {
  int64_t dst = 0;
  list->count = 0;
  while (dst < count) {
    int64_t col = (first + dst) % b->cols, row = (first + dst) / b->cols;
    int64_t run = min_i64(b->cols - col, count - dst);
    int64_t src = row / b->rows * image_step + row % b->rows * row_step + col;
    for (int64_t i = 0; i < run; i += LANES) {
      list->copy[list->count++] = (panel_copy){src + i, dst + i, vec_lanes_of(0, run - i)};
    }
    dst += run;
  }
}

/* A panel [channels][taps][width], and up to LANES elements past its end; the taps of a channel lie
 * at tap[] in its plane of src. Where the number of copies is a constant, they are in registers. */
MICRO_INLINE void panel_rows(const panel_copies *list, int count, const T *src, int64_t channels,
                             int64_t plane, int64_t taps, const int64_t *tap, int64_t width,
                             int in_place, T *panel) {
  for (int64_t c = 0; c < channels; c++, src += plane) {
    for (int64_t i = 0; in_place && i < MICRO_COLS; i += 64 / (int64_t)sizeof(T)) {
      /* The next panel's row of an image, which no processor guesses across its channels. */
      __builtin_prefetch(src + tap[0] + list->copy[0].src + MICRO_COLS + i, 0, 2);
    }
    for (int64_t t = 0; t < taps; t++, panel += width) {
      const T *from = src + tap[t];
      for (int i = 0; i < count; i++) {
        const panel_copy *copy = &list->copy[i];
        vec_store(panel + copy->dst, vec_load_lanes(from + copy->src, copy->lanes));
      }
    }
  }
}

static void panel_pack(const panel_copies *list, const T *src, int64_t channels, int64_t plane,
                       int64_t taps, const int64_t *tap, int64_t width, int in_place, T *panel) {
  const panel_copies copy = *list; /* which no store can change */
#define PANEL_ROWS(count) \
  panel_rows(&copy, count, src, channels, plane, taps, tap, width, in_place, panel)
  switch (copy.count) {
    case 1:
      PANEL_ROWS(1);
      break;
    case 2:
      PANEL_ROWS(2);
      break;
    case 3:
      PANEL_ROWS(3);
      break;
    case 4:
      PANEL_ROWS(4);
      break;
    case 5:
      PANEL_ROWS(5);
      break;
    default:
      PANEL_ROWS(copy.count);
  }
#undef PANEL_ROWS
}
