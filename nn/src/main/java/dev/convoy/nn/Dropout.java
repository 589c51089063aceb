package dev.convoy.nn;

import dev.convoy.Tensor;
import java.util.SplittableRandom;

/**
 * Inverted dropout, PyTorch's {@code Dropout} (N. Srivastava et al., "Dropout: A Simple Way to
 * Prevent Neural Networks from Overfitting", JMLR 2014): in training each element is dropped with a
 * probability, and those that stay are divided by the probability of staying; in inference all pass
 * as they are. Any shape.
 *
 * <p>What is dropped depends on the seed and the training passes done before, on nothing else.
 */
public final class Dropout implements Layer {
  private final double rate;
  private final SplittableRandom random;
  private final Product product = new Product();
  private final Buffer<Tensor> masks = Buffer.likeInput();
  private final Buffer<Tensor> outputs = Buffer.likeInput();
  private Tensor mask;

  /**
   * A dropout layer.
   *
   * @param rate probability that an element is dropped, from 0 to below 1
   * @param seed of what is dropped
   */
  public Dropout(double rate, long seed) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("rate is " + rate + ", must be from 0 to below 1");
    }
    this.rate = rate;
    this.random = new SplittableRandom(seed);
  }

  /** In inference returns {@code x} itself. */
  @Override
  public Tensor forward(Tensor x, Mode mode) {
    if (mode == Mode.INFERENCE) {
      mask = null;
      return x;
    }
    mask = masks.forInput(x);
    draw();
    Tensor y = outputs.forInput(x);
    product.multiply(x, mask, y);
    return y;
  }

  /** Fills the mask; each draw decides two elements, by 32 bits each. */
  private void draw() {
    double stay = 1 / (1 - rate);
    long threshold = Math.round(rate * (1L << Integer.SIZE));
    long elements = mask.shape().elements();
    for (long i = 0; i < elements; i += 2) {
      long bits = random.nextLong();
      Elements.set(mask, i, bits >>> Integer.SIZE >= threshold ? stay : 0);
      if (i + 1 < elements) {
        Elements.set(mask, i + 1, Integer.toUnsignedLong((int) bits) >= threshold ? stay : 0);
      }
    }
  }

  @Override
  public Tensor backward(Tensor dy) {
    Require.sameAs("dy", dy, "y", Require.remembered(mask));
    product.multiply(dy, mask, dy);
    return dy;
  }

  /** The rate. */
  @Override
  public String toString() {
    return "Dropout[" + rate + "]";
  }
}
