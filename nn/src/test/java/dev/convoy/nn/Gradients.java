package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** Gradients by finite differences in F64, to hold against those of backward passes. */
final class Gradients {
  private static final double STEP = 1e-6;

  /** Rounding in the losses divided by the step, with room. */
  private static final double TOLERANCE = 1e-7;

  private Gradients() {}

  /** Values around zero, seeded. */
  static Tensor random(long seed, int... dims) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.zeros(Shape.of(dims), DType.F64);
    for (int i = 0; i < tensor.shape().elements(); i++) {
      Elements.set(tensor, i, random.nextGaussian());
    }
    return tensor;
  }

  static Tensor copy(Tensor tensor) {
    Tensor copy = Tensor.zeros(tensor.shape(), tensor.dtype());
    copy.segment().copyFrom(tensor.segment());
    return copy;
  }

  /**
   * Checks a layer's gradients for a random weighting of its outputs.
   *
   * @param layer makes the layer afresh where a pass changes it (dropout), or gives the same one
   */
  static void check(Supplier<Layer> layer, Tensor x) {
    Layer checked = layer.get();
    Tensor y = checked.forward(x, Mode.TRAINING);
    Tensor weights = random(4, dims(y.shape()));
    Tensor dx = copy(checked.backward(copy(weights)));
    DoubleSupplier loss = () -> dot(layer.get().forward(x, Mode.TRAINING), weights);
    check("x", x, dx, loss);
    for (Parameter parameter : checked.parameters()) {
      check(parameter.name(), parameter.value(), copy(parameter.gradient()), loss);
    }
  }

  /** Checks every element of a gradient. */
  static void check(String name, Tensor value, Tensor gradient, DoubleSupplier loss) {
    assertEquals(value.shape(), gradient.shape());
    for (long i = 0; i < value.shape().elements(); i++) {
      double before = Elements.get(value, i);
      Elements.set(value, i, before + STEP);
      double above = loss.getAsDouble();
      Elements.set(value, i, before - STEP);
      double below = loss.getAsDouble();
      Elements.set(value, i, before);
      assertEquals(
          (above - below) / (2 * STEP), Elements.get(gradient, i), TOLERANCE, name + " at " + i);
    }
  }

  private static double dot(Tensor a, Tensor b) {
    double sum = 0;
    for (long i = 0; i < a.shape().elements(); i++) {
      sum += Elements.get(a, i) * Elements.get(b, i);
    }
    return sum;
  }

  private static int[] dims(Shape shape) {
    int[] dims = new int[shape.rank()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = shape.dim(axis);
    }
    return dims;
  }
}
