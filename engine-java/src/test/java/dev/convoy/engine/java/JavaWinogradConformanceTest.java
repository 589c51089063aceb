package dev.convoy.engine.java;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.conformance.Conv2dConformance;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;

/** Winograd wherever it applies, however little it would pay. */
class JavaWinogradConformanceTest implements Conv2dConformance {
  @Override
  public EngineProvider provider() {
    return new JavaEngineProvider();
  }

  @Override
  public EngineConfig config() {
    return EngineConfig.defaults().algorithm(Conv2dAlgorithm.WINOGRAD);
  }
}
