package dev.convoy.conformance;

import dev.convoy.spi.EngineProvider;
import org.example.plain.PlainProvider;
import org.junit.jupiter.api.extension.RegisterExtension;

class PlainEngineConformanceTest extends EngineConformance {
  @RegisterExtension static final CaseCounter CASES = new CaseCounter();

  @Override
  public EngineProvider provider() {
    return new PlainProvider();
  }
}
