package dev.convoy;

import java.util.Objects;

/**
 * A transposed 2-D convolution, as ONNX {@code ConvTranspose} and PyTorch {@code conv_transpose2d}:
 * the gradient of a convolution with respect to its input. {@code x [N, C, H, W]}, {@code w [C,
 * K/groups, kh, kw]}, {@code b [K]}, {@code y [N, K, OH, OW]} with {@code OH = (H - 1) * stride -
 * padding + effective kernel + outputPadding}.
 *
 * @param convolution the convolution that is transposed, without an activation
 * @param outputPaddingHeight rows added below the output, less than the stride or the dilation
 * @param outputPaddingWidth columns added right of the output, less than the stride or the dilation
 */
public record ConvTranspose2dSpec(
    Conv2dSpec convolution, int outputPaddingHeight, int outputPaddingWidth) {

  /** Checks the ranges. */
  public ConvTranspose2dSpec {
    Objects.requireNonNull(convolution, "convolution");
    if (convolution.activation() != Activation.NONE) {
      throw new IllegalArgumentException(
          "convolution has activation " + convolution.activation() + ", must have NONE");
    }
    Window window = convolution.window();
    checkOutputPadding(
        "outputPaddingHeight", outputPaddingHeight, window.strideHeight(), window.dilationHeight());
    checkOutputPadding(
        "outputPaddingWidth", outputPaddingWidth, window.strideWidth(), window.dilationWidth());
  }

  private static void checkOutputPadding(String name, int padding, int stride, int dilation) {
    int most = Math.max(stride, dilation) - 1;
    if (padding < 0 || padding > most) {
      throw new IllegalArgumentException(
          "%s is %d, must be from 0 to %d, less than the stride (%d) or the dilation (%d)"
              .formatted(name, padding, most, stride, dilation));
    }
  }

  /** One group, no output padding. */
  public static ConvTranspose2dSpec of(Window window) {
    return new ConvTranspose2dSpec(Conv2dSpec.of(window), 0, 0);
  }

  /** This transposed convolution with another number of groups. */
  public ConvTranspose2dSpec groups(int number) {
    return new ConvTranspose2dSpec(
        convolution.groups(number), outputPaddingHeight, outputPaddingWidth);
  }

  /** This transposed convolution with another output padding. */
  public ConvTranspose2dSpec outputPadding(int height, int width) {
    return new ConvTranspose2dSpec(convolution, height, width);
  }

  /** Kernel, stride, padding and dilation of the convolution that is transposed. */
  public Window window() {
    return convolution.window();
  }

  /** Parts that channels are split into. */
  public int groups() {
    return convolution.groups();
  }

  /**
   * The shape of the output.
   *
   * @param x {@code [N, C, H, W]}
   * @param w {@code [C, K/groups, kh, kw]}
   * @return {@code [N, K, OH, OW]}
   * @throws IllegalArgumentException if the shapes do not fit this spec or each other
   */
  public Shape outputShape(Shape x, Shape w) {
    Checks.convTranspose2dInput(this, x, w);
    return Shape.of(x.n(), outputChannels(w), outputHeight(x), outputWidth(x));
  }

  int outputChannels(Shape w) {
    return Checks.toInt("channels of ", "y", (long) w.c() * groups());
  }

  int outputHeight(Shape x) {
    return window().transposedHeight(x.h(), outputPaddingHeight);
  }

  int outputWidth(Shape x) {
    return window().transposedWidth(x.w(), outputPaddingWidth);
  }
}
