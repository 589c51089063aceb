package dev.convoy.cli;

import dev.convoy.Tensor;
import dev.convoy.nn.Layer;
import java.util.Arrays;

/** What training came to on one engine. */
final class Outcome {
  private final String engine;
  private final Metrics.Epoch last;
  private final double[] weights;
  private final double[] probabilities;

  /**
   * Of a trained network.
   *
   * @param engine the name of what it was trained on
   * @param last the last epoch
   * @param images to compare the network's probabilities with
   */
  Outcome(String engine, Metrics.Epoch last, Layer network, Tensor images) {
    this.engine = engine;
    this.last = last;
    weights =
        network.parameters().stream()
            .flatMapToDouble(parameter -> Arrays.stream(parameter.value().toDoubleArray()))
            .toArray();
    probabilities = Probabilities.of(network, images);
  }

  String engine() {
    return engine;
  }

  Metrics.Epoch last() {
    return last;
  }

  /** How far this is from another. */
  Differences differences(Outcome other) {
    return new Differences(
        Math.abs(last.loss() - other.last.loss()),
        largest(probabilities, other.probabilities),
        largest(weights, other.weights));
  }

  private static double largest(double[] a, double[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i])); // NaN stays NaN
    }
    return largest;
  }

  /** The largest absolute differences of two outcomes. */
  record Differences(double loss, double probability, double weight) {
    /** Whether loss and probabilities are this close; NaN is not. */
    boolean within(double tolerance) {
      return loss <= tolerance && probability <= tolerance;
    }
  }
}
