package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel is compiled to vector instructions, whatever the vectors' width. */
class VectorCliffTest {

  /** Processors with narrower vectors take the width they have for the wider ones. */
  @ParameterizedTest
  @ValueSource(ints = {64, 32, 16})
  void noKernelAllocatesWithVectorsOfSoManyBytes(int bytes) throws Exception {
    String output = run(bytes);
    assertEquals("", output.replaceFirst("kernels tried: \\d+\n$", ""));
  }

  private static String run(int vectorBytes) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:MaxVectorSize=" + vectorBytes,
                "-cp",
                System.getProperty("java.class.path"),
                VectorCliff.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.replace(System.lineSeparator(), "\n");
  }
}
