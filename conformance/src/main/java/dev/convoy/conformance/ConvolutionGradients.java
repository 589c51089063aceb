package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Gradients of convolutions and of what a network has beside them, against finite differences. */
final class ConvolutionGradients {
  private ConvolutionGradients() {}

  static Stream<EngineTest> all() {
    return Stream.of(conv2d(), convTranspose2d(), others()).flatMap(checks -> checks);
  }

  private static Stream<EngineTest> conv2d() {
    Window three = Window.square(3).padding(1);
    return Stream.of(
            Conv2dSpec.of(Window.square(1)),
            Conv2dSpec.of(Window.square(1).stride(2)),
            Conv2dSpec.of(three),
            Conv2dSpec.of(three.stride(2)),
            Conv2dSpec.of(Window.square(2).stride(3)),
            Conv2dSpec.of(Window.of(2, 3).padding(2, 0, 1, 3)),
            Conv2dSpec.of(Window.square(3).dilation(2).padding(2)),
            Conv2dSpec.of(Window.of(2, 3).dilation(1, 2).stride(2, 1).padding(1, 2, 0, 1)),
            Conv2dSpec.of(three).groups(2),
            Conv2dSpec.of(three.stride(2)).groups(4),
            Conv2dSpec.of(three).activation(Activation.RELU),
            Conv2dSpec.of(Window.square(5).padding(2)).activation(Activation.RELU))
        .map(spec -> new EngineTest("gradients of " + spec, engine -> conv2d(engine, spec)));
  }

  private static void conv2d(Engine engine, Conv2dSpec spec) {
    RandomGenerator random = Sizes.random(spec.toString());
    Window window = spec.window();
    Shape shape = Shape.of(2, 4, 5, 6);
    Tensor x = Gradient.random(shape, random);
    Tensor w =
        Gradient.random(
            Shape.of(4, 4 / spec.groups(), window.kernelHeight(), window.kernelWidth()), random);
    Tensor b = Gradient.random(Shape.of(4), random);
    Tensor y = engine.conv2d(spec, x, w, b);
    Tensor dy = Gradient.random(y.shape(), random);
    Tensor before = Gradient.empty(y.shape());
    if (spec.activation() == Activation.RELU) {
      engine.reluBackward(y, dy, before);
    } else {
      before.copyFrom(dy.toDoubleArray());
    }
    Tensor dx = Gradient.empty(shape);
    Tensor dw = Gradient.empty(w.shape());
    Tensor db = Gradient.empty(b.shape());
    engine.conv2dBackwardInput(spec, before, w, dx);
    engine.conv2dBackwardWeights(spec, x, before, dw, db);
    Gradient.check(x, moved -> engine.conv2d(spec, moved, w, b), dy, dx);
    Gradient.check(w, moved -> engine.conv2d(spec, x, moved, b), dy, dw);
    Gradient.check(b, moved -> engine.conv2d(spec, x, w, moved), dy, db);
  }

  private static Stream<EngineTest> convTranspose2d() {
    Window three = Window.square(3).stride(2).padding(1);
    return Stream.of(
            ConvTranspose2dSpec.of(Window.square(2).stride(2)),
            ConvTranspose2dSpec.of(three),
            ConvTranspose2dSpec.of(three).outputPadding(1, 1),
            ConvTranspose2dSpec.of(three).groups(2),
            ConvTranspose2dSpec.of(Window.of(2, 3).dilation(2, 1).padding(1, 0, 0, 2)))
        .map(
            spec ->
                new EngineTest("gradients of " + spec, engine -> convTranspose2d(engine, spec)));
  }

  private static void convTranspose2d(Engine engine, ConvTranspose2dSpec spec) {
    RandomGenerator random = Sizes.random(spec.toString());
    Window window = spec.window();
    Tensor x = Gradient.random(Shape.of(2, 4, 3, 4), random);
    Tensor w = Gradient.random(Shape.of(4, 2, window.kernelHeight(), window.kernelWidth()), random);
    Shape output = spec.outputShape(x.shape(), w.shape());
    Tensor b = Gradient.random(Shape.of(output.c()), random);
    Tensor dy = Gradient.random(output, random);
    Tensor dx = Gradient.empty(x.shape());
    Tensor dw = Gradient.empty(w.shape());
    Tensor db = Gradient.empty(b.shape());
    engine.convTranspose2dBackwardInput(spec, dy, w, dx);
    engine.convTranspose2dBackwardWeights(spec, x, dy, dw, db, false);
    Gradient.check(x, moved -> forward(engine, spec, moved, w, b), dy, dx);
    Gradient.check(w, moved -> forward(engine, spec, x, moved, b), dy, dw);
    Gradient.check(b, moved -> forward(engine, spec, x, w, moved), dy, db);
  }

  private static Tensor forward(
      Engine engine, ConvTranspose2dSpec spec, Tensor x, Tensor w, Tensor b) {
    Tensor y = Gradient.empty(spec.outputShape(x.shape(), w.shape()));
    engine.convTranspose2d(spec, x, w, b, y);
    return y;
  }

  private static Stream<EngineTest> others() {
    return Stream.of(
        new EngineTest("gradients of a linear layer", ConvolutionGradients::linear),
        new EngineTest("gradient of ReLU", ConvolutionGradients::relu));
  }

  /** {@code y = x · wᵀ + b}, whose gradients are products with other transposes. */
  private static void linear(Engine engine) {
    RandomGenerator random = Sizes.random("linear");
    MatmulSpec spec = MatmulSpec.PLAIN.transposeB(true);
    Tensor x = Gradient.random(Shape.of(3, 7), random);
    Tensor w = Gradient.random(Shape.of(5, 7), random);
    Tensor b = Gradient.random(Shape.of(5), random);
    Tensor dy = Gradient.random(Shape.of(3, 5), random);
    Tensor dx = Gradient.empty(x.shape());
    Tensor dw = Gradient.empty(w.shape());
    engine.matmul(MatmulSpec.PLAIN, dy, w, null, dx);
    engine.matmul(MatmulSpec.PLAIN.transposeA(true), dy, x, null, dw);
    Gradient.check(x, moved -> product(engine, spec, moved, w, b), dy, dx);
    Gradient.check(w, moved -> product(engine, spec, x, moved, b), dy, dw);
  }

  private static Tensor product(Engine engine, MatmulSpec spec, Tensor x, Tensor w, Tensor b) {
    Tensor y = Gradient.empty(spec.outputShape(x.shape(), w.shape()));
    engine.matmul(spec, x, w, b, y);
    return y;
  }

  private static void relu(Engine engine) {
    Tensor x = Gradient.random(Shape.of(3, 37), Sizes.random("relu"));
    Tensor dy = Gradient.random(x.shape(), Sizes.random("relu dy"));
    Tensor y = relu(engine, x);
    Tensor dx = Tensor.zeros(x.shape(), DType.F64);
    engine.reluBackward(y, dy, dx);
    Gradient.check(x, moved -> relu(engine, moved), dy, dx);
  }

  private static Tensor relu(Engine engine, Tensor x) {
    Tensor y = Gradient.empty(x.shape());
    engine.relu(x, y);
    return y;
  }
}
