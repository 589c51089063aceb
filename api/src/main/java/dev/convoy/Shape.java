package dev.convoy;

import java.util.Arrays;
import java.util.Objects;

/**
 * The sizes of a tensor's axes, outermost first. Images are {@code [N, C, H, W]}, convolution
 * weights {@code [K, C/groups, kh, kw]}, matrices {@code [rows, columns]}, biases {@code [K]}.
 */
public final class Shape {
  private final int[] dims;
  private final long elements;

  private Shape(int[] dims) {
    this.dims = dims;
    long product = 1;
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] < 0) {
        throw new IllegalArgumentException(
            "dimension " + axis + " is " + dims[axis] + ", must not be negative: " + this);
      }
    }
    for (int dim : dims) {
      long high = Math.multiplyHigh(product, (long) dim);
      product *= dim;
      if (high != 0 || product < 0) {
        throw new IllegalArgumentException("the number of elements overflows a long: " + this);
      }
    }
    this.elements = product;
  }

  /**
   * A shape with these sizes.
   *
   * @param dims sizes of the axes, outermost first; none makes a scalar
   * @throws IllegalArgumentException if a size is negative or their product overflows a long
   */
  public static Shape of(int... dims) {
    return new Shape(Objects.requireNonNull(dims, "dims").clone());
  }

  /** Number of axes. */
  public int rank() {
    return dims.length;
  }

  /**
   * Size of one axis.
   *
   * @param axis from 0, the outermost
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public int dim(int axis) {
    return dims[Objects.checkIndex(axis, dims.length)];
  }

  /** Number of elements: the product of all sizes. */
  public long elements() {
    return elements;
  }

  /** Images in the batch, of a shape {@code [N, C, H, W]}. */
  public int n() {
    return image(0);
  }

  /** Channels, of a shape {@code [N, C, H, W]}. */
  public int c() {
    return image(1);
  }

  /** Height in pixels, of a shape {@code [N, C, H, W]}. */
  public int h() {
    return image(2);
  }

  /** Width in pixels, of a shape {@code [N, C, H, W]}. */
  public int w() {
    return image(3);
  }

  private int image(int axis) {
    if (dims.length != 4) {
      throw new IllegalStateException("shape " + this + " is not [N, C, H, W]");
    }
    return dims[axis];
  }

  @Override
  public boolean equals(Object other) {
    return other == this || (other instanceof Shape shape && Arrays.equals(dims, shape.dims));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The sizes in brackets, such as {@code [8, 64, 56, 56]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
