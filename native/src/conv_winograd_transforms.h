/*
 * Winograd's transforms along one axis, over the points 0, 1, -1, 2, -2 and infinity (Lavin and
 * Gray, 2015). A correlation of 6 inputs with r taps, giving 7 - r outputs, is
 *
 *   outputs(products of inputs(the 6) and filter(the r taps))
 *
 * and it takes 6 multiplications instead of r * (7 - r). For the gradient of the taps, outputs and
 * filter change places:
 *
 *   taps(products of inputs(the 6) and gradients(the 7 - r of the outputs)).
 *
 * With 3 taps and stride 2, the first and the last tap see the even inputs, a correlation of 3
 * inputs with 2 taps over the points 0, 1 and infinity, and the middle tap sees the odd ones: 5
 * multiplications instead of 6 for 2 outputs, and for 4 inputs' gradients. Included once per
 * element type T and instruction set.
 */

#define WINO_INLINE static inline __attribute__((always_inline))

/* B-transposed, for 6 inputs. */
WINO_INLINE void wino_inputs_6(const vec d[WINO_POINTS], vec t[WINO_POINTS]) {
  vec two = vec_all(2), four = vec_all(4), five = vec_all(5);
  vec even = vec_fma(vec_all(-4), d[2], d[4]), odd = vec_fma(vec_all(-4), d[1], d[3]);
  vec even2 = vec_sub(d[4], d[2]), odd2 = vec_mul(two, vec_sub(d[3], d[1]));
  t[0] = vec_fma(four, d[0], vec_sub(d[4], vec_mul(five, d[2])));
  t[1] = vec_add(even, odd);
  t[2] = vec_sub(even, odd);
  t[3] = vec_add(even2, odd2);
  t[4] = vec_sub(even2, odd2);
  t[5] = vec_fma(four, d[1], vec_sub(d[5], vec_mul(five, d[3])));
}

/* G: the polynomial of r coefficients at the points, 2 <= r <= 5. */
WINO_INLINE void wino_taps_at_6(const vec *d, int r, vec t[WINO_POINTS]) {
  vec four = vec_all(4), even = d[0], odd = d[1], even2 = d[0], odd2 = d[1];
  if (r > 2) {
    vec last = r > 4 ? vec_fma(four, d[4], d[2]) : d[2];
    even = vec_add(even, r > 4 ? vec_add(d[2], d[4]) : d[2]);
    even2 = vec_fma(four, last, even2);
  }
  if (r > 3) {
    odd = vec_add(odd, d[3]);
    odd2 = vec_fma(four, d[3], odd2);
  }
  vec sixth = vec_all((T)-1 / 6), part = vec_all((T)1 / 24);
  odd2 = vec_add(odd2, odd2);
  t[0] = vec_mul(vec_all((T)0.25), d[0]);
  t[1] = vec_mul(sixth, vec_add(even, odd));
  t[2] = vec_mul(sixth, vec_sub(even, odd));
  t[3] = vec_mul(part, vec_add(even2, odd2));
  t[4] = vec_mul(part, vec_sub(even2, odd2));
  t[5] = d[r - 1];
}

/* A-transposed: n outputs, 2 <= n <= 5. */
WINO_INLINE void wino_outputs_of_6(const vec m[WINO_POINTS], int n, vec *y) {
  vec even = vec_add(m[1], m[2]), odd = vec_sub(m[1], m[2]);
  vec even2 = vec_add(m[3], m[4]), odd2 = vec_sub(m[3], m[4]);
  y[0] = vec_add(m[0], vec_add(even, even2));
  y[1] = vec_fma(vec_all(2), odd2, odd);
  if (n > 2) {
    y[2] = vec_fma(vec_all(4), even2, even);
  }
  if (n > 3) {
    y[3] = vec_fma(vec_all(8), odd2, odd);
  }
  if (n > 4) {
    y[4] = vec_fma(vec_all(16), even2, even);
  }
  y[n - 1] = vec_add(y[n - 1], m[5]);
}

/* The same over the points 0, 1, -1, 2 and infinity: 5 inputs, and r taps, 2 or 4, giving 6 - r. */
WINO_INLINE void wino_inputs_5(const vec d[WINO_POINTS], vec t[WINO_POINTS]) {
  vec two = vec_all(2), outer = vec_sub(d[3], d[1]), inner = vec_mul(two, vec_sub(d[2], d[0]));
  vec odd = vec_mul(two, vec_sub(d[1], d[3]));
  t[0] = vec_sub(outer, inner);                                /* x^3 - 2 x^2 - x + 2 */
  t[1] = vec_fma(vec_all(-2), d[1], vec_sub(d[3], d[2]));      /* x^3 - x^2 - 2 x */
  t[2] = vec_fma(vec_all(-3), d[2], vec_fma(two, d[1], d[3])); /* x^3 - 3 x^2 + 2 x */
  t[3] = outer;                                                /* x^3 - x */
  t[4] = vec_add(vec_sub(d[4], d[2]), odd);                    /* x^4 - 2 x^3 - x^2 + 2 x */
}

WINO_INLINE void wino_taps_at_5(const vec *d, int r, vec t[WINO_POINTS]) {
  vec even = d[0], odd = d[1], at_two = vec_fma(vec_all(2), d[1], d[0]);
  if (r > 2) {
    even = vec_add(even, d[2]);
    odd = vec_add(odd, d[3]);
    at_two = vec_fma(vec_all(4), vec_fma(vec_all(2), d[3], d[2]), at_two);
  }
  t[0] = vec_mul(vec_all((T)0.5), d[0]);
  t[1] = vec_mul(vec_all((T)-0.5), vec_add(even, odd));
  t[2] = vec_mul(vec_all((T)-1 / 6), vec_sub(even, odd));
  t[3] = vec_mul(vec_all((T)1 / 6), at_two);
  t[4] = d[r - 1];
}

WINO_INLINE void wino_outputs_of_5(const vec m[WINO_POINTS], int n, vec *y) {
  vec even = vec_add(m[1], m[2]), odd = vec_sub(m[1], m[2]);
  y[0] = vec_add(m[0], vec_add(even, m[3]));
  y[1] = vec_fma(vec_all(2), m[3], odd);
  if (n > 2) {
    y[2] = vec_fma(vec_all(4), m[3], even);
    y[3] = vec_fma(vec_all(8), m[3], odd);
  }
  y[n - 1] = vec_add(y[n - 1], m[4]);
}

/* window inputs to the points. */
WINO_INLINE void wino_inputs(wino_kind kind, const vec *d, vec *t) {
  if (kind == WINO_STRIDED) {
    t[0] = vec_sub(d[0], d[2]);
    t[1] = d[2];
    t[2] = vec_sub(d[4], d[2]);
    t[3] = d[1];
    t[4] = d[3];
  } else if (kind == WINO_SPREAD) {
    t[0] = vec_sub(d[0], d[1]);
    t[1] = t[3] = d[1];
    t[2] = vec_sub(d[2], d[1]);
    t[4] = d[2];
  } else if (kind == WINO_2) {
    wino_inputs_5(d, t);
  } else {
    wino_inputs_6(d, t);
  }
}

/* taps to the points' weights. */
WINO_INLINE void wino_filter(wino_kind kind, const vec *d, vec *t) {
  if (kind == WINO_STRIDED || kind == WINO_SPREAD) {
    t[0] = d[0];
    t[1] = vec_add(d[0], d[2]);
    t[2] = d[2];
    t[3] = d[1];
  } else if (kind == WINO_2) {
    wino_taps_at_5(d, wino_taps(kind), t);
  } else {
    wino_taps_at_6(d, wino_taps(kind), t);
  }
}

/* The points to step outputs. */
WINO_INLINE void wino_outputs(wino_kind kind, const vec *m, vec *y) {
  if (kind == WINO_STRIDED) {
    y[0] = vec_add(vec_add(m[0], m[1]), m[3]);
    y[1] = vec_add(vec_add(m[1], m[2]), m[4]);
  } else if (kind == WINO_SPREAD) {
    y[0] = vec_add(m[0], m[1]);
    y[1] = m[3];
    y[2] = vec_add(m[1], m[2]);
    y[3] = m[4];
  } else if (kind == WINO_2) {
    wino_outputs_of_5(m, wino_step(kind), y);
  } else {
    wino_outputs_of_6(m, wino_step(kind), y);
  }
}

/* step outputs' gradients to the points. */
WINO_INLINE void wino_gradients(wino_kind kind, const vec *d, vec *t) {
  if (kind == WINO_STRIDED) {
    t[0] = t[3] = d[0];
    t[1] = vec_add(d[0], d[1]);
    t[2] = t[4] = d[1];
  } else if (kind == WINO_2) {
    wino_taps_at_5(d, wino_step(kind), t);
  } else {
    wino_taps_at_6(d, wino_step(kind), t);
  }
}

/* The points to the taps' gradients. */
WINO_INLINE void wino_filter_gradients(wino_kind kind, const vec *m, vec *y) {
  if (kind == WINO_STRIDED) {
    y[0] = vec_add(m[0], m[1]);
    y[1] = vec_add(m[3], m[4]);
    y[2] = vec_add(m[1], m[2]);
  } else if (kind == WINO_2) {
    wino_outputs_of_5(m, wino_taps(kind), y);
  } else {
    wino_outputs_of_6(m, wino_taps(kind), y);
  }
}
