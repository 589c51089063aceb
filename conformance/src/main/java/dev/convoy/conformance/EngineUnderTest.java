package dev.convoy.conformance;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.EngineProvider;

/** Which engine the suite is to test, and how it is to be configured. */
public interface EngineUnderTest {
  /** Makes the engine; it need not be registered. */
  EngineProvider provider();

  /**
   * How the engine is to work, by default as a user gets it. With a forced algorithm, the
   * convolutions that it does not apply to are left out.
   */
  default EngineConfig config() {
    return EngineConfig.defaults();
  }
}
