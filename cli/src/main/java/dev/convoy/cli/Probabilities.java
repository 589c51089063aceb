package dev.convoy.cli;

import dev.convoy.Tensor;
import dev.convoy.nn.Layer;
import dev.convoy.nn.Mode;

/** What a network makes of images: the softmax of its logits. */
final class Probabilities {
  /** Images that go through the network at a time. */
  private static final int BATCH = 128;

  private Probabilities() {}

  /**
   * The probability of each class for each image.
   *
   * @param images {@code [N, 1, 28, 28]}
   * @return {@code [N, classes]}, row-major, each row's sum 1
   */
  static double[] of(Layer network, Tensor images) {
    int count = images.shape().n();
    int classes = FashionMnist.CLASSES.size();
    double[] rows = new double[Math.multiplyExact(count, classes)];
    for (int from = 0; from < count; from += BATCH) {
      int to = Math.min(from + BATCH, count);
      double[] logits = network.forward(images.slice(from, to), Mode.INFERENCE).toDoubleArray();
      System.arraycopy(logits, 0, rows, from * classes, logits.length);
    }
    for (int row = 0; row < rows.length; row += classes) {
      softmax(rows, row, row + classes);
    }
    return rows;
  }

  private static void softmax(double[] values, int from, int to) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, values[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      values[i] = Math.exp(values[i] - largest);
      sum += values[i];
    }
    for (int i = from; i < to; i++) {
      values[i] /= sum;
    }
  }
}
