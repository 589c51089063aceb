package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.Random;

/** Tensors to test with, and how close results must come. */
final class Samples {
  private Samples() {}

  static Tensor random(Shape shape, DType dtype, long seed) {
    Random random = new Random(seed);
    double[] values = new double[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return tensor(shape, dtype, values);
  }

  static Tensor filled(Shape shape, DType dtype, double value) {
    Tensor tensor = Tensor.zeros(shape, dtype);
    tensor.fill(value);
    return tensor;
  }

  static Tensor tensor(Shape shape, DType dtype, double[] values) {
    if (dtype == DType.F64) {
      return Tensor.of(shape, values);
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.of(shape, floats);
  }

  static void assertClose(double[] wanted, Tensor actual, long terms) {
    double unit = actual.dtype() == DType.F32 ? Math.ulp(1f) : Math.ulp(1.0);
    double tolerance = 4 * unit * (1 + Math.sqrt((double) terms));
    double[] got = actual.toDoubleArray();
    assertEquals(wanted.length, got.length);
    for (int i = 0; i < wanted.length; i++) {
      if (!(Math.abs(wanted[i] - got[i]) <= tolerance)) {
        assertEquals(wanted[i], got[i], tolerance, "element " + i);
      }
    }
  }
}
