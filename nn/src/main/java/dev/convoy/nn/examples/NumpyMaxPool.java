package dev.convoy.nn.examples;

/**
 * Max pooling as a first convolutional network written in NumPy does it, in plain Java: square
 * windows of {@code kernel} × {@code kernel}, no padding, over flat arrays {@code [planes, height,
 * width]} where the planes are the channels of all images.
 *
 * <p>These are the algorithms of Stack Overflow question 61954727, "Max pool back propagation using
 * Numpy", and of its accepted answer.
 */
record NumpyMaxPool(int planes, int height, int width, int kernel, int stride) {

  int outputHeight() {
    return (height - kernel) / stride + 1;
  }

  int outputWidth() {
    return (width - kernel) / stride + 1;
  }

  /** The question's forward pass: the maximum over each of the strided windows. */
  float[] forward(float[] x) {
    float[] y = new float[planes * outputHeight() * outputWidth()];
    for (int i = 0; i < y.length; i++) {
      y[i] = x[argmax(x, i)];
    }
    return y;
  }

  /**
   * The question's backward pass: a loop over the windows that gives each gradient to the first
   * maximum. The question assigns; where windows overlap only adding is right.
   */
  float[] backwardByLoop(float[] x, float[] dy) {
    float[] dx = new float[x.length];
    for (int i = 0; i < dy.length; i++) {
      dx[argmax(x, i)] += dy[i];
    }
    return dx;
  }

  /** Where in {@code x} the first maximum of an output's window is. */
  private int argmax(float[] x, int output) {
    int column = output % outputWidth();
    int row = output / outputWidth() % outputHeight();
    int plane = output / outputWidth() / outputHeight();
    int corner = (plane * height + row * stride) * width + column * stride;
    int best = corner;
    for (int i = 0; i < kernel; i++) {
      for (int j = 0; j < kernel; j++) {
        int index = corner + i * width + j;
        if (x[index] > x[best]) {
          best = index;
        }
      }
    }
    return best;
  }

  /**
   * The answer's backward pass: output and gradient repeated to the input's size, the gradient
   * multiplied by a mask of where input and output are equal. Tied maxima receive the gradient
   * each; the border that no window covers none. The stride must be the kernel.
   */
  float[] backwardByMask(float[] x, float[] y, float[] dy) {
    float[] dx = new float[x.length];
    for (int plane = 0; plane < planes; plane++) {
      for (int row = 0; row < outputHeight() * kernel; row++) {
        for (int column = 0; column < outputWidth() * kernel; column++) {
          int index = (plane * height + row) * width + column;
          int repeated = (plane * outputHeight() + row / kernel) * outputWidth() + column / kernel;
          dx[index] = x[index] == y[repeated] ? dy[repeated] : 0;
        }
      }
    }
    return dx;
  }
}
