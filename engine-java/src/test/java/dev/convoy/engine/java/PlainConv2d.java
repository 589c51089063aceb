package dev.convoy.engine.java;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Window;

/** The definition of convolution and its gradients as loops over doubles. */
final class PlainConv2d {
  private final Conv2dSpec spec;
  private final Shape x;
  private final Shape w;
  private final Shape y;

  PlainConv2d(Conv2dSpec spec, Shape x, Shape w, Shape y) {
    this.spec = spec;
    this.x = x;
    this.w = w;
    this.y = y;
  }

  @FunctionalInterface
  private interface Visitor {
    void visit(int image, int filter, int output, int input, int weight);
  }

  private void visit(Visitor visitor) {
    Window window = spec.window();
    int filters = w.n() / spec.groups();
    for (int n = 0; n < x.n(); n++) {
      for (int k = 0; k < w.n(); k++) {
        for (int c = 0; c < w.c(); c++) {
          int channel = k / filters * w.c() + c;
          for (int oh = 0; oh < y.h(); oh++) {
            for (int ow = 0; ow < y.w(); ow++) {
              for (int r = 0; r < w.h(); r++) {
                for (int s = 0; s < w.w(); s++) {
                  int ih =
                      oh * window.strideHeight() + r * window.dilationHeight() - window.padTop();
                  int iw =
                      ow * window.strideWidth() + s * window.dilationWidth() - window.padLeft();
                  if (ih >= 0 && ih < x.h() && iw >= 0 && iw < x.w()) {
                    visitor.visit(
                        n,
                        k,
                        ((n * w.n() + k) * y.h() + oh) * y.w() + ow,
                        ((n * x.c() + channel) * x.h() + ih) * x.w() + iw,
                        ((k * w.c() + c) * w.h() + r) * w.w() + s);
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  double[] forward(double[] xs, double[] ws, double[] bs) {
    double[] ys = new double[(int) y.elements()];
    visit((n, k, output, input, weight) -> ys[output] += xs[input] * ws[weight]);
    int plane = y.h() * y.w();
    for (int i = 0; i < ys.length; i++) {
      double biased = ys[i] + (bs == null ? 0 : bs[i / plane % w.n()]);
      ys[i] = spec.activation() == Activation.RELU ? Math.max(0, biased) : biased;
    }
    return ys;
  }

  double[] backwardInput(double[] dys, double[] ws, double[] before) {
    double[] dxs = before.clone();
    visit((n, k, output, input, weight) -> dxs[input] += dys[output] * ws[weight]);
    return dxs;
  }

  double[] backwardWeights(double[] xs, double[] dys, double[] before) {
    double[] dws = before.clone();
    visit((n, k, output, input, weight) -> dws[weight] += dys[output] * xs[input]);
    return dws;
  }

  double[] backwardBias(double[] dys, double[] before) {
    double[] dbs = before.clone();
    int plane = y.h() * y.w();
    for (int i = 0; i < dys.length; i++) {
      dbs[i / plane % w.n()] += dys[i];
    }
    return dbs;
  }
}
