/* The pointwise checks for elements T; included once per type. */

static void NAME(fill)(buffer *b) {
  static const T odd[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0};
  for (size_t i = 0; i < b->bytes / sizeof(T); i++) {
    ((T *)b->data)[i] = random_int(0, 3) == 0 ? odd[random_int(0, 4)] : (T)random_real();
  }
}

static bool NAME(same)(T a, T b) {
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void NAME(check_relu)(int64_t n, enum flush flush) {
  buffer x = buffer_new((size_t)n * sizeof(T), flush), y = buffer_new(x.bytes, flush);
  buffer dy = buffer_new(x.bytes, flush), dx = buffer_new(x.bytes, flush);
  NAME(fill)(&x);
  NAME(fill)(&dy);
  int64_t cut = n / 3;
  NAME(convoy_relu)(0, cut, x.data, y.data);
  NAME(convoy_relu)(cut, n, x.data, y.data);
  NAME(convoy_relu_backward)(0, cut, y.data, dy.data, dx.data);
  NAME(convoy_relu_backward)(cut, n, y.data, dy.data, dx.data);
  const T *xs = x.data, *ys = y.data, *dys = dy.data, *dxs = dx.data;
  for (int64_t i = 0; i < n; i++) {
    T forward = xs[i] < 0 ? 0 : xs[i], backward = forward > 0 ? dys[i] : 0;
    if (!NAME(same)(ys[i], forward) || !NAME(same)(dxs[i], backward)) {
      fail("%s relu, %d of %d: relu(%g) = %g, gradient %g of %g", TYPE, (int)i, (int)n,
           (double)xs[i], (double)ys[i], (double)dxs[i], (double)dys[i]);
    }
  }
  NAME(convoy_relu)(0, n, x.data, x.data);
  NAME(convoy_relu_backward)(0, n, y.data, dy.data, dy.data);
  if (memcmp(x.data, y.data, x.bytes) != 0 || memcmp(dy.data, dx.data, dx.bytes) != 0) {
    fail("%s relu of %d in place differs", TYPE, (int)n);
  }
  if (!buffer_intact(&x) || !buffer_intact(&y) || !buffer_intact(&dy) || !buffer_intact(&dx)) {
    fail("%s relu of %d wrote beside a buffer", TYPE, (int)n);
  }
  buffer_free(&x);
  buffer_free(&y);
  buffer_free(&dy);
  buffer_free(&dx);
}

static void NAME(check_bias)(int64_t planes, int64_t channels, int64_t size, enum flush flush) {
  buffer y = buffer_new((size_t)(planes * size) * sizeof(T), flush);
  buffer b = buffer_new((size_t)channels * sizeof(T), flush);
  NAME(fill)(&y);
  NAME(fill)(&b);
  T *ys = y.data, *expected = malloc(y.bytes);
  for (int64_t i = 0; i < planes * size; i++) {
    expected[i] = ys[i] + ((T *)b.data)[i / size % channels];
  }
  int64_t cut = planes / 3;
  NAME(convoy_add_bias)(size, channels, 0, cut, b.data, y.data);
  NAME(convoy_add_bias)(size, channels, cut, planes, b.data, y.data);
  for (int64_t i = 0; i < planes * size; i++) {
    if (!NAME(same)(ys[i], expected[i])) {
      fail("%s bias, %d planes of %d, %d channels: y[%d] = %g, not %g", TYPE, (int)planes,
           (int)size, (int)channels, (int)i, (double)ys[i], (double)expected[i]);
      break;
    }
  }
  if (!buffer_intact(&y) || !buffer_intact(&b)) {
    fail("%s bias wrote beside a buffer", TYPE);
  }
  free(expected);
  buffer_free(&y);
  buffer_free(&b);
}
