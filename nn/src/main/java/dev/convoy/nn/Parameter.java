package dev.convoy.nn;

import dev.convoy.Tensor;
import java.util.Objects;

/**
 * A tensor that training changes, and the gradient of the loss with respect to it.
 *
 * @param name as in PyTorch's {@code state_dict}: {@code weight} within its layer, {@code
 *     conv1.weight} within a network
 * @param value what the layer computes with; an optimizer updates it in place
 * @param gradient of the same shape and type; every backward pass overwrites it
 */
public record Parameter(String name, Tensor value, Tensor gradient) {

  /** Checks that value and gradient go together. */
  public Parameter {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(gradient, "gradient");
    Require.sameAs("gradient", gradient, "value", value);
  }

  /** A parameter whose gradient is zero as yet. */
  public Parameter(String name, Tensor value) {
    this(name, value, Tensor.zeros(value.shape(), value.dtype()));
  }

  /** The same tensors under the name that a network knows them by: {@code layer.name}. */
  Parameter of(String layer) {
    return new Parameter(layer + "." + name, value, gradient);
  }
}
