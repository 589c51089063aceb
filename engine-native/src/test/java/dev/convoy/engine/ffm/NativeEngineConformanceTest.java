package dev.convoy.engine.ffm;

import dev.convoy.conformance.EngineConformance;
import dev.convoy.spi.EngineProvider;

class NativeEngineConformanceTest extends EngineConformance {
  @Override
  public EngineProvider provider() {
    return new NativeEngineProvider();
  }
}
