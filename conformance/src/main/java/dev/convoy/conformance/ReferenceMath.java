package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;

/** The matrix product and the pointwise operations as plain loops in double. */
public final class ReferenceMath {
  private ReferenceMath() {}

  /**
   * {@code activation(op(a) · op(b) + bias)}; whether the spec accumulates is the caller's affair.
   *
   * @param bias may be null
   */
  public static Values matmul(MatmulSpec spec, Values a, Values b, Values bias) {
    Shape outputShape = spec.outputShape(a.shape(), b.shape());
    int columns = outputShape.dim(1);
    int inner = a.shape().dim(spec.transposeA() ? 0 : 1);
    Values y = Values.zeros(outputShape);
    for (int row = 0; row < outputShape.dim(0); row++) {
      for (int column = 0; column < columns; column++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          sum += at(a, spec.transposeA(), row, k) * at(b, spec.transposeB(), k, column);
        }
        y.data()[row * columns + column] = sum;
      }
    }
    return activate(spec.activation(), bias == null ? y : addBias(y, bias));
  }

  private static double at(Values matrix, boolean transposed, int row, int column) {
    int columns = matrix.shape().dim(1);
    return matrix.data()[transposed ? column * columns + row : row * columns + column];
  }

  /** {@code y[n, c, …] + b[c]}. */
  public static Values addBias(Values y, Values b) {
    Values sum = y.copy();
    int channels = y.shape().dim(1);
    int plane = 1;
    for (int axis = 2; axis < y.shape().rank(); axis++) {
      plane *= y.shape().dim(axis);
    }
    for (int i = 0; i < sum.data().length; i++) {
      sum.data()[i] += b.data()[i / plane % channels];
    }
    return sum;
  }

  /** {@code max(0, x)}, NaN staying NaN. */
  public static Values relu(Values x) {
    Values y = x.copy();
    for (int i = 0; i < y.data().length; i++) {
      if (y.data()[i] <= 0) {
        y.data()[i] = 0;
      }
    }
    return y;
  }

  /** {@code y > 0 ? dy : 0}. */
  public static Values reluBackward(Values y, Values dy) {
    Values dx = Values.zeros(y.shape());
    for (int i = 0; i < y.data().length; i++) {
      if (y.data()[i] > 0) {
        dx.data()[i] = dy.data()[i];
      }
    }
    return dx;
  }

  static Values activate(Activation activation, Values y) {
    return switch (activation) {
      case NONE -> y;
      case RELU -> relu(y);
    };
  }
}
