package dev.convoy.cli;

import dev.convoy.Engine;
import dev.convoy.EngineStatus;
import dev.convoy.EngineUnavailableException;
import dev.convoy.Engines;
import dev.convoy.spi.EngineConfig;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The engine that a command works on.
 *
 * @param engine the caller's to close
 * @param why it is this one
 */
record EngineChoice(Engine engine, String why) implements AutoCloseable {

  /**
   * The engine of a name, or without one the fastest.
   *
   * @param name of {@code --engine}, or null
   * @param threads of {@code --threads}, or null
   * @throws ParameterException if there is no engine of this name
   * @throws EngineUnavailableException if it does not run here
   */
  static EngineChoice of(CommandLine command, String name, Integer threads) {
    EngineConfig config = config(threads);
    if (name != null) {
      return new EngineChoice(named(command, name, config), "as --engine says");
    }
    Engine engine = Engines.fastest(config);
    return new EngineChoice(
        engine,
        System.getProperty(Engines.PROPERTY, "").isEmpty()
            ? "the fastest that runs here"
            : "as -D" + Engines.PROPERTY + " says");
  }

  static EngineConfig config(Integer threads) {
    EngineConfig defaults = EngineConfig.defaults();
    return threads == null ? defaults : defaults.threads(threads);
  }

  private static Engine named(CommandLine command, String name, EngineConfig config) {
    try {
      return Engines.named(name, config);
    } catch (EngineUnavailableException e) {
      List<String> names = Engines.report().stream().map(EngineStatus::name).toList();
      if (names.contains(name)) {
        throw e;
      }
      throw new ParameterException(
          command,
          "Invalid value for option '--engine': '%s', must be one of %s".formatted(name, names),
          e);
    }
  }

  /** Prints the engine, why it is this one, and why those before it were refused. */
  void print(PrintWriter out) {
    out.printf("Engine: %s, %s; threads: %d%n", engine.name(), why, engine.config().threads());
    for (EngineStatus status : Engines.report()) {
      if (status.name().equals(engine.name())) {
        return;
      }
      status
          .unavailability()
          .ifPresent(e -> out.printf("  not %s: %s%n", status.name(), e.getMessage()));
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
