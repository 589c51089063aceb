package dev.convoy.bench.rival;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Asks, in a process of its own, whether a backend runs here and what it is made of: a library that
 * ends the process on loading takes nothing else with it, and the process that asks stays as it is.
 */
public final class Probe {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Probe() {}

  /**
   * What a probe found.
   *
   * @param name of the backend
   * @param reason why it does not run here, or null if it does
   * @param details what it is made of
   */
  public record Status(String name, String reason, Map<String, String> details) {
    /** Whether it runs here. */
    public boolean available() {
      return reason == null;
    }
  }

  /** Names of Convoy's engines that run here. */
  public static List<String> available() {
    return Backends.engines().stream().filter(name -> status(name, 1).available()).toList();
  }

  /** Asks about one backend. */
  public static Status status(String name, int threads) {
    try {
      Path answer = Files.createTempFile("convoy-probe", ".json");
      try {
        Process process =
            new ProcessBuilder(
                    Jvm.command(Probe.class, name, Integer.toString(threads), answer.toString()))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (Files.size(answer) == 0) {
          return new Status(
              name, "its process ended with code %d: %s".formatted(code, said.strip()), Map.of());
        }
        return JSON.readValue(answer.toFile(), Status.class);
      } finally {
        Files.delete(answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("asking whether " + name + " runs here", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The other process: a name, threads, and the file for the answer. */
  public static void main(String[] args) throws IOException {
    Status status;
    try (Backend backend = Backends.open(args[0], Integer.parseInt(args[1]))) {
      status = new Status(args[0], null, backend.details());
    } catch (BackendUnavailableException e) {
      status = new Status(args[0], e.getMessage(), Map.of());
    }
    JSON.writeValue(new File(args[2]), status);
    System.exit(0); // whatever threads a library has left behind
  }
}
