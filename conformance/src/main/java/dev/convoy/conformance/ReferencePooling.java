package dev.convoy.conformance;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.util.Arrays;

/** Pooling and its gradients as ONNX and PyTorch define them: plain loops in double. */
public final class ReferencePooling {
  private ReferencePooling() {}

  /** Called with the index of an output and of an element of its window that is in the image. */
  @FunctionalInterface
  private interface Element {
    void at(int output, int input, int placeInWindow);
  }

  /** Winner of each window: its place in the window, {@code row * kernelWidth + column}. */
  public static int[] argmax(MaxPool2dSpec spec, Values x) {
    Shape outputShape = spec.outputShape(x.shape());
    int[] places = new int[Math.toIntExact(outputShape.elements())];
    int[] winners = new int[places.length];
    Arrays.fill(winners, -1);
    forEachElement(
        spec.window(),
        x.shape(),
        outputShape,
        (output, input, place) -> {
          if (winners[output] < 0 || beats(x.data()[input], x.data()[winners[output]])) {
            winners[output] = input;
            places[output] = place;
          }
        });
    return places;
  }

  /** The first NaN stands against everything; of equal maxima the first. */
  private static boolean beats(double candidate, double best) {
    return candidate > best || (Double.isNaN(candidate) && !Double.isNaN(best));
  }

  /** The maxima that these winners stand for. */
  public static Values maxPool2d(MaxPool2dSpec spec, Values x, int[] argmax) {
    Values y = Values.zeros(spec.outputShape(x.shape()));
    forEachElement(
        spec.window(),
        x.shape(),
        y.shape(),
        (output, input, place) -> {
          if (place == argmax[output]) {
            y.data()[output] = x.data()[input];
          }
        });
    return y;
  }

  /** Gradient to the winners. */
  public static Values maxPool2dBackward(
      MaxPool2dSpec spec, Values dy, int[] argmax, Shape inputShape) {
    Values dx = Values.zeros(inputShape);
    forEachElement(
        spec.window(),
        inputShape,
        dy.shape(),
        (output, input, place) -> {
          if (place == argmax[output]) {
            dx.data()[input] += dy.data()[output];
          }
        });
    return dx;
  }

  /** Gradient to every element that equals its window's maximum ({@link dev.convoy.Ties#ALL}). */
  public static Values maxPool2dBackward(MaxPool2dSpec spec, Values x, Values y, Values dy) {
    Values dx = Values.zeros(x.shape());
    forEachElement(
        spec.window(),
        x.shape(),
        dy.shape(),
        (output, input, place) -> {
          if (x.data()[input] == y.data()[output]) {
            dx.data()[input] += dy.data()[output];
          }
        });
    return dx;
  }

  /** The averages. */
  public static Values avgPool2d(AvgPool2dSpec spec, Values x) {
    Values y = Values.zeros(spec.outputShape(x.shape()));
    forEachElement(
        spec.window(),
        x.shape(),
        y.shape(),
        (output, input, place) -> y.data()[output] += x.data()[input]);
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] /= divisor(spec, x.shape(), y.shape(), i);
    }
    return y;
  }

  /** The gradient, spread over each window. */
  public static Values avgPool2dBackward(AvgPool2dSpec spec, Values dy, Shape inputShape) {
    Values dx = Values.zeros(inputShape);
    forEachElement(
        spec.window(),
        inputShape,
        dy.shape(),
        (output, input, place) ->
            dx.data()[input] += dy.data()[output] / divisor(spec, inputShape, dy.shape(), output));
    return dx;
  }

  /** What the sum of one window is divided by. */
  private static int divisor(AvgPool2dSpec spec, Shape x, Shape y, int output) {
    if (spec.divisorOverride() > 0) {
      return spec.divisorOverride();
    }
    Window window = spec.window();
    boolean padded = spec.countIncludePad();
    int rows =
        count(
            output / y.w() % y.h() * window.strideHeight() - window.padTop(),
            window.kernelHeight(),
            window.dilationHeight(),
            padded ? -window.padTop() : 0,
            padded ? x.h() + window.padBottom() : x.h());
    int columns =
        count(
            output % y.w() * window.strideWidth() - window.padLeft(),
            window.kernelWidth(),
            window.dilationWidth(),
            padded ? -window.padLeft() : 0,
            padded ? x.w() + window.padRight() : x.w());
    return rows * columns;
  }

  /** How many of {@code start, start + step, …} are from {@code from} to before {@code to}. */
  private static int count(int start, int number, int step, int from, int to) {
    int count = 0;
    for (int i = 0; i < number; i++) {
      int place = start + i * step;
      if (place >= from && place < to) {
        count++;
      }
    }
    return count;
  }

  private static void forEachElement(Window window, Shape x, Shape y, Element element) {
    int output = 0;
    for (int plane = 0; plane < y.n() * y.c(); plane++) {
      for (int i = 0; i < y.h(); i++) {
        for (int j = 0; j < y.w(); j++, output++) {
          for (int u = 0; u < window.kernelHeight(); u++) {
            int p = i * window.strideHeight() - window.padTop() + u * window.dilationHeight();
            for (int v = 0; v < window.kernelWidth() && p >= 0 && p < x.h(); v++) {
              int q = j * window.strideWidth() - window.padLeft() + v * window.dilationWidth();
              if (q >= 0 && q < x.w()) {
                int input = (plane * x.h() + p) * x.w() + q;
                element.at(output, input, u * window.kernelWidth() + v);
              }
            }
          }
        }
      }
    }
  }
}
