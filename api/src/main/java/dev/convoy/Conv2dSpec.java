package dev.convoy;

import java.util.Objects;

/**
 * A 2-D convolution (cross-correlation), as ONNX {@code Conv} and PyTorch {@code conv2d}: {@code x
 * [N, C, H, W]}, {@code w [K, C/groups, kh, kw]}, {@code b [K]}, {@code y [N, K, OH, OW]}.
 *
 * @param window kernel, stride, padding and dilation; ceil mode must be off
 * @param groups parts that channels are split into, at least 1; as many as input channels is
 *     depthwise
 * @param activation applied to the output after the bias
 */
public record Conv2dSpec(Window window, int groups, Activation activation) {

  /** Checks the ranges. */
  public Conv2dSpec {
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(activation, "activation");
    Checks.atLeast("groups", groups, 1);
    if (window.ceilMode()) {
      throw new IllegalArgumentException("window has ceil mode, which is for pooling only");
    }
  }

  /** One group, no activation. */
  public static Conv2dSpec of(Window window) {
    return new Conv2dSpec(window, 1, Activation.NONE);
  }

  /** This convolution with another number of groups. */
  public Conv2dSpec groups(int number) {
    return new Conv2dSpec(window, number, activation);
  }

  /** This convolution with another activation. */
  public Conv2dSpec activation(Activation other) {
    return new Conv2dSpec(window, groups, other);
  }

  /**
   * The shape of the output.
   *
   * @param x {@code [N, C, H, W]}
   * @param w {@code [K, C/groups, kh, kw]}
   * @return {@code [N, K, OH, OW]}
   * @throws IllegalArgumentException if the shapes do not fit this spec or each other
   */
  public Shape outputShape(Shape x, Shape w) {
    Checks.conv2dInput(this, x, w);
    return Shape.of(x.n(), w.n(), window.outputHeight(x.h()), window.outputWidth(x.w()));
  }
}
