package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MisuseTest {
  private static final Engine ENGINE = Engines.fastest();
  private static final Layers LAYERS = new Layers(ENGINE, DType.F32, 1);
  private static final Window TWO = Window.square(2).stride(2);

  private static Tensor zeros(int... dims) {
    return Tensor.zeros(Shape.of(dims), DType.F32);
  }

  static Stream<Layer> imageLayers() {
    return Stream.of(
        LAYERS.conv2d(2, 2, Window.square(3).padding(1), Activation.RELU),
        LAYERS.maxPool2d(TWO),
        LAYERS.avgPool2d(TWO),
        LAYERS.relu(),
        new Flatten(),
        LAYERS.dropout(0.5),
        Sequential.of(LAYERS.relu()));
  }

  @ParameterizedTest
  @MethodSource("imageLayers")
  void backwardNeedsAForwardInTraining(Layer layer) {
    assertThrows(IllegalStateException.class, () -> layer.backward(zeros(1, 2, 2, 2)));
    Tensor x = zeros(1, 2, 4, 4);
    layer.forward(x, Mode.TRAINING);
    Tensor y = layer.forward(x, Mode.INFERENCE);
    Tensor dy = Tensor.zeros(y.shape(), y.dtype());
    assertEquals(
        "backward without a forward: the last forward pass must be in Mode.TRAINING",
        assertThrows(IllegalStateException.class, () -> layer.backward(dy)).getMessage());
    layer.forward(x, Mode.TRAINING);
    layer.backward(dy);
  }

  @ParameterizedTest
  @MethodSource("imageLayers")
  void gradientsOfAnotherShapeOrTypeAreRefused(Layer layer) {
    Tensor y = layer.forward(zeros(2, 2, 4, 4), Mode.TRAINING);
    assertThrows(
        IllegalArgumentException.class, () -> layer.backward(zeros(3, 2, 4, 4)), layer::toString);
    assertThrows(
        IllegalArgumentException.class,
        () -> layer.backward(Tensor.zeros(y.shape(), DType.F64)),
        layer::toString);
  }

  @Test
  void aLinearLayerChecksItsTensors() {
    Linear linear = LAYERS.linear(3, 2, Activation.NONE);
    assertThrows(IllegalStateException.class, () -> linear.backwardParameters(zeros(1, 2)));
    assertThrows(
        IllegalArgumentException.class, () -> linear.forward(zeros(1, 3, 1, 1), Mode.TRAINING));
    linear.forward(zeros(4, 3), Mode.TRAINING);
    assertEquals(
        "dy is F32 [4, 3], must be F32 [4, 2] as y is",
        assertThrows(IllegalArgumentException.class, () -> linear.backward(zeros(4, 3)))
            .getMessage());
  }

  @Test
  void imagesOfAnotherTypeThanTheWeightsAreRefused() {
    Conv2d conv = LAYERS.conv2d(1, 1, Window.square(1), Activation.NONE);
    Tensor x = Tensor.zeros(Shape.of(1, 1, 2, 2), DType.F64);
    assertThrows(IllegalArgumentException.class, () -> conv.forward(x, Mode.INFERENCE));
  }

  @Test
  void parametersThatDoNotFitAreRefused() {
    Conv2dSpec spec = Conv2dSpec.of(Window.square(3));
    assertEquals(
        "weight has shape [4, 2], must be [K, C/groups, kh, kw]",
        refusal(() -> new Conv2d(ENGINE, spec, zeros(4, 2), null)));
    assertEquals(
        "bias is F32 [3], must be F32 [4] for weight [4, 2, 3, 3]",
        refusal(() -> new Conv2d(ENGINE, spec, zeros(4, 2, 3, 3), zeros(3))));
    assertEquals(
        "in is 3 and out is 4, must be multiples of the 2 groups",
        refusal(() -> LAYERS.conv2d(3, 4, spec.groups(2))));
    assertEquals(
        "gradient is F32 [2], must be F32 [3] as value is",
        refusal(() -> new Parameter("w", zeros(3), zeros(2))));
  }

  private static String refusal(Runnable construction) {
    return assertThrows(IllegalArgumentException.class, construction::run).getMessage();
  }
}
