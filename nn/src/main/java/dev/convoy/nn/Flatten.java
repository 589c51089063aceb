package dev.convoy.nn;

import dev.convoy.Shape;
import dev.convoy.Tensor;

/** {@code x [N, …]} seen as {@code [N, elements of an image]}, PyTorch's {@code Flatten}. */
public final class Flatten implements Layer {
  private final Views outputs = new Views();
  private final Views inputGradients = new Views();
  private Tensor x;
  private Tensor y;

  /** A flattening layer. */
  public Flatten() {}

  /** The same memory as {@code x}. */
  @Override
  public Tensor forward(Tensor x, Mode mode) {
    Tensor view = outputs.find(x);
    if (view == null) {
      view = outputs.add(x, flat(x.shape()));
    }
    this.x = mode == Mode.TRAINING ? x : null;
    y = view;
    return view;
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

  /** The same memory as {@code dy}. */
  @Override
  public Tensor backward(Tensor dy) {
    Shape shape = Require.remembered(x).shape();
    Require.sameAs("dy", dy, "y", y);
    Tensor dx = inputGradients.find(dy);
    return dx != null && dx.shape().equals(shape) ? dx : inputGradients.add(dy, shape);
  }

  /** The name. */
  @Override
  public String toString() {
    return "Flatten";
  }
}
