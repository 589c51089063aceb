package dev.convoy.conformance;

import dev.convoy.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A case whose answers others have computed, beside the reference. */
final class OracleCase extends Case {
  private final Case inner;
  private final Map<String, Values> answers;

  /**
   * A case and what is known of it.
   *
   * @param answers from files, by the names of the case's answers
   */
  OracleCase(Case inner, Map<String, Values> answers) {
    super(inner.name(), inner.dtype());
    this.inner = inner;
    this.answers = answers;
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers collected) {
    inner.run(engine, memory, collected);
  }

  @Override
  List<Expected> expected() {
    List<Expected> expected = new ArrayList<>(inner.expected());
    for (Map.Entry<String, Values> answer : answers.entrySet()) {
      Tolerance tolerance =
          inner.expected().stream()
              .filter(other -> other.name().equals(answer.getKey()))
              .map(Expected::tolerance)
              .findFirst()
              .orElse(Tolerance.BITS);
      expected.add(new Expected(answer.getKey(), answer.getValue(), tolerance, "the oracle"));
    }
    return expected;
  }
}
