package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.List;

/** Bias, ReLU and its gradient, each into other memory and in place. */
final class PointwiseCase extends Case {
  private final Values x;
  private final Values dy;
  private final Values b;

  /**
   * A case of these arguments.
   *
   * @param x of rank 2 or more
   * @param dy of the same shape
   * @param b as long as axis 1 of x
   */
  PointwiseCase(String name, DType dtype, Values x, Values dy, Values b) {
    super(name, dtype);
    this.x = x;
    this.dy = dy;
    this.b = b;
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers answers) {
    Shape shape = x.shape();
    Tensor input = memory.input("x", x);
    Tensor y = memory.output("y", shape);
    engine.relu(input, y);
    answers.add("y", y);
    Tensor inPlace = memory.output("y in place", x);
    engine.relu(inPlace, inPlace);
    answers.add("y in place", inPlace);

    Tensor dx = memory.output("dx", shape);
    engine.reluBackward(input, memory.input("dy", dy), dx);
    answers.add("dx", dx);
    Tensor dxInPlace = memory.output("dx in place", dy);
    engine.reluBackward(input, dxInPlace, dxInPlace);
    answers.add("dx in place", dxInPlace);

    Tensor biased = memory.output("biased", x);
    engine.addBias(memory.input("b", b), biased);
    answers.add("biased", biased);
  }

  @Override
  List<Expected> expected() {
    Values y = ReferenceMath.relu(x);
    Values dx = ReferenceMath.reluBackward(x, dy);
    return List.of(
        new Expected("y", y, Tolerance.NUMBER),
        new Expected("y in place", y, Tolerance.NUMBER),
        new Expected("dx", dx, Tolerance.NUMBER),
        new Expected("dx in place", dx, Tolerance.NUMBER),
        new Expected(
            "biased",
            ReferenceMath.addBias(x, b),
            Tolerance.sum(2, Math.max(x.largest(), b.largest()))));
  }
}
