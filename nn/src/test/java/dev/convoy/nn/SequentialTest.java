package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequentialTest {
  private static final Engine ENGINE = Engines.fastest();

  private final Layers layers = new Layers(ENGINE, DType.F32, 1);

  @Test
  void parametersAreNamedAndShapedAsInPyTorch() {
    List<Parameter> parameters = Networks.fashion(ENGINE, 1, DType.F32).parameters();
    assertEquals(
        List.of(
            "conv1.weight [32, 1, 5, 5]",
            "conv1.bias [32]",
            "conv2.weight [64, 32, 5, 5]",
            "conv2.bias [64]",
            "fc1.weight [1024, 3136]",
            "fc1.bias [1024]",
            "fc2.weight [10, 1024]",
            "fc2.bias [10]"),
        parameters.stream().map(p -> p.name() + " " + p.value().shape()).toList());
    assertEquals(3_274_634, parameters.stream().mapToLong(p -> p.value().shape().elements()).sum());
  }

  @Test
  void nestedNetworksNestTheirNames() {
    Sequential inner = Sequential.of(new Flatten(), layers.linear(4, 2, Activation.NONE));
    Sequential outer = Sequential.builder().add("head", inner).build();
    assertEquals("head.1.weight", outer.parameters().getFirst().name());
    assertSame(inner.parameters().getFirst().value(), outer.parameters().getFirst().value());
  }

  @Test
  void theSameSeedGivesTheSameParametersBitForBit() {
    for (DType dtype : DType.values()) {
      var first = Networks.fashion(ENGINE, 5, dtype).parameters();
      var second = Networks.fashion(ENGINE, 5, dtype).parameters();
      for (int i = 0; i < first.size(); i++) {
        assertEquals(-1, first.get(i).value().segment().mismatch(second.get(i).value().segment()));
      }
    }
  }

  @Test
  void anErrorSaysWhichLayerRefusedItsInput() {
    Sequential network =
        Sequential.builder()
            .add("conv", layers.conv2d(3, 2, Window.square(3), Activation.NONE))
            .add("flatten", new Flatten())
            .add("fc", layers.linear(8, 2, Activation.NONE))
            .build();
    var tooWide =
        assertThrows(
            IllegalArgumentException.class,
            () -> network.forward(Tensor.zeros(Shape.of(1, 3, 5, 5), DType.F32), Mode.TRAINING));
    assertEquals("layer fc: x has shape [1, 18], must be [N, 8]", tooWide.getMessage());
    var channels =
        assertThrows(
            IllegalArgumentException.class,
            () -> network.forward(Tensor.zeros(Shape.of(1, 1, 4, 4), DType.F32), Mode.TRAINING));
    assertEquals(
        "layer conv: x has shape [1, 1, 4, 4], must be [N, 3, H, W]", channels.getMessage());
  }

  @Test
  void namesMustBeTheirOwnAndLayersUsedOnce() {
    var builder = Sequential.builder().add("a", new Flatten());
    assertThrows(IllegalArgumentException.class, () -> builder.add("a", new Flatten()));
    assertThrows(IllegalArgumentException.class, () -> builder.add("a.b", new Flatten()));
    assertThrows(IllegalArgumentException.class, () -> builder.add("", new Flatten()));
    ReLU relu = layers.relu();
    builder.add("b", relu);
    assertThrows(IllegalArgumentException.class, () -> builder.add("c", relu));
  }

  @Test
  void anEmptyNetworkIsTheIdentity() {
    Tensor x = Tensor.of(Shape.of(1, 2), 3f, 4f);
    Sequential empty = Sequential.of();
    assertSame(x, empty.forward(x, Mode.TRAINING));
    assertSame(x, empty.backward(x));
    empty.backwardParameters(x);
  }

  @Test
  void anEmptyBatchGivesAnEmptyOutputAndNoGradient() {
    Sequential network =
        Sequential.of(
            layers.conv2d(1, 2, Window.square(3), Activation.RELU),
            layers.maxPool2d(Window.square(2)),
            new Flatten(),
            layers.linear(2, 3, Activation.NONE),
            layers.dropout(0.5));
    Tensor y = network.forward(Tensor.zeros(Shape.of(0, 1, 4, 4), DType.F32), Mode.TRAINING);
    assertEquals(Shape.of(0, 3), y.shape());
    assertEquals(Shape.of(0, 1, 4, 4), network.backward(y).shape());
    for (Parameter parameter : network.parameters()) {
      assertArrayEquals(
          new float[(int) parameter.value().shape().elements()],
          parameter.gradient().toFloatArray());
    }
  }
}
