package dev.convoy.nn;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Walks over parameters in blocks that stay in cache. A block is copied to the heap and back, and
 * its state lives there in arrays of its own, so that update loops use one index for all arrays:
 * those the JIT vectorises, loops over memory segments or with offsets it does not.
 */
abstract class BlockOptimizer implements Optimizer {
  private static final int BLOCK = 2048;

  private final Slot[] slots;
  private double learningRate;

  /**
   * An optimizer.
   *
   * @param states arrays of state beside each parameter, zero at the beginning
   */
  BlockOptimizer(List<Parameter> parameters, double learningRate, int states) {
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException("parameters is empty, must have one at least");
    }
    learningRate(learningRate);
    Scratch scratch = new Scratch();
    slots =
        parameters.stream()
            .map(
                p ->
                    p.value().dtype() == DType.F32
                        ? new Floats(p, states, scratch)
                        : new Doubles(p, states, scratch))
            .toArray(Slot[]::new);
  }

  /** Called once for each step, before the updates. */
  abstract void begin();

  /** Updates the first {@code count} values by their gradients. */
  abstract void update(float[] value, float[] gradient, float[][] state, int count);

  /** Updates the first {@code count} values by their gradients. */
  abstract void update(double[] value, double[] gradient, double[][] state, int count);

  @Override
  public final void step() {
    begin();
    for (Slot slot : slots) {
      slot.step();
    }
  }

  @Override
  public final double learningRate() {
    return learningRate;
  }

  @Override
  public final void learningRate(double rate) {
    learningRate = atLeastZero("learningRate", rate);
  }

  /** A setting that is finite and not negative. */
  static double atLeastZero(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be finite and at least 0");
    }
    return value;
  }

  /** A setting that is a fraction of what was. */
  static double belowOne(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be from 0 to below 1");
    }
    return value;
  }

  /** Where a block is while it is updated; one for all parameters of an optimizer. */
  private static final class Scratch {
    final float[] floatValue = new float[BLOCK];
    final float[] floatGradient = new float[BLOCK];
    final double[] doubleValue = new double[BLOCK];
    final double[] doubleGradient = new double[BLOCK];
  }

  /** A parameter with its state. */
  private abstract static class Slot {
    final MemorySegment value;
    final MemorySegment gradient;
    final Scratch scratch;
    private final long elements;

    Slot(Parameter parameter, Scratch scratch) {
      this.value = parameter.value().segment();
      this.gradient = parameter.gradient().segment();
      this.scratch = scratch;
      this.elements = parameter.value().shape().elements();
    }

    final int blocks() {
      return Math.toIntExact((elements + BLOCK - 1) / BLOCK);
    }

    final void step() {
      for (int block = 0; block < blocks(); block++) {
        long from = (long) block * BLOCK;
        step(block, from, (int) Math.min(BLOCK, elements - from));
      }
    }

    abstract void step(int block, long from, int count);
  }

  private final class Floats extends Slot {
    private final float[][][] states;

    Floats(Parameter parameter, int states, Scratch scratch) {
      super(parameter, scratch);
      this.states = new float[blocks()][states][BLOCK];
    }

    @Override
    void step(int block, long from, int count) {
      long offset = from * Float.BYTES;
      MemorySegment.copy(value, Elements.FLOAT, offset, scratch.floatValue, 0, count);
      MemorySegment.copy(gradient, Elements.FLOAT, offset, scratch.floatGradient, 0, count);
      update(scratch.floatValue, scratch.floatGradient, states[block], count);
      MemorySegment.copy(scratch.floatValue, 0, value, Elements.FLOAT, offset, count);
    }
  }

  private final class Doubles extends Slot {
    private final double[][][] states;

    Doubles(Parameter parameter, int states, Scratch scratch) {
      super(parameter, scratch);
      this.states = new double[blocks()][states][BLOCK];
    }

    @Override
    void step(int block, long from, int count) {
      long offset = from * Double.BYTES;
      MemorySegment.copy(value, Elements.DOUBLE, offset, scratch.doubleValue, 0, count);
      MemorySegment.copy(gradient, Elements.DOUBLE, offset, scratch.doubleGradient, 0, count);
      update(scratch.doubleValue, scratch.doubleGradient, states[block], count);
      MemorySegment.copy(scratch.doubleValue, 0, value, Elements.DOUBLE, offset, count);
    }
  }
}
