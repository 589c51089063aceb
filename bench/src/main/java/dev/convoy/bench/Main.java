package dev.convoy.bench;

import dev.convoy.EngineUnavailableException;
import dev.convoy.Engines;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * JMH's own command line, with the names of engines and workloads looked at before it begins: JMH
 * would find them out one benchmark at a time.
 */
public final class Main {
  private Main() {}

  /** Runs the benchmarks; {@code -h} tells the options. */
  public static void main(String[] args) throws IOException {
    String[] checked;
    try {
      checked = check(args);
    } catch (CommandLineOptionException | IllegalArgumentException | EngineUnavailableException e) {
      System.err.println("convoy bench: " + e.getMessage());
      System.exit(2);
      return;
    }
    org.openjdk.jmh.Main.main(checked);
  }

  /**
   * The arguments to give JMH: with the engines that run here, where none is named.
   *
   * @throws IllegalArgumentException if a workload's name is unknown
   * @throws EngineUnavailableException if an engine's is, or it does not run here
   */
  static String[] check(String... args) throws CommandLineOptionException {
    CommandLineOptions options = new CommandLineOptions(args);
    parameter(options, "workload").forEach(Workload::requireKnown);
    Collection<String> engines = parameter(options, "engine");
    engines.forEach(Engines::named);
    if (!engines.isEmpty()) {
      return args;
    }
    String available = String.join(",", Engines.available());
    return Stream.concat(Stream.of(args), Stream.of("-p", "engine=" + available))
        .toArray(String[]::new);
  }

  private static Collection<String> parameter(CommandLineOptions options, String name) {
    return options.getParameter(name).orElse(List.of());
  }
}
