package dev.convoy.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.convoy.DType;
import dev.convoy.Engines;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.bench.Workload.Operation;
import dev.convoy.conformance.ReferenceConvolution;
import dev.convoy.conformance.ReferenceMath;
import dev.convoy.conformance.ReferencePooling;
import dev.convoy.conformance.Values;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is timed is right: every benchmark body once, at a small size, against the reference. */
class BenchmarksTest {
  private static final Window WINDOW = Window.square(3).stride(2).padding(1);

  static Stream<Arguments> enginesAndTypes() {
    return Engines.available().stream()
        .flatMap(engine -> Stream.of(DType.values()).map(dtype -> Arguments.of(engine, dtype)));
  }

  @ParameterizedTest
  @MethodSource("enginesAndTypes")
  void convolution(String engine, DType dtype) {
    var of = new Conv2dBenchmark();
    Workload size = new Workload(Operation.CONV, "small", Shape.of(2, 4, 9, 7), 6, WINDOW, 2);
    try (var _ = prepare(of, engine, dtype, size)) {
      Values x = Values.of(of.x);
      Values w = Values.of(of.w);
      Values dy = Values.of(of.dy);

      Values y = ReferenceConvolution.conv2d(of.spec, x, w, Values.of(of.b), of.y.shape());
      assertClose(y, of.forward());
      assertClose(
          ReferenceConvolution.conv2dBackwardInput(of.spec, dy, w, x.shape()), of.backwardInput());
      assertClose(
          ReferenceConvolution.conv2dBackwardWeights(of.spec, x, dy, w.shape()),
          of.backwardWeights());
      assertClose(ReferenceConvolution.conv2dBackwardBias(dy), of.db);
    }
  }

  @ParameterizedTest
  @MethodSource("enginesAndTypes")
  void maxPooling(String engine, DType dtype) {
    var of = new MaxPool2dBenchmark();
    Workload size = new Workload(Operation.MAXPOOL, "small", Shape.of(2, 3, 9, 7), 0, WINDOW, 1);
    try (var _ = prepare(of, engine, dtype, size)) {
      Values x = Values.of(of.x);
      int[] argmax = ReferencePooling.argmax(of.spec, x);
      Values y = ReferencePooling.maxPool2d(of.spec, x, argmax);

      assertClose(y, of.forward());
      of.y.fill(0);
      assertClose(y, of.forwardTraining());
      assertClose(
          ReferencePooling.maxPool2dBackward(of.spec, Values.of(of.dy), argmax, x.shape()),
          of.backward());
    }
  }

  @ParameterizedTest
  @MethodSource("enginesAndTypes")
  void averagePooling(String engine, DType dtype) {
    var of = new AvgPool2dBenchmark();
    Workload size = new Workload(Operation.AVGPOOL, "small", Shape.of(2, 3, 9, 7), 0, WINDOW, 1);
    try (var _ = prepare(of, engine, dtype, size)) {
      Values x = Values.of(of.x);

      assertClose(ReferencePooling.avgPool2d(of.spec, x), of.forward());
      assertClose(
          ReferencePooling.avgPool2dBackward(of.spec, Values.of(of.dy), x.shape()), of.backward());
    }
  }

  @ParameterizedTest
  @MethodSource("enginesAndTypes")
  void matrixProduct(String engine, DType dtype) {
    var of = new MatmulBenchmark();
    Workload size = new Workload(Operation.CONV, "small", Shape.of(1, 3, 9, 7), 5, WINDOW, 1);
    try (var _ = prepare(of, engine, dtype, size)) {
      assertClose(
          ReferenceMath.matmul(MatmulSpec.PLAIN, Values.of(of.a), Values.of(of.b), null),
          of.product());
    }
  }

  /** What JMH does before a trial, and, when closed, after it. */
  private static Trial prepare(
      OperationBenchmark benchmark, String engine, DType dtype, Workload size) {
    benchmark.engine = engine;
    benchmark.dtype = dtype;
    benchmark.threads = 2;
    benchmark.setUp(size);
    return benchmark::tearDown;
  }

  @FunctionalInterface
  private interface Trial extends AutoCloseable {
    @Override
    void close();
  }

  private static void assertClose(Values expected, Tensor actual) {
    double tolerance = actual.dtype() == DType.F64 ? 1e-12 : 1e-5;
    assertArrayEquals(expected.data(), actual.toDoubleArray(), tolerance);
  }
}
