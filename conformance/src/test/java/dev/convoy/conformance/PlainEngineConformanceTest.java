package dev.convoy.conformance;

import dev.convoy.spi.EngineProvider;
import org.example.plain.PlainProvider;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CaseCounter.class)
class PlainEngineConformanceTest extends EngineConformance {
  @Override
  public EngineProvider provider() {
    return new PlainProvider();
  }
}
