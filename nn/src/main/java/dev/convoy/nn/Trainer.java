package dev.convoy.nn;

import dev.convoy.Tensor;
import java.util.Objects;

/**
 * Trains a classifier: softmax cross entropy of its logits, minimised by an optimizer.
 *
 * <pre>{@code
 * var trainer = new Trainer(network, new Adam(network.parameters(), 1e-3));
 * var batches = new Batches(images, labels, 64, seed);
 * for (int epoch = 0; epoch < 3; epoch++) {
 *   batches.shuffle();
 *   while (batches.next()) {
 *     double loss = trainer.step(batches.images(), batches.labels());
 *   }
 *   Evaluation test = trainer.evaluate(testImages, testLabels, 64);
 * }
 * }</pre>
 */
public final class Trainer {
  private final Layer network;
  private final Optimizer optimizer;
  private final SoftmaxCrossEntropy loss = new SoftmaxCrossEntropy();

  /**
   * A trainer.
   *
   * @param network images to logits {@code [N, classes]}
   * @param optimizer of the network's parameters
   */
  public Trainer(Layer network, Optimizer optimizer) {
    this.network = Objects.requireNonNull(network, "network");
    this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
  }

  /**
   * One forward pass, one backward pass and one step of the optimizer.
   *
   * @param images {@code [N, …]}
   * @param labels the class of each image
   * @return the batch's mean loss, before the step; NaN says that training has diverged
   */
  public double step(Tensor images, int[] labels) {
    double value = loss.forward(network.forward(images, Mode.TRAINING), labels);
    network.backwardParameters(loss.backward());
    optimizer.step();
    return value;
  }

  /**
   * Loss and accuracy in inference mode, over any number of images.
   *
   * @param images {@code [N, …]}, N at least 1
   * @param labels the class of each image
   * @param batch how many images go through the network at a time, at least 1
   */
  public Evaluation evaluate(Tensor images, int[] labels, int batch) {
    Batches.check(images, labels, batch);
    double sum = 0;
    int correct = 0;
    for (int from = 0; from < labels.length; from += batch) {
      int to = Math.min(from + batch, labels.length);
      Tensor logits = network.forward(images.slice(from, to), Mode.INFERENCE);
      sum += loss.loss(logits, labels, from, null) * (to - from);
      correct += correct(logits, labels, from);
    }
    return new Evaluation(sum / labels.length, (double) correct / labels.length);
  }

  private static int correct(Tensor logits, int[] labels, int from) {
    int correct = 0;
    for (int n = 0; n < logits.shape().dim(0); n++) {
      if (isLargest(logits, n, labels[from + n])) {
        correct++;
      }
    }
    return correct;
  }

  /** Whether a label's logit is the first of the largest; with a NaN in the row none is. */
  private static boolean isLargest(Tensor logits, int row, int label) {
    int classes = logits.shape().dim(1);
    long first = (long) row * classes;
    double own = Elements.get(logits, first + label);
    boolean largest = true;
    for (int k = 0; k < classes; k++) {
      double other = Elements.get(logits, first + k);
      largest &= k < label ? other < own : other <= own;
    }
    return largest;
  }
}
