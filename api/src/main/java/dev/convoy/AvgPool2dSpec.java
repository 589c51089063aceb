package dev.convoy;

import java.util.Objects;

/**
 * 2-D average pooling, as ONNX {@code AveragePool} and PyTorch {@code avg_pool2d}: {@code x [N, C,
 * H, W]} to {@code y [N, C, OH, OW]}. Padding adds nothing to the sum. The divisor is {@code
 * divisorOverride} if there is one; else, with {@code countIncludePad}, the number of the window's
 * elements in the image and its explicit padding, never the overhang of ceil mode; else the number
 * of those in the image.
 *
 * @param window kernel, stride, padding, dilation and ceil mode
 * @param countIncludePad whether explicit padding counts in the divisor
 * @param divisorOverride the divisor, at least 1, or 0 to count
 */
public record AvgPool2dSpec(Window window, boolean countIncludePad, int divisorOverride) {

  /** Checks the ranges. */
  public AvgPool2dSpec {
    Objects.requireNonNull(window, "window");
    if (divisorOverride < 0) {
      throw new IllegalArgumentException(
          "divisorOverride is " + divisorOverride + ", must be at least 1, or 0 for none");
    }
  }

  /** Counts the image's own elements only, as ONNX does by default. */
  public static AvgPool2dSpec of(Window window) {
    return new AvgPool2dSpec(window, false, 0);
  }

  /** This pooling with explicit padding counted in the divisor or not. */
  public AvgPool2dSpec countIncludePad(boolean include) {
    return new AvgPool2dSpec(window, include, divisorOverride);
  }

  /** This pooling with another fixed divisor, or 0 to count. */
  public AvgPool2dSpec divisorOverride(int divisor) {
    return new AvgPool2dSpec(window, countIncludePad, divisor);
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
}
