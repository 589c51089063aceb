package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.spi.EngineConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Neither the number of threads nor other callers may change a result, not by a bit. */
public interface ThreadConformance extends EngineUnderTest {
  @TestFactory
  default Stream<DynamicNode> anyNumberOfThreadsGivesTheSameBits() {
    List<Engine> engines =
        IntStream.of(1, 2, 3, 8)
            .mapToObj(threads -> Engines.create(provider(), config().threads(threads)))
            .toList();
    return Arrays.stream(DType.values())
        .<DynamicNode>map(
            dtype ->
                DynamicContainer.dynamicContainer(
                    dtype.name(),
                    LargerCases.all(dtype)
                        .map(
                            each ->
                                DynamicTest.dynamicTest(
                                    each.name(), () -> Agreement.sameBits(each, engines)))))
        .onClose(() -> engines.forEach(Engine::close));
  }

  @TestFactory
  default Stream<DynamicNode> callersAtOnceGetWhatOneAloneGets() {
    return Stream.of(1, 3)
        .map(
            threads ->
                DynamicTest.dynamicTest(
                    "an engine of threads: " + threads,
                    () -> {
                      EngineConfig config = config().threads(threads);
                      try (Engine engine = Engines.create(provider(), config)) {
                        ConcurrentCallers.check(engine);
                      }
                    }));
  }
}
