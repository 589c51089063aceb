package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java has no generics over primitives, so some classes exist twice: this keeps them one. */
class GemmTypesTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/convoy/engine/java");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GemmKernel",
        "GemmOutput",
        "GemmPanels",
        "Band",
        "Pack",
        "Transpose",
        "DirectConv2d",
        "Depthwise",
        "DepthwiseBackward",
        "DepthwisePlane",
        "DepthwisePlaneSpread",
        "DepthwisePlaneWeights",
        "GemmDot",
        "Lanes",
        "TapRows",
        "Winograd",
        "WinogradBlock"
      })
  void theClassForDoubleIsTheOneForFloatWithTheTypeReplaced(String name) throws IOException {
    String floats = Files.readString(SOURCES.resolve(name + "F32.java"));
    String doubles = Files.readString(SOURCES.resolve(name + "F64.java"));
    String replaced =
        floats
            .replace("F32", "F64")
            .replace("float", "double")
            .replace("Float", "Double")
            .replace("FLOAT", "DOUBLE")
            .replace("reinterpretAsInts", "reinterpretAsLongs")
            .replace("IntVector", "LongVector")
            .replace("<Integer>", "<Long>")
            .replace("new int[LANES]", "new long[LANES]");
    assertEquals(words(replaced), words(doubles));
  }

  /** Lines break elsewhere, since the types' names are not of one length; imports are in order. */
  private static String words(String source) {
    return source
        .replaceAll("(?m)^import .*$", "")
        .replaceAll("\\R[\\s*]*", "")
        .replaceAll("\\s+", "");
  }
}
