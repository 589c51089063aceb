package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The named cases of the matrix product and of the pointwise operations. */
final class MatmulTable {
  private static final MatmulSpec PLAIN = MatmulSpec.PLAIN;
  private static final MatmulSpec RELU = PLAIN.activation(Activation.RELU);

  private MatmulTable() {}

  /** Every remainder of the register blocks, in each of the three sizes, for every spec. */
  static Stream<Case> sizes(DType dtype) {
    return specs().stream()
        .flatMap(
            spec ->
                Stream.of(
                        Sizes.channels().mapToObj(m -> of(spec, m, 9, 17, dtype)),
                        Sizes.channels().mapToObj(k -> of(spec, 5, k, 18, dtype)),
                        Sizes.channels().mapToObj(n -> of(spec, 7, 10, n, dtype)))
                    .flatMap(cases -> cases));
  }

  /** Shapes at the limits. */
  static Stream<Case> edges(DType dtype) {
    return specs().stream()
        .flatMap(
            spec ->
                Stream.of(
                    of(spec, 1, 1, 1, dtype),
                    of(spec, 1, 70, 1, dtype),
                    of(spec, 70, 1, 70, dtype),
                    of(spec, 1, 40, 130, dtype),
                    of(spec, 130, 40, 1, dtype),
                    of(spec, 3, 1000, 10, dtype),
                    of(spec, 65, 66, 67, dtype),
                    of(spec, 4, 0, 5, dtype),
                    of(spec, 0, 4, 5, dtype)));
  }

  /** A NaN or an infinity reaches its row or column, through ReLU as well. */
  static Stream<Case> specialValues(DType dtype) {
    return Stream.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
        .flatMap(value -> specs().stream().map(spec -> withValue(spec, value, dtype)));
  }

  private static Case withValue(MatmulSpec spec, double value, DType dtype) {
    String name = "matrix product, %s, a %s".formatted(describe(spec), value);
    RandomGenerator random = Sizes.random(name);
    Values a = Values.random(Shape.of(9, 9), dtype, random);
    Values b = Values.random(Shape.of(9, 9), dtype, random);
    a.data()[20] = value;
    b.data()[80] = value;
    return new MatmulCase(name, dtype, spec, a, b, null);
  }

  private static List<MatmulSpec> specs() {
    return List.of(
        PLAIN,
        PLAIN.transposeA(true),
        PLAIN.transposeB(true),
        RELU,
        RELU.transposeA(true).transposeB(true),
        PLAIN.accumulate(true),
        PLAIN.transposeA(true).accumulate(true));
  }

  private static Case of(MatmulSpec spec, int m, int k, int n, DType dtype) {
    String name = "matrix product, %d×%d×%d, %s".formatted(m, k, n, describe(spec));
    return MatmulCase.random(name, dtype, spec, m, k, n, Sizes.random(name));
  }

  private static String describe(MatmulSpec spec) {
    return (spec.transposeA() ? "Aᵀ·" : "A·")
        + (spec.transposeB() ? "Bᵀ" : "B")
        + (spec.accumulate() ? ", added" : "")
        + (spec.activation() == Activation.RELU ? ", ReLU" : "");
  }
}
