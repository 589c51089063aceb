package dev.convoy.conformance;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import dev.convoy.Window;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Max pooling with and without argmax, and its gradient for both kinds of ties. */
final class MaxPool2dCase extends Case {
  private final MaxPool2dSpec spec;
  private final Values x;
  private final Values dy;

  MaxPool2dCase(String name, DType dtype, Window window, Values x, Values dy) {
    super(name, dtype);
    this.spec = MaxPool2dSpec.of(window);
    this.x = x;
    this.dy = dy;
  }

  /** With random gradients. */
  MaxPool2dCase(String name, DType dtype, Window window, Values x, RandomGenerator random) {
    this(
        name,
        dtype,
        window,
        x,
        Values.random(MaxPool2dSpec.of(window).outputShape(x.shape()), dtype, random));
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers answers) {
    Tensor images = memory.input("x", x);
    Tensor gradients = memory.input("dy", dy);
    Tensor y = memory.output("y", dy.shape());
    Tensor yAlone = memory.output("y of inference", dy.shape());
    Tensor dx = memory.output("dx", x.shape());
    Tensor unpooled = memory.output("dx by plane indices", x.shape());
    Tensor dxOfAll = memory.output("dx of Ties.ALL", x.shape());
    ArgMax argmax = spec.argmax(x.shape(), memory.outputs("argmax"));
    engine.maxPool2d(spec, images, y, argmax);
    engine.maxPool2d(spec, images, yAlone, null);
    ArgMax unpooling = sameWinners(name(), spec, argmax);
    engine.maxPool2dBackward(spec, gradients, argmax, dx);
    engine.maxPool2dBackward(spec, gradients, unpooling, unpooled);
    engine.maxPool2dBackward(spec.ties(Ties.ALL), images, y, gradients, dxOfAll);
    answers.add("y", y);
    answers.add("y of inference", yAlone);
    answers.add("argmax", places(argmax));
    answers.add("plane indices", Values.of(argmax.shape(), toDoubles(argmax.toPlaneIndices())));
    answers.add("dx", dx);
    answers.add("dx by plane indices", unpooled);
    answers.add("dx of Ties.ALL", dxOfAll);
  }

  /** The same by way of plane indices; a winner outside its window could crash the backward. */
  static ArgMax sameWinners(String caseName, MaxPool2dSpec spec, ArgMax argmax) {
    ArgMax same;
    try {
      same = ArgMax.ofPlaneIndices(spec, argmax.inputShape(), argmax.toPlaneIndices());
    } catch (IllegalArgumentException e) {
      throw new AssertionError(caseName + ": a winner is not in its window: " + e.getMessage(), e);
    }
    for (int i = 0; i < argmax.shape().elements(); i++) {
      if (argmax.get(i) != same.get(i)) {
        throw new AssertionError(
            "%s: argmax %d is %d, which is in padding".formatted(caseName, i, argmax.get(i)));
      }
    }
    return same;
  }

  private static Values places(ArgMax argmax) {
    Values places = Values.zeros(argmax.shape());
    Arrays.setAll(places.data(), argmax::get);
    return places;
  }

  private static double[] toDoubles(long[] indices) {
    return Arrays.stream(indices).asDoubleStream().toArray();
  }

  @Override
  List<Expected> expected() {
    int[] winners = ReferencePooling.argmax(spec, x);
    Values y = ReferencePooling.maxPool2d(spec, x, winners);
    Values places = Values.of(y.shape(), Arrays.stream(winners).asDoubleStream().toArray());
    Tolerance sum = overlapTolerance(spec.window(), dy.largest());
    Values dx = ReferencePooling.maxPool2dBackward(spec, dy, winners, x.shape());
    Values dxOfAll = ReferencePooling.maxPool2dBackward(spec, x, y, dy);
    return List.of(
        new Expected("y", y, Tolerance.BITS),
        new Expected("y of inference", y, Tolerance.BITS),
        new Expected("argmax", places, Tolerance.BITS),
        new Expected("dx", dx, sum),
        new Expected("dx by plane indices", dx, sum),
        new Expected("dx of Ties.ALL", dxOfAll, sum));
  }

  /** For gradients that add up where windows overlap; where they do not, nothing is rounded. */
  private static Tolerance overlapTolerance(Window window, double largest) {
    boolean apart =
        window.strideHeight() >= window.effectiveHeight()
            && window.strideWidth() >= window.effectiveWidth();
    return apart
        ? Tolerance.NUMBER
        : Tolerance.sum((long) window.kernelHeight() * window.kernelWidth(), largest);
  }
}
