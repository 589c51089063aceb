package dev.convoy.conformance;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Engine;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import dev.convoy.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Gradients of pooling against finite differences. */
final class PoolingGradients {
  private static final Shape IMAGES = Shape.of(2, 2, 6, 7);

  private PoolingGradients() {}

  static Stream<EngineTest> all() {
    return windows()
        .flatMap(
            window -> {
              MaxPool2dSpec max = MaxPool2dSpec.of(window);
              AvgPool2dSpec average = AvgPool2dSpec.of(window);
              return Stream.of(
                  check(max, engine -> firstTies(engine, max)),
                  check(max.ties(Ties.ALL), engine -> allTies(engine, max.ties(Ties.ALL))),
                  average(average),
                  average(average.countIncludePad(true)),
                  average(average.divisorOverride(5)));
            });
  }

  private static Stream<Window> windows() {
    return Stream.of(
        Window.square(2).stride(2),
        Window.square(2),
        Window.square(3).stride(2).padding(1),
        Window.square(3).padding(1),
        Window.of(3, 2).stride(1, 3).padding(2, 1, 0, 0),
        Window.square(2).stride(3),
        Window.square(2).stride(2).ceilMode(true).padding(1),
        Window.square(2).dilation(2),
        Window.of(6, 7));
  }

  private static EngineTest check(Object spec, Consumer<Engine> test) {
    return new EngineTest("gradient of " + spec, test);
  }

  private static void firstTies(Engine engine, MaxPool2dSpec spec) {
    Tensor x = distinct();
    Tensor y = Gradient.empty(spec.outputShape(IMAGES));
    Tensor dy = Gradient.random(y.shape(), Sizes.random(spec.toString()));
    ArgMax argmax = spec.argmax(IMAGES);
    Tensor dx = Gradient.empty(IMAGES);
    engine.maxPool2d(spec, x, y, argmax);
    ArgMax winners = MaxPool2dCase.sameWinners("gradient", spec, argmax);
    engine.maxPool2dBackward(spec, dy, winners, dx);
    Gradient.check(x, moved -> engine.maxPool2d(spec, moved), dy, dx);
  }

  private static void allTies(Engine engine, MaxPool2dSpec spec) {
    Tensor x = distinct();
    Tensor y = engine.maxPool2d(spec, x);
    Tensor dy = Gradient.random(y.shape(), Sizes.random(spec.toString()));
    Tensor dx = Gradient.empty(IMAGES);
    engine.maxPool2dBackward(spec, x, y, dy, dx);
    Gradient.check(x, moved -> engine.maxPool2d(spec, moved), dy, dx);
  }

  private static EngineTest average(AvgPool2dSpec spec) {
    return check(
        spec,
        engine -> {
          RandomGenerator random = Sizes.random(spec.toString());
          Tensor x = Gradient.random(IMAGES, random);
          Tensor dy = Gradient.random(spec.outputShape(IMAGES), random);
          Tensor dx = Gradient.empty(IMAGES);
          engine.avgPool2dBackward(spec, dy, dx);
          Gradient.check(x, moved -> engine.avgPool2d(spec, moved), dy, dx);
        });
  }

  /** Whole numbers in disorder: a small step changes no winner. */
  private static Tensor distinct() {
    List<Integer> numbers =
        new ArrayList<>(IntStream.range(0, (int) IMAGES.elements()).boxed().toList());
    Collections.shuffle(numbers, new Random(1));
    return Tensor.of(IMAGES, numbers.stream().mapToDouble(Integer::doubleValue).toArray());
  }
}
