package dev.convoy.bench.work;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.List;

/**
 * Compares results with the definition before they are timed: of each as many elements, spread
 * evenly from the first to the last, as a fixed amount of work pays for, all of them where they are
 * few.
 *
 * <p>A sum of {@code L} terms may be off by {@code 512 · ε · √L}, the terms being at most 1: what
 * the conformance suite allows Winograd's convolution, which any engine may use. Maxima must be
 * exact.
 */
public final class Check {
  private static final long TERMS = 20_000_000;
  private static final int LEAST = 100;
  private static final double FACTOR = 512;

  private Check() {}

  /**
   * Checks results.
   *
   * @throws WrongAnswerException if an element is wrong, or a shape
   */
  public static void verify(Problem problem, List<Tensor> results) {
    List<Shape> shapes = problem.results();
    if (results.size() != shapes.size()) {
      throw new WrongAnswerException(
          "%s: %d results, must be %d".formatted(problem, results.size(), shapes.size()));
    }
    for (int r = 0; r < shapes.size(); r++) {
      Tensor result = results.get(r);
      if (!result.shape().equals(shapes.get(r))) {
        throw new WrongAnswerException(
            "%s: result %d has shape %s, must be %s"
                .formatted(problem, r, result.shape(), shapes.get(r)));
      }
      if (problem.operation() == Operation.TRAINING_STEP) {
        verifyTraining(problem, result);
      } else {
        verify(problem, r, result);
      }
    }
  }

  private static void verify(Problem problem, int number, Tensor result) {
    Definition definition = new Definition(problem);
    int elements = Math.toIntExact(result.shape().elements());
    long terms = definition.terms(number);
    long samples = Math.clamp(Math.max(LEAST, TERMS / terms), 1, elements);
    double tolerance = tolerance(problem, terms);
    for (long s = 0; s < samples; s++) {
      int index = samples == 1 ? 0 : (int) (s * (elements - 1) / (samples - 1));
      double expected = definition.at(number, index);
      double actual = Definition.get(result, index);
      if (!(Math.abs(actual - expected) <= tolerance)) {
        throw new WrongAnswerException(
            "%s: element %d of result %d is %s, must be %s within %.1e"
                .formatted(problem, index, number, actual, expected, tolerance));
      }
    }
  }

  private static double tolerance(Problem problem, long terms) {
    return switch (problem.operation()) {
      case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING -> 0;
      default -> {
        double epsilon = problem.dtype() == DType.F32 ? Math.ulp(1f) : Math.ulp(1d);
        yield FACTOR * epsilon * Math.sqrt((double) terms);
      }
    };
  }

  /**
   * Initial weights and dropout are each library's own, so the losses are not the same: an
   * untrained network knows nothing, ln 10, and one that is trained on the same images must get to
   * know them.
   */
  private static void verifyTraining(Problem problem, Tensor losses) {
    double first = Definition.get(losses, 0);
    double later = Definition.get(losses, 1);
    double ignorant = Math.log(problem.workload().outputChannels());
    if (!(first > 0.5 * ignorant && first < 2.5 * ignorant && later < 0.8 * first)) {
      throw new WrongAnswerException(
          "%s: the loss went from %.3f to %.3f, must begin near %.3f and fall"
              .formatted(problem, first, later, ignorant));
    }
  }
}
