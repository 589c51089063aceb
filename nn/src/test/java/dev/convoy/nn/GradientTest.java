package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.convoy.Activation;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import dev.convoy.Window;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer's backward against finite differences of its forward. */
class GradientTest {
  private static final Engine ENGINE = Engines.fastest();

  private static Layers layers() {
    return new Layers(ENGINE, DType.F64, 7, Initializer.PYTORCH, Initializer.PYTORCH);
  }

  static Stream<Arguments> layersAndInputs() {
    Window three = Window.square(3).padding(1);
    Window two = Window.square(2).stride(2);
    Tensor images = Gradients.random(1, 2, 4, 6, 5);
    Tensor rows = Gradients.random(2, 3, 7);
    return Stream.of(
        of("conv", layers().conv2d(4, 3, three, Activation.NONE), images),
        of("conv with ReLU", layers().conv2d(4, 3, three, Activation.RELU), images),
        of(
            "conv with stride, dilation and groups",
            layers().conv2d(4, 6, Conv2dSpec.of(three.stride(2).dilation(2)).groups(2)),
            images),
        of(
            "conv without bias",
            new Conv2d(ENGINE, Conv2dSpec.of(three), Gradients.random(3, 2, 4, 3, 3), null),
            images),
        of("max pooling", layers().maxPool2d(two), images),
        of("overlapping max pooling", layers().maxPool2d(three.stride(2)), images),
        of(
            "max pooling by mask",
            new MaxPool2d(ENGINE, MaxPool2dSpec.of(two).ties(Ties.ALL)),
            images),
        of("average pooling", layers().avgPool2d(three.stride(2)), images),
        of(
            "average pooling with padding counted",
            new AvgPool2d(ENGINE, AvgPool2dSpec.of(three).countIncludePad(true)),
            images),
        of("ReLU", layers().relu(), images),
        of("flatten", new Flatten(), images),
        of("linear", layers().linear(7, 4, Activation.NONE), rows),
        of("linear with ReLU", layers().linear(7, 4, Activation.RELU), rows),
        of(
            "linear without bias",
            new Linear(ENGINE, Gradients.random(3, 4, 7), null, Activation.NONE),
            rows),
        argumentSet("dropout", (Supplier<Layer>) () -> new Dropout(0.4, 9), rows));
  }

  private static Arguments of(String name, Layer layer, Tensor x) {
    return argumentSet(name, (Supplier<Layer>) () -> layer, x);
  }

  @ParameterizedTest
  @MethodSource("layersAndInputs")
  void backwardIsTheGradientOfForward(Supplier<Layer> layer, Tensor x) {
    Gradients.check(layer, x);
  }

  @ParameterizedTest
  @MethodSource("layersAndInputs")
  void parametersGetTheSameGradientsWithoutTheInputs(Supplier<Layer> supplier, Tensor x) {
    Layer layer = supplier.get();
    Tensor dy = Gradients.copy(layer.forward(x, Mode.TRAINING));
    layer.backward(Gradients.copy(dy));
    var whole = layer.parameters().stream().map(p -> p.gradient().toDoubleArray()).toList();
    layer.parameters().forEach(p -> p.gradient().fill(Double.NaN));
    layer.backwardParameters(Gradients.copy(dy));
    for (int i = 0; i < whole.size(); i++) {
      assertArrayEquals(whole.get(i), layer.parameters().get(i).gradient().toDoubleArray());
    }
  }

  @Test
  void aWholeNetworkHasTheGradientOfItsLoss() {
    Layers layers = layers();
    Conv2d conv1 = layers.conv2d(1, 3, Window.square(3).padding(1), Activation.RELU);
    Conv2d conv2 = layers.conv2d(3, 4, Window.square(3), Activation.NONE);
    Linear fc1 = layers.linear(4 * 2 * 2, 6, Activation.RELU);
    Linear fc2 = layers.linear(6, 3, Activation.NONE);
    Supplier<Sequential> network =
        () ->
            Sequential.of(
                conv1,
                layers.maxPool2d(Window.square(2).stride(2)),
                conv2,
                layers.relu(),
                new Flatten(),
                fc1,
                new Dropout(0.3, 11),
                fc2);
    Tensor images = Gradients.random(5, 4, 1, 8, 8);
    int[] labels = {0, 2, 1, 2};
    SoftmaxCrossEntropy criterion = new SoftmaxCrossEntropy();
    Sequential checked = network.get();
    criterion.forward(checked.forward(images, Mode.TRAINING), labels);
    Tensor dx = Gradients.copy(checked.backward(Gradients.copy(criterion.backward())));
    var loss = new SoftmaxCrossEntropy();

    Gradients.check(
        "images",
        images,
        dx,
        () -> loss.forward(network.get().forward(images, Mode.TRAINING), labels));
    assertEquals(8, checked.parameters().size());
    for (Parameter parameter : checked.parameters()) {
      Gradients.check(
          parameter.name(),
          parameter.value(),
          Gradients.copy(parameter.gradient()),
          () -> loss.forward(network.get().forward(images, Mode.TRAINING), labels));
    }
  }
}
