package dev.convoy.conformance.faults;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.convoy.conformance.EngineConformance;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The suite itself must be able to fail: engines with one fault each, run through it. */
class BrokenEnginesTest {
  private static Fault current;

  /** Run by these tests alone: its engine has the current fault. */
  static final class BrokenEngine extends EngineConformance {
    @Override
    public EngineProvider provider() {
      return new BrokenProvider(current);
    }
  }

  private record BrokenProvider(Fault fault) implements EngineProvider {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public int priority() {
      return 0;
    }

    @Override
    public Kernels create(EngineConfig config) {
      return fault.kernels(config);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSuiteCatches(Fault fault) {
    List<Throwable> failures = failures(run("junit-jupiter", fault, fault.caughtBy()));
    assertFalse(failures.isEmpty(), fault + " was not caught by " + fault.caughtBy());
    for (Throwable failure : failures) {
      assertTrue(
          failure instanceof AssertionError, () -> fault + " is no wrong answer: " + failure);
    }
  }

  @Test
  void randomCasesCatchAFaultAndShowItsAttributesAndSeed() {
    List<Throwable> failures =
        failures(run("jqwik", Fault.OVERHANG_COUNTED, "avgPool2dOfAnyAttributes"));
    assertFalse(failures.isEmpty());
    String message = failures.getFirst().getMessage();
    assertTrue(message.contains("countIncludePad=true"), message);
    assertTrue(message.contains("seed "), message);
  }

  private static Events run(String engine, Fault fault, String method) {
    current = fault;
    try {
      return EngineTestKit.engine(engine)
          .selectors(selectMethod(BrokenEngine.class, method))
          .configurationParameter("jqwik.database", "") // every run is the first
          .execute()
          .testEvents();
    } finally {
      current = null;
    }
  }

  private static List<Throwable> failures(Events tests) {
    return tests.failed().stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .map(result -> result.getThrowable().orElseThrow())
        .toList();
  }
}
