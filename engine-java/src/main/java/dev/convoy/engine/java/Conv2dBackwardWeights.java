package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;

/** A convolution's gradients with respect to its weights and bias, by one algorithm. */
interface Conv2dBackwardWeights {
  /**
   * Sets {@code dw} and {@code db}, or adds to them.
   *
   * @param db null where it is not wanted
   */
  void backwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate);

  /** How that would be done, in words. */
  String explainBackwardWeights(Conv2dSpec spec, Shape x, Shape y);
}
