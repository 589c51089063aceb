package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.DType;
import dev.convoy.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitializerTest {
  private static final Shape WEIGHT = Shape.of(64, 32, 5, 5);

  private static double[] draw(Initializer initializer, DType dtype) {
    return initializer.create(WEIGHT, WEIGHT, dtype, new SplittableRandom(1)).toDoubleArray();
  }

  /** In is 32 · 25 = 800, out 64 · 25 = 1600. */
  @ParameterizedTest
  @CsvSource({
    "HE_NORMAL, 0.0025",
    "HE_UNIFORM, 0.0025",
    "GLOROT_NORMAL, 0.000833333",
    "GLOROT_UNIFORM, 0.000833333",
    "PYTORCH, 0.000416667"
  })
  void theVarianceIsThePapers(Initializer initializer, double variance) {
    for (DType dtype : DType.values()) {
      double[] values = draw(initializer, dtype);
      double mean = Arrays.stream(values).average().orElseThrow();
      double square = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
      assertEquals(0, mean, 4 * Math.sqrt(variance / values.length));
      assertEquals(variance, square, 0.03 * variance);
    }
  }

  @Test
  void uniformValuesStayWithinTheirBound() {
    double bound = Math.sqrt(6.0 / 800);
    double[] values = draw(Initializer.HE_UNIFORM, DType.F64);
    double largest = Arrays.stream(values).map(Math::abs).max().orElseThrow();
    assertTrue(largest <= bound && largest > 0.999 * bound);
  }

  @Test
  void aBiasIsDrawnByTheFanOfItsWeights() {
    double[] bias =
        Initializer.PYTORCH
            .create(Shape.of(64), WEIGHT, DType.F64, new SplittableRandom(1))
            .toDoubleArray();
    double largest = Arrays.stream(bias).map(Math::abs).max().orElseThrow();
    assertTrue(largest <= 1 / Math.sqrt(800) && largest > 0.8 / Math.sqrt(800));
  }

  @Test
  void zeroIsPositiveZero() {
    assertArrayEquals(new double[64 * 800], draw(Initializer.ZERO, DType.F64));
  }
}
