package dev.convoy;

/**
 * What is applied to each element of an output after the bias, while it is still in cache. Backward
 * operations ignore it: apply {@link Engine#reluBackward} to {@code dy} first.
 */
public enum Activation {
  /** The output as it is. */
  NONE,
  /** {@code max(0, y)}, where NaN stays NaN. */
  RELU
}
