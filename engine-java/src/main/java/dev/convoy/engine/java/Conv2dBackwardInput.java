package dev.convoy.engine.java;

import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;

/** A convolution's gradient with respect to its input, by one algorithm. */
interface Conv2dBackwardInput {
  /** Sets {@code dx}, or adds to it. */
  void backwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate);

  /** How that would be done, in words. */
  String explainBackwardInput(Conv2dSpec spec, Shape x, Shape y);
}
