package dev.convoy.spi;

import dev.convoy.Conv2dAlgorithm;
import java.util.Objects;

/**
 * How an engine is to work.
 *
 * @param threads threads that work on one call, the caller's among them, at least 1
 * @param precise whether {@link Conv2dAlgorithm#AUTO} must not choose algorithms of larger rounding
 *     error (Winograd)
 * @param algorithm the convolution algorithm; where a forced one does not apply, calls are refused
 */
public record EngineConfig(int threads, boolean precise, Conv2dAlgorithm algorithm) {
  private static final int MOST_THREADS = 1024;

  /** Checks the ranges. */
  public EngineConfig {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads is " + threads + ", must be from 1 to " + MOST_THREADS);
    }
    Objects.requireNonNull(algorithm, "algorithm");
  }

  /** As many threads as the processors that the container grants; every algorithm allowed. */
  public static EngineConfig defaults() {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    return new EngineConfig(processors, false, Conv2dAlgorithm.AUTO);
  }

  /** This configuration with another number of threads. */
  public EngineConfig threads(int number) {
    return new EngineConfig(number, precise, algorithm);
  }

  /** This configuration with algorithms of larger rounding error excluded or not. */
  public EngineConfig precise(boolean exclude) {
    return new EngineConfig(threads, exclude, algorithm);
  }

  /** This configuration with a forced convolution algorithm, or AUTO. */
  public EngineConfig algorithm(Conv2dAlgorithm forced) {
    return new EngineConfig(threads, precise, forced);
  }
}
