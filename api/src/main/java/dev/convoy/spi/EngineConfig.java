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
 * @param weightsCacheBytes what the engine may keep of weights that stay the same from call to
 *     call, in the form in which it multiplies them, and of copies to tell by; 0: nothing
 */
public record EngineConfig(
    int threads, boolean precise, Conv2dAlgorithm algorithm, long weightsCacheBytes) {
  private static final int MOST_THREADS = 1024;
  private static final long WEIGHTS_CACHE_BYTES = 256L << 20;

  /** Checks the ranges. */
  public EngineConfig {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads is " + threads + ", must be from 1 to " + MOST_THREADS);
    }
    Objects.requireNonNull(algorithm, "algorithm");
    if (weightsCacheBytes < 0) {
      throw new IllegalArgumentException(
          "weightsCacheBytes is " + weightsCacheBytes + ", must be at least 0");
    }
  }

  /**
   * As many threads as the processors that the container grants; every algorithm allowed; a weights
   * cache of 256 MiB.
   */
  public static EngineConfig defaults() {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    return new EngineConfig(processors, false, Conv2dAlgorithm.AUTO, WEIGHTS_CACHE_BYTES);
  }

  /** This configuration with another number of threads. */
  public EngineConfig threads(int number) {
    return new EngineConfig(number, precise, algorithm, weightsCacheBytes);
  }

  /** This configuration with algorithms of larger rounding error excluded or not. */
  public EngineConfig precise(boolean exclude) {
    return new EngineConfig(threads, exclude, algorithm, weightsCacheBytes);
  }

  /** This configuration with a forced convolution algorithm, or AUTO. */
  public EngineConfig algorithm(Conv2dAlgorithm forced) {
    return new EngineConfig(threads, precise, forced, weightsCacheBytes);
  }

  /** This configuration with another size of the weights cache. */
  public EngineConfig weightsCacheBytes(long bytes) {
    return new EngineConfig(threads, precise, algorithm, bytes);
  }
}
