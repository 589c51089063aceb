package dev.convoy.nn;

import java.util.List;

/**
 * Adam (D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm
 * 1) in PyTorch's definition ({@code torch.optim.Adam}): in step {@code t}, with gradient {@code g}
 * and rate {@code lr},
 *
 * <pre>
 * g ← g + weightDecay · w
 * m ← β₁ · m + (1 - β₁) · g
 * v ← β₂ · v + (1 - β₂) · g²
 * w ← w - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
 * </pre>
 */
public final class Adam extends BlockOptimizer {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private long steps;

  /** Of this step: the rate with m's bias corrected, and the correction of √v. */
  private double rate;

  private double rootCorrection;

  /** With the defaults: β₁ 0.9, β₂ 0.999, ε 1e-8, no weight decay. */
  public Adam(List<Parameter> parameters, double learningRate) {
    this(parameters, learningRate, 0.9, 0.999, 1e-8, 0);
  }

  /**
   * With other settings.
   *
   * @param parameters what to update
   * @param learningRate how far a step goes, at least 0; 1e-3 is usual
   * @param beta1 how much of the mean gradient is kept in a step, from 0 to below 1
   * @param beta2 how much of the mean squared gradient is kept in a step, from 0 to below 1
   * @param epsilon added to the divisor, at least 0
   * @param weightDecay how much of each value is added to its gradient, at least 0
   */
  public Adam(
      List<Parameter> parameters,
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay) {
    super(parameters, learningRate, 2);
    this.beta1 = belowOne("beta1", beta1);
    this.beta2 = belowOne("beta2", beta2);
    this.epsilon = atLeastZero("epsilon", epsilon);
    this.weightDecay = atLeastZero("weightDecay", weightDecay);
  }

  @Override
  void begin() {
    steps++;
    rate = learningRate() / (1 - Math.pow(beta1, (double) steps));
    rootCorrection = Math.sqrt(1 - Math.pow(beta2, (double) steps));
  }

  @Override
  void update(float[] value, float[] gradient, float[][] state, int count) {
    float[] mean = state[0];
    float[] square = state[1];
    float keep = (float) beta1;
    float take = (float) (1 - beta1);
    float keepSquare = (float) beta2;
    float takeSquare = (float) (1 - beta2);
    float decay = (float) weightDecay;
    float step = (float) rate;
    float correction = (float) rootCorrection;
    float least = (float) epsilon;
    for (int i = 0; i < count; i++) {
      float g = gradient[i] + decay * value[i];
      float m = keep * mean[i] + take * g;
      float v = keepSquare * square[i] + takeSquare * (g * g);
      mean[i] = m;
      square[i] = v;
      value[i] -= step * (m / ((float) Math.sqrt(v) / correction + least));
    }
  }

  @Override
  void update(double[] value, double[] gradient, double[][] state, int count) {
    double[] mean = state[0];
    double[] square = state[1];
    double take = 1 - beta1;
    double takeSquare = 1 - beta2;
    for (int i = 0; i < count; i++) {
      double g = gradient[i] + weightDecay * value[i];
      double m = beta1 * mean[i] + take * g;
      double v = beta2 * square[i] + takeSquare * (g * g);
      mean[i] = m;
      square[i] = v;
      value[i] -= rate * (m / (Math.sqrt(v) / rootCorrection + epsilon));
    }
  }
}
