package dev.convoy.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.AvgPool2dBenchmark;
import dev.convoy.bench.CallOverheadBenchmark;
import dev.convoy.bench.Conv2dBenchmark;
import dev.convoy.bench.MatmulBenchmark;
import dev.convoy.bench.MaxPool2dBenchmark;
import dev.convoy.bench.TrainingStepBenchmark;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

class WorkloadTest {
  @Test
  void aRowIsReadColumnByColumn() {
    Workload workload = Workload.named("mobile-dw3s2", Workload.all());

    assertEquals(Shape.of(8, 144, 56, 56), workload.x());
    assertEquals(Window.square(3).stride(2).padding(1), workload.window());
    assertEquals(Shape.of(144, 1, 3, 3), workload.weights());
    assertEquals(144, workload.groups());
  }

  @Test
  void aNameMayGiveAnotherBatch() {
    Workload workload = Workload.named("vgg-p1@3", Workload.all());

    assertEquals(Shape.of(3, 64, 224, 224), workload.x());
    assertEquals("vgg-p1@3", workload.name());
  }

  @Test
  void anUnknownNameIsAnErrorThatListsTheKnownOnesOfItsOperation() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Workload.named("vgg-p1", Operation.AVGPOOL_FORWARD.workloads()));

    assertEquals(
        "workload is \"vgg-p1\", must be one of vgg-a1, inception-a, global7", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "conv a 1 2, `2 columns, must be 13`",
        "conv a 1 1 4 4 1 3 3 1 1 1 x, `column 13 is \"x\", must be a whole number`",
        "pool a 1 1 4 4 1 3 3 1 1 1 1, `the kind is \"pool\", must be one of`",
        "conv a@b 1 1 4 4 1 3 3 1 1 1 1, `the name is \"a@b\", must be of letters`",
        "conv a 1 3 4 4 1 3 3 1 1 1 2, `C is 3, must be a multiple of groups, 2`",
        "conv a 1 1 4 4 1 3 3 0 1 1 1, `stride`",
        "maxpool a 1 1 4 4 0 9 9 1 0 1 1, `effective kernel`",
      })
  void aWrongRowIsAnErrorThatNamesFileLineAndFault(String row, String fault) {
    String text =
        "#kind\tname\n\n" + row.replaceAll(" +", "\t").replaceFirst("conv\ta\t1\t2$", "a\t1");

    var e =
        assertThrows(
            IllegalArgumentException.class, () -> Workload.read("my.tsv", new StringReader(text)));

    assertEquals("my.tsv, line 3: ", e.getMessage().substring(0, 16));
    assertEquals(true, e.getMessage().contains(fault), e.getMessage());
  }

  @Test
  void aNameMustNotComeTwice() {
    String row = "conv\ta\t1\t1\t4\t4\t1\t3\t3\t1\t1\t1\t1\n";

    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Workload.read("my.tsv", new StringReader(row + row)));

    assertEquals("my.tsv, line 2: the name a is there twice", e.getMessage());
  }

  @Test
  void aFileWithoutRowsIsAnError() {
    assertThrows(
        IllegalArgumentException.class, () -> Workload.read("my.tsv", new StringReader("#\n")));
  }

  @Test
  void rowsOfAnotherFileAreReadAsThoseOfTheOwn() throws IOException {
    String row = "avgpool\tmine\t1\t2\t4\t6\t0\t2\t2\t2\t0\t1\t1\n";

    Workload workload = Workload.read("my.tsv", new StringReader(row)).getFirst();

    assertEquals(Shape.of(1, 2, 4, 6), workload.x());
    assertEquals(
        List.of(Operation.AVGPOOL_FORWARD, Operation.AVGPOOL_BACKWARD), workload.operations());
  }

  static Stream<Arguments> benchmarks() {
    return Stream.of(
        Arguments.of(Conv2dBenchmark.class, "Conv2dBenchmark.forward"),
        Arguments.of(MaxPool2dBenchmark.class, "MaxPool2dBenchmark.forward"),
        Arguments.of(AvgPool2dBenchmark.class, "AvgPool2dBenchmark.forward"),
        Arguments.of(MatmulBenchmark.class, "MatmulBenchmark.product"),
        Arguments.of(TrainingStepBenchmark.class, "TrainingStepBenchmark.step"),
        Arguments.of(CallOverheadBenchmark.class, "CallOverheadBenchmark.forward"));
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void aBenchmarkLooksToJmhAsIfItHadEveryWorkloadOfItsOperation(Class<?> type, String benchmark)
      throws NoSuchFieldException {
    assertEquals(
        Catalog.workloads(benchmark).stream().map(Workload::name).toList(),
        List.of(type.getField("workload").getAnnotation(Param.class).value()));
  }
}
