package dev.convoy;

import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * 2-D max pooling, as ONNX {@code MaxPool} and PyTorch {@code max_pool2d}: {@code x [N, C, H, W]}
 * to {@code y [N, C, OH, OW]}. Padding never wins; a window with a NaN gives NaN; of equal maxima
 * the first in row-major order wins, and {@code -0.0} equals {@code +0.0}.
 *
 * @param window kernel, stride, padding, dilation and ceil mode
 * @param ties which of several equal maxima receives the gradient
 */
public record MaxPool2dSpec(Window window, Ties ties) {

  /** Checks that nothing is null. */
  public MaxPool2dSpec {
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(ties, "ties");
  }

  /** The first of equal maxima receives the gradient. */
  public static MaxPool2dSpec of(Window window) {
    return new MaxPool2dSpec(window, Ties.FIRST);
  }

  /** This pooling with another rule for ties. */
  public MaxPool2dSpec ties(Ties other) {
    return new MaxPool2dSpec(window, other);
  }

  /**
   * The shape of the output.
   *
   * @param x {@code [N, C, H, W]}
   * @return {@code [N, C, OH, OW]}
   * @throws IllegalArgumentException if the window does not fit, a padding reaches the effective
   *     kernel or a window would lie wholly in padding
   */
  public Shape outputShape(Shape x) {
    return Checks.pooledShape(window, x);
  }

  /**
   * Room for the winners of each window of an input of this shape, for {@link Engine#maxPool2d} to
   * fill. Its memory is collected with it.
   */
  public ArgMax argmax(Shape x) {
    return argmax(x, Arena.ofAuto());
  }

  /** The same in an arena's memory. */
  public ArgMax argmax(Shape x, Arena arena) {
    return ArgMax.allocate(window, x, outputShape(x), arena);
  }
}
