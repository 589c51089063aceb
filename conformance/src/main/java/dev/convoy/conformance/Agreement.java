package dev.convoy.conformance;

import dev.convoy.Engine;
import java.util.List;

/** Compares what engines answer with each other. */
final class Agreement {
  private Agreement() {}

  /** The engines must answer bit for bit as the first does. */
  static void sameBits(Case each, List<Engine> engines) {
    Engine first = engines.getFirst();
    List<Answer> expected = each.run(first);
    for (Engine other : engines.subList(1, engines.size())) {
      sameBits(each, describe(first), expected, describe(other), each.run(other));
    }
  }

  private static String describe(Engine engine) {
    return "with %d threads".formatted(engine.config().threads());
  }

  static void sameBits(
      Case each, String circumstances, List<Answer> expected, String others, List<Answer> actual) {
    for (int i = 0; i < expected.size(); i++) {
      Answer one = expected.get(i);
      Answer other = actual.get(i);
      int at = one.mismatch(other);
      if (at >= 0) {
        throw new AssertionError(
            "%s: %s%s is %s %s and %s %s, must be the same"
                .formatted(
                    each,
                    one.name(),
                    one.values().place(at),
                    one.values().data()[at],
                    circumstances,
                    other.values().data()[at],
                    others));
      }
    }
  }

  /** Two engines must both be right, and so no further apart than their tolerances together. */
  static void agree(Case each, Engine engine, Engine other) {
    List<Answer> answers = each.run(engine);
    List<Answer> others = each.run(other);
    for (Expected expected : each.expected()) {
      Answer answer = Case.find(answers, expected.name());
      Answer asOther = Case.find(others, expected.name());
      boolean winograd = answer.winograd() || asOther.winograd();
      new Expected(
              expected.name(),
              asOther.values(),
              expected.tolerance().twice(),
              "engine " + other.name())
          .check(each.name(), each.dtype(), new Answer(answer.name(), answer.values(), winograd));
    }
  }
}
