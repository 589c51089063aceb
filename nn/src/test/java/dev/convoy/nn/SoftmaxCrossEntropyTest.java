package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.Shape;
import dev.convoy.Tensor;
import org.junit.jupiter.api.Test;

class SoftmaxCrossEntropyTest {
  private final SoftmaxCrossEntropy criterion = new SoftmaxCrossEntropy();

  @Test
  void lossAndGradientAreThoseOfTheDefinition() {
    Tensor logits = Tensor.of(Shape.of(2, 2), Math.log(3), 0, 0, 0);
    assertEquals(
        (Math.log(4) + Math.log(2)) / 2, criterion.forward(logits, new int[] {1, 0}), 1e-15);
    assertArrayEquals(
        new double[] {0.375, -0.375, -0.25, 0.25}, criterion.backward().toDoubleArray(), 1e-15);
  }

  @Test
  void theGradientIsThatOfFiniteDifferences() {
    Tensor logits = Gradients.random(1, 5, 4);
    int[] labels = {3, 0, 1, 1, 2};
    criterion.forward(logits, labels);
    Tensor gradient = Gradients.copy(criterion.backward());
    Gradients.check("logits", logits, gradient, () -> criterion.forward(logits, labels));
  }

  @Test
  void hugeLogitsDoNotOverflow() {
    Tensor logits = Tensor.of(Shape.of(1, 3), 3e38f, -3e38f, 3e38f);
    assertEquals(Math.log(2), criterion.forward(logits, new int[] {2}), 1e-15);
    assertArrayEquals(new float[] {0.5f, 0, -0.5f}, criterion.backward().toFloatArray());
  }

  @Test
  void aCertainWrongAnswerHasAFiniteLoss() {
    Tensor logits = Tensor.of(Shape.of(1, 2), 0.0, 1000.0);
    assertEquals(1000, criterion.forward(logits, new int[] {0}));
  }

  @Test
  void aNanLogitMakesTheLossNan() {
    Tensor logits = Tensor.of(Shape.of(2, 2), 0f, 1f, Float.NaN, 1f);
    assertEquals(Double.NaN, criterion.forward(logits, new int[] {0, 1}));
    float[] gradient = criterion.backward().toFloatArray();
    assertTrue(gradient[0] < 0 && Float.isNaN(gradient[2]) && Float.isNaN(gradient[3]));
  }

  @Test
  void labelsThatDoNotFitAreRefused() {
    Tensor logits = Gradients.random(1, 2, 3);
    assertEquals(
        "labels has 1 elements, must have 2, one for each row of logits",
        assertThrows(IllegalArgumentException.class, () -> criterion.forward(logits, new int[1]))
            .getMessage());
    assertEquals(
        "labels[1] is 3, must be from 0 to 2",
        assertThrows(
                IllegalArgumentException.class, () -> criterion.forward(logits, new int[] {0, 3}))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> criterion.forward(Gradients.random(1, 0, 3), new int[0]));
    assertThrows(
        IllegalArgumentException.class,
        () -> criterion.forward(Gradients.random(1, 2, 3, 1, 1), new int[2]));
    assertThrows(IllegalStateException.class, criterion::backward);
  }
}
