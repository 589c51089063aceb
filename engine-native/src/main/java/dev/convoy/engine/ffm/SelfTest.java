package dev.convoy.engine.ffm;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.EngineUnavailableException;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Kernels;

/**
 * A product and a pooling, done before anyone gets the engine: a library that answers wrong is
 * refused like one that is missing.
 */
final class SelfTest {
  private SelfTest() {}

  static void run(Kernels kernels) {
    for (DType dtype : DType.values()) {
      // OpenBLAS has other kernels for small products.
      product(kernels, dtype, 3, 5, 2);
      product(kernels, dtype, 70, 90, 110);
      pooling(kernels, dtype);
    }
  }

  /** Small whole numbers, so that the result is exact. */
  private static void product(Kernels kernels, DType dtype, int m, int n, int k) {
    Tensor a = Tensor.zeros(Shape.of(m, k), dtype);
    Tensor b = Tensor.zeros(Shape.of(k, n), dtype);
    Tensor y = Tensor.zeros(Shape.of(m, n), dtype);
    double[] as = count(a, 7);
    double[] bs = count(b, 5);
    y.fill(Double.NaN); // old BLAS kernels read what they were told to overwrite
    kernels.matmul(MatmulSpec.PLAIN, a, b, null, y);
    double[] ys = y.toDoubleArray();
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double expected = 0;
        for (int l = 0; l < k; l++) {
          expected += as[i * k + l] * bs[l * n + j];
        }
        require(ys[i * n + j] == expected, dtype + " product", expected, ys[i * n + j]);
      }
    }
  }

  private static double[] count(Tensor tensor, int modulus) {
    double[] values = new double[(int) tensor.shape().elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % modulus - 2;
    }
    set(tensor, values);
    return values;
  }

  private static void pooling(Kernels kernels, DType dtype) {
    int outputs = 37; // whole vectors and a tail at every level
    Tensor x = Tensor.zeros(Shape.of(1, 1, 2, 2 * outputs), dtype);
    Tensor y = Tensor.zeros(Shape.of(1, 1, 1, outputs), dtype);
    MaxPool2dSpec spec = MaxPool2dSpec.of(Window.square(2).stride(2));
    ArgMax argmax = spec.argmax(x.shape());
    double[] values = new double[4 * outputs];
    for (int o = 0; o < outputs; o++) {
      values[indexOf(o, o % 4, outputs)] = o + 1;
    }
    set(x, values);
    kernels.maxPool2d(spec, x, y, argmax);
    Tensor dx = Tensor.zeros(x.shape(), dtype);
    dx.fill(Double.NaN);
    kernels.maxPool2dBackward(spec, y, argmax, dx);
    double[] ys = y.toDoubleArray();
    double[] dxs = dx.toDoubleArray();
    for (int o = 0; o < outputs; o++) {
      require(ys[o] == o + 1, dtype + " maximum", o + 1, ys[o]);
      require(argmax.get(o) == o % 4, dtype + " argmax", o % 4, argmax.get(o));
    }
    for (int i = 0; i < values.length; i++) {
      require(dxs[i] == values[i], dtype + " pooling gradient", values[i], dxs[i]);
    }
  }

  /** Where the 2×2 window of output column {@code o} has its place, in two rows of columns. */
  private static int indexOf(int o, int place, int outputs) {
    return place / 2 * 2 * outputs + 2 * o + place % 2;
  }

  private static void set(Tensor tensor, double[] values) {
    if (tensor.dtype() == DType.F64) {
      tensor.copyFrom(values);
    } else {
      float[] singles = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        singles[i] = (float) values[i];
      }
      tensor.copyFrom(singles);
    }
  }

  private static void require(boolean passed, String what, double expected, double actual) {
    if (!passed) {
      throw new EngineUnavailableException(
          "the native library fails its self-test: %s is %s, must be %s; details: %s"
              .formatted(what, actual, expected, NativeLibrary.load().details()));
    }
  }
}
