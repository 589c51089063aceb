package dev.convoy.bench.work;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.work.Workload.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The benchmarks by class and method, and the workloads of each. */
public final class Catalog {
  /** The benchmark of calls so small that what is left is their price. */
  public static final String CALL_OVERHEAD = "CallOverheadBenchmark.forward";

  private static final Map<Workload, Operation> TINY = tiny();

  private Catalog() {}

  private static Map<Workload, Operation> tiny() {
    Shape image = Shape.of(1, 1, 4, 4);
    Window three = Window.square(3).padding(1);
    Window halve = Window.square(2).stride(2);
    Map<Workload, Operation> tiny = new LinkedHashMap<>();
    tiny.put(new Workload(Kind.CONV, "tiny-conv", image, 1, three, 1), Operation.CONV_FORWARD);
    tiny.put(
        new Workload(Kind.MAXPOOL, "tiny-maxpool", image, 0, halve, 1), Operation.MAXPOOL_FORWARD);
    tiny.put(
        new Workload(Kind.AVGPOOL, "tiny-avgpool", image, 0, halve, 1), Operation.AVGPOOL_FORWARD);
    tiny.put(new Workload(Kind.CONV, "tiny-matmul", image, 4, three, 1), Operation.MATMUL);
    return tiny;
  }

  /** Class and method of every benchmark, in the order of reports. */
  public static List<String> benchmarks() {
    List<String> names = new ArrayList<>();
    for (Operation operation : Operation.all()) {
      names.add(operation.benchmark());
    }
    names.add(CALL_OVERHEAD);
    return names;
  }

  /** The last two parts of a name: class and method. */
  public static String shortName(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
  }

  /** The workloads that a benchmark can be run at. */
  public static List<Workload> workloads(String benchmark) {
    return isCallOverhead(benchmark)
        ? List.copyOf(TINY.keySet())
        : Operation.of(benchmark).workloads();
  }

  /**
   * What a benchmark does at a workload.
   *
   * @throws IllegalArgumentException if the workload is none of the benchmark's, with those there
   *     are
   */
  public static Problem problem(String benchmark, String workload, DType dtype) {
    Workload size = Workload.named(workload, workloads(benchmark));
    Operation operation =
        isCallOverhead(benchmark) ? tinyOperation(workload) : Operation.of(benchmark);
    return new Problem(operation, size, dtype);
  }

  private static Operation tinyOperation(String workload) {
    return TINY.entrySet().stream()
        .filter(entry -> workload.equals(entry.getKey().name()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "workload is \"%s\", has one batch".formatted(workload)))
        .getValue();
  }

  private static boolean isCallOverhead(String benchmark) {
    return shortName(benchmark).equals(CALL_OVERHEAD);
  }

  /**
   * Checks that some benchmark has a workload of this name.
   *
   * @throws IllegalArgumentException if none has, with the names there are
   */
  public static void requireKnown(String workload) {
    List<Workload> known = new ArrayList<>(Workload.all());
    known.add(Operation.FASHION);
    known.addAll(TINY.keySet());
    Workload.named(workload, known);
  }

  /** Of these workloads, those that a benchmark can be run at. */
  public static List<String> accepted(String benchmark, List<String> workloads) {
    List<Workload> known = workloads(benchmark);
    return workloads.stream()
        .filter(
            name -> {
              String base = name.replaceFirst("@[0-9]+$", "");
              return known.stream().anyMatch(w -> w.name().equals(name) || w.name().equals(base));
            })
        .toList();
  }
}
