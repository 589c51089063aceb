package dev.convoy.nn;

import dev.convoy.Tensor;

/**
 * The mean over a batch of {@code -log softmax(logits)[label]}, PyTorch's {@code CrossEntropyLoss}.
 * Computed in double precision with the largest logit subtracted, so that no finite logits
 * overflow. A NaN among the logits makes the loss and its row's gradients NaN.
 *
 * <p>As a layer does, this owns the gradient it returns. It is used by one thread at a time.
 */
public final class SoftmaxCrossEntropy {
  private final Buffer<Tensor> gradients = Buffer.likeInput();
  private Tensor gradient;
  private double[] row = new double[0];

  /** A loss. */
  public SoftmaxCrossEntropy() {}

  /**
   * The loss of a batch; {@link #backward} then has its gradient.
   *
   * @param logits {@code [N, classes]}, both at least 1
   * @param labels the class of each row, from 0
   * @return the mean over the rows
   * @throws IllegalArgumentException if there is not one label for each row, or one is no class
   */
  public double forward(Tensor logits, int[] labels) {
    Require.rank("logits", logits, 2, "[N, classes]");
    if (labels.length != logits.shape().dim(0)) {
      throw new IllegalArgumentException(
          "labels has %d elements, must have %d, one for each row of logits"
              .formatted(labels.length, logits.shape().dim(0)));
    }
    Tensor output = gradients.forInput(logits);
    double loss = loss(logits, labels, 0, output);
    gradient = output;
    return loss;
  }

  /**
   * The gradient of the last {@link #forward} with respect to its logits: {@code (softmax - one
   * hot) / N}.
   *
   * @return {@code [N, classes]}, valid until the next forward
   * @throws IllegalStateException if there was none
   */
  public Tensor backward() {
    if (gradient == null) {
      throw new IllegalStateException("backward without a forward");
    }
    return gradient;
  }

  /** The mean loss of rows whose labels begin at an index, and its gradient if wanted. */
  double loss(Tensor logits, int[] labels, int from, Tensor gradient) {
    Require.rank("logits", logits, 2, "[N, classes]");
    int rows = logits.shape().dim(0);
    int classes = logits.shape().dim(1);
    if (rows < 1 || classes < 1) {
      throw new IllegalArgumentException(
          "logits has shape " + logits.shape() + ", must have a row and a class at least");
    }
    if (row.length < classes) {
      row = new double[classes];
    }
    double sum = 0;
    for (int n = 0; n < rows; n++) {
      int label = labels[from + n];
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException(
            "labels[%d] is %d, must be from 0 to %d".formatted(from + n, label, classes - 1));
      }
      sum += loss(logits, n, label, gradient);
    }
    return sum / rows;
  }

  /** The loss of one row, and its gradient if wanted. */
  private double loss(Tensor logits, int n, int label, Tensor gradient) {
    int rows = logits.shape().dim(0);
    int classes = logits.shape().dim(1);
    long at = (long) n * classes;
    for (int k = 0; k < classes; k++) {
      row[k] = Elements.get(logits, at + k);
    }
    double loss = softmax(classes, label);
    if (gradient != null) {
      row[label] -= 1;
      for (int k = 0; k < classes; k++) {
        Elements.set(gradient, at + k, row[k] / rows);
      }
    }
    return loss;
  }

  /** Turns the row of logits into probabilities and returns the loss of a label. */
  private double softmax(int classes, int label) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      largest = Math.max(largest, row[k]); // NaN if there is one
    }
    double shifted = row[label] - largest;
    double total = 0;
    for (int k = 0; k < classes; k++) {
      row[k] = Math.exp(row[k] - largest);
      total += row[k];
    }
    for (int k = 0; k < classes; k++) {
      row[k] /= total;
    }
    return Math.log(total) - shifted;
  }
}
