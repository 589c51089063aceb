package dev.convoy.conformance;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Window;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What an engine keeps from one call to the next must not show in what it answers. */
public interface RepeatedCallsConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> weightsMayChangeBetweenCalls() {
    return Stream.of(
            Window.of(3, 3).padding(1),
            Window.of(3, 3).stride(2).padding(1),
            Window.of(5, 5).padding(2),
            Window.of(1, 1))
        .flatMap(
            window ->
                Arrays.stream(DType.values())
                    .map(
                        dtype ->
                            DynamicTest.dynamicTest(
                                "%s %s".formatted(window, dtype),
                                () -> ChangingWeights.check(this, Conv2dSpec.of(window), dtype))));
  }
}
