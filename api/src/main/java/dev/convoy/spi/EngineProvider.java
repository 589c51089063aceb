package dev.convoy.spi;

import dev.convoy.EngineUnavailableException;

/**
 * Makes one kind of engine. Found with {@link java.util.ServiceLoader}: declare it in {@code
 * module-info} ({@code provides dev.convoy.spi.EngineProvider with …}) and in {@code
 * META-INF/services}.
 *
 * <p>Its constructor and {@link #name} must work everywhere, even where the engine does not: what
 * is missing is told by {@link #create}.
 */
public interface EngineProvider {
  /** What a user calls it: lower-case letters, digits and hyphens. */
  String name();

  /**
   * Its rank on this machine: {@link dev.convoy.Engines#fastest} tries the highest first. Convoy's
   * own are 200 (native) and 100 (java), or less where they are known to be slow.
   */
  int priority();

  /**
   * Starts an engine.
   *
   * @throws EngineUnavailableException if its library, a processor feature or a JVM flag is
   *     missing: with the reason, what to do and the cause
   */
  Kernels create(EngineConfig config);
}
