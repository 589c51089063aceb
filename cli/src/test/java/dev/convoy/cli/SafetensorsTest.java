package dev.convoy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("f.safetensors");
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    float[] many = new float[40_000]; // more than one chunk
    for (int i = 0; i < many.length; i++) {
      many[i] = i * 0.5f - 3;
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("b.weight", Tensor.of(Shape.of(2, 3), 1, -0f, Float.NaN, 4, 5, 6.5f));
    tensors.put("a \"é\"", Tensor.of(Shape.of(40_000), many));
    tensors.put("double", Tensor.of(Shape.of(1, 2, 1), 0.1, Double.NEGATIVE_INFINITY));
    tensors.put("scalar", Tensor.of(Shape.of(), 7f));
    tensors.put("empty", Tensor.zeros(Shape.of(0, 5), DType.F32));
    Files.write(file, written(tensors));

    Map<String, Tensor> read = Safetensors.read(file);

    assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.keySet()));
    tensors.forEach(
        (name, tensor) -> {
          assertEquals(tensor.dtype(), read.get(name).dtype(), name);
          assertEquals(tensor.shape(), read.get(name).shape(), name);
          assertEquals(-1, tensor.segment().mismatch(read.get(name).segment()), name);
        });
  }

  @Test
  void whatIsWrittenIsTheFormat() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("conv1.bias", Tensor.of(Shape.of(3), 1f, 2f, 3f));
    tensors.put("conv1.weight", Tensor.of(Shape.of(1, 2), -1f, 0.5f));
    ByteBuffer bytes = ByteBuffer.wrap(written(tensors)).order(ByteOrder.LITTLE_ENDIAN);

    int length = Math.toIntExact(bytes.getLong());
    assertEquals(0, length % 8);
    byte[] header = new byte[length];
    bytes.get(header);
    assertEquals('{', header[0]);
    JsonNode json = new ObjectMapper().readTree(header);
    JsonNode weight = json.get("conv1.weight");
    assertEquals("F32", weight.get("dtype").textValue());
    assertEquals("[1,2]", weight.get("shape").toString());
    assertEquals("[12,20]", weight.get("data_offsets").toString());
    assertEquals(5 * Float.BYTES, bytes.remaining());
    int data = bytes.position();
    assertEquals(3f, bytes.getFloat(data + 8));
    assertEquals(0.5f, bytes.getFloat(data + 16));
  }

  @Test
  void metadataAndSpacesOfOtherWritersAreRead() throws IOException {
    write(
        "{\"__metadata__\":{\"format\":\"pt\"}, \"x\": " + tensor("F32", "[1]", 0, 4) + "}   ", 4);
    assertArrayEquals(new float[1], Safetensors.read(file).get("x").toFloatArray());
  }

  @Test
  void everyTruncationIsAnError() throws IOException {
    byte[] whole = written(Map.of("x", Tensor.of(Shape.of(3), 1f, 2f, 3f)));
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      String message = assertThrows(Failure.class, () -> Safetensors.read(file)).getMessage();
      assertTrue(message.startsWith(file.toString()), message);
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertMessage("has 13 bytes of data, must have 12 as its header says");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "-1", "9223372036854775807", "100000001", "57"})
  void aHeaderLengthThatLiesIsAnError(long length) throws IOException {
    byte[] whole = written(Map.of("x", Tensor.of(Shape.of(), 1f)));
    ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(file, Arrays.copyOf(whole, 60));
    assertMessage("says its header has " + Long.toUnsignedString(length) + " bytes");
  }

  @Test
  void aHeaderThatIsNotAJsonObjectIsAnError() throws IOException {
    write("not json", 0);
    assertMessage("has a header that is not JSON");
    write("[1, 2]", 0);
    assertMessage("has a header that is not a JSON object");
    write("{} {}", 0);
    assertMessage("has a header that is not JSON");
    write("[".repeat(100_000), 0);
    assertMessage("has a header that is not JSON");
  }

  @Test
  void twoTensorsOfOneNameAreAnError() throws IOException {
    String x = "\"x\":" + tensor("F32", "[1]", 0, 4);
    write("{" + x + "," + x + "}", 4);
    assertMessage("Duplicate field 'x'");
  }

  @Test
  void overlappingTensorsAreAnError() throws IOException {
    write(
        "{\"x\":%s,\"y\":%s}".formatted(tensor("F32", "[2]", 0, 8), tensor("F32", "[2]", 4, 12)),
        12);
    assertMessage("tensor y begins at byte 4 of the data, must begin at 8");
  }

  @Test
  void aGapBetweenTensorsIsAnError() throws IOException {
    write(
        "{\"x\":%s,\"y\":%s}".formatted(tensor("F32", "[1]", 0, 4), tensor("F32", "[1]", 8, 12)),
        12);
    assertMessage("tensor y begins at byte 8 of the data, must begin at 4");
  }

  @Test
  void aTensorThatEndsOutsideTheDataIsAnError() throws IOException {
    write("{\"x\":" + tensor("F32", "[3]", 0, 12) + "}", 8);
    assertMessage("tensor x ends at byte 12 of the data, which have 8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'dtype':'BF16','shape':[2],'data_offsets':[0,4]}; dtype is BF16, must be F32 or F64",
        "{'shape':[1],'data_offsets':[0,4]}; dtype is missing, must be F32 or F64",
        "{'dtype':'F32','data_offsets':[0,4]}; shape is missing, must be a list",
        "{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}; shape is [1.5], must be a list",
        "{'dtype':'F32','shape':[9999999999],'data_offsets':[0,4]}; shape is [9999999999], must be",
        "{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}; must not be negative",
        "{'dtype':'F32','shape':[2147483647,2147483647,2147483647],'data_offsets':[0,4]};overflows",
        "{'dtype':'F32','shape':[1]}; data_offsets are missing, must be two whole numbers",
        "{'dtype':'F32','shape':[1],'data_offsets':[0]}; data_offsets are [0], must be two whole",
        "{'dtype':'F32','shape':[1],'data_offsets':['0',4]}; must be two whole numbers",
        "{'dtype':'F32','shape':[1],'data_offsets':[4,0]}; as far apart as 1 elements of F32 need",
        "{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}; as far apart as 1 elements of F32",
        "{'dtype':'F32','shape':[2],'data_offsets':[0,4]}; as far apart as 2 elements of F32 need",
        "{'dtype':'F32','shape':[1],'data_offsets':[0,7]}; as far apart as 1 elements of F32 need",
        "[]; dtype is missing",
      })
  void aTensorDescribedWronglyIsAnErrorThatSaysHow(String description, String message)
      throws IOException {
    write("{\"x\":" + description.replace('\'', '"') + "}", 4);
    assertMessage(message);
    assertMessage("tensor x: ");
  }

  @Test
  void aMissingFileIsAnError() {
    assertMessage("cannot read " + file + ": no such file or folder");
  }

  @Test
  void aFolderIsAnError() {
    file = folder;
    assertMessage(folder.toString());
  }

  private void assertMessage(String part) {
    String message = assertThrows(Failure.class, () -> Safetensors.read(file)).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }

  private static byte[] written(Map<String, Tensor> tensors) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Safetensors.write(out, tensors);
    return out.toByteArray();
  }

  private static String tensor(String dtype, String shape, long from, long to) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(dtype, shape, from, to);
  }

  private void write(String header, int data) throws IOException {
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(8 + bytes.length + data)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(bytes.length)
            .put(bytes)
            .array());
  }
}
