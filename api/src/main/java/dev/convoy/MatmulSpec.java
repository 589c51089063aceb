package dev.convoy;

import java.util.Objects;

/**
 * A matrix product with an epilogue, BLAS's {@code gemm}: {@code y = activation(op(a) · op(b) +
 * bias)}, or with {@code accumulate}, {@code y += op(a) · op(b)}. {@code op(a)} is {@code [M, K]},
 * {@code op(b)} is {@code [K, N]}, {@code y} is {@code [M, N]} and the bias, added to every row,
 * {@code [N]}.
 *
 * @param transposeA whether {@code a} is given as {@code [K, M]}
 * @param transposeB whether {@code b} is given as {@code [N, K]}
 * @param accumulate whether the product is added to what {@code y} holds; excludes bias and
 *     activation
 * @param activation applied to the output after the bias
 */
public record MatmulSpec(
    boolean transposeA, boolean transposeB, boolean accumulate, Activation activation) {

  /** {@code y = a · b}. */
  public static final MatmulSpec PLAIN = new MatmulSpec(false, false, false, Activation.NONE);

  /** Checks that the fields go together. */
  public MatmulSpec {
    Objects.requireNonNull(activation, "activation");
    if (accumulate && activation != Activation.NONE) {
      throw new IllegalArgumentException(
          "activation is " + activation + ", must be NONE where the product accumulates");
    }
  }

  /** This product with {@code a} given transposed or not. */
  public MatmulSpec transposeA(boolean transpose) {
    return new MatmulSpec(transpose, transposeB, accumulate, activation);
  }

  /** This product with {@code b} given transposed or not. */
  public MatmulSpec transposeB(boolean transpose) {
    return new MatmulSpec(transposeA, transpose, accumulate, activation);
  }

  /** This product added to the output or not. */
  public MatmulSpec accumulate(boolean add) {
    return new MatmulSpec(transposeA, transposeB, add, activation);
  }

  /** This product with another activation. */
  public MatmulSpec activation(Activation other) {
    return new MatmulSpec(transposeA, transposeB, accumulate, other);
  }

  /**
   * The shape of the output.
   *
   * @param a {@code [M, K]}, or {@code [K, M]} if transposed
   * @param b {@code [K, N]}, or {@code [N, K]} if transposed
   * @return {@code [M, N]}
   * @throws IllegalArgumentException if they are no matrices or their inner sizes differ
   */
  public Shape outputShape(Shape a, Shape b) {
    Checks.matmulInputs(this, a, b);
    return Shape.of(a.dim(transposeA ? 1 : 0), b.dim(transposeB ? 0 : 1));
  }
}
