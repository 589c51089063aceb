package dev.convoy.cli;

import dev.convoy.EngineStatus;
import dev.convoy.EngineUnavailableException;
import dev.convoy.Engines;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code convoy engines}: what runs here and of what, what does not and why. */
@Command(
    name = "engines",
    description =
        "Shows each engine, the fastest first: what it is made of, or why it does not run.")
final class EnginesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<EngineStatus> report = Engines.report();
    for (EngineStatus status : report) {
      if (status.isAvailable()) {
        out.println(status.name() + ": available");
        print(out, status.details());
      }
      status
          .unavailability()
          .ifPresent(
              refusal -> {
                out.println(status.name() + ": not available: " + refusal.getMessage());
                if (Main.isVerbose(spec.commandLine())) {
                  refusal.printStackTrace(out);
                }
              });
    }
    if (report.stream().noneMatch(EngineStatus::isAvailable)) {
      throw new EngineUnavailableException("no engine runs here");
    }
    return CommandLine.ExitCode.OK;
  }

  private static void print(PrintWriter out, Map<String, String> details) {
    int width = details.keySet().stream().mapToInt(String::length).max().orElse(0);
    details.forEach(
        (key, value) -> out.println("  " + key + ": " + " ".repeat(width - key.length()) + value));
  }
}
