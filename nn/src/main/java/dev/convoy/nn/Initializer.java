package dev.convoy.nn;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.random.RandomGenerator;

/**
 * Random values that parameters begin with. {@code in} and {@code out} are the inputs that one
 * output of the layer sums over and the outputs that one input goes to: for weights {@code [K,
 * C/groups, kh, kw]}, {@code C/groups·kh·kw} and {@code K·kh·kw}; for weights {@code [out, in]}, as
 * they are called.
 *
 * <p>From K. He et al., "Delving Deep into Rectifiers", ICCV 2015, and X. Glorot and Y. Bengio,
 * "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
 */
public enum Initializer {
  /** Normal of variance {@code 2 / in}, for layers behind ReLU (He et al., section 2.2). */
  HE_NORMAL(true) {
    @Override
    double spread(double in, double out) {
      return Math.sqrt(2 / in);
    }
  },
  /** Uniform within {@code ±√(6 / in)}, of the same variance as {@link #HE_NORMAL}. */
  HE_UNIFORM(false) {
    @Override
    double spread(double in, double out) {
      return Math.sqrt(6 / in);
    }
  },
  /** Normal of variance {@code 2 / (in + out)} (Glorot and Bengio, equation 12). */
  GLOROT_NORMAL(true) {
    @Override
    double spread(double in, double out) {
      return Math.sqrt(2 / (in + out));
    }
  },
  /** Uniform within {@code ±√(6 / (in + out))} (Glorot and Bengio, equation 16). */
  GLOROT_UNIFORM(false) {
    @Override
    double spread(double in, double out) {
      return Math.sqrt(6 / (in + out));
    }
  },
  /** Uniform within {@code ±1/√in}: PyTorch's default for weights and biases. */
  PYTORCH(false) {
    @Override
    double spread(double in, double out) {
      return 1 / Math.sqrt(in);
    }
  },
  /** Zero, usual for biases. */
  ZERO(false) {
    @Override
    double spread(double in, double out) {
      return 0;
    }
  };

  private final boolean normal;

  Initializer(boolean normal) {
    this.normal = normal;
  }

  /** Standard deviation of the normal, or bound of the uniform distribution. */
  abstract double spread(double in, double out);

  /**
   * A new tensor of random values.
   *
   * @param shape of the tensor
   * @param weight shape of the layer's weights, from which {@code in} and {@code out} are; the
   *     tensor's own, or for a bias that of the weights beside it
   * @param random where the values are drawn from, row-major
   */
  Tensor create(Shape shape, Shape weight, DType dtype, RandomGenerator random) {
    double spread = spread(fan(weight, 1), fan(weight, 0));
    Tensor tensor = Tensor.zeros(shape, dtype);
    for (long i = 0; spread > 0 && i < shape.elements(); i++) {
      double value = spread * (normal ? random.nextGaussian() : 2 * random.nextDouble() - 1);
      Elements.set(tensor, i, value);
    }
    return tensor;
  }

  /** One of the two outer axes times the rest. */
  private static double fan(Shape weight, int axis) {
    double fan = weight.dim(axis);
    for (int inner = 2; inner < weight.rank(); inner++) {
      fan *= weight.dim(inner);
    }
    return fan;
  }
}
