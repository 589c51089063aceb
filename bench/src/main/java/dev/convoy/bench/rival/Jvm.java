package dev.convoy.bench.rival;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JVMs that benchmarks run in. */
public final class Jvm {
  /** What the Java engine computes with. */
  public static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";

  /** What both engines, and the rivals' libraries, are reached with. */
  public static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /** A collector without threads of its own that would compete with an engine's. */
  public static final String COLLECTOR = "-XX:+UseSerialGC";

  private Jvm() {}

  /** Options that give such a JVM the properties that this one has of Convoy's. */
  public static List<String> properties() {
    return System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("convoy."))
        .sorted()
        .map(name -> "-D" + name + "=" + System.getProperty(name))
        .toList();
  }

  /** A command that runs a class of this class path in a JVM like the benchmarks'. */
  static List<String> command(Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(properties());
    command.addAll(List.of(VECTOR_MODULE, NATIVE_ACCESS, COLLECTOR));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return command;
  }
}
