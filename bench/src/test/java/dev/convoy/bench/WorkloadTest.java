package dev.convoy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.Workload.Operation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

class WorkloadTest {
  @Test
  void aRowIsReadColumnByColumn() {
    Workload workload = Workload.named(Operation.CONV, "mobile-dw3s2");

    assertEquals(Shape.of(8, 144, 56, 56), workload.x());
    assertEquals(Window.square(3).stride(2).padding(1), workload.window());
    assertEquals(Shape.of(144, 1, 3, 3), workload.weights());
    assertEquals(144, workload.groups());
  }

  @Test
  void anUnknownNameIsAnErrorThatListsTheKnownOnesOfItsOperation() {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> Workload.named(Operation.AVGPOOL, "vgg-p1"));

    assertEquals(
        "workload is \"vgg-p1\", must be one of vgg-a1, inception-a, global7", e.getMessage());
  }

  static Stream<Arguments> benchmarks() {
    return Stream.of(
        Arguments.of(Conv2dBenchmark.class, Operation.CONV),
        Arguments.of(MaxPool2dBenchmark.class, Operation.MAXPOOL),
        Arguments.of(AvgPool2dBenchmark.class, Operation.AVGPOOL));
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void aBenchmarkRunsEveryWorkloadOfItsOperationUnlessTold(Class<?> benchmark, Operation operation)
      throws NoSuchFieldException {
    List<String> names =
        Workload.all().stream()
            .filter(workload -> workload.operation() == operation)
            .map(Workload::name)
            .toList();

    assertEquals(names, defaults(benchmark));
  }

  @Test
  void theMatrixProductsAreThoseOfConvolutionsThatAreNotDepthwise() throws NoSuchFieldException {
    List<String> names =
        Workload.all().stream()
            .filter(workload -> workload.operation() == Operation.CONV && workload.groups() == 1)
            .map(Workload::name)
            .toList();

    assertEquals(names, defaults(MatmulBenchmark.class));
  }

  private static List<String> defaults(Class<?> benchmark) throws NoSuchFieldException {
    return List.of(benchmark.getField("workload").getAnnotation(Param.class).value());
  }
}
