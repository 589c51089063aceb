package dev.convoy.conformance;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Operations on parts of tensors and on memory that the engine did not allocate. */
final class Views {
  private static final Conv2dSpec CONV = Conv2dSpec.of(Window.square(3).padding(1));
  private static final MaxPool2dSpec MAX = MaxPool2dSpec.of(Window.square(2).stride(2));
  private static final AvgPool2dSpec AVERAGE = AvgPool2dSpec.of(Window.square(3).padding(1));
  private static final Shape BATCH = Shape.of(6, 3, 7, 13);
  private static final int FROM = 1;
  private static final int TO = 4;

  private Views() {}

  static Stream<EngineTest> all() {
    return Stream.of(DType.values())
        .flatMap(
            dtype ->
                Stream.of(
                    slices("convolution", dtype, BATCH, Views::conv2d),
                    slices("convolution's gradient", dtype, BATCH, Views::conv2dBackward),
                    slices("max pooling", dtype, Shape.of(6, 3, 3, 6), Views::maxPool2d),
                    slices("average pooling", dtype, BATCH, Views::avgPool2d),
                    slices("ReLU", dtype, BATCH, (engine, xy) -> engine.relu(xy.x(), xy.y())),
                    slices("matrix product", dtype, Shape.of(6, 9), Views::matmul),
                    new EngineTest(
                        "reads a mapped file in place, " + dtype,
                        engine -> mappedFile(engine, dtype))));
  }

  private record Pair(Tensor x, Tensor y) {}

  /** Some images of a batch give those of the output, and the others stay as they were. */
  private static EngineTest slices(
      String what, DType dtype, Shape outputShape, BiConsumer<Engine, Pair> operation) {
    return new EngineTest(
        "slices of a batch: %s, %s".formatted(what, dtype),
        engine -> {
          Tensor x = Values.random(BATCH, dtype, Sizes.random(what)).toTensor(dtype);
          Tensor part = Tensor.zeros(outputShape, dtype).slice(FROM, TO);
          Tensor copy = Values.of(x.slice(FROM, TO)).toTensor(dtype);
          operation.accept(engine, new Pair(copy, part));

          Tensor whole = Tensor.zeros(outputShape, dtype);
          whole.fill(7);
          operation.accept(engine, new Pair(x.slice(FROM, TO), whole.slice(FROM, TO)));

          Tensor expected = Tensor.zeros(outputShape, dtype);
          expected.fill(7);
          expected.slice(FROM, TO).segment().copyFrom(part.segment());
          new Expected("y", Values.of(expected), Tolerance.BITS, "the operation on copies")
              .check(what, dtype, new Answer("y", Values.of(whole), false));
        });
  }

  private static void conv2d(Engine engine, Pair xy) {
    DType dtype = xy.x().dtype();
    Tensor w = Values.random(Shape.of(3, 3, 3, 3), dtype, Sizes.random("w")).toTensor(dtype);
    engine.conv2d(CONV, xy.x(), w, null, xy.y());
  }

  private static void conv2dBackward(Engine engine, Pair xy) {
    DType dtype = xy.x().dtype();
    Tensor w = Values.random(Shape.of(3, 3, 3, 3), dtype, Sizes.random("w")).toTensor(dtype);
    engine.conv2dBackwardInput(CONV, xy.x(), w, xy.y());
  }

  private static void maxPool2d(Engine engine, Pair xy) {
    engine.maxPool2d(MAX, xy.x(), xy.y(), null);
  }

  private static void avgPool2d(Engine engine, Pair xy) {
    engine.avgPool2d(AVERAGE, xy.x(), xy.y());
  }

  private static void matmul(Engine engine, Pair xy) {
    DType dtype = xy.x().dtype();
    Tensor rows = xy.x().reshape(Shape.of(TO - FROM, 3 * 7 * 13));
    Tensor b = Values.random(Shape.of(3 * 7 * 13, 9), dtype, Sizes.random("b")).toTensor(dtype);
    engine.matmul(MatmulSpec.PLAIN, rows, b, null, xy.y());
  }

  /** A read-only file mapped into memory, whose tensor begins behind one element. */
  private static void mappedFile(Engine engine, DType dtype) {
    Tensor x = Values.random(BATCH, dtype, Sizes.random("file")).toTensor(dtype);
    Tensor expected = engine.maxPool2d(MAX, x);
    try {
      Path file = Files.createTempFile("convoy", ".bin");
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.position(dtype.bytes());
        channel.write(x.segment().asByteBuffer());
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          Arena arena = Arena.ofShared()) {
        MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        Tensor read = Tensor.wrap(BATCH, dtype, mapped.asSlice(dtype.bytes()));
        Tensor y = engine.maxPool2d(MAX, read);
        new Expected("y", Values.of(expected), Tolerance.BITS, "the operation on a copy")
            .check("mapped file", dtype, new Answer("y", Values.of(y), false));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
