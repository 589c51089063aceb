package dev.convoy.bench.rival;

import java.util.Set;

/** Makes rivals; found with {@link java.util.ServiceLoader} in the rival's own folder. */
public interface BackendProvider {
  /** The names it makes, as {@code -p engine=} takes them. */
  Set<String> names();

  /**
   * Starts one.
   *
   * @param threads that may work on one call
   */
  Backend open(String name, int threads);
}
