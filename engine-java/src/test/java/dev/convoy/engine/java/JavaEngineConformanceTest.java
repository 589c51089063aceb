package dev.convoy.engine.java;

import dev.convoy.conformance.EngineConformance;
import dev.convoy.spi.EngineProvider;

class JavaEngineConformanceTest extends EngineConformance {
  @Override
  public EngineProvider provider() {
    return new JavaEngineProvider();
  }
}
