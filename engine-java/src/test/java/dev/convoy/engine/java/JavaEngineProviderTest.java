package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
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
  private static final String MODULE = "jdk.incubator.vector";

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
      assertTrue(details.get("memory").matches("by address|through segments, slower; .*"));
    }
  }

  @Test
  void withVectorsItHasTheUsualPriority() throws Exception {
    String output = run("--add-modules", MODULE);
    assertTrue(output.contains("priority 100\n"), output);
    assertFalse(output.contains("this is slow"), output);
    assertTrue(output.contains(MODULE + ".FloatVector "), output);
  }

  @Test
  void withoutTheVectorModuleItWorksInLoopsRanksLowAndSaysWhichFlagToPass() throws Exception {
    String output = run();
    assertWorksInLoops(output);
    assertTrue(output.contains("--add-modules " + MODULE), output);
  }

  @Test
  void withoutAnOptimizingCompilerItWorksInLoopsRanksLowAndSaysSo() throws Exception {
    for (String flag : List.of("-Xint", "-XX:TieredStopAtLevel=1")) {
      String output = run(flag, "--add-modules", MODULE);
      assertWorksInLoops(output);
      assertTrue(output.contains("no optimizing compiler"), output);
    }
  }

  private static void assertWorksInLoops(String output) {
    assertTrue(output.contains("priority 10\n"), output);
    assertTrue(output.contains("this is slow"), output);
    assertFalse(output.contains(MODULE + ".FloatVector "), output);
  }

  /** Runs {@link #main} in a JVM of its own, which also prints the classes that it loads. */
  private static String run(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("-Xlog:class+load");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(JavaEngineProviderTest.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.replace(System.lineSeparator(), "\n");
  }

  /** Uses the engine, asked for by its name, for all it has, and prints what it says of itself. */
  public static void main(String[] arguments) {
    System.out.println("priority " + new JavaEngineProvider().priority());
    System.out.println(Engines.report());
    Engine engine = Engines.named("java");
    for (DType dtype : DType.values()) {
      Tensor x = Samples.random(Shape.of(2, 3, 6, 7), dtype, 1);
      Conv2dSpec conv = Conv2dSpec.of(Window.square(3).padding(1));
      Tensor w = Samples.random(Shape.of(4, 3, 3, 3), dtype, 2);
      Tensor b = Samples.random(Shape.of(4), dtype, 3);
      Tensor y = engine.conv2d(conv, x, w, b);
      engine.conv2dBackwardInput(conv, y, w, x);
      engine.conv2dBackwardWeights(conv, x, y, w, b);
      MaxPool2dSpec max = MaxPool2dSpec.of(Window.square(2).stride(2));
      Tensor pooled = Tensor.zeros(max.outputShape(x.shape()), dtype);
      var argmax = max.argmax(x.shape());
      engine.maxPool2d(max, x, pooled, argmax);
      engine.maxPool2dBackward(max, pooled, argmax, x);
      AvgPool2dSpec average = AvgPool2dSpec.of(max.window());
      engine.avgPool2d(average, x, pooled);
      engine.avgPool2dBackward(average, pooled, x);
      Tensor square = Samples.random(Shape.of(5, 5), dtype, 4);
      Tensor product = Tensor.zeros(square.shape(), dtype);
      engine.matmul(MatmulSpec.PLAIN, square, square, null, product);
      engine.relu(product, product);
      engine.reluBackward(product, square, square);
      engine.addBias(Samples.random(Shape.of(5), dtype, 5), square);
    }
  }
}
