package dev.convoy;

import java.util.Objects;

/**
 * How a kernel moves over an image, in pixels, and the one place where output sizes are computed:
 * by convolution and pooling, forward and backward, every engine and the reference.
 *
 * <p>With effective kernel {@code e = dilation * (kernel - 1) + 1}, an axis of size {@code n} gives
 * {@code floor((n + before + after - e) / stride) + 1} outputs. In ceil mode it is {@code ceil}
 * instead, less one if the last window would start at or past {@code n + before}, in the padding
 * after the image (PyTorch's {@code max_pool2d}; ONNX's {@code MaxPool}).
 *
 * @param kernelHeight rows of the kernel, at least 1
 * @param kernelWidth columns of the kernel, at least 1
 * @param strideHeight rows from one window to the next, at least 1
 * @param strideWidth columns from one window to the next, at least 1
 * @param padTop rows of padding above the image, at least 0
 * @param padLeft columns of padding left of the image, at least 0
 * @param padBottom rows of padding below the image, at least 0
 * @param padRight columns of padding right of the image, at least 0
 * @param dilationHeight rows from one kernel element to the next, at least 1
 * @param dilationWidth columns from one kernel element to the next, at least 1
 * @param ceilMode whether the last window may hang over the edge; for pooling only
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight,
    int dilationHeight,
    int dilationWidth,
    boolean ceilMode) {

  /** Checks the ranges. */
  public Window {
    Checks.atLeast("kernelHeight", kernelHeight, 1);
    Checks.atLeast("kernelWidth", kernelWidth, 1);
    Checks.atLeast("strideHeight", strideHeight, 1);
    Checks.atLeast("strideWidth", strideWidth, 1);
    Checks.atLeast("padTop", padTop, 0);
    Checks.atLeast("padLeft", padLeft, 0);
    Checks.atLeast("padBottom", padBottom, 0);
    Checks.atLeast("padRight", padRight, 0);
    Checks.atLeast("dilationHeight", dilationHeight, 1);
    Checks.atLeast("dilationWidth", dilationWidth, 1);
  }

  /** A kernel of {@code size} × {@code size}, stride 1, no padding, no dilation. */
  public static Window square(int size) {
    return of(size, size);
  }

  /** A kernel of {@code height} × {@code width}, stride 1, no padding, no dilation. */
  public static Window of(int height, int width) {
    return new Window(height, width, 1, 1, 0, 0, 0, 0, 1, 1, false);
  }

  /** This window with another stride, the same for rows and columns. */
  public Window stride(int stride) {
    return stride(stride, stride);
  }

  /** This window with another stride. */
  public Window stride(int height, int width) {
    return new Window(
        kernelHeight,
        kernelWidth,
        height,
        width,
        padTop,
        padLeft,
        padBottom,
        padRight,
        dilationHeight,
        dilationWidth,
        ceilMode);
  }

  /** This window with the same padding on all four sides. */
  public Window padding(int padding) {
    return padding(padding, padding, padding, padding);
  }

  /** This window with padding on each side, in ONNX's order. */
  public Window padding(int top, int left, int bottom, int right) {
    return new Window(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        top,
        left,
        bottom,
        right,
        dilationHeight,
        dilationWidth,
        ceilMode);
  }

  /** This window with another dilation, the same for rows and columns. */
  public Window dilation(int dilation) {
    return dilation(dilation, dilation);
  }

  /** This window with another dilation. */
  public Window dilation(int height, int width) {
    return new Window(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        padBottom,
        padRight,
        height,
        width,
        ceilMode);
  }

  /** This window with ceil mode on or off. */
  public Window ceilMode(boolean ceil) {
    return new Window(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        padBottom,
        padRight,
        dilationHeight,
        dilationWidth,
        ceil);
  }

  /**
   * This window padded so that an image gives {@code ceil(size / stride)} outputs along each axis:
   * ONNX's {@code auto_pad}.
   *
   * @param same which side gets the odd element
   * @param height rows of the image
   * @param width columns of the image
   */
  public Window same(Same same, int height, int width) {
    Objects.requireNonNull(same, "same");
    Checks.atLeast("height", height, 1);
    Checks.atLeast("width", width, 1);
    int rows = samePadding("height", height, strideHeight, effectiveHeight());
    int columns = samePadding("width", width, strideWidth, effectiveWidth());
    int top = same == Same.UPPER ? rows / 2 : rows - rows / 2;
    int left = same == Same.UPPER ? columns / 2 : columns - columns / 2;
    return padding(top, left, rows - top, columns - left);
  }

  private static int samePadding(String axis, int size, int stride, long effective) {
    long outputs = (size + (long) stride - 1) / stride;
    long padding = Math.max(0, (outputs - 1) * stride + effective - size);
    return Checks.toInt("the padding of axis ", axis, padding);
  }

  /** Rows that the kernel spans: {@code dilation * (kernel - 1) + 1}. */
  public long effectiveHeight() {
    return (long) dilationHeight * (kernelHeight - 1) + 1;
  }

  /** Columns that the kernel spans: {@code dilation * (kernel - 1) + 1}. */
  public long effectiveWidth() {
    return (long) dilationWidth * (kernelWidth - 1) + 1;
  }

  /**
   * Rows of output.
   *
   * @param height rows of the image
   * @throws IllegalArgumentException if there would be none, or more than an {@code int} holds
   */
  public int outputHeight(int height) {
    return output("height", height, effectiveHeight(), strideHeight, padTop, padBottom);
  }

  /**
   * Columns of output.
   *
   * @param width columns of the image
   * @throws IllegalArgumentException if there would be none, or more than an {@code int} holds
   */
  public int outputWidth(int width) {
    return output("width", width, effectiveWidth(), strideWidth, padLeft, padRight);
  }

  private int output(String axis, int size, long effective, int stride, int before, int after) {
    long room = (long) size + before + after - effective;
    if (room < 0 || size < 1) {
      throw new IllegalArgumentException(
          "axis %s: the input of %d with padding %d and %d is smaller than the effective kernel of %d"
              .formatted(axis, size, before, after, effective));
    }
    long outputs = room / stride + 1;
    if (ceilMode && room % stride != 0 && outputs * stride < (long) size + before) {
      outputs++;
    }
    return Checks.toInt("the output of axis ", axis, outputs);
  }

  /**
   * Rows of the image that a transposed convolution makes: {@code (height - 1) * stride - padding +
   * effective kernel + outputPadding}.
   */
  int transposedHeight(int height, int outputPadding) {
    return transposed(
        "height",
        height,
        effectiveHeight(),
        strideHeight,
        (long) padTop + padBottom,
        outputPadding);
  }

  /** Columns of the image that a transposed convolution makes. */
  int transposedWidth(int width, int outputPadding) {
    return transposed(
        "width", width, effectiveWidth(), strideWidth, (long) padLeft + padRight, outputPadding);
  }

  private static int transposed(
      String axis, int size, long effective, int stride, long padding, int outputPadding) {
    long output = (size - 1L) * stride - padding + effective + outputPadding;
    if (size < 1 || output < 1) {
      throw new IllegalArgumentException(
          "axis %s: the transposed output of an input of %d, an effective kernel of %d and padding %d is %d, must be at least 1"
              .formatted(axis, size, effective, padding, output));
    }
    return Checks.toInt("the transposed output of axis ", axis, output);
  }

  /**
   * Checks that this window can pool: each padding is less than the effective kernel, and for an
   * image of this size no window lies wholly in padding.
   */
  void checkPools(int height, int width) {
    checkPools(
        "height",
        height,
        kernelHeight,
        effectiveHeight(),
        strideHeight,
        padTop,
        padBottom,
        dilationHeight,
        outputHeight(height));
    checkPools(
        "width",
        width,
        kernelWidth,
        effectiveWidth(),
        strideWidth,
        padLeft,
        padRight,
        dilationWidth,
        outputWidth(width));
  }

  private static void checkPools(
      String axis,
      int size,
      int kernel,
      long effective,
      int stride,
      int before,
      int after,
      int dilation,
      int outputs) {
    if (before >= effective || after >= effective) {
      throw new IllegalArgumentException(
          "axis %s: the padding of %d and %d must be less than the effective kernel of %d"
              .formatted(axis, before, after, effective));
    }
    if (dilation == 1) {
      return; // undilated, such paddings leave no window without a pixel
    }
    for (int output = 0; output < outputs; output++) {
      long start = (long) output * stride - before;
      long first = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
      if (first >= kernel || start + first * dilation >= size) {
        throw new IllegalArgumentException(
            "axis %s: window %d lies wholly in padding (input %d, effective kernel %d, padding %d and %d)"
                .formatted(axis, output, size, effective, before, after));
      }
    }
  }
}
