package dev.convoy.engine.ffm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A JVM of its own that starts the native engine: a library is loaded once per process. */
final class ChildJvm {
  private static final List<String> MOUNT_NOEXEC =
      List.of(
          "unshare",
          "--user",
          "--map-root-user",
          "--mount",
          "sh",
          "-c",
          "mount -t tmpfs -o noexec tmpfs \"$0\" && exec \"$@\"");

  private final List<String> command = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final ProcessBuilder builder = new ProcessBuilder().redirectErrorStream(true);
  private String classPath = System.getProperty("java.class.path");
  private boolean accessGranted = true;
  private Process process;

  ChildJvm() {
    builder.environment().remove(NativeLibrary.CPU_VARIABLE);
  }

  ChildJvm property(String name, Object value) {
    options.add("-D" + name + "=" + value);
    return this;
  }

  ChildJvm cache(Path folder) {
    return property(NativeFiles.CACHE_PROPERTY, folder);
  }

  ChildJvm environment(String name, String value) {
    builder.environment().put(name, value);
    return this;
  }

  ChildJvm withoutNativeAccess() {
    accessGranted = false;
    options.add("--illegal-native-access=deny");
    return this;
  }

  ChildJvm withoutClassPath(Predicate<String> entry) {
    classPath =
        Arrays.stream(classPath.split(File.pathSeparator, -1))
            .filter(entry.negate())
            .collect(Collectors.joining(File.pathSeparator));
    return this;
  }

  /** Sees an empty file system at this folder, from which no code may run. */
  ChildJvm onNoexec(Path folder) {
    command.addAll(MOUNT_NOEXEC);
    command.add(folder.toString());
    return this;
  }

  static boolean canMountNoexec(Path folder) throws InterruptedException {
    List<String> attempt = new ArrayList<>(MOUNT_NOEXEC);
    attempt.addAll(List.of(folder.toString(), "true"));
    try {
      return new ProcessBuilder(attempt)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  ChildJvm start() throws IOException {
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (accessGranted) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, Start.class.getName()));
    process = builder.command(command).start();
    return this;
  }

  /** Waits for the end of it, which must be an orderly one, and returns what it printed. */
  String output() throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  String run() throws IOException, InterruptedException {
    return start().output();
  }
}
