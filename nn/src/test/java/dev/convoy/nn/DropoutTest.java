package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DropoutTest {
  private static Tensor ones(DType dtype, int... dims) {
    Tensor ones = Tensor.zeros(Shape.of(dims), dtype);
    ones.fill(1);
    return ones;
  }

  @ParameterizedTest
  @EnumSource
  void trainingDropsTheShareAndScalesTheRest(DType dtype) {
    double[] y = new Dropout(0.2, 1).forward(ones(dtype, 100, 1001), Mode.TRAINING).toDoubleArray();
    double stay = dtype == DType.F32 ? 1.25f : 1.25;
    assertEquals(0, Arrays.stream(y).filter(v -> v != 0 && v != stay).count());
    assertEquals(0.2, (double) Arrays.stream(y).filter(v -> v == 0).count() / y.length, 0.005);
    assertEquals(0, Arrays.stream(y, y.length - 1001, y.length).filter(v -> v == 1).count());
  }

  @Test
  void backwardDropsTheSameElements() {
    Dropout dropout = new Dropout(0.5, 2);
    double[] y = dropout.forward(ones(DType.F64, 3, 1001), Mode.TRAINING).toDoubleArray();
    assertArrayEquals(y, dropout.backward(ones(DType.F64, 3, 1001)).toDoubleArray());
  }

  @Test
  void inferenceIsTheInputItself() {
    Tensor x = ones(DType.F32, 2, 3);
    Dropout dropout = new Dropout(0.5, 3);
    assertSame(x, dropout.forward(x, Mode.INFERENCE));
    assertThrows(IllegalStateException.class, () -> dropout.backward(x));
  }

  @Test
  void theSeedDecidesAndEachPassDiffers() {
    Tensor x = ones(DType.F32, 4, 100);
    Dropout one = new Dropout(0.5, 4);
    Dropout same = new Dropout(0.5, 4);
    float[] first = one.forward(x, Mode.TRAINING).toFloatArray();
    assertArrayEquals(first, same.forward(x, Mode.TRAINING).toFloatArray());
    float[] second = one.forward(x, Mode.TRAINING).toFloatArray();
    assertFalse(Arrays.equals(first, second));
    same.forward(x, Mode.INFERENCE); // draws nothing
    assertArrayEquals(second, same.forward(x, Mode.TRAINING).toFloatArray());
    assertFalse(Arrays.equals(first, new Dropout(0.5, 5).forward(x, Mode.TRAINING).toFloatArray()));
  }

  @Test
  void aRateOfZeroDropsNothing() {
    float[] y = new Dropout(0, 1).forward(ones(DType.F32, 9, 9), Mode.TRAINING).toFloatArray();
    assertArrayEquals(ones(DType.F32, 9, 9).toFloatArray(), y);
  }

  @Test
  void ratesOutOfRangeAreRefused() {
    for (double rate : new double[] {-0.1, 1, Double.NaN}) {
      assertEquals(
          "rate is " + rate + ", must be from 0 to below 1",
          assertThrows(IllegalArgumentException.class, () -> new Dropout(rate, 1)).getMessage());
    }
  }
}
