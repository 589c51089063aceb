package dev.convoy.conformance;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import dev.convoy.Window;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Max pooling as the {@link NumpyOriginal}'s three programs do it, on windows that do not overlap.
 */
final class NumpyCase extends Case {
  private final int kernel;
  private final Values x;
  private final Values dy;

  private NumpyCase(String name, DType dtype, int kernel, Values x, Values dy) {
    super(name, dtype);
    this.kernel = kernel;
    this.x = x;
    this.dy = dy;
  }

  static Stream<Case> all(DType dtype) {
    return Stream.of(2, 3)
        .flatMap(
            kernel ->
                Stream.of(
                    of(kernel, 10_000, dtype), // as good as no ties
                    of(kernel, 3, dtype)));
  }

  private static Case of(int kernel, int values, DType dtype) {
    String name =
        "the NumPy original, %d×%d windows of %d values".formatted(kernel, kernel, values);
    RandomGenerator random = Sizes.random(name);
    Shape shape = Shape.of(4, 3, 13, 19);
    Shape pooled = Shape.of(4, 3, 13 / kernel, 19 / kernel);
    return new NumpyCase(
        name,
        dtype,
        kernel,
        Values.generate(shape, dtype, () -> random.nextInt(values)),
        Values.random(pooled, dtype, random));
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers answers) {
    MaxPool2dSpec spec = MaxPool2dSpec.of(Window.square(kernel).stride(kernel));
    Tensor images = memory.input("x", x);
    Tensor gradients = memory.input("dy", dy);
    Tensor y = memory.output("y", dy.shape());
    Tensor byLoop = memory.output("dx by loop", x.shape());
    Tensor byMask = memory.output("dx by mask", x.shape());
    ArgMax argmax = spec.argmax(x.shape(), memory.outputs("argmax"));
    engine.maxPool2d(spec, images, y, argmax);
    ArgMax winners = MaxPool2dCase.sameWinners(name(), spec, argmax);
    engine.maxPool2dBackward(spec, gradients, winners, byLoop);
    engine.maxPool2dBackward(spec.ties(Ties.ALL), images, y, gradients, byMask);
    answers.add("y", y);
    answers.add("dx by loop", byLoop);
    answers.add("dx by mask", byMask);
  }

  @Override
  List<Expected> expected() {
    Values y = NumpyOriginal.forward(x, kernel, kernel);
    return List.of(
        expected("y", y),
        expected("dx by loop", NumpyOriginal.backwardByLoop(x, dy, kernel, kernel)),
        expected("dx by mask", NumpyOriginal.backwardByMask(x, y, dy, kernel)));
  }

  private static Expected expected(String name, Values values) {
    return new Expected(name, values, Tolerance.NUMBER, "the NumPy original");
  }
}
