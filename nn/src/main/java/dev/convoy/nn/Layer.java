package dev.convoy.nn;

import dev.convoy.Tensor;
import java.util.List;

/**
 * One step of a network, with a forward pass that remembers what the backward pass needs.
 *
 * <p>A layer owns the tensors that it returns and writes them again in the next pass of the same
 * kind; whoever wants to keep one copies it. Memory is kept for the largest batch seen, so passes
 * in steady state allocate nothing. A layer is used by one thread at a time, and once in a network.
 */
public interface Layer {
  /**
   * The output for a batch.
   *
   * @param x the batch, its first axis the images; in training it must stay as it is until the
   *     backward pass is done
   * @param mode whether a backward pass may follow
   * @return the layer's own tensor, valid until its next forward pass
   * @throws IllegalArgumentException if the layer does not take such a shape or type
   */
  Tensor forward(Tensor x, Mode mode);

  /**
   * The gradients, given that of the last forward pass's output: overwrites the parameters'
   * gradients and returns the input's.
   *
   * @param dy gradient of the output, of its shape; its values are undefined afterwards, since
   *     layers compute in place where they can
   * @return the gradient of the input, the layer's own tensor, valid until its next backward pass
   * @throws IllegalStateException if the last forward pass was not in {@link Mode#TRAINING}
   * @throws IllegalArgumentException if {@code dy} has another shape or type than the output
   */
  Tensor backward(Tensor dy);

  /**
   * As {@link #backward}, without the gradient of the input: for the first layer of a network,
   * where nobody wants it and it can cost as much as all the rest.
   */
  default void backwardParameters(Tensor dy) {
    if (!parameters().isEmpty()) {
      backward(dy);
    }
  }

  /** What training changes, in a fixed order; none by default. */
  default List<Parameter> parameters() {
    return List.of();
  }
}
