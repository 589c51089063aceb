package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own: exit codes, class and module path, signals. */
@Timeout(300)
class ProcessTest {
  private static final String TEST_PATH = System.getProperty("java.class.path");

  /** What the tests run on, less the tests and their libraries. */
  private static final List<String> PATH =
      Arrays.stream(TEST_PATH.split(File.pathSeparator))
          .filter(entry -> !entry.endsWith("test-classes"))
          .filter(entry -> !entry.contains("junit") && !entry.contains("surefire"))
          .toList();

  private static final String CLASS_PATH = String.join(File.pathSeparator, PATH);
  private static final String MAIN = Main.class.getName();

  @TempDir private Path folder;

  @Test
  void anErrorIsOneLineAndExitCodeOne() throws Exception {
    Cli cli = onClassPath("train", "--data", "nowhere");
    assertEquals(1, cli.code(), cli.err());
    assertEquals(
        "convoy: --data is nowhere, must be a folder with the files of Fashion-MNIST, or"
            + " 'embedded'",
        errors(cli));
  }

  @Test
  void aWrongArgumentIsExitCodeTwo() throws Exception {
    Cli cli = onClassPath("train", "--epochs", "none");
    assertEquals(2, cli.code(), cli.err());
    assertFalse(cli.err().contains("\tat "), cli.err());
  }

  @Test
  void tooLittleMemoryIsAnErrorWithAdvice() throws Exception {
    List<String> command = java("-XX:MaxDirectMemorySize=20m", "-cp", CLASS_PATH, MAIN);
    Collections.addAll(command, "train", "--data", "embedded");
    Cli cli = run(command);
    assertEquals(1, cli.code(), cli.err());
    assertTrue(errors(cli).startsWith("convoy: not enough memory, "), cli.err());
  }

  @Test
  void enginesThatComputeDifferentThingsDoNotAgree() throws Exception {
    List<String> command =
        java("-D" + MoodyEngineProvider.STARTS + "=true", "-cp", TEST_PATH, MAIN);
    Collections.addAll(command, CompareCommandTest.SMALL);
    Cli cli = run(command);
    assertEquals(1, cli.code(), cli.err() + cli.out());
    assertTrue(cli.out().contains("The engines differ"), cli.out());
    assertEquals("", errors(cli));
  }

  @Test
  void helpInAPipeHasNoControlCharacters() throws Exception {
    Cli cli = onClassPath("--help");
    assertEquals(0, cli.code(), cli.err());
    assertTrue(cli.out().chars().allMatch(c -> c == '\n' || c >= ' '), cli.out());
  }

  @Test
  void trainsAndPredictsOnTheModulePath() throws Exception {
    String[] train = {"train", "--data", "embedded", "--limit", "64", "--epochs", "1"};
    Cli cli = onModulePath(train);
    assertEquals(0, cli.code(), cli.err());
    assertTrue(cli.out().contains("Epoch 1/1: loss "), cli.out());
    assertEquals("", errors(cli));
  }

  @Test
  void everyEngineOfTheClassPathIsOnTheModulePathToo() throws Exception {
    Cli classPath = onClassPath("engines");
    Cli modulePath = onModulePath("engines");
    assertEquals(0, classPath.code(), classPath.err());
    assertEquals(0, modulePath.code(), modulePath.err());
    assertEquals(availability(classPath), availability(modulePath));
  }

  private static List<String> availability(Cli engines) {
    return engines.out().lines().filter(line -> !line.startsWith(" ")).toList();
  }

  @Test
  void beingStoppedLeavesWholeFilesAndNothingElse() throws Exception {
    List<String> command = java("-cp", CLASS_PATH, MAIN);
    Collections.addAll(command, "train", "--data", "embedded", "--limit", "64");
    Collections.addAll(command, "--epochs", "1000000", "--out", folder.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine();
          line != null && !line.startsWith("Epoch 3/");
          line = lines.readLine()) {}
      process.destroy(); // as Ctrl-C does, in the JVM's eyes
      assertEquals(143, process.waitFor());
    } finally {
      process.destroyForcibly();
    }
    assertEquals(Set.of(Model.FILE, Output.METRICS), OutputTest.names(folder));
    assertEquals(8, Safetensors.read(folder.resolve(Model.FILE)).size());
    new ObjectMapper().readTree(folder.resolve(Output.METRICS).toFile());
  }

  private Cli onClassPath(String... args) throws Exception {
    List<String> command = java("-cp", CLASS_PATH, MAIN);
    Collections.addAll(command, args);
    return run(command);
  }

  private Cli onModulePath(String... args) throws Exception {
    // OpenBLAS's jar has a library and no classes; its descriptor wants modules that are not there.
    List<String> modules = PATH.stream().filter(entry -> !entry.contains("openblas")).toList();
    String others =
        PATH.stream()
            .filter(entry -> entry.contains("openblas"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = java("-p", String.join(File.pathSeparator, modules));
    if (!others.isEmpty()) {
      Collections.addAll(command, "-cp", others);
    }
    Collections.addAll(command, "-m", "dev.convoy.cli/" + MAIN);
    Collections.addAll(command, args);
    return run(command);
  }

  private static List<String> java(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--enable-native-access=ALL-UNNAMED");
    Collections.addAll(command, options);
    return command;
  }

  private Cli run(List<String> command) throws IOException, InterruptedException {
    Path out = folder.resolve("stdout");
    Path err = folder.resolve("stderr");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      int code = process.waitFor();
      return new Cli(code, Files.readString(out), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Standard error, less what the JVM says. */
  private static String errors(Cli cli) {
    return cli.err()
        .lines()
        .filter(line -> !line.startsWith("WARNING: "))
        .collect(Collectors.joining("\n"));
  }
}
