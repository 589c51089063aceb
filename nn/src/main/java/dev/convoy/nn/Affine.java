package dev.convoy.nn;

import dev.convoy.Tensor;
import java.util.List;

/** The weight and the optional bias of a layer, under PyTorch's names. */
final class Affine {
  private final Parameter weight;
  private final Parameter bias;

  Affine(Tensor weight, Tensor bias) {
    Require.bias(bias, weight);
    this.weight = new Parameter("weight", weight);
    this.bias = bias == null ? null : new Parameter("bias", bias);
  }

  Tensor weight() {
    return weight.value();
  }

  Tensor weightGradient() {
    return weight.gradient();
  }

  /** Null if there is none. */
  Tensor bias() {
    return bias == null ? null : bias.value();
  }

  /** Null if there is no bias. */
  Tensor biasGradient() {
    return bias == null ? null : bias.gradient();
  }

  List<Parameter> list() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }
}
