package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.conformance.Conv2dConformance;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import org.junit.jupiter.api.Test;

/** The algorithms of the smaller rounding error. */
class JavaPreciseConformanceTest implements Conv2dConformance {
  @Override
  public EngineProvider provider() {
    return new JavaEngineProvider();
  }

  @Override
  public EngineConfig config() {
    return EngineConfig.defaults().precise(true);
  }

  @Test
  void excludesWinograd() {
    assertEquals(Conv2dAlgorithm.WINOGRAD, chosen(EngineConfig.defaults()).forward());
    Conv2dExplanation precise = chosen(config());
    assertEquals(Conv2dAlgorithm.GEMM, precise.forward());
    assertEquals(Conv2dAlgorithm.GEMM, precise.backwardInput());
    assertEquals(Conv2dAlgorithm.GEMM, precise.backwardWeights());
  }

  private Conv2dExplanation chosen(EngineConfig config) {
    try (Engine engine = Engines.create(provider(), config)) {
      Conv2dSpec three = Conv2dSpec.of(Window.square(3).padding(1));
      return engine.explain(three, Shape.of(8, 128, 56, 56), Shape.of(256, 128, 3, 3));
    }
  }
}
