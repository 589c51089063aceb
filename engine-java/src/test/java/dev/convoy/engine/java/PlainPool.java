package dev.convoy.engine.java;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Window;

/** Pooling as its definition reads, in plain loops over doubles. */
final class PlainPool {
  private final Window window;
  private final Shape images;
  private final Shape pooled;

  PlainPool(Window window, Shape images, Shape pooled) {
    this.window = window;
    this.images = images;
    this.pooled = pooled;
  }

  /** Does something with one tap, in the image, of one window. */
  private interface Tap {
    void visit(int output, int place, int input);
  }

  private void forEachTap(Tap tap) {
    int output = 0;
    for (int plane = 0; plane < images.n() * images.c(); plane++) {
      for (int oh = 0; oh < pooled.h(); oh++) {
        for (int ow = 0; ow < pooled.w(); ow++, output++) {
          for (int r = 0; r < window.kernelHeight(); r++) {
            for (int c = 0; c < window.kernelWidth(); c++) {
              int h = oh * window.strideHeight() - window.padTop() + r * window.dilationHeight();
              int w = ow * window.strideWidth() - window.padLeft() + c * window.dilationWidth();
              if (h >= 0 && h < images.h() && w >= 0 && w < images.w()) {
                int input = (plane * images.h() + h) * images.w() + w;
                tap.visit(output, r * window.kernelWidth() + c, input);
              }
            }
          }
        }
      }
    }
  }

  double[] max(double[] x, int[] places) {
    double[] y = new double[(int) pooled.elements()];
    boolean[] begun = new boolean[y.length];
    forEachTap(
        (output, place, input) -> {
          double value = x[input];
          if (!begun[output]
              || value > y[output]
              || (Double.isNaN(value) && !Double.isNaN(y[output]))) {
            begun[output] = true;
            y[output] = value;
            places[output] = place;
          }
        });
    return y;
  }

  double[] maxBackward(double[] dy, int[] places) {
    double[] dx = new double[(int) images.elements()];
    forEachTap(
        (output, place, input) -> {
          if (places[output] == place) {
            dx[input] += dy[output];
          }
        });
    return dx;
  }

  double[] maskBackward(double[] x, double[] y, double[] dy) {
    double[] dx = new double[(int) images.elements()];
    forEachTap(
        (output, place, input) -> {
          if (x[input] == y[output]) {
            dx[input] += dy[output];
          }
        });
    return dx;
  }

  double[] average(AvgPool2dSpec spec, double[] x) {
    double[] y = new double[(int) pooled.elements()];
    double[] divisors = divisors(spec);
    forEachTap((output, place, input) -> y[output] += x[input] / divisors[output]);
    return y;
  }

  double[] averageBackward(AvgPool2dSpec spec, double[] dy) {
    double[] dx = new double[(int) images.elements()];
    double[] divisors = divisors(spec);
    forEachTap((output, place, input) -> dx[input] += dy[output] / divisors[output]);
    return dx;
  }

  private double[] divisors(AvgPool2dSpec spec) {
    double[] divisors = new double[(int) pooled.elements()];
    if (spec.divisorOverride() > 0) {
      java.util.Arrays.fill(divisors, spec.divisorOverride());
    } else if (spec.countIncludePad()) {
      for (int output = 0; output < divisors.length; output++) {
        int oh = output / pooled.w() % pooled.h();
        int ow = output % pooled.w();
        for (int r = 0; r < window.kernelHeight(); r++) {
          for (int c = 0; c < window.kernelWidth(); c++) {
            int h = oh * window.strideHeight() - window.padTop() + r * window.dilationHeight();
            int w = ow * window.strideWidth() - window.padLeft() + c * window.dilationWidth();
            if (h < images.h() + window.padBottom() && w < images.w() + window.padRight()) {
              divisors[output]++;
            }
          }
        }
      }
    } else {
      forEachTap((output, place, input) -> divisors[output]++);
    }
    return divisors;
  }
}
