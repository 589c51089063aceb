package dev.convoy.engine.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.conformance.Conv2dConformance;
import dev.convoy.conformance.ConvTranspose2dConformance;
import dev.convoy.conformance.ThreadConformance;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every convolution that Winograd's algorithm applies to, by it. */
class WinogradConformanceTest
    implements Conv2dConformance, ConvTranspose2dConformance, ThreadConformance {
  private static final Conv2dSpec THREE = Conv2dSpec.of(Window.square(3).padding(1));
  private static final Shape X = Shape.of(2, 32, 28, 28);
  private static final Shape W = Shape.of(48, 32, 3, 3);

  @Override
  public EngineProvider provider() {
    return new NativeEngineProvider();
  }

  @Override
  public EngineConfig config() {
    return EngineConfig.defaults().algorithm(Conv2dAlgorithm.WINOGRAD);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void itIsUsedForAllThreeOperations(int stride) {
    Conv2dSpec spec = Conv2dSpec.of(Window.square(3).padding(1).stride(stride));
    assertEquals(
        new Conv2dExplanation(
                Conv2dAlgorithm.WINOGRAD, Conv2dAlgorithm.WINOGRAD, Conv2dAlgorithm.WINOGRAD, "")
            .toString(),
        withoutText(explain(config(), spec)));
  }

  @Test
  void withStride2TheEngineChoosesItButForTheWeights() {
    Conv2dExplanation plan =
        explain(EngineConfig.defaults(), Conv2dSpec.of(Window.square(3).padding(1).stride(2)));
    assertEquals(Conv2dAlgorithm.WINOGRAD, plan.forward());
    assertEquals(Conv2dAlgorithm.WINOGRAD, plan.backwardInput());
    assertNotEquals(Conv2dAlgorithm.WINOGRAD, plan.backwardWeights());
  }

  /** 2 · (2 · 48 · 28 · 28) · (32 · 3 · 3) operations on (50,176 + 13,824 + 75,264) floats. */
  @Test
  void theWorkOfTheDefinitionIsToldForEachDirection() {
    List<String> lines = explain(config()).detail().lines().toList();
    assertEquals(3, lines.size());
    for (String line : lines) {
      assertTrue(line.endsWith("; by definition 0.043 GFLOP on 0.56 MB of tensors"), line);
    }
  }

  @Test
  void precisionExcludesItFromTheEnginesChoice() {
    Conv2dExplanation precise = explain(EngineConfig.defaults().precise(true));
    assertNotEquals(Conv2dAlgorithm.WINOGRAD, precise.forward());
    assertNotEquals(Conv2dAlgorithm.WINOGRAD, precise.backwardInput());
    assertNotEquals(Conv2dAlgorithm.WINOGRAD, precise.backwardWeights());
  }

  @Test
  void whatItIsNotForIsRefusedWithTheReason() {
    refuses("for strides of 1 and 2", Conv2dSpec.of(Window.square(3).stride(3)), 3);
    refuses("without dilation", Conv2dSpec.of(Window.square(3).stride(2).dilation(2)), 3);
    refuses("to 6x6 without dilation", Conv2dSpec.of(Window.square(7).stride(2)), 7);
    refuses("for square kernels of 3x3 to 9x9", Conv2dSpec.of(Window.square(10)), 10);
  }

  private void refuses(String reason, Conv2dSpec spec, int kernel) {
    try (Engine engine = Engines.create(provider(), config())) {
      Shape w = Shape.of(48, 32, kernel, kernel);
      String message =
          assertThrows(IllegalArgumentException.class, () -> engine.explain(spec, X, w))
              .getMessage();
      assertTrue(message.contains(reason), message);
    }
  }

  private Conv2dExplanation explain(EngineConfig config) {
    return explain(config, THREE);
  }

  private Conv2dExplanation explain(EngineConfig config, Conv2dSpec spec) {
    try (Engine engine = Engines.create(provider(), config)) {
      return engine.explain(spec, X, W);
    }
  }

  private static String withoutText(Conv2dExplanation plan) {
    return new Conv2dExplanation(plan.forward(), plan.backwardInput(), plan.backwardWeights(), "")
        .toString();
  }
}
