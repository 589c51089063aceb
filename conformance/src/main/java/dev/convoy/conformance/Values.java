package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/** Numbers in double and their shape: what the reference computes with. */
public final class Values {
  /** The largest magnitude of {@link #held}. */
  static final double LARGEST_HELD = 1;

  private static final double[] HELD = {0.5, -LARGEST_HELD, 0.25};

  private final Shape shape;
  private final double[] data;

  private Values(Shape shape, double[] data) {
    if (data.length != shape.elements()) {
      throw new IllegalArgumentException(
          "data has %d elements, must have %d for shape %s"
              .formatted(data.length, shape.elements(), shape));
    }
    this.shape = shape;
    this.data = data;
  }

  /** These numbers, not copied. */
  public static Values of(Shape shape, double... data) {
    return new Values(shape, data);
  }

  /** Zeros. */
  public static Values zeros(Shape shape) {
    return new Values(shape, new double[Math.toIntExact(shape.elements())]);
  }

  /** A copy of a tensor. */
  public static Values of(Tensor tensor) {
    return new Values(tensor.shape(), tensor.toDoubleArray());
  }

  /** Numbers from a source, rounded to what the type represents. */
  static Values generate(Shape shape, DType dtype, DoubleSupplier source) {
    Values values = zeros(shape);
    for (int i = 0; i < values.data.length; i++) {
      double value = source.getAsDouble();
      values.data[i] = dtype == DType.F32 ? (float) value : value;
    }
    return values;
  }

  /** Uniform between −1 and 1. */
  static Values random(Shape shape, DType dtype, RandomGenerator random) {
    return generate(shape, dtype, () -> random.nextDouble(-1, 1));
  }

  /** What an output holds before something is added to it. */
  static Values held(Shape shape) {
    Values held = zeros(shape);
    Arrays.setAll(held.data, i -> HELD[i % HELD.length]);
    return held;
  }

  /** The sizes. */
  public Shape shape() {
    return shape;
  }

  /** The numbers themselves, row-major, not a copy. */
  public double[] data() {
    return data;
  }

  /** An F32 or F64 tensor with these numbers. */
  public Tensor toTensor(DType dtype) {
    Tensor tensor = Tensor.zeros(shape, dtype);
    copyTo(tensor);
    return tensor;
  }

  void copyTo(Tensor tensor) {
    if (tensor.dtype() == DType.F64) {
      tensor.copyFrom(data);
      return;
    }
    float[] narrowed = new float[data.length];
    for (int i = 0; i < data.length; i++) {
      narrowed[i] = (float) data[i];
    }
    tensor.copyFrom(narrowed);
  }

  Values copy() {
    return new Values(shape, data.clone());
  }

  /** The sums of these numbers and others of the same shape. */
  Values plus(Values other) {
    Values sum = copy();
    for (int i = 0; i < data.length; i++) {
      sum.data[i] += other.data[i];
    }
    return sum;
  }

  /** The largest finite magnitude, or 0. */
  double largest() {
    double largest = 0;
    for (double value : data) {
      if (Double.isFinite(value)) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  /** The place of an element, such as {@code [0, 3, 12, 7]}. */
  String place(int index) {
    StringBuilder place = new StringBuilder("]");
    int rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      place.insert(0, (axis == 0 ? "[" : ", ") + rest % shape.dim(axis));
      rest /= shape.dim(axis);
    }
    return place.toString();
  }
}
