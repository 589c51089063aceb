package dev.convoy;

import java.util.Map;
import java.util.Optional;

/**
 * One line of {@link Engines#report}: an engine that was found, and whether it runs here.
 *
 * @param name what {@link Engines#named} takes
 * @param priority among the available, {@link Engines#fastest} takes the highest
 * @param details what the engine says of itself (processor features, BLAS, threads), in order;
 *     empty if it is not available
 * @param unavailability why it is not available, with the cause; empty if it is
 */
public record EngineStatus(
    String name,
    int priority,
    Map<String, String> details,
    Optional<EngineUnavailableException> unavailability) {

  /** Whether the engine runs here. */
  public boolean isAvailable() {
    return unavailability.isEmpty();
  }
}
