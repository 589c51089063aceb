package dev.convoy.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads and writes safetensors files: the length of the header as a little-endian 64-bit integer,
 * the header (JSON: of each tensor its type, shape and place in the data, in bytes), then the data,
 * little-endian and row-major, every byte in exactly one tensor.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
final class Safetensors {
  /** What the format's own implementation allows. */
  private static final long LARGEST_HEADER = 100_000_000;

  private static final String METADATA = "__metadata__";

  /** So that a mapped file's tensors are aligned. */
  private static final int HEADER_ALIGNMENT = 8;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Safetensors() {}

  // ---- Writing ----

  /** Writes tensors, in the map's order. */
  static void write(OutputStream out, Map<String, Tensor> tensors) throws IOException {
    byte[] header = header(tensors);
    byte[] length = new byte[Long.BYTES];
    MemorySegment.ofArray(length).set(LONG, 0, header.length);
    out.write(length);
    out.write(header);
    for (Tensor tensor : tensors.values()) {
      writeData(out, tensor);
    }
  }

  private static byte[] header(Map<String, Tensor> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      ObjectNode node = header.putObject(entry.getKey());
      node.put("dtype", tensor.dtype().name());
      var shape = node.putArray("shape");
      for (int axis = 0; axis < tensor.shape().rank(); axis++) {
        shape.add(tensor.shape().dim(axis));
      }
      long end = offset + tensor.segment().byteSize();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    String json = JSON.writeValueAsString(header);
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    return (json + " ".repeat(Math.floorMod(-bytes, HEADER_ALIGNMENT)))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void writeData(OutputStream out, Tensor tensor) throws IOException {
    byte[] chunk = new byte[1 << 16];
    long size = tensor.segment().byteSize();
    for (long from = 0; from < size; from += chunk.length) {
      int bytes = (int) Math.min(chunk.length, size - from);
      copy(tensor.dtype(), true, tensor.segment(), from, MemorySegment.ofArray(chunk), 0, bytes);
      out.write(chunk, 0, bytes);
    }
  }

  // ---- Reading ----

  /**
   * Reads a file's tensors, in its header's order.
   *
   * @throws Failure if the file cannot be read, is damaged, or has tensors that are not F32 or F64
   */
  static Map<String, Tensor> read(Path file) {
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      long size = channel.size();
      if (size < Long.BYTES) {
        throw new Failure("%s has %d bytes, too few for safetensors".formatted(file, size));
      }
      return tensors(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena));
    } catch (IOException e) {
      throw new Failure("cannot read " + file, e);
    }
  }

  private static Map<String, Tensor> tensors(Path file, MemorySegment content) {
    long length = content.get(LONG, 0);
    long most = Math.min(LARGEST_HEADER, content.byteSize() - Long.BYTES);
    if (length < 2 || length > most) {
      throw new Failure(
          "%s says its header has %s bytes, must be from 2 to %d in a file of %d bytes: it is truncated or not safetensors"
              .formatted(file, Long.toUnsignedString(length), most, content.byteSize()));
    }
    List<Entry> entries = entries(file, content.asSlice(Long.BYTES, length));
    MemorySegment data = content.asSlice(Long.BYTES + length);
    checkCover(file, entries, data.byteSize());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      Tensor tensor = Tensor.zeros(entry.shape, entry.dtype);
      copy(entry.dtype, false, data, entry.from, tensor.segment(), 0, entry.to - entry.from);
      tensors.put(entry.name, tensor);
    }
    return tensors;
  }

  private static List<Entry> entries(Path file, MemorySegment header) {
    JsonNode root;
    try {
      root = JSON.readTree(header.toArray(ValueLayout.JAVA_BYTE));
    } catch (JsonProcessingException e) {
      throw new Failure(
          "%s has a header that is not JSON: %s".formatted(file, e.getOriginalMessage()),
          (Throwable) e);
    } catch (IOException e) {
      throw new Failure("cannot read the header of " + file, e);
    }
    if (!root.isObject()) {
      throw new Failure("%s has a header that is not a JSON object".formatted(file));
    }
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : root.properties()) {
      if (!property.getKey().equals(METADATA)) {
        try {
          entries.add(Entry.of(property.getKey(), property.getValue()));
        } catch (IllegalArgumentException e) {
          throw new Failure(
              "%s: tensor %s: %s".formatted(file, property.getKey(), e.getMessage()), e);
        }
      }
    }
    return entries;
  }

  /** Every byte of the data must be in exactly one tensor. */
  private static void checkCover(Path file, List<Entry> entries, long size) {
    long covered = 0;
    List<Entry> ordered = new ArrayList<>(entries);
    ordered.sort(Comparator.comparingLong(Entry::from).thenComparingLong(Entry::to));
    for (Entry entry : ordered) {
      if (entry.to > size) {
        throw new Failure(
            "%s: tensor %s ends at byte %d of the data, which have %d: the file is truncated or its header is wrong"
                .formatted(file, entry.name, entry.to, size));
      }
      if (entry.from != covered) {
        throw new Failure(
            "%s: tensor %s begins at byte %d of the data, must begin at %d: tensors overlap or leave a gap"
                .formatted(file, entry.name, entry.from, covered));
      }
      covered = entry.to;
    }
    if (covered != size) {
      throw new Failure(
          "%s has %d bytes of data, must have %d as its header says"
              .formatted(file, size, covered));
    }
  }

  /** Copies elements between a file's order (little-endian) and the machine's. */
  private static void copy(
      DType dtype,
      boolean toFile,
      MemorySegment from,
      long fromOffset,
      MemorySegment to,
      long toOffset,
      long bytes) {
    ValueLayout file = dtype == DType.F32 ? FLOAT : DOUBLE;
    ValueLayout memory = file.withOrder(ByteOrder.nativeOrder());
    MemorySegment.copy(
        from,
        toFile ? memory : file,
        fromOffset,
        to,
        toFile ? file : memory,
        toOffset,
        bytes / dtype.bytes());
  }

  /** One tensor as the header describes it; {@code from} and {@code to} are bytes of the data. */
  private record Entry(String name, DType dtype, Shape shape, long from, long to) {
    private static final Set<String> TYPES =
        Stream.of(DType.values()).map(Enum::name).collect(Collectors.toUnmodifiableSet());

    /** With an {@link IllegalArgumentException} that says what is wrong. */
    static Entry of(String name, JsonNode node) {
      String type = node.path("dtype").asText("missing");
      if (!TYPES.contains(type)) {
        throw new IllegalArgumentException("dtype is " + type + ", must be F32 or F64");
      }
      DType dtype = DType.valueOf(type);
      Shape shape = shape(node.path("shape"));
      JsonNode offsets = node.path("data_offsets");
      if (!offsets.isArray()
          || offsets.size() != 2
          || !isLong(offsets.get(0))
          || !isLong(offsets.get(1))) {
        throw new IllegalArgumentException(
            "data_offsets are " + shown(offsets) + ", must be two whole numbers");
      }
      long from = offsets.get(0).longValue();
      long to = offsets.get(1).longValue();
      long bytes = to - from;
      if (from < 0
          || bytes < 0
          || bytes % dtype.bytes() != 0
          || bytes / dtype.bytes() != shape.elements()) {
        throw new IllegalArgumentException(
            "data_offsets are %s, must be as far apart as %d elements of %s need"
                .formatted(offsets, shape.elements(), dtype));
      }
      return new Entry(name, dtype, shape, from, to);
    }

    private static Shape shape(JsonNode node) {
      int[] dims = new int[node.size()];
      boolean valid = node.isArray();
      for (int axis = 0; valid && axis < dims.length; axis++) {
        JsonNode dim = node.get(axis);
        valid = dim.isIntegralNumber() && dim.canConvertToInt();
        dims[axis] = dim.intValue();
      }
      if (!valid) {
        throw new IllegalArgumentException(
            "shape is " + shown(node) + ", must be a list of whole numbers");
      }
      return Shape.of(dims);
    }

    private static boolean isLong(JsonNode node) {
      return node.isIntegralNumber() && node.canConvertToLong();
    }

    private static String shown(JsonNode node) {
      return node.isMissingNode() ? "missing" : node.toString();
    }
  }
}
