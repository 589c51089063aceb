package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.List;
import java.util.random.RandomGenerator;

/** A matrix product. */
final class MatmulCase extends Case {
  private final MatmulSpec spec;
  private final Values a;
  private final Values b;
  private final Values bias;
  private final Values held;

  /**
   * A case of these arguments.
   *
   * @param bias may be null
   */
  MatmulCase(String name, DType dtype, MatmulSpec spec, Values a, Values b, Values bias) {
    super(name, dtype);
    this.spec = spec;
    this.a = a;
    this.b = b;
    this.bias = bias;
    this.held = Values.held(spec.outputShape(a.shape(), b.shape()));
  }

  /** The product of random matrices {@code m × k} and {@code k × n}, with a bias if it may. */
  static MatmulCase random(
      String name, DType dtype, MatmulSpec spec, int m, int k, int n, RandomGenerator random) {
    return new MatmulCase(
        name,
        dtype,
        spec,
        Values.random(spec.transposeA() ? Shape.of(k, m) : Shape.of(m, k), dtype, random),
        Values.random(spec.transposeB() ? Shape.of(n, k) : Shape.of(k, n), dtype, random),
        spec.accumulate() || random.nextInt(3) == 0
            ? null
            : Values.random(Shape.of(n), dtype, random));
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers answers) {
    Tensor y = spec.accumulate() ? memory.output("y", held) : memory.output("y", held.shape());
    engine.matmul(spec, memory.input("a", a), memory.input("b", b), memory.input("bias", bias), y);
    answers.add("y", y);
  }

  @Override
  List<Expected> expected() {
    Values product = ReferenceMath.matmul(spec, a, b, bias);
    long inner = a.shape().dim(spec.transposeA() ? 0 : 1);
    double added =
        Math.max(bias == null ? 0 : bias.largest(), spec.accumulate() ? Values.LARGEST_HELD : 0);
    return List.of(
        new Expected(
            "y",
            spec.accumulate() ? product.plus(held) : product,
            Tolerance.sum(inner + 1, Math.max(a.largest() * b.largest(), added))));
  }
}
