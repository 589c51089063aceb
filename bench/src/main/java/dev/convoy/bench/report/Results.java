package dev.convoy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The files of a run. */
final class Results {
  private final Path folder;

  private Results(Path folder) {
    this.folder = folder;
  }

  /**
   * In a folder, which is made.
   *
   * @throws Failure if it cannot be
   */
  static Results in(Path folder) {
    try {
      return new Results(Files.createDirectories(folder));
    } catch (IOException e) {
      throw new Failure("cannot make the folder " + folder, e);
    }
  }

  /** JMH's results. */
  Path json() {
    return folder.resolve("results.json");
  }

  /** The page of charts. */
  Path page() {
    return folder.resolve("report.html");
  }

  /** Writes all but {@link #json}; the headline's picture where there is a browser to draw it. */
  void write(Run run, Tables tables) {
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    try {
      json.writeValue(folder.resolve("run.json").toFile(), run);
      Files.writeString(folder.resolve("tables.md"), tables.markdown());
      Files.writeString(page(), new Page(run).html());
      Optional<Browser> browser = Browser.find();
      Optional<String> headline =
          browser.isPresent() ? Page.headline(browser.get().dom(page())) : Optional.empty();
      if (headline.isPresent()) {
        Files.writeString(folder.resolve("headline.svg"), headline.get());
      }
    } catch (IOException e) {
      throw new Failure("cannot write to " + folder, e);
    }
  }

  @Override
  public String toString() {
    return folder + ": report.html, results.json (JMH), run.json, tables.md";
  }
}
