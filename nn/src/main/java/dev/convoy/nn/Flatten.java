package dev.convoy.nn;

import dev.convoy.Shape;
import dev.convoy.Tensor;

/** {@code x [N, …]} seen as {@code [N, elements of an image]}, PyTorch's {@code Flatten}. */
public final class Flatten implements Layer {
  private Tensor x;
  private Tensor y;
  private Tensor dy;
  private Tensor dx;
  private boolean remembers;

  /** A flattening layer. */
  public Flatten() {}

  @Override
  public Tensor forward(Tensor x, Mode mode) {
    if (x != this.x) { // layers give the same tensor each time, so usually the view is there
      y = x.reshape(flat(x.shape()));
      this.x = x;
    }
    remembers = mode == Mode.TRAINING;
    return y;
  }

  private static Shape flat(Shape shape) {
    if (shape.rank() < 2) {
      throw new IllegalArgumentException("x has shape " + shape + ", must be [N, …]");
    }
    long elements = 1; // not shape.elements() / N, for the empty batch
    for (int axis = 1; axis < shape.rank(); axis++) {
      elements *= shape.dim(axis);
    }
    return Shape.of(shape.dim(0), Math.toIntExact(elements));
  }

  @Override
  public Tensor backward(Tensor dy) {
    Tensor input = Require.remembered(remembers ? x : null);
    if (dy != this.dy || !dx.shape().equals(input.shape())) {
      Require.sameAs("dy", dy, "y", y);
      dx = dy.reshape(input.shape());
      this.dy = dy;
    }
    return dx;
  }

  /** The name. */
  @Override
  public String toString() {
    return "Flatten";
  }
}
