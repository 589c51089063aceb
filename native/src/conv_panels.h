/*
 * Panels of a block's columns, packed straight from halos (see conv_geometry.h) or from images that
 * serve as they lie, so that the column matrix never is. Included once per element type T and
 * instruction set, after conv_micro.h.
 */

/* Part of a panel's row: lanes of a vector, from src elements into each channel's tap, to dst. */
typedef struct {
  int64_t src, dst, lanes;
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
      list->copy[list->count++] = (panel_copy){src + i, dst + i, vec_left(run, i)};
    }
    dst += run;
  }
}

/* One row of a panel, and up to LANES elements past its end. */
static inline void panel_row(const panel_copies *list, const T *src, T *dst) {
  for (int i = 0; i < list->count; i++) {
    const panel_copy *copy = &list->copy[i];
    vec v = copy->lanes == LANES ? vec_load(src + copy->src)
                                 : vec_load_some(src + copy->src, copy->lanes);
    vec_store(dst + copy->dst, v);
  }
}

/* A panel [channels][taps][width]; the taps of a channel lie at tap[] in its plane of src. */
static void panel_pack(const panel_copies *list, const T *src, int64_t channels, int64_t plane,
                       int64_t taps, const int64_t *tap, int64_t width, int in_place, T *panel) {
  for (int64_t c = 0; c < channels; c++, src += plane) {
    for (int64_t i = 0; in_place && i < MICRO_COLS; i += 64 / (int64_t)sizeof(T)) {
      /* The next panel's row of an image, which no processor guesses across its channels. */
      __builtin_prefetch(src + tap[0] + list->copy[0].src + MICRO_COLS + i, 0, 2);
    }
    for (int64_t t = 0; t < taps; t++, panel += width) {
      panel_row(list, src + tap[t], panel);
    }
  }
}
