package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/** Makes JUnit's tests of cases. */
final class Suite {
  private Suite() {}

  /** One test for each case in each type, all on one engine. */
  static Stream<DynamicNode> tests(EngineUnderTest subject, Function<DType, Stream<Case>> cases) {
    Engine engine = Engines.create(subject.provider(), subject.config());
    return Arrays.stream(DType.values())
        .<DynamicNode>map(
            dtype ->
                DynamicContainer.dynamicContainer(
                    dtype.name(), cases.apply(dtype).map(each -> test(each, engine))))
        .onClose(engine::close);
  }

  /** Tests that are no cases, all on one engine. */
  static Stream<DynamicNode> tests(EngineUnderTest subject, Stream<EngineTest> tests) {
    Engine engine = Engines.create(subject.provider(), subject.config());
    return tests
        .<DynamicNode>map(
            each -> DynamicTest.dynamicTest(each.name(), () -> each.test().accept(engine)))
        .onClose(engine::close);
  }

  private static DynamicTest test(Case each, Engine engine) {
    return DynamicTest.dynamicTest(each.name(), () -> each.check(engine));
  }

  /** One test of one random case, on an engine of its own. */
  static void check(EngineUnderTest subject, Case each) {
    try (Engine engine = Engines.create(subject.provider(), subject.config())) {
      each.check(engine);
    } catch (TestAbortedException notForThisAlgorithm) {
      // jqwik would count what a forced algorithm does not apply to, and fail for too few cases.
    }
  }
}
