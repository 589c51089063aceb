package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.EngineUnavailableException;
import dev.convoy.Engines;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JavaEngineProviderTest {

  @Test
  void theEngineIsFoundByItsName() {
    assertEquals("java", Engines.named("java").name());
  }

  @Test
  void theReportSaysWhatTheEngineIsMadeOf() {
    try (Kernels kernels = new JavaEngineProvider().create(EngineConfig.defaults().threads(3))) {
      Map<String, String> details = kernels.details();
      assertTrue(details.get("vectors").matches("\\d+ bits: \\d+ floats, \\d+ doubles"));
      assertTrue(details.get("fused multiply-add").matches("true|false|unknown"));
      assertEquals(Runtime.version().toString(), details.get("JDK"));
      assertEquals("3", details.get("threads"));
    }
  }

  @Test
  void withoutTheVectorModuleTheRefusalSaysWhichFlagToPass() throws Exception {
    String output = run();
    assertTrue(output.contains("refused: "), output);
    assertTrue(output.contains("--add-modules jdk.incubator.vector"), output);
  }

  @Test
  void anOptimizingCompilerGivesTheUsualPriority() throws Exception {
    assertTrue(run().contains("java 100"));
  }

  @Test
  void withoutAnOptimizingCompilerItRanksLowAndSaysSo() throws Exception {
    for (String flag : List.of("-Xint", "-XX:TieredStopAtLevel=1")) {
      String output = run(flag, "--add-modules", "jdk.incubator.vector");
      assertTrue(output.contains("java 10\n"), output);
      assertTrue(output.contains("100 times slower"), output);
    }
  }

  /** Runs {@link #main} in a JVM of its own. */
  private static String run(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(JavaEngineProviderTest.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.replace(System.lineSeparator(), "\n");
  }

  public static void main(String[] arguments) {
    JavaEngineProvider provider = new JavaEngineProvider();
    System.out.println(provider.name() + " " + provider.priority());
    try (Kernels kernels = provider.create(EngineConfig.defaults())) {
      System.out.println(kernels.details());
    } catch (EngineUnavailableException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }
}
