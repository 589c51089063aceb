package dev.convoy.nn;

import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.Objects;

/** Checks that layers share; the rest is the engine's. */
final class Require {
  private Require() {}

  /** What a forward pass in training left behind. */
  static <T> T remembered(T left) {
    if (left == null) {
      throw new IllegalStateException(
          "backward without a forward: the last forward pass must be in Mode.TRAINING");
    }
    return left;
  }

  /** A tensor of the same shape and type as another. */
  static void sameAs(String name, Tensor tensor, String otherName, Tensor other) {
    if (!tensor.shape().equals(other.shape()) || tensor.dtype() != other.dtype()) {
      throw new IllegalArgumentException(
          "%s is %s %s, must be %s %s as %s is"
              .formatted(
                  name, tensor.dtype(), tensor.shape(), other.dtype(), other.shape(), otherName));
    }
  }

  /** A tensor of so many axes. */
  static void rank(String name, Tensor tensor, int rank, String axes) {
    Objects.requireNonNull(tensor, name);
    if (tensor.shape().rank() != rank) {
      throw new IllegalArgumentException(
          "%s has shape %s, must be %s".formatted(name, tensor.shape(), axes));
    }
  }

  /** A bias for weights {@code [K, …]}, or null. */
  static void bias(Tensor bias, Tensor weight) {
    Shape shape = weight.shape();
    if (bias != null
        && (bias.shape().rank() != 1
            || bias.shape().dim(0) != shape.dim(0)
            || bias.dtype() != weight.dtype())) {
      throw new IllegalArgumentException(
          "bias is %s %s, must be %s [%d] for weight %s"
              .formatted(bias.dtype(), bias.shape(), weight.dtype(), shape.dim(0), shape));
    }
  }
}
