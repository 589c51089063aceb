package dev.convoy.conformance;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Tensor;
import java.util.List;
import java.util.random.RandomGenerator;

/** Average pooling and its gradient. */
final class AvgPool2dCase extends Case {
  private final AvgPool2dSpec spec;
  private final Values x;
  private final Values dy;

  AvgPool2dCase(String name, DType dtype, AvgPool2dSpec spec, Values x, Values dy) {
    super(name, dtype);
    this.spec = spec;
    this.x = x;
    this.dy = dy;
  }

  /** With random gradients. */
  AvgPool2dCase(String name, DType dtype, AvgPool2dSpec spec, Values x, RandomGenerator random) {
    this(name, dtype, spec, x, Values.random(spec.outputShape(x.shape()), dtype, random));
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers answers) {
    Tensor images = memory.input("x", x);
    Tensor gradients = memory.input("dy", dy);
    Tensor y = memory.output("y", dy.shape());
    Tensor dx = memory.output("dx", x.shape());
    engine.avgPool2d(spec, images, y);
    engine.avgPool2dBackward(spec, gradients, dx);
    answers.add("y", y);
    answers.add("dx", dx);
  }

  @Override
  List<Expected> expected() {
    long elements = (long) spec.window().kernelHeight() * spec.window().kernelWidth();
    return List.of(
        new Expected(
            "y", ReferencePooling.avgPool2d(spec, x), Tolerance.sum(elements, x.largest())),
        new Expected(
            "dx",
            ReferencePooling.avgPool2dBackward(spec, dy, x.shape()),
            Tolerance.sum(elements, dy.largest())));
  }
}
