package dev.convoy.bench.work;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.lang.foreign.ValueLayout;

/**
 * Single elements of an operation's results, each computed by the definition in double precision
 * from the inputs alone. Slow, but a few thousand elements of any size can be had in no time.
 */
final class Definition {
  private final Problem problem;
  private final Window window;
  private final Shape x;
  private final Shape w;
  private final Shape y;

  Definition(Problem problem) {
    this.problem = problem;
    window = problem.workload().window();
    x = problem.xShape();
    w = problem.wShape();
    y = problem.yShape();
  }

  /** How many terms an element of a result is the sum of, at most. */
  long terms(int result) {
    long taps = (long) window.kernelHeight() * window.kernelWidth();
    return switch (problem.operation()) {
      case CONV_FORWARD -> w.c() * taps;
      case CONV_BACKWARD_INPUT -> w.n() / problem.workload().groups() * taps;
      case CONV_BACKWARD_WEIGHTS -> (long) y.n() * y.h() * y.w();
      case MATMUL -> x.dim(1);
      default -> taps;
    };
  }

  /** An element of a result. */
  double at(int result, int index) {
    return switch (problem.operation()) {
      case CONV_FORWARD -> forward(index);
      case CONV_BACKWARD_INPUT -> backwardInput(index);
      case CONV_BACKWARD_WEIGHTS -> result == 0 ? backwardWeights(index) : backwardBias(index);
      case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING ->
          get(problem.x(), winner(index / (y.h() * y.w()), index / y.w() % y.h(), index % y.w()));
      case MAXPOOL_BACKWARD -> pooledGradient(index, true);
      case AVGPOOL_FORWARD -> average(index);
      case AVGPOOL_BACKWARD -> pooledGradient(index, false);
      case MATMUL -> product(index);
      case TRAINING_STEP -> throw new IllegalStateException("a network has no definition here");
    };
  }

  private double forward(int index) {
    int n = index / (y.c() * y.h() * y.w());
    int k = index / (y.h() * y.w()) % y.c();
    int i = index / y.w() % y.h();
    int j = index % y.w();
    int group = k / (y.c() / problem.workload().groups());
    double sum = get(problem.b(), k);
    for (int c = 0; c < w.c(); c++) {
      for (int u = 0; u < w.h(); u++) {
        int p = row(i, u);
        for (int v = 0; v < w.w() && isRow(p); v++) {
          int q = column(j, v);
          if (isColumn(q)) {
            sum +=
                get(problem.x(), offset(x, n, group * w.c() + c, p, q))
                    * get(problem.w(), offset(w, k, c, u, v));
          }
        }
      }
    }
    return sum;
  }

  private double backwardInput(int index) {
    int n = index / (x.c() * x.h() * x.w());
    int channel = index / (x.h() * x.w()) % x.c();
    int p = index / x.w() % x.h();
    int q = index % x.w();
    int group = channel / w.c();
    int kernels = w.n() / problem.workload().groups();
    double sum = 0;
    for (int u = 0; u < w.h(); u++) {
      int i = output(p + window.padTop() - u * window.dilationHeight(), window.strideHeight());
      for (int v = 0; v < w.w() && i >= 0 && i < y.h(); v++) {
        int j = output(q + window.padLeft() - v * window.dilationWidth(), window.strideWidth());
        if (j >= 0 && j < y.w()) {
          for (int k = group * kernels; k < (group + 1) * kernels; k++) {
            sum +=
                get(problem.dy(), offset(y, n, k, i, j))
                    * get(problem.w(), offset(w, k, channel % w.c(), u, v));
          }
        }
      }
    }
    return sum;
  }

  private double backwardWeights(int index) {
    int k = index / (w.c() * w.h() * w.w());
    int c = index / (w.h() * w.w()) % w.c();
    int u = index / w.w() % w.h();
    int v = index % w.w();
    int channel = k / (w.n() / problem.workload().groups()) * w.c() + c;
    double sum = 0;
    for (int n = 0; n < y.n(); n++) {
      for (int i = 0; i < y.h(); i++) {
        int p = row(i, u);
        for (int j = 0; j < y.w() && isRow(p); j++) {
          int q = column(j, v);
          if (isColumn(q)) {
            sum +=
                get(problem.x(), offset(x, n, channel, p, q))
                    * get(problem.dy(), offset(y, n, k, i, j));
          }
        }
      }
    }
    return sum;
  }

  private double backwardBias(int k) {
    double sum = 0;
    for (int n = 0; n < y.n(); n++) {
      for (int i = 0; i < y.h() * y.w(); i++) {
        sum += get(problem.dy(), (n * y.c() + k) * y.h() * y.w() + i);
      }
    }
    return sum;
  }

  /** Index of the first maximum of a window. */
  private int winner(int plane, int i, int j) {
    int best = -1;
    for (int u = 0; u < window.kernelHeight(); u++) {
      int p = row(i, u);
      for (int v = 0; v < window.kernelWidth() && isRow(p); v++) {
        int q = column(j, v);
        if (isColumn(q)) {
          int candidate = (plane * x.h() + p) * x.w() + q;
          if (best < 0 || get(problem.x(), candidate) > get(problem.x(), best)) {
            best = candidate;
          }
        }
      }
    }
    return best;
  }

  private double average(int index) {
    int plane = index / (y.h() * y.w());
    int i = index / y.w() % y.h();
    int j = index % y.w();
    double sum = 0;
    for (int u = 0; u < window.kernelHeight(); u++) {
      int p = row(i, u);
      for (int v = 0; v < window.kernelWidth() && isRow(p); v++) {
        int q = column(j, v);
        if (isColumn(q)) {
          sum += get(problem.x(), (plane * x.h() + p) * x.w() + q);
        }
      }
    }
    return sum / elements(i, j);
  }

  /** How many of a window's elements lie in the image. */
  private int elements(int i, int j) {
    int rows = 0;
    int columns = 0;
    for (int u = 0; u < window.kernelHeight(); u++) {
      rows += isRow(row(i, u)) ? 1 : 0;
    }
    for (int v = 0; v < window.kernelWidth(); v++) {
      columns += isColumn(column(j, v)) ? 1 : 0;
    }
    return rows * columns;
  }

  /** Gathered from the windows that the element lies in. */
  private double pooledGradient(int index, boolean max) {
    int plane = index / (x.h() * x.w());
    int p = index / x.w() % x.h();
    int q = index % x.w();
    double sum = 0;
    for (int u = 0; u < window.kernelHeight(); u++) {
      int i = output(p + window.padTop() - u * window.dilationHeight(), window.strideHeight());
      for (int v = 0; v < window.kernelWidth() && i >= 0 && i < y.h(); v++) {
        int j = output(q + window.padLeft() - v * window.dilationWidth(), window.strideWidth());
        if (j >= 0 && j < y.w()) {
          double gradient = get(problem.dy(), (plane * y.h() + i) * y.w() + j);
          if (!max) {
            sum += gradient / elements(i, j);
          } else if (winner(plane, i, j) == index) {
            sum += gradient;
          }
        }
      }
    }
    return sum;
  }

  private double product(int index) {
    int columns = w.dim(1);
    int row = index / columns;
    double sum = 0;
    for (int k = 0; k < x.dim(1); k++) {
      sum += get(problem.x(), row * x.dim(1) + k) * get(problem.w(), k * columns + index % columns);
    }
    return sum;
  }

  private int row(int i, int u) {
    return i * window.strideHeight() - window.padTop() + u * window.dilationHeight();
  }

  private int column(int j, int v) {
    return j * window.strideWidth() - window.padLeft() + v * window.dilationWidth();
  }

  private boolean isRow(int p) {
    return p >= 0 && p < x.h();
  }

  private boolean isColumn(int q) {
    return q >= 0 && q < x.w();
  }

  /** The output that begins at a place, or -1. */
  private static int output(int place, int stride) {
    return place < 0 || place % stride != 0 ? -1 : place / stride;
  }

  private static int offset(Shape shape, int n, int c, int h, int w) {
    return ((n * shape.c() + c) * shape.h() + h) * shape.w() + w;
  }

  /** An element of a tensor. */
  static double get(Tensor tensor, int index) {
    return tensor.dtype() == DType.F32
        ? tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, index)
        : tensor.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, index);
  }
}
