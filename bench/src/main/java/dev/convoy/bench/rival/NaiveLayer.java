package dev.convoy.bench.rival;

import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.work.Problem;
import java.util.Arrays;

/** The loops of {@link NaiveBackend}, and the arrays they read and write. */
final class NaiveLayer {
  private final Window window;
  private final int groups;
  private final Shape xs;
  private final Shape ws;
  private final Shape ys;
  private final float[] x;
  private final float[] w;
  private final float[] b;
  private final float[] dy;
  final float[] y;
  final float[] dx;
  final float[] dw;
  final float[] db;

  NaiveLayer(Problem problem) {
    window = problem.workload().window();
    groups = problem.workload().groups();
    xs = problem.xShape();
    ws = problem.wShape();
    ys = problem.yShape();
    boolean conv = ws != null;
    x = problem.x().toFloatArray();
    w = conv ? problem.w().toFloatArray() : null;
    b = conv ? problem.b().toFloatArray() : null;
    dy = problem.dy().toFloatArray();
    y = new float[dy.length];
    dx = new float[x.length];
    dw = conv ? new float[w.length] : null;
    db = conv ? new float[b.length] : null;
  }

  /** A row of the image, of the weights and of the output that meet in a convolution. */
  @FunctionalInterface
  private interface Rows {
    void meet(int xRow, int weight, int yRow, int from, int to, int shift);
  }

  void forward() {
    int plane = ys.h() * ys.w();
    for (int i = 0; i < y.length; i += plane) {
      Arrays.fill(y, i, i + plane, b[i / plane % ys.c()]);
    }
    int stride = window.strideWidth();
    forEach(
        (xRow, weight, yRow, from, to, shift) -> {
          float factor = w[weight];
          for (int j = from; j < to; j++) {
            y[yRow + j] += factor * x[xRow + j * stride + shift];
          }
        });
  }

  void backwardInput() {
    Arrays.fill(dx, 0);
    int stride = window.strideWidth();
    forEach(
        (xRow, weight, yRow, from, to, shift) -> {
          float factor = w[weight];
          for (int j = from; j < to; j++) {
            dx[xRow + j * stride + shift] += factor * dy[yRow + j];
          }
        });
  }

  void backwardWeights() {
    Arrays.fill(dw, 0);
    int stride = window.strideWidth();
    forEach(
        (xRow, weight, yRow, from, to, shift) -> {
          float sum = 0;
          for (int j = from; j < to; j++) {
            sum += x[xRow + j * stride + shift] * dy[yRow + j];
          }
          dw[weight] += sum;
        });
    Arrays.fill(db, 0);
    int plane = ys.h() * ys.w();
    for (int i = 0; i < dy.length; i += plane) {
      float sum = 0;
      for (int j = i; j < i + plane; j++) {
        sum += dy[j];
      }
      db[i / plane % ys.c()] += sum;
    }
  }

  private void forEach(Rows rows) {
    int kernels = ys.c() / groups;
    for (int n = 0; n < ys.n(); n++) {
      for (int k = 0; k < ys.c(); k++) {
        for (int c = 0; c < ws.c(); c++) {
          int channel = n * xs.c() + k / kernels * ws.c() + c;
          for (int u = 0; u < ws.h(); u++) {
            for (int v = 0; v < ws.w(); v++) {
              int weight = ((k * ws.c() + c) * ws.h() + u) * ws.w() + v;
              plane(rows, channel, n * ys.c() + k, u, v, weight);
            }
          }
        }
      }
    }
  }

  private void plane(Rows rows, int xPlane, int yPlane, int u, int v, int weight) {
    int stride = window.strideWidth();
    int shift = v * window.dilationWidth() - window.padLeft();
    int from = Math.max(0, Math.ceilDiv(-shift, stride));
    int to = Math.min(ys.w(), Math.floorDiv(xs.w() - 1 - shift, stride) + 1);
    for (int i = 0; i < ys.h(); i++) {
      int p = i * window.strideHeight() - window.padTop() + u * window.dilationHeight();
      if (p >= 0 && p < xs.h()) {
        int xRow = (xPlane * xs.h() + p) * xs.w();
        rows.meet(xRow, weight, (yPlane * ys.h() + i) * ys.w(), from, to, shift);
      }
    }
  }

  void maxPool() {
    for (int output = 0; output < y.length; output++) {
      y[output] = x[winner(output)];
    }
  }

  /** The loop over windows, each asked again for its winner, as the original does. */
  void maxPoolBackward() {
    Arrays.fill(dx, 0);
    for (int output = 0; output < dy.length; output++) {
      dx[winner(output)] += dy[output];
    }
  }

  private int winner(int output) {
    int plane = output / (ys.h() * ys.w());
    int top = output / ys.w() % ys.h() * window.strideHeight() - window.padTop();
    int left = output % ys.w() * window.strideWidth() - window.padLeft();
    int best = -1;
    for (int u = 0; u < window.kernelHeight(); u++) {
      int p = top + u * window.dilationHeight();
      for (int v = 0; v < window.kernelWidth() && p >= 0 && p < xs.h(); v++) {
        int q = left + v * window.dilationWidth();
        if (q >= 0 && q < xs.w()) {
          int candidate = (plane * xs.h() + p) * xs.w() + q;
          if (best < 0 || x[candidate] > x[best]) {
            best = candidate;
          }
        }
      }
    }
    return best;
  }

  void avgPool() {
    average(false);
  }

  void avgPoolBackward() {
    Arrays.fill(dx, 0);
    average(true);
  }

  private void average(boolean backward) {
    for (int output = 0; output < y.length; output++) {
      int plane = output / (ys.h() * ys.w());
      int top = output / ys.w() % ys.h() * window.strideHeight() - window.padTop();
      int left = output % ys.w() * window.strideWidth() - window.padLeft();
      int fromRow = Math.max(0, top);
      int toRow = Math.min(xs.h(), top + window.kernelHeight());
      int from = Math.max(0, left);
      int to = Math.min(xs.w(), left + window.kernelWidth());
      float share = 1f / ((toRow - fromRow) * (to - from));
      float sum = 0;
      for (int p = fromRow; p < toRow; p++) {
        int row = (plane * xs.h() + p) * xs.w();
        for (int q = from; q < to; q++) {
          if (backward) {
            dx[row + q] += dy[output] * share;
          } else {
            sum += x[row + q];
          }
        }
      }
      y[output] = sum * share;
    }
  }

  void product() {
    int inner = xs.dim(1);
    int columns = ws.dim(1);
    Arrays.fill(y, 0);
    for (int row = 0; row < xs.dim(0); row++) {
      for (int k = 0; k < inner; k++) {
        float factor = x[row * inner + k];
        for (int column = 0; column < columns; column++) {
          y[row * columns + column] += factor * w[k * columns + column];
        }
      }
    }
  }
}
