package dev.convoy.engine.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.Engines;
import dev.convoy.conformance.EngineConformance;
import dev.convoy.spi.EngineProvider;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeEngineConformanceTest extends EngineConformance {
  @Override
  public EngineProvider provider() {
    return new NativeEngineProvider();
  }

  @Test
  void comparesWithTheJavaEngine() {
    assertEquals(List.of("native", "java"), Engines.available());
  }
}
