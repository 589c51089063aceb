package dev.convoy;

import java.util.Objects;

/** Single checks. Each error names the argument, what it was and what it must be. */
final class Checks {
  private Checks() {}

  static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
    }
  }

  /** A size by its name, whose two parts are put together for the message alone. */
  static int toInt(String what, String of, long value) {
    if (value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(what + of + " is " + value + ", must fit in an int");
    }
    return (int) value;
  }

  /** An input that is alive. */
  static void input(String name, Tensor tensor) {
    Objects.requireNonNull(tensor, name);
    alive(name, tensor.segment().scope().isAlive());
  }

  /** An input that is alive or null. */
  static void optionalInput(String name, Tensor tensor) {
    if (tensor != null) {
      input(name, tensor);
    }
  }

  /** An output that is alive and writable. */
  static void output(String name, Tensor tensor) {
    input(name, tensor);
    if (tensor.isReadOnly()) {
      throw new IllegalArgumentException(name + " is read-only memory, must be writable");
    }
  }

  static void alive(String name, boolean alive) {
    if (!alive) {
      throw new IllegalStateException(name + " is closed: its arena was closed before this call");
    }
  }

  static void sameType(String name, Tensor tensor, String otherName, Tensor other) {
    if (tensor != null && tensor.dtype() != other.dtype()) {
      throw new IllegalArgumentException(
          "%s is %s, must be %s as %s is"
              .formatted(name, tensor.dtype(), other.dtype(), otherName));
    }
  }

  /** An output that shares no memory with another argument. */
  static void apart(String name, Tensor output, String otherName, Tensor other) {
    if (output != null && other != null && overlap(output, other)) {
      throw new IllegalArgumentException(
          "%s overlaps %s in memory, must be memory of its own".formatted(name, otherName));
    }
  }

  /** An output that is the very memory of an input, or shares none with it. */
  static void apartOrSame(String name, Tensor output, String otherName, Tensor other) {
    if (output.segment().address() != other.segment().address() && overlap(output, other)) {
      throw new IllegalArgumentException(
          "%s partly overlaps %s in memory, must be the same memory or apart"
              .formatted(name, otherName));
    }
  }

  private static boolean overlap(Tensor a, Tensor b) {
    long from = a.segment().address();
    long otherFrom = b.segment().address();
    return from < otherFrom + b.segment().byteSize() && otherFrom < from + a.segment().byteSize();
  }

  /** A tensor of exactly these sizes. Not a Shape, so that a call allocates nothing. */
  static void shape(String name, Tensor tensor, int n, int c, int h, int w) {
    Shape shape = tensor.shape();
    if (shape.rank() != 4
        || shape.dim(0) != n
        || shape.dim(1) != c
        || shape.dim(2) != h
        || shape.dim(3) != w) {
      throw wrongShape(name, shape, Shape.of(n, c, h, w));
    }
  }

  /** A matrix of exactly these sizes. */
  static void shape(String name, Tensor tensor, int rows, int columns) {
    Shape shape = tensor.shape();
    if (shape.rank() != 2 || shape.dim(0) != rows || shape.dim(1) != columns) {
      throw wrongShape(name, shape, Shape.of(rows, columns));
    }
  }

  /** A vector of exactly this size, or null. */
  static void shape(String name, Tensor tensor, int size) {
    if (tensor != null && (tensor.shape().rank() != 1 || tensor.shape().dim(0) != size)) {
      throw wrongShape(name, tensor.shape(), Shape.of(size));
    }
  }

  static void sameShape(String name, Tensor tensor, Shape wanted) {
    if (!tensor.shape().equals(wanted)) {
      throw wrongShape(name, tensor.shape(), wanted);
    }
  }

  private static IllegalArgumentException wrongShape(String name, Shape shape, Shape wanted) {
    return new IllegalArgumentException(
        "%s has shape %s, must have %s".formatted(name, shape, wanted));
  }

  /** A batch of images, possibly an empty one, of at least one channel and pixel. */
  static void images(String name, Shape shape) {
    if (shape.rank() != 4 || shape.dim(1) < 1 || shape.dim(2) < 1 || shape.dim(3) < 1) {
      throw new IllegalArgumentException(
          name + " has shape " + shape + ", must be [N, C, H, W] with C, H and W at least 1");
    }
  }

  /** Images and weights that fit a convolution. */
  static void conv2dInput(Conv2dSpec spec, Shape x, Shape w) {
    images("x", x);
    weights(spec.window(), "K", w);
    divisible("K, axis 0 of w,", w.n(), spec.groups());
    divisible("channels of x", x.c(), spec.groups());
    if (w.c() != x.c() / spec.groups()) {
      throw new IllegalArgumentException(
          "w has shape %s, must have %d input channels in axis 1: %d channels of x in %d groups"
              .formatted(w, x.c() / spec.groups(), x.c(), spec.groups()));
    }
  }

  /** Images and weights that fit a transposed convolution. */
  static void convTranspose2dInput(ConvTranspose2dSpec spec, Shape x, Shape w) {
    images("x", x);
    weights(spec.window(), "C", w);
    divisible("C, axis 0 of w,", w.n(), spec.groups());
    if (w.n() != x.c()) {
      throw new IllegalArgumentException(
          "w has shape %s, must have %d input channels in axis 0 as x has".formatted(w, x.c()));
    }
  }

  private static void weights(Window window, String outer, Shape w) {
    if (w.rank() != 4
        || w.n() < 1
        || w.c() < 1
        || w.h() != window.kernelHeight()
        || w.w() != window.kernelWidth()) {
      throw new IllegalArgumentException(
          "w has shape %s, must be [%s, channels of a group, %d, %d] as the window's kernel is"
              .formatted(w, outer, window.kernelHeight(), window.kernelWidth()));
    }
  }

  private static void divisible(String what, int number, int groups) {
    if (number % groups != 0) {
      throw new IllegalArgumentException(
          "groups is %d, must divide %s %d".formatted(groups, what, number));
    }
  }

  /** The shape that a pooling window makes of images, after checking that it fits them. */
  static Shape pooledShape(Window window, Shape x) {
    images("x", x);
    window.checkPools(x.h(), x.w());
    return Shape.of(x.n(), x.c(), window.outputHeight(x.h()), window.outputWidth(x.w()));
  }

  /** Images and the pooling of them, whichever is the input. */
  static void pooled(Window window, String name, Tensor images, String pooledName, Tensor pooled) {
    Shape x = images.shape();
    images(name, x);
    window.checkPools(x.h(), x.w());
    shape(pooledName, pooled, x.n(), x.c(), window.outputHeight(x.h()), window.outputWidth(x.w()));
  }

  /** Winners of this window's pooling of these images. */
  @SuppressWarnings("ReferenceEquality") // a record's equals costs a first call ten milliseconds
  static void argmax(Window window, Tensor images, ArgMax argmax) {
    alive("argmax", argmax.segment().scope().isAlive());
    boolean same = argmax.window() == window || argmax.window().equals(window);
    if (!same || !argmax.inputShape().equals(images.shape())) {
      throw new IllegalArgumentException(
          "argmax is of an input %s and %s, must be of an input %s and %s"
              .formatted(argmax.inputShape(), argmax.window(), images.shape(), window));
    }
  }

  /** Matrices whose inner sizes agree. */
  static void matmulInputs(MatmulSpec spec, Shape a, Shape b) {
    matrix("a", a);
    matrix("b", b);
    int inner = a.dim(spec.transposeA() ? 0 : 1);
    if (b.dim(spec.transposeB() ? 1 : 0) != inner) {
      throw new IllegalArgumentException(
          "b has shape %s%s, must have an inner size of %d as a %s%s has"
              .formatted(
                  b, transposed(spec.transposeB()), inner, a, transposed(spec.transposeA())));
    }
  }

  private static String transposed(boolean transpose) {
    return transpose ? " (transposed)" : "";
  }

  private static void matrix(String name, Shape shape) {
    if (shape.rank() != 2) {
      throw new IllegalArgumentException(name + " has shape " + shape + ", must be a matrix");
    }
  }
}
