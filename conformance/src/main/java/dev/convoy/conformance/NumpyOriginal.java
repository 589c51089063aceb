package dev.convoy.conformance;

import dev.convoy.Shape;
import java.util.Arrays;

/**
 * The three programs of Stack Overflow question 61954727, "Max pool back propagation using Numpy",
 * as it has them: square windows, no padding, and the limits that Convoy's operations do not have.
 */
public final class NumpyOriginal {
  private NumpyOriginal() {}

  /** The question's forward pass: the maximum over strided windows. */
  public static Values forward(Values x, int kernel, int stride) {
    Shape shape = x.shape();
    Values y =
        Values.zeros(
            Shape.of(
                shape.n(),
                shape.c(),
                (shape.h() - kernel) / stride + 1,
                (shape.w() - kernel) / stride + 1));
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] = x.data()[argmax(x, y.shape(), i, kernel, stride)];
    }
    return y;
  }

  /**
   * The question's backward pass: a loop over the windows that <em>assigns</em> each gradient to
   * the argmax, and so is right only where windows do not share a winner.
   */
  public static Values backwardByLoop(Values x, Values dy, int kernel, int stride) {
    Values dx = Values.zeros(x.shape());
    for (int i = 0; i < dy.data().length; i++) {
      dx.data()[argmax(x, dy.shape(), i, kernel, stride)] = dy.data()[i];
    }
    return dx;
  }

  /**
   * The accepted answer's backward pass: the output repeated to the size of the input, compared
   * with it, and the mask multiplied by the repeated gradient. It needs a stride equal to the
   * kernel, gives every tied maximum the whole gradient and leaves uncovered borders at zero.
   */
  public static Values backwardByMask(Values x, Values y, Values dy, int kernel) {
    Values dx = Values.zeros(x.shape());
    int h = x.shape().h();
    int w = x.shape().w();
    int rows = y.shape().h();
    int columns = y.shape().w();
    for (int i = 0; i < dx.data().length; i++) {
      int row = i / w % h / kernel;
      int column = i % w / kernel;
      if (row < rows && column < columns) {
        int repeated = (i / (h * w) * rows + row) * columns + column;
        dx.data()[i] = x.data()[i] == y.data()[repeated] ? dy.data()[repeated] : 0;
      }
    }
    return dx;
  }

  /** Index in {@code x} of the maximum of one window, as {@code numpy.argmax} finds it. */
  private static int argmax(Values x, Shape y, int output, int kernel, int stride) {
    int w = x.shape().w();
    int plane = output / (y.h() * y.w()) * x.shape().h() * w;
    int top = output / y.w() % y.h() * stride;
    int left = output % y.w() * stride;
    double[] window = new double[kernel * kernel];
    for (int i = 0; i < window.length; i++) {
      window[i] = x.data()[plane + (top + i / kernel) * w + left + i % kernel];
    }
    int best = first(window, Arrays.stream(window).max().orElseThrow());
    return plane + (top + best / kernel) * w + left + best % kernel;
  }

  private static int first(double[] window, double value) {
    for (int i = 0; i < window.length; i++) {
      if (window[i] == value || (Double.isNaN(value) && Double.isNaN(window[i]))) {
        return i;
      }
    }
    throw new IllegalArgumentException(value + " is not in the window");
  }
}
