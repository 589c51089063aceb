package dev.convoy.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.DType;
import dev.convoy.Engines;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.bench.rival.Task;
import dev.convoy.bench.work.Catalog;
import dev.convoy.bench.work.Operation;
import dev.convoy.bench.work.Problem;
import dev.convoy.bench.work.Workload;
import dev.convoy.bench.work.Workload.Kind;
import dev.convoy.conformance.ReferenceConvolution;
import dev.convoy.conformance.ReferenceMath;
import dev.convoy.conformance.ReferencePooling;
import dev.convoy.conformance.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;

/** What is timed is right: every benchmark's body once, at a small size, against the reference. */
class BenchmarksTest {
  private static final Window WINDOW = Window.square(3).stride(2).padding(1);
  private static final Shape IMAGES = Shape.of(2, 4, 9, 7);

  static Stream<Arguments> backendsAndTypes() {
    Stream<Arguments> engines =
        Engines.available().stream()
            .flatMap(engine -> Stream.of(DType.values()).map(type -> Arguments.of(engine, type)));
    return Stream.concat(engines, Stream.of(Arguments.of("naive", DType.F32)));
  }

  @ParameterizedTest
  @MethodSource("backendsAndTypes")
  void convolution(String engine, DType dtype) {
    var size = new Workload(Kind.CONV, "small", IMAGES, 6, WINDOW, 2);
    Problem problem = new Problem(Operation.CONV_FORWARD, size, dtype);
    Values x = Values.of(problem.x());
    Values w = Values.of(problem.w());
    Values dy = Values.of(problem.dy());
    Shape y = problem.yShape();

    var of = new Conv2dBenchmark();
    check(
        of,
        engine,
        problem,
        of::forward,
        ReferenceConvolution.conv2d(problem.conv(), x, w, Values.of(problem.b()), y));
    check(
        of,
        engine,
        new Problem(Operation.CONV_BACKWARD_INPUT, size, dtype),
        of::backwardInput,
        ReferenceConvolution.conv2dBackwardInput(problem.conv(), dy, w, x.shape()));
    check(
        of,
        engine,
        new Problem(Operation.CONV_BACKWARD_WEIGHTS, size, dtype),
        of::backwardWeights,
        ReferenceConvolution.conv2dBackwardWeights(problem.conv(), x, dy, w.shape()),
        ReferenceConvolution.conv2dBackwardBias(dy));
  }

  @ParameterizedTest
  @MethodSource("backendsAndTypes")
  void maxPooling(String engine, DType dtype) {
    var size = new Workload(Kind.MAXPOOL, "small", IMAGES, 0, WINDOW, 1);
    Problem problem = new Problem(Operation.MAXPOOL_FORWARD, size, dtype);
    Values x = Values.of(problem.x());
    int[] argmax = ReferencePooling.argmax(problem.maxPool(), x);
    Values y = ReferencePooling.maxPool2d(problem.maxPool(), x, argmax);

    var of = new MaxPool2dBenchmark();
    check(of, engine, problem, of::forward, y);
    check(
        of,
        engine,
        new Problem(Operation.MAXPOOL_FORWARD_TRAINING, size, dtype),
        of::forwardTraining,
        y);
    check(
        of,
        engine,
        new Problem(Operation.MAXPOOL_BACKWARD, size, dtype),
        of::backward,
        ReferencePooling.maxPool2dBackward(
            problem.maxPool(), Values.of(problem.dy()), argmax, x.shape()));
  }

  @ParameterizedTest
  @MethodSource("backendsAndTypes")
  void averagePooling(String engine, DType dtype) {
    var size = new Workload(Kind.AVGPOOL, "small", IMAGES, 0, WINDOW, 1);
    Problem problem = new Problem(Operation.AVGPOOL_FORWARD, size, dtype);
    Values x = Values.of(problem.x());

    var of = new AvgPool2dBenchmark();
    check(of, engine, problem, of::forward, ReferencePooling.avgPool2d(problem.avgPool(), x));
    check(
        of,
        engine,
        new Problem(Operation.AVGPOOL_BACKWARD, size, dtype),
        of::backward,
        ReferencePooling.avgPool2dBackward(problem.avgPool(), Values.of(problem.dy()), x.shape()));
  }

  @ParameterizedTest
  @MethodSource("backendsAndTypes")
  void matrixProduct(String engine, DType dtype) {
    var size = new Workload(Kind.CONV, "small", IMAGES, 5, WINDOW, 1);
    Problem problem = new Problem(Operation.MATMUL, size, dtype);
    Values product =
        ReferenceMath.matmul(
            MatmulSpec.PLAIN, Values.of(problem.x()), Values.of(problem.w()), null);

    var of = new MatmulBenchmark();
    check(of, engine, problem, of::product, product);
    var tiny = new CallOverheadBenchmark();
    check(tiny, engine, problem, tiny::forward, product);
  }

  @ParameterizedTest
  @MethodSource("backendsAndTypes")
  void trainingLearns(String engine, DType dtype) {
    if (engine.equals("naive")) {
      return; // trains nothing, and says so: BackendsTest
    }
    var of = new TrainingStepBenchmark();
    prepare(of, engine, new Problem(Operation.TRAINING_STEP, Operation.FASHION.batch(8), dtype));
    try {
      double before = of.step().results().getFirst().toDoubleArray()[0];
      double after = of.step().results().getFirst().toDoubleArray()[0];

      assertEquals(true, after < before, () -> after + " is not less than " + before);
    } finally {
      of.tearDown();
    }
  }

  @Test
  void everyBenchmarkIsTestedHere() {
    Set<String> methods = new HashSet<>();
    for (Class<?> type :
        List.of(
            Conv2dBenchmark.class,
            MaxPool2dBenchmark.class,
            AvgPool2dBenchmark.class,
            MatmulBenchmark.class,
            TrainingStepBenchmark.class,
            CallOverheadBenchmark.class)) {
      Arrays.stream(type.getMethods())
          .filter(method -> method.isAnnotationPresent(Benchmark.class))
          .forEach(method -> methods.add(type.getSimpleName() + "." + method.getName()));
    }
    assertEquals(new HashSet<>(Catalog.benchmarks()), methods);
  }

  private static void check(
      OperationBenchmark benchmark,
      String engine,
      Problem problem,
      Supplier<Task> body,
      Values... expected) {
    prepare(benchmark, engine, problem);
    try {
      // Spoilt, to see that the body itself computes.
      List<Tensor> results = body.get().results();
      results.forEach(result -> result.fill(9));
      results = body.get().results();
      List<double[]> actual = new ArrayList<>();
      results.forEach(result -> actual.add(result.toDoubleArray()));

      double tolerance = problem.dtype() == DType.F64 ? 1e-12 : 1e-5;
      assertEquals(expected.length, actual.size());
      for (int i = 0; i < expected.length; i++) {
        assertArrayEquals(expected[i].data(), actual.get(i), tolerance, problem.toString());
      }
    } finally {
      benchmark.tearDown();
    }
  }

  /** What JMH does before a trial. */
  private static void prepare(OperationBenchmark benchmark, String engine, Problem problem) {
    benchmark.engine = engine;
    benchmark.dtype = problem.dtype();
    benchmark.threads = engine.equals("naive") ? 1 : 2;
    benchmark.setUp(problem);
  }
}
