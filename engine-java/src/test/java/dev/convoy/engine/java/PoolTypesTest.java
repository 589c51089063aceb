package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As {@link GemmTypesTest}: the pooling of doubles is that of floats with the type replaced. */
class PoolTypesTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/convoy/engine/java");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AvgPool",
        "AvgPoolBackward",
        "MaxPool",
        "MaxPoolBackward",
        "MaxPoolMask",
        "PoolPlaces",
        "PoolRows",
        "PoolSliding",
        "PoolTiles",
        "PoolWhole",
        "Pointwise"
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
            .replaceAll("IntVector(?! places|\\))", "LongVector") // places are integers in both
            .replace("I2F", "I2D")
            .replace("F2I", "D2I");
    assertEquals(tokens(replaced), tokens(doubles));
  }

  /** Lines break elsewhere, since the types' names are not of one length; imports are in order. */
  private static String tokens(String source) {
    return source
        .replaceAll("(?m)^import .*$", "")
        .replaceAll("\\s*\\*? *\\R[\\s*]*", " ")
        .replaceAll("\\s+", "");
  }
}
