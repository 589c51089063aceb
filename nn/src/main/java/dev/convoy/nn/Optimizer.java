package dev.convoy.nn;

/** Changes parameters so that the loss falls. */
public interface Optimizer {
  /** Updates every parameter by its gradient. */
  void step();

  /** How far a step goes. */
  double learningRate();

  /**
   * Sets how far the next steps go, for a schedule.
   *
   * @param rate finite and not negative
   */
  void learningRate(double rate);
}
