package dev.convoy.nn;

import java.util.List;

/**
 * Stochastic gradient descent with momentum, in PyTorch's definition ({@code torch.optim.SGD}):
 * with gradient {@code g} and rate {@code lr},
 *
 * <pre>
 * g ← g + weightDecay · w
 * m ← momentum · m + g
 * w ← w - lr · m
 * </pre>
 */
public final class Sgd extends BlockOptimizer {
  private final double momentum;
  private final double weightDecay;

  /** Without momentum and weight decay. */
  public Sgd(List<Parameter> parameters, double learningRate) {
    this(parameters, learningRate, 0, 0);
  }

  /** With momentum. */
  public Sgd(List<Parameter> parameters, double learningRate, double momentum) {
    this(parameters, learningRate, momentum, 0);
  }

  /**
   * With momentum and weight decay.
   *
   * @param parameters what to update
   * @param learningRate how far a step goes, at least 0
   * @param momentum how much of the last step is done again, from 0 to below 1
   * @param weightDecay how much of each value is added to its gradient, at least 0
   */
  public Sgd(List<Parameter> parameters, double learningRate, double momentum, double weightDecay) {
    super(parameters, learningRate, momentum == 0 ? 0 : 1);
    this.momentum = belowOne("momentum", momentum);
    this.weightDecay = atLeastZero("weightDecay", weightDecay);
  }

  @Override
  void begin() {}

  @Override
  void update(float[] value, float[] gradient, float[][] state, int count) {
    float rate = (float) learningRate();
    float decay = (float) weightDecay;
    for (int i = 0; i < count; i++) {
      gradient[i] += decay * value[i];
    }
    float[] velocity = gradient;
    if (state.length > 0) {
      velocity = state[0];
      float carried = (float) momentum;
      for (int i = 0; i < count; i++) {
        velocity[i] = carried * velocity[i] + gradient[i];
      }
    }
    for (int i = 0; i < count; i++) {
      value[i] -= rate * velocity[i];
    }
  }

  @Override
  void update(double[] value, double[] gradient, double[][] state, int count) {
    double rate = learningRate();
    for (int i = 0; i < count; i++) {
      gradient[i] += weightDecay * value[i];
    }
    double[] velocity = gradient;
    if (state.length > 0) {
      velocity = state[0];
      for (int i = 0; i < count; i++) {
        velocity[i] = momentum * velocity[i] + gradient[i];
      }
    }
    for (int i = 0; i < count; i++) {
      value[i] -= rate * velocity[i];
    }
  }
}
