package dev.convoy.engine.java;

import dev.convoy.conformance.EngineConformance;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;

/** The plain loops that stand in where the Vector API is of no use. */
class LoopEngineConformanceTest extends EngineConformance {
  @Override
  public EngineProvider provider() {
    return new EngineProvider() {
      @Override
      public String name() {
        return "loops";
      }

      @Override
      public int priority() {
        return 0;
      }

      @Override
      public Kernels create(EngineConfig config) {
        return new LoopKernels(config, "asked for by a test");
      }
    };
  }
}
