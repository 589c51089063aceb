package dev.convoy.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the measurements were taken on. */
final class Machine {
  private static final List<String> FEATURES =
      List.of("sse4_2", "avx", "fma", "avx2", "avx512f", "avx512dq", "avx512vl", "asimd", "sve");

  private Machine() {}

  /** Processor, operating system and JDK, in the order to be printed. */
  static Map<String, String> describe() {
    Map<String, String> machine = new LinkedHashMap<>();
    Map<String, String> processor = processor();
    machine.put("processor", processor.getOrDefault("model name", System.getProperty("os.arch")));
    String flags = processor.getOrDefault("flags", processor.getOrDefault("Features", ""));
    List<String> known = new ArrayList<>(List.of(flags.split(" ")));
    known.retainAll(FEATURES);
    machine.put("features", String.join(" ", known));
    machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put(
        "JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    String version = Machine.class.getPackage().getImplementationVersion();
    machine.put("Convoy", version == null ? "unpackaged" : version);
    return machine;
  }

  private static Map<String, String> processor() {
    Map<String, String> first = new LinkedHashMap<>();
    Path file = Path.of("/proc/cpuinfo");
    if (Files.isReadable(file)) {
      try (Stream<String> lines = Files.lines(file)) {
        lines
            .map(line -> line.split("\\s*:\\s*", 2))
            .filter(parts -> parts.length == 2)
            .forEach(parts -> first.putIfAbsent(parts[0], parts[1]));
      } catch (IOException e) {
        throw new Failure("cannot read " + file, e);
      }
    }
    return first;
  }

  /** Environment variables that change what libraries do, and so what is measured. */
  static Map<String, String> environment() {
    Map<String, String> found = new TreeMap<>();
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.matches(
                  "(OPENBLAS|OMP|GOMP|KMP|MKL|DNNL|ONEDNN|ATEN|MALLOC|GLIBC|CONVOY)_.*"
                      + "|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS")) {
                found.put(name, value);
              }
            });
    return found;
  }
}
