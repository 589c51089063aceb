package dev.convoy.bench.rival;

import dev.convoy.Tensor;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Steps of training on the same images again and again; remembers where the loss began. */
public final class TrainingTask implements Task {
  /** After so many steps the images must have been learnt to some degree. */
  private static final int STEPS = 25;

  private final DoubleSupplier step;
  private double last;

  /**
   * A task.
   *
   * @param step one step of training; returns the loss before it
   */
  public TrainingTask(DoubleSupplier step) {
    this.step = step;
  }

  @Override
  public void run() {
    last = step.getAsDouble();
  }

  /** The loss of the last run and that of a later one: {@link #STEPS} more steps are done. */
  @Override
  public List<Tensor> results() {
    double first = last;
    for (int i = 0; i < STEPS; i++) {
      run();
    }
    return List.of(Tensor.of(dev.convoy.Shape.of(2), (float) first, (float) last));
  }
}
