package dev.convoy.cli;

import dev.convoy.nn.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The folder of {@code --out}. */
final class Output {
  static final String METRICS = "metrics.json";

  private final Path folder;

  private Output(Path folder) {
    this.folder = folder;
  }

  /**
   * A folder, created if it is not there, in which files can be written: found out before training
   * and not after.
   *
   * @throws Failure if they cannot
   */
  static Output in(Path folder) {
    try {
      Files.createDirectories(folder);
      for (String name : List.of(Model.FILE, METRICS)) {
        if (Files.isDirectory(folder.resolve(name))) {
          throw new Failure("--out is %s, where %s must not be a folder".formatted(folder, name));
        }
      }
      AtomicFile.probe(folder.resolve(METRICS));
      return new Output(folder);
    } catch (IOException e) {
      throw new Failure("--out is %s, must be a folder to write to".formatted(folder), e);
    }
  }

  /** Writes or replaces the model and its metrics, each at once and whole. */
  void save(List<Parameter> parameters, Metrics metrics) {
    try {
      AtomicFile.write(folder.resolve(Model.FILE), out -> Model.write(out, parameters));
      AtomicFile.write(folder.resolve(METRICS), metrics::writeTo);
    } catch (IOException e) {
      throw new Failure("cannot save to " + folder, e);
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
