package org.example.plain;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;
import dev.convoy.spi.Kernels;

/** A stranger's engine: nothing but the API, the SPI and loops. */
public final class PlainProvider implements EngineProvider {
  @Override
  public String name() {
    return "plain";
  }

  @Override
  public int priority() {
    return 1;
  }

  @Override
  public Kernels create(EngineConfig config) {
    return new PlainKernels(config);
  }
}
