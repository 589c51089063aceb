package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;

/** A convolution by one algorithm. Used by one calling thread at a time, as its gradients are. */
interface Conv2dForward {
  /**
   * Convolves.
   *
   * @param b added to each of {@code w}'s filters; null for none
   */
  void forward(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y);

  /** How that would be done, in words. */
  String explainForward(Conv2dSpec spec, Shape x, Shape y);
}
