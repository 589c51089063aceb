package dev.convoy;

import java.util.Objects;

/**
 * What an engine does for one convolution: the algorithm of each direction and, in words, its block
 * sizes, splits and scratch memory; the native engine's also tells the definition's operations and
 * bytes.
 *
 * @param forward algorithm of {@link Engine#conv2d}
 * @param backwardInput algorithm of {@link Engine#conv2dBackwardInput}
 * @param backwardWeights algorithm of {@link Engine#conv2dBackwardWeights}
 * @param detail one line per direction, for people
 */
public record Conv2dExplanation(
    Conv2dAlgorithm forward,
    Conv2dAlgorithm backwardInput,
    Conv2dAlgorithm backwardWeights,
    String detail) {

  /** Checks that nothing is null. */
  public Conv2dExplanation {
    Objects.requireNonNull(forward, "forward");
    Objects.requireNonNull(backwardInput, "backwardInput");
    Objects.requireNonNull(backwardWeights, "backwardWeights");
    Objects.requireNonNull(detail, "detail");
  }
}
