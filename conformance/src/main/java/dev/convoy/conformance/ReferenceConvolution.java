package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.Shape;
import dev.convoy.Window;

/**
 * Convolution and its gradients as their definition says, ONNX {@code Conv} and {@code
 * ConvTranspose}: plain loops that accumulate in double. A convolution is a sum of terms {@code
 * y[n,k,i,j] += x[n,c,p,q] · w[k,c,u,v]}; its gradients are the same terms, summed elsewhere.
 */
public final class ReferenceConvolution {
  private ReferenceConvolution() {}

  /** Indices of the three elements that meet in one term of a convolution. */
  @FunctionalInterface
  private interface Term {
    void at(int x, int w, int y);
  }

  /**
   * Output of a convolution.
   *
   * @param b may be null
   * @param outputShape {@code [N, K, OH, OW]}
   */
  public static Values conv2d(Conv2dSpec spec, Values x, Values w, Values b, Shape outputShape) {
    Values y = Values.zeros(outputShape);
    forEachTerm(
        spec.window(),
        spec.groups(),
        x.shape(),
        w.shape(),
        outputShape,
        (xi, wi, yi) -> y.data()[yi] += x.data()[xi] * w.data()[wi]);
    return ReferenceMath.activate(spec.activation(), addBias(y, b));
  }

  /**
   * Gradient with respect to the input.
   *
   * @param inputShape {@code [N, C, H, W]}
   */
  public static Values conv2dBackwardInput(Conv2dSpec spec, Values dy, Values w, Shape inputShape) {
    Values dx = Values.zeros(inputShape);
    forEachTerm(
        spec.window(),
        spec.groups(),
        inputShape,
        w.shape(),
        dy.shape(),
        (xi, wi, yi) -> dx.data()[xi] += dy.data()[yi] * w.data()[wi]);
    return dx;
  }

  /**
   * Gradient with respect to the weights.
   *
   * @param weightShape {@code [K, C/groups, kh, kw]}
   */
  public static Values conv2dBackwardWeights(
      Conv2dSpec spec, Values x, Values dy, Shape weightShape) {
    Values dw = Values.zeros(weightShape);
    forEachTerm(
        spec.window(),
        spec.groups(),
        x.shape(),
        weightShape,
        dy.shape(),
        (xi, wi, yi) -> dw.data()[wi] += x.data()[xi] * dy.data()[yi]);
    return dw;
  }

  /** Gradient with respect to the bias: the sum of {@code dy} over all but channels. */
  public static Values conv2dBackwardBias(Values dy) {
    Values db = Values.zeros(Shape.of(dy.shape().c()));
    int plane = dy.shape().h() * dy.shape().w();
    for (int i = 0; i < dy.data().length; i++) {
      db.data()[i / plane % dy.shape().c()] += dy.data()[i];
    }
    return db;
  }

  /**
   * Output of a transposed convolution.
   *
   * @param b may be null
   */
  public static Values convTranspose2d(ConvTranspose2dSpec spec, Values x, Values w, Values b) {
    Shape outputShape = spec.outputShape(x.shape(), w.shape());
    return addBias(conv2dBackwardInput(convolution(spec), x, w, outputShape), b);
  }

  /** Gradient of a transposed convolution with respect to its input. */
  public static Values convTranspose2dBackwardInput(
      ConvTranspose2dSpec spec, Values dy, Values w, Shape inputShape) {
    return conv2d(convolution(spec), dy, w, null, inputShape);
  }

  /** Gradient of a transposed convolution with respect to its weights. */
  public static Values convTranspose2dBackwardWeights(
      ConvTranspose2dSpec spec, Values x, Values dy, Shape weightShape) {
    return conv2dBackwardWeights(convolution(spec), dy, x, weightShape);
  }

  private static Conv2dSpec convolution(ConvTranspose2dSpec spec) {
    return new Conv2dSpec(spec.window(), spec.groups(), Activation.NONE);
  }

  private static Values addBias(Values y, Values b) {
    return b == null ? y : ReferenceMath.addBias(y, b);
  }

  private static void forEachTerm(Window window, int groups, Shape x, Shape w, Shape y, Term term) {
    int outputChannels = w.n() / groups;
    for (int n = 0; n < y.n(); n++) {
      for (int k = 0; k < y.c(); k++) {
        for (int c = 0; c < w.c(); c++) {
          int channel = k / outputChannels * w.c() + c;
          for (int i = 0; i < y.h(); i++) {
            for (int u = 0; u < w.h(); u++) {
              int p = i * window.strideHeight() - window.padTop() + u * window.dilationHeight();
              if (p >= 0 && p < x.h()) {
                forEachTermOfRows(
                    window,
                    x.w(),
                    row(x, n, channel, p),
                    w.w(),
                    row(w, k, c, u),
                    y.w(),
                    row(y, n, k, i),
                    term);
              }
            }
          }
        }
      }
    }
  }

  /** One row of the image, of the kernel and of the output, each of a width and a first index. */
  private static void forEachTermOfRows(
      Window window, int xWidth, int xRow, int wWidth, int wRow, int yWidth, int yRow, Term term) {
    for (int j = 0; j < yWidth; j++) {
      int left = j * window.strideWidth() - window.padLeft();
      for (int v = 0; v < wWidth; v++) {
        int q = left + v * window.dilationWidth();
        if (q >= 0 && q < xWidth) {
          term.at(xRow + q, wRow + v, yRow + j);
        }
      }
    }
  }

  /** Index of the first element of a row. */
  private static int row(Shape shape, int n, int c, int h) {
    return ((n * shape.c() + c) * shape.h() + h) * shape.w();
  }
}
