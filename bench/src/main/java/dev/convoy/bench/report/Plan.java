package dev.convoy.bench.report;

import dev.convoy.bench.work.Catalog;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What to measure, one step after the other. */
final class Plan {
  /** What a run without {@code --workload} measures if it must be quick. */
  private static final List<String> QUICK =
      List.of(
          "fashion-c2", "vgg-c3_1", "resnet-3x3s2", "mobile-dw3", "fashion-p1", "vgg-p1", "vgg-a1");

  private static final List<String> SCALED = List.of("resnet-c4", "fashion-p1", "fashion");
  private static final List<String> SCALED_QUICKLY = List.of("resnet-c4");
  private static final List<String> COPIES = List.of("524288", "16777216", "268435456");

  /** How long each measurement takes: iterations to warm up and to measure, and their time. */
  record Effort(int warmups, int warmupMillis, int iterations, int millis, int forks) {
    static final Effort FULL = new Effort(3, 500, 5, 400, 1);
    static final Effort QUICK = new Effort(2, 200, 5, 100, 1);

    int total() {
      return forks * (warmups + iterations);
    }
  }

  /** A step: every combination of its parameters. */
  record Step(String benchmark, List<Parameter> parameters, Effort effort) {
    Options options(List<String> jvmArguments) {
      ChainedOptionsBuilder options =
          new OptionsBuilder()
              .include("\\." + Pattern.quote(benchmark) + "$")
              .jvmArgs(jvmArguments.toArray(String[]::new))
              .warmupIterations(effort.warmups)
              .warmupTime(TimeValue.milliseconds(effort.warmupMillis))
              .measurementIterations(effort.iterations)
              .measurementTime(TimeValue.milliseconds(effort.millis))
              .forks(effort.forks);
      for (Parameter parameter : parameters) {
        options.param(parameter.name, parameter.values.toArray(String[]::new));
      }
      return options.build();
    }

    int combinations() {
      return parameters.stream()
          .mapToInt(parameter -> parameter.values.size())
          .reduce(1, (a, b) -> a * b);
    }
  }

  /** A parameter and the values to measure. */
  record Parameter(String name, List<String> values) {}

  private final List<Step> steps = new ArrayList<>();
  private final Effort effort;
  private final List<String> engines;
  private final List<String> dtypes;

  /**
   * A plan.
   *
   * @param engines those that run here
   * @param workloads those that were asked for, or none for the usual ones
   * @param threads to measure all with
   * @param most the machine's processors: how far scaling is measured, if the usual workloads are
   */
  Plan(
      boolean quick,
      List<String> engines,
      List<String> workloads,
      List<Integer> threads,
      List<String> dtypes,
      int most) {
    this.effort = quick ? Effort.QUICK : Effort.FULL;
    this.engines = engines;
    this.dtypes = dtypes;
    boolean usual = workloads.isEmpty();
    Set<Integer> counted = new LinkedHashSet<>(threads);
    if (usual) {
      counted.add(1);
      for (int t = 2; t <= most; t *= 2) {
        counted.add(t);
      }
    }
    limits(quick ? Set.copyOf(threads) : counted);
    for (String benchmark : Catalog.benchmarks()) {
      if (quick && usual && !inQuickRun(benchmark)) {
        continue;
      }
      List<String> own = usual ? usual(benchmark, quick) : Catalog.accepted(benchmark, workloads);
      step(benchmark, own, threads.stream().map(String::valueOf).toList());
    }
    if (usual) {
      scaling(quick ? SCALED_QUICKLY : SCALED, counted, threads);
    }
  }

  private static boolean inQuickRun(String benchmark) {
    return !benchmark.equals("MaxPool2dBenchmark.forward")
        && !benchmark.equals("AvgPool2dBenchmark.backward");
  }

  private static List<String> usual(String benchmark, boolean quick) {
    List<String> all = Catalog.workloads(benchmark).stream().map(w -> w.name()).toList();
    if (!quick) {
      return all;
    }
    if (benchmark.equals("MatmulBenchmark.product")) {
      return Catalog.accepted(benchmark, List.of("vgg-c3_1"));
    }
    if (benchmark.equals(Catalog.CALL_OVERHEAD)) {
      return List.of("tiny-conv");
    }
    List<String> chosen = all.stream().filter(QUICK::contains).toList();
    return chosen.isEmpty() ? all : chosen;
  }

  private void limits(Set<Integer> threads) {
    List<String> counts = threads.stream().map(String::valueOf).toList();
    steps.add(
        new Step(
            "FmaPeakBenchmark.fma",
            List.of(new Parameter("threads", counts), new Parameter("dtype", dtypes)),
            effort));
    steps.add(
        new Step(
            "CopyBenchmark.ordinary",
            List.of(new Parameter("threads", counts), new Parameter("bytes", COPIES)),
            effort));
    steps.add(
        new Step(
            "CopyBenchmark.streaming",
            List.of(
                new Parameter("threads", counts),
                new Parameter("bytes", List.of(COPIES.getLast()))),
            effort));
  }

  private void step(String benchmark, List<String> workloads, List<String> threads) {
    if (!workloads.isEmpty() && !threads.isEmpty() && !engines.isEmpty()) {
      steps.add(
          new Step(
              benchmark,
              List.of(
                  new Parameter("workload", workloads),
                  new Parameter("threads", threads),
                  new Parameter("dtype", dtypes),
                  new Parameter("engine", engines)),
              effort));
    }
  }

  /** The same workloads with more threads, and with other batches. */
  private void scaling(List<String> scaled, Set<Integer> counts, List<Integer> done) {
    List<String> others =
        counts.stream().filter(t -> !done.contains(t)).map(String::valueOf).toList();
    for (String benchmark :
        List.of(
            "Conv2dBenchmark.forward",
            "MaxPool2dBenchmark.forwardTraining",
            "TrainingStepBenchmark.step")) {
      List<String> own = Catalog.accepted(benchmark, scaled);
      step(benchmark, own, others);
      List<String> batches = new ArrayList<>();
      for (String workload : own) {
        batches.addAll(List.of(workload + "@1", workload + "@32"));
      }
      step(benchmark, batches, List.of(String.valueOf(done.getFirst())));
    }
  }

  List<Step> steps() {
    return steps;
  }

  /** Iterations, warming up counted. */
  int iterations() {
    return steps.stream().mapToInt(step -> step.combinations() * step.effort.total()).sum();
  }

  /** Measurements. */
  int measurements() {
    return steps.stream().mapToInt(Step::combinations).sum();
  }
}
