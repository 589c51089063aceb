package dev.convoy.conformance;

import dev.convoy.DType;

/**
 * One array that an engine must write.
 *
 * @param name the answer's that it is for
 * @param values the numbers
 * @param tolerance how far the answer may be from them
 * @param source who says so, for people
 */
record Expected(String name, Values values, Tolerance tolerance, String source) {

  Expected(String name, Values values, Tolerance tolerance) {
    this(name, values, tolerance, "the reference");
  }

  /** Fails with the first element that is wrong, the worst one and their number. */
  void check(String caseName, DType dtype, Answer answer) {
    if (!answer.values().shape().equals(values.shape())) {
      throw new AssertionError(
          "%s: %s has shape %s, must have %s"
              .formatted(caseName, name, answer.values().shape(), values.shape()));
    }
    double[] expected = values.data();
    double[] actual = answer.values().data();
    int wrong = 0;
    int first = -1;
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      if (!tolerance.accepts(expected[i], actual[i], dtype, answer.winograd())) {
        first = wrong++ == 0 ? i : first;
        worst = Math.max(worst, Math.abs(expected[i] - actual[i]));
      }
    }
    if (wrong > 0) {
      throw new AssertionError(
          "%s, %s: %s%s is %s, must be %s within %.3g as %s has it; %d of %d are wrong, by up to %.3g"
              .formatted(
                  caseName,
                  dtype,
                  name,
                  values.place(first),
                  actual[first],
                  expected[first],
                  tolerance.bound(dtype, answer.winograd()),
                  source,
                  wrong,
                  expected.length,
                  worst));
    }
  }
}
