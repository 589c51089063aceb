package dev.convoy.engine.ffm;

import dev.convoy.conformance.Conv2dConformance;
import dev.convoy.conformance.ConvTranspose2dConformance;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;

/** Convolution without algorithms of larger rounding error. */
class PreciseConformanceTest implements Conv2dConformance, ConvTranspose2dConformance {
  @Override
  public EngineProvider provider() {
    return new NativeEngineProvider();
  }

  @Override
  public EngineConfig config() {
    return EngineConfig.defaults().precise(true);
  }
}
