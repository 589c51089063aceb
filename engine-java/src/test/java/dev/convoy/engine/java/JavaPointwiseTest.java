package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bias and ReLU in vectors, their tails and more than one piece. */
class JavaPointwiseTest {
  private static final JavaPointwise POINTWISE =
      new JavaPointwise(new Workers("pointwise-test", 2));

  static Stream<Arguments> sizes() {
    return Stream.of(DType.values())
        .flatMap(
            dtype ->
                Stream.of(1, 7, 8, 15, 16, 17, 33, 100_003).map(size -> Arguments.of(dtype, size)));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void reluKeepsWhatIsPositiveOrNaN(DType dtype, int size) {
    Tensor x = Samples.random(Shape.of(size), dtype, 1);
    Tensor y = Samples.filled(x.shape(), dtype, 77);
    POINTWISE.relu(x, y);
    double[] wanted = x.toDoubleArray();
    for (int i = 0; i < size; i++) {
      wanted[i] = Math.max(0, wanted[i]);
    }
    assertArrayEquals(wanted, y.toDoubleArray());

    x.fill(Double.NaN);
    POINTWISE.relu(x, x);
    for (double value : x.toDoubleArray()) {
      assertEquals(Double.NaN, value);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void gradientOfReluPassesWhereTheOutputIsPositive(DType dtype, int size) {
    Tensor y = Samples.random(Shape.of(size), dtype, 2);
    Tensor dy = Samples.random(Shape.of(size), dtype, 3);
    Tensor dx = Samples.filled(Shape.of(size), dtype, 77);
    double[] wanted = dy.toDoubleArray();
    double[] outputs = y.toDoubleArray();
    for (int i = 0; i < size; i++) {
      wanted[i] = outputs[i] > 0 ? wanted[i] : 0;
    }
    POINTWISE.reluBackward(y, dy, dx);
    assertArrayEquals(wanted, dx.toDoubleArray());
    POINTWISE.reluBackward(y, dy, dy);
    assertArrayEquals(wanted, dy.toDoubleArray());
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void biasIsAddedToItsChannel(DType dtype, int size) {
    addsBias(dtype, Shape.of(2, 3, 1, size));
    addsBias(dtype, Shape.of(3, size));
    addsBias(dtype, Shape.of(3, size, 2));
  }

  private static void addsBias(DType dtype, Shape shape) {
    int channels = shape.dim(1);
    int inner = (int) (shape.elements() / shape.dim(0) / channels);
    Tensor bias = Samples.random(Shape.of(channels), dtype, 4);
    Tensor y = Samples.filled(shape, dtype, 1);
    POINTWISE.addBias(bias, y);
    double[] biases = bias.toDoubleArray();
    double[] result = y.toDoubleArray();
    for (int i = 0; i < result.length; i++) {
      double sum = 1 + biases[i / inner % channels];
      assertEquals(dtype == DType.F32 ? (float) sum : sum, result[i]);
    }
  }
}
