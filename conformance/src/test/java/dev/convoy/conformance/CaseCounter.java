package dev.convoy.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.DType;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;

/** Counts the cases that pass, by their names and types, and fails if they are too few. */
final class CaseCounter implements InvocationInterceptor, AfterAllCallback {
  private static final int LEAST = 400;

  private final Map<DType, Set<String>> passed = new EnumMap<>(DType.class);

  @Override
  public void interceptDynamicTest(
      Invocation<Void> invocation, DynamicTestInvocationContext test, ExtensionContext context)
      throws Throwable {
    invocation.proceed();
    String container = context.getParent().orElseThrow().getDisplayName();
    for (DType dtype : DType.values()) {
      if (container.equals(dtype.name())) {
        passed.computeIfAbsent(dtype, key -> new HashSet<>()).add(context.getDisplayName());
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    for (DType dtype : DType.values()) {
      int cases = passed.getOrDefault(dtype, Set.of()).size();
      assertTrue(
          cases >= LEAST, () -> "%d %s cases passed, must be %d".formatted(cases, dtype, LEAST));
    }
  }
}
