package dev.convoy.conformance;

import dev.convoy.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The oracle's files: <a href="https://github.com/huggingface/safetensors">safetensors</a> of F64
 * and I64, compressed.
 *
 * @param metadata texts by key
 * @param tensors by name; integers as numbers, which is exact for indices
 */
record SafeTensors(Map<String, String> metadata, Map<String, Values> tensors) {

  /** Reads a resource beside this class. */
  static SafeTensors resource(String name) {
    try (InputStream stream = SafeTensors.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return parse(new GZIPInputStream(stream).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the resource " + name + " is unreadable", e);
    }
  }

  private static SafeTensors parse(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headerBytes = Math.toIntExact(buffer.getLong());
    String header = new String(bytes, Long.BYTES, headerBytes, StandardCharsets.UTF_8);
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Values> tensors = new LinkedHashMap<>();
    Json.object(header)
        .forEach(
            (name, entry) -> {
              Map<?, ?> fields = (Map<?, ?>) entry;
              if (name.equals("__metadata__")) {
                fields.forEach((key, text) -> metadata.put((String) key, (String) text));
              } else {
                tensors.put(name, tensor(fields, buffer, Long.BYTES + headerBytes));
              }
            });
    return new SafeTensors(metadata, tensors);
  }

  private static Values tensor(Map<?, ?> fields, ByteBuffer buffer, int dataStart) {
    int[] dims = ints(fields.get("shape"));
    int start = dataStart + ints(fields.get("data_offsets"))[0];
    boolean integers = fields.get("dtype").equals("I64");
    Values values = Values.zeros(Shape.of(dims));
    for (int i = 0; i < values.data().length; i++) {
      int at = start + i * Long.BYTES;
      values.data()[i] = integers ? buffer.getLong(at) : buffer.getDouble(at);
    }
    return values;
  }

  static int[] ints(Object array) {
    return ((List<?>) array).stream().mapToInt(number -> ((Long) number).intValue()).toArray();
  }
}
