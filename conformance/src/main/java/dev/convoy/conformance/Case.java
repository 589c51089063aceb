package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation with its arguments, run forward and backward: what an engine is given and what it
 * must answer. The name holds all that is needed to run it again.
 */
public abstract class Case {
  private final String name;
  private final DType dtype;

  Case(String name, DType dtype) {
    this.name = name;
    this.dtype = dtype;
  }

  /** What it is, for people. */
  public final String name() {
    return name;
  }

  /** The type that it runs in. */
  public final DType dtype() {
    return dtype;
  }

  /**
   * Runs it and compares with what must come out.
   *
   * @throws AssertionError if an answer is wrong, or memory was touched that is none of its outputs
   */
  public final void check(Engine engine) {
    check(run(engine));
  }

  final void check(List<Answer> answers) {
    for (Expected expected : expected()) {
      expected.check(name, dtype, find(answers, expected.name()));
    }
  }

  static Answer find(List<Answer> answers, String name) {
    return answers.stream().filter(answer -> answer.name().equals(name)).findFirst().orElseThrow();
  }

  /** Runs all calls of this case. */
  final List<Answer> run(Engine engine) {
    try (GuardedMemory memory = new GuardedMemory(dtype)) {
      Answers answers = new Answers();
      run(engine, memory, answers);
      memory.check(name);
      return answers.list;
    }
  }

  abstract void run(Engine engine, GuardedMemory memory, Answers answers);

  /** What must come out, by the answers' names. */
  abstract List<Expected> expected();

  @Override
  public final String toString() {
    return name + " " + dtype;
  }

  /** Collects what an engine wrote. */
  static final class Answers {
    private final List<Answer> list = new ArrayList<>();

    void add(String name, Tensor tensor) {
      add(name, tensor, false);
    }

    void add(String name, Tensor tensor, boolean winograd) {
      list.add(new Answer(name, Values.of(tensor), winograd));
    }

    void add(String name, Values values) {
      list.add(new Answer(name, values, false));
    }
  }
}
