/* The pooling checks for elements T; included once per type. */

/* One case's tensors. Inputs are read-only while kernels run. */
typedef struct {
  const convoy_pool_sizes *s;
  int64_t planes;
  buffer x, dy;         /* inputs */
  buffer y, argmax, dx; /* outputs of max pooling and of its gradient */
  buffer dx_ties;       /* the gradient of Ties.ALL */
  buffer avg, dx_avg;   /* average pooling */
} NAME(tensors);

static NAME(tensors)
    NAME(tensors_new)(const convoy_pool_sizes *s, int64_t planes, enum flush flush) {
  size_t in = (size_t)(planes * s->h * s->w), out = (size_t)(planes * s->oh * s->ow);
  return (NAME(tensors)){
      .s = s,
      .planes = planes,
      .x = buffer_new(in * sizeof(T), flush),
      .dy = buffer_new(out * sizeof(T), flush),
      .y = buffer_new(out * sizeof(T), flush),
      .argmax = buffer_new(out * (s->kh * s->kw <= 256 ? 1 : 4), flush),
      .dx = buffer_new(in * sizeof(T), flush),
      .dx_ties = buffer_new(in * sizeof(T), flush),
      .avg = buffer_new(out * sizeof(T), flush),
      .dx_avg = buffer_new(in * sizeof(T), flush),
  };
}

static void NAME(tensors_free)(NAME(tensors) * t) {
  buffer *all[] = {&t->x, &t->dy, &t->y, &t->argmax, &t->dx, &t->dx_ties, &t->avg, &t->dx_avg};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (!buffer_intact(all[i])) {
      fail("wrote beside buffer %zu", i);
    }
    buffer_free(all[i]);
  }
}

static void NAME(fill)(buffer *b, enum data data) {
  static const T odd[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0};
  for (size_t i = 0; i < b->bytes / sizeof(T); i++) {
    T value = data == DATA_TIES ? (T)random_int(-2, 2) : (T)random_real();
    if (value == 0 && random_int(0, 1) == 0) {
      value = -value;
    }
    if ((data == DATA_ODD && random_int(0, 3) == 0) ||
        (data == DATA_RARE && random_int(0, 499) == 0)) {
      value = odd[random_int(0, 4)];
    }
    if (data == DATA_LOW) {
      value = -INFINITY;
    }
    ((T *)b->data)[i] = value;
  }
}

/* All operations, on a split in two where there are planes enough. The second part has inner planes
 * sooner, which kernels read beyond. */
static void NAME(run)(NAME(tensors) * t) {
  int64_t cuts[] = {0, (t->planes + 2) / 3, t->planes};
  buffer_read_only(&t->x, true);
  buffer_read_only(&t->dy, true);
  for (int i = 0; i < 2; i++) {
    int64_t first = cuts[i], last = cuts[i + 1];
    NAME(convoy_max_pool)(t->s, first, last, t->x.data, t->y.data, t->argmax.data);
    NAME(convoy_max_pool_backward)(t->s, first, last, t->dy.data, t->argmax.data, t->dx.data);
    NAME(convoy_max_pool_backward_ties)
    (t->s, first, last, t->x.data, t->y.data, t->dy.data, t->dx_ties.data);
    NAME(convoy_avg_pool)(t->s, first, last, t->x.data, t->avg.data);
    NAME(convoy_avg_pool_backward)(t->s, first, last, t->dy.data, t->dx_avg.data);
  }
}

static void NAME(expect_same)(const NAME(tensors) * t, const char *what, const buffer *expected,
                              const buffer *actual) {
  const T *e = expected->data, *a = actual->data;
  for (size_t i = 0; i < expected->bytes / sizeof(T); i++) {
    bool both_nan = isnan(e[i]) && isnan(a[i]);
    if (!both_nan && memcmp(e + i, a + i, sizeof(T)) != 0) {
      fail("%s %s[%zu]: %a, portable %a, %s", TYPE, what, i, (double)a[i], (double)e[i],
           describe(t->s));
      return;
    }
  }
}

static void NAME(check)(const convoy_pool_sizes *s, int64_t planes, enum data data) {
  NAME(tensors) expected = NAME(tensors_new)(s, planes, FLUSH_END);
  NAME(fill)(&expected.x, data);
  NAME(fill)(&expected.dy, data == DATA_LOW ? DATA_TIES : data);
  convoy_cpu_limit("c");
  NAME(run)(&expected);
  for (const char *const *level = levels(); *level != NULL; level++) {
    convoy_cpu_limit(*level);
    for (enum flush flush = FLUSH_START; flush <= FLUSH_END; flush++) {
      NAME(tensors) t = NAME(tensors_new)(s, planes, flush);
      memcpy(t.x.data, expected.x.data, t.x.bytes);
      memcpy(t.dy.data, expected.dy.data, t.dy.bytes);
      NAME(run)(&t);
      NAME(expect_same)(&t, "max y", &expected.y, &t.y);
      NAME(expect_same)(&t, "max dx", &expected.dx, &t.dx);
      NAME(expect_same)(&t, "max dx, ties", &expected.dx_ties, &t.dx_ties);
      NAME(expect_same)(&t, "avg y", &expected.avg, &t.avg);
      NAME(expect_same)(&t, "avg dx", &expected.dx_avg, &t.dx_avg);
      if (memcmp(t.argmax.data, expected.argmax.data, t.argmax.bytes) != 0) {
        fail("%s argmax, %s", TYPE, describe(s));
      }
      memset(t.y.data, 0, t.y.bytes);
      NAME(convoy_max_pool)(s, 0, planes, t.x.data, t.y.data, NULL);
      NAME(expect_same)(&t, "max y without argmax", &expected.y, &t.y);
      NAME(tensors_free)(&t);
    }
  }
  NAME(tensors_free)(&expected);
}

/* Whatever argmax holds, backward stays within dx. */
static void NAME(check_wild_argmax)(const convoy_pool_sizes *s, int64_t planes) {
  for (const char *const *level = levels(); *level != NULL; level++) {
    convoy_cpu_limit(*level);
    NAME(tensors) t = NAME(tensors_new)(s, planes, FLUSH_END);
    NAME(fill)(&t.dy, DATA_TIES);
    for (size_t i = 0; i < t.argmax.bytes; i++) {
      ((uint8_t *)t.argmax.data)[i] = (uint8_t)random_bits();
    }
    NAME(convoy_max_pool_backward)(s, 0, planes, t.dy.data, t.argmax.data, t.dx.data);
    NAME(tensors_free)(&t);
  }
}

static void NAME(max_forward)(void *tensors) {
  NAME(tensors) *t = tensors;
  NAME(convoy_max_pool)(t->s, 0, t->planes, t->x.data, t->y.data, t->argmax.data);
}

static void NAME(max_backward)(void *tensors) {
  NAME(tensors) *t = tensors;
  NAME(convoy_max_pool_backward)(t->s, 0, t->planes, t->dy.data, t->argmax.data, t->dx.data);
}

static void NAME(avg_forward)(void *tensors) {
  NAME(tensors) *t = tensors;
  NAME(convoy_avg_pool)(t->s, 0, t->planes, t->x.data, t->y.data);
}

static void NAME(avg_backward)(void *tensors) {
  NAME(tensors) *t = tensors;
  NAME(convoy_avg_pool_backward)(t->s, 0, t->planes, t->dy.data, t->dx.data);
}

static void NAME(bench)(const char *name, const convoy_pool_sizes *s, int64_t planes) {
  NAME(tensors) t = NAME(tensors_new)(s, planes, FLUSH_END);
  NAME(fill)(&t.x, DATA_REAL);
  NAME(fill)(&t.dy, DATA_REAL);
  double moved = (double)(t.x.bytes + t.y.bytes), with_argmax = moved + (double)t.argmax.bytes;
  for (const char *const *level = levels(); *level != NULL; level++) {
    convoy_cpu_limit(*level);
    double max = best_seconds(NAME(max_forward), &t); /* which fills argmax for the next */
    double max_backward = best_seconds(NAME(max_backward), &t);
    double avg = best_seconds(NAME(avg_forward), &t);
    double avg_backward = best_seconds(NAME(avg_backward), &t);
    printf("%-12s %s %-7s GB/s: max %5.1f  backward %5.1f  avg %5.1f  backward %5.1f\n", name, TYPE,
           *level, 1e-9 * with_argmax / max, 1e-9 * with_argmax / max_backward, 1e-9 * moved / avg,
           1e-9 * moved / avg_backward);
  }
  NAME(tensors_free)(&t);
}
