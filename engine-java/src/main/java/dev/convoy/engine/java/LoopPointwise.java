package dev.convoy.engine.java;

import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Bias and ReLU in plain loops. */
final class LoopPointwise {
  private static final int PIECE = 8 << 10;

  private final Workers workers;
  private final ThreadLocal<LoopArrays> arrays = ThreadLocal.withInitial(() -> new LoopArrays(3));

  LoopPointwise(Workers workers) {
    this.workers = workers;
  }

  /** Makes some elements of the result. */
  private interface Piece {
    void make(LoopArrays scratch, long from, int length);
  }

  private void run(long elements, Piece piece) {
    workers.run(
        Math.toIntExact(Math.ceilDiv(elements, PIECE)),
        number -> {
          long from = (long) number * PIECE;
          piece.make(arrays.get(), from, (int) Math.min(PIECE, elements - from));
        });
  }

  void relu(Tensor x, Tensor y) {
    run(
        y.shape().elements(),
        (scratch, from, length) -> {
          double[] values = scratch.load(0, x, from, length);
          for (int i = 0; i < length; i++) {
            values[i] = values[i] <= 0 ? 0 : values[i];
          }
          scratch.store(values, y, from, length);
        });
  }

  void reluBackward(Tensor y, Tensor dy, Tensor dx) {
    run(
        dx.shape().elements(),
        (scratch, from, length) -> {
          double[] outputs = scratch.load(0, y, from, length);
          double[] gradients = scratch.load(1, dy, from, length);
          for (int i = 0; i < length; i++) {
            gradients[i] = outputs[i] > 0 ? gradients[i] : 0;
          }
          scratch.store(gradients, dx, from, length);
        });
  }

  void addBias(Tensor b, Tensor y) {
    int channels = y.shape().dim(1);
    long plane = y.shape().elements() / ((long) y.shape().dim(0) * channels);
    run(
        y.shape().elements(),
        (scratch, from, length) -> {
          double[] values = scratch.load(0, y, from, length);
          double[] biases = scratch.load(1, b, 0, channels);
          long channel = from / plane;
          long left = plane - from % plane; // elements to the channel's end
          int number = (int) (channel % channels);
          for (int i = 0; i < length; i++) {
            values[i] += biases[number];
            left--;
            if (left == 0) {
              left = plane;
              number = number + 1 == channels ? 0 : number + 1;
            }
          }
          scratch.store(values, y, from, length);
        });
  }
}
