package dev.convoy.conformance;

import dev.convoy.spi.EngineProvider;
import org.example.plain.PlainProvider;

class PlainEngineConformanceTest extends EngineConformance {
  @Override
  public EngineProvider provider() {
    return new PlainProvider();
  }
}
