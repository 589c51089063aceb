package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Compares a gradient with central differences of the engine's own forward pass, in F64: the loss
 * is {@code Σ y · dy}, and each element of the argument is moved by a small step both ways.
 */
final class Gradient {
  /** A power of two, so that moving an element rounds nothing away. */
  private static final double STEP = 0x1p-12;

  /** Rounding of the loss divided by the step is some 1e-11; a wrong gradient is off by 1e-2. */
  private static final double TOLERANCE = 1e-7;

  private Gradient() {}

  /**
   * Fails with the first element whose gradient is not the slope.
   *
   * @param at where the argument is
   * @param forward from the argument to the output
   * @param dy gradient of the output
   * @param gradient what the engine says that the gradient at the argument is
   */
  static void check(Tensor at, UnaryOperator<Tensor> forward, Tensor dy, Tensor gradient) {
    double[] weights = dy.toDoubleArray();
    double[] analytic = gradient.toDoubleArray();
    double[] point = at.toDoubleArray();
    for (int i = 0; i < point.length; i++) {
      double here = point[i];
      point[i] = here + STEP;
      double above = loss(forward, at.shape(), point, weights);
      point[i] = here - STEP;
      double below = loss(forward, at.shape(), point, weights);
      point[i] = here;
      double slope = (above - below) / (2 * STEP);
      if (!(Math.abs(slope - analytic[i]) <= TOLERANCE)) {
        throw new AssertionError(
            "the gradient of element %s is %s, must be the slope of the forward pass, %s"
                .formatted(Values.zeros(at.shape()).place(i), analytic[i], slope));
      }
    }
  }

  private static double loss(
      UnaryOperator<Tensor> forward, Shape shape, double[] point, double[] weights) {
    double[] y = forward.apply(Tensor.of(shape, point)).toDoubleArray();
    double loss = 0;
    for (int i = 0; i < y.length; i++) {
      loss += y[i] * weights[i];
    }
    return loss;
  }

  static Tensor random(Shape shape, RandomGenerator random) {
    return Values.random(shape, DType.F64, random).toTensor(DType.F64);
  }

  static Tensor empty(Shape shape) {
    return Tensor.zeros(shape, DType.F64);
  }
}
