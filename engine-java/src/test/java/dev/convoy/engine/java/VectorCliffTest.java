package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kernel is compiled to vector instructions, whatever the vectors' width. */
class VectorCliffTest {

  /**
   * Processors with narrower vectors take the width they have for the wider ones. Memory is reached
   * by address where native access is granted, else through segments.
   */
  @ParameterizedTest
  @CsvSource({
    "64, ALL-UNNAMED, by address",
    "64, java.base, through segments",
    "32, ALL-UNNAMED, by address",
    "16, java.base, through segments"
  })
  void noKernelAllocatesWithVectorsOfSoManyBytes(int bytes, String nativeAccess, String memory)
      throws Exception {
    String output = run(bytes, nativeAccess);
    assertEquals("", output.replaceFirst("kernels tried: \\d+\nmemory: " + memory + "\n$", ""));
  }

  /**
   * The compiler inlines the vector operations of the JDK always, but a method of ours only while
   * the code around it is small; where it does not, the vectors that go in and out are objects.
   */
  @Test
  void noMethodTakesOrReturnsVectors() throws Exception {
    Path classes =
        Path.of(JavaKernels.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Method> methods = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes.resolve("dev/convoy/engine/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = file.getFileName().toString().replace(".class", "");
        Class<?> type = Class.forName("dev.convoy.engine.java." + name);
        methods.addAll(List.of(type.getDeclaredMethods()));
      }
    }
    assertNotEquals(0, methods.size());
    assertEquals(List.of(), methods.stream().filter(VectorCliffTest::handlesVectors).toList());
  }

  private static boolean handlesVectors(Method method) {
    return Stream.concat(Stream.of(method.getParameterTypes()), Stream.of(method.getReturnType()))
        .anyMatch(
            type ->
                Vector.class.isAssignableFrom(type)
                    || VectorMask.class.isAssignableFrom(type)
                    || VectorShuffle.class.isAssignableFrom(type));
  }

  private static String run(int vectorBytes, String nativeAccess)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:MaxVectorSize=" + vectorBytes,
                "--enable-native-access=" + nativeAccess,
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
