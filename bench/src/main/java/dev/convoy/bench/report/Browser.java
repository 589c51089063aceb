package dev.convoy.bench.report;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Chromium without a window. */
final class Browser {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final int SECONDS = 120;

  private final Path program;

  private Browser(Path program) {
    this.program = program;
  }

  /** The first that is on the path. */
  static Optional<Browser> find() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return NAMES.stream()
        .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(f -> Path.of(f, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Browser::new);
  }

  /** The document as it is after its scripts have run. */
  String dom(Path page) throws IOException {
    return run(page, "--dump-dom");
  }

  /** Writes a picture of the page. */
  void screenshot(Path page, Path png, int width, int height, boolean dark) throws IOException {
    List<String> options = new ArrayList<>();
    options.add("--screenshot=" + png.toAbsolutePath());
    options.add("--window-size=" + width + "," + height);
    options.add("--hide-scrollbars");
    if (dark) {
      options.add("--blink-settings=preferredColorScheme=0");
    }
    run(page, options.toArray(String[]::new));
  }

  private String run(Path page, String... options) throws IOException {
    Path profile = Files.createTempDirectory("convoy-browser");
    try {
      List<String> command = new ArrayList<>();
      command.add(program.toString());
      command.addAll(
          List.of(
              "--headless",
              "--no-sandbox",
              "--disable-gpu",
              "--disable-quic",
              "--disable-background-networking",
              "--disable-component-update",
              "--disable-sync",
              "--no-first-run",
              "--virtual-time-budget=20000",
              "--user-data-dir=" + profile));
      command.addAll(List.of(options));
      command.add(page.toUri().toString());
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(program + " failed on " + page);
      }
      return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      delete(profile);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
