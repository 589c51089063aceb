package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JavaMatmulTest {
  record Case(int m, int n, int k, DType dtype) {}

  private static final int[][] SIZES = {
    {1, 1, 1},
    {2, 3, 4},
    {7, 33, 5},
    {9, 10, 300},
    {128, 10, 64},
    {1, 700, 513},
    {530, 40, 17},
    {40, 1, 600},
    {64, 530, 270},
    {300, 290, 530},
    {300, 290, 3}
  };

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (DType dtype : DType.values()) {
      for (int[] size : SIZES) {
        cases.add(new Case(size[0], size[1], size[2], dtype));
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void productIsTheDefinitionWhicheverOperandIsTransposed(Case c) {
    for (int transposed = 0; transposed < 4; transposed++) {
      check(c, MatmulSpec.PLAIN.transposeA(transposed % 2 == 1).transposeB(transposed >= 2), false);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void productAccumulatesOrEndsInBiasAndActivation(Case c) {
    check(c, MatmulSpec.PLAIN.accumulate(true), false);
    check(c, MatmulSpec.PLAIN, true);
    check(c, MatmulSpec.PLAIN.activation(Activation.RELU), true);
    check(c, MatmulSpec.PLAIN.activation(Activation.RELU), false);
  }

  private static void check(Case c, MatmulSpec spec, boolean biased) {
    boolean ta = spec.transposeA();
    boolean tb = spec.transposeB();
    Tensor a = Samples.random(ta ? Shape.of(c.k, c.m) : Shape.of(c.m, c.k), c.dtype, 1);
    Tensor b = Samples.random(tb ? Shape.of(c.n, c.k) : Shape.of(c.k, c.n), c.dtype, 2);
    Tensor bias = biased ? Samples.random(Shape.of(c.n), c.dtype, 3) : null;
    double before = spec.accumulate() ? 0.25 : Double.NaN;
    Tensor y = Samples.filled(Shape.of(c.m, c.n), c.dtype, before);
    Tensor again = Samples.filled(Shape.of(c.m, c.n), c.dtype, before);
    Tensor inParts = Samples.filled(Shape.of(c.m, c.n), c.dtype, before);
    matmul(1, spec, a, b, bias, y);
    matmul(3, spec, a, b, bias, again);
    double[] plain = plain(c, spec, a, b, bias);
    Samples.assertClose(plain, y, c.k);
    assertArrayEquals(y.toDoubleArray(), again.toDoubleArray());
    try (Workers workers = new Workers("test", 2)) {
      new JavaMatmul(workers, 1).matmul(spec, a, b, bias, inParts);
    }
    Samples.assertClose(plain, inParts, c.k);
  }

  private static void matmul(
      int threads, MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    try (Workers workers = new Workers("test", threads)) {
      new JavaMatmul(workers).matmul(spec, a, b, bias, y);
    }
  }

  private static double[] plain(Case c, MatmulSpec spec, Tensor a, Tensor b, Tensor bias) {
    double[] as = a.toDoubleArray();
    double[] bs = b.toDoubleArray();
    double[] y = new double[c.m * c.n];
    for (int i = 0; i < c.m; i++) {
      for (int j = 0; j < c.n; j++) {
        double sum = spec.accumulate() ? 0.25 : 0;
        for (int p = 0; p < c.k; p++) {
          sum +=
              as[spec.transposeA() ? p * c.m + i : i * c.k + p]
                  * bs[spec.transposeB() ? j * c.k + p : p * c.n + j];
        }
        sum += bias == null ? 0 : bias.toDoubleArray()[j];
        y[i * c.n + j] = spec.activation() == Activation.RELU ? Math.max(0, sum) : sum;
      }
    }
    return y;
  }
}
