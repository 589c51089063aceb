package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.nn.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  private static final Metrics METRICS =
      new Metrics("java", 2, "some", List.of(new Metrics.Epoch(0.5, 0.75, 1000)));

  private static final List<Parameter> PARAMETERS =
      List.of(new Parameter("fc.weight", Tensor.of(Shape.of(1, 2), 1f, 2f)));

  @TempDir private Path folder;

  @Test
  void foldersAreCreatedAndBothFilesWrittenAndReplaced() throws IOException {
    Path out = folder.resolve("a/b");
    Output output = Output.in(out);
    assertEquals(Set.of(), names(out));
    Files.writeString(out.resolve(Model.FILE), "old");
    output.save(PARAMETERS, METRICS);
    assertEquals(Set.of("metrics.json", "model.safetensors"), names(out));
    assertEquals(Set.of("fc.weight"), Safetensors.read(out.resolve(Model.FILE)).keySet());
  }

  @Test
  void aFileInTheWayIsAnError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertMessage("--out is " + file + ", must be a folder to write to: ", file);
    assertMessage("must be a folder to write to: ", file.resolve("below"));
    assertEquals("x", Files.readString(file));
  }

  @Test
  void aFolderWhereAFileIsToBeIsAnError() throws IOException {
    Files.createDirectory(folder.resolve(Model.FILE));
    assertMessage("where model.safetensors must not be a folder", folder);
  }

  @Test
  void aFolderThatCannotBeWrittenToIsAnErrorAtOnce() {
    Path kernel = Path.of("/proc");
    assumeTrue(Files.isDirectory(kernel), "no /proc, which not even root can write to");
    assertMessage("--out is /proc, must be a folder to write to: ", kernel);
    assertMessage("must be a folder to write to: ", kernel.resolve("convoy"));
  }

  @Test
  void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("disk full");
                    }));
    assertEquals("disk full", thrown.getMessage());
    assertEquals("old", Files.readString(file));
    assertEquals(Set.of("file"), names(folder));
  }

  @Test
  void theOldFileIsWholeUntilTheNewOneIs() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    AtomicFile.write(
        file,
        out -> {
          out.write(new byte[100_000]);
          out.flush();
          assertEquals("old", Files.readString(file));
        });
    assertEquals(100_000, Files.size(file));
  }

  private static void assertMessage(String part, Path out) {
    String message = assertThrows(Failure.class, () -> Output.in(out)).getMessage();
    assertTrue(message.contains(part), message);
  }

  static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }
}
