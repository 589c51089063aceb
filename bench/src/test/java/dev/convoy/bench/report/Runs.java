package dev.convoy.bench.report;

import dev.convoy.bench.rival.Probe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Made-up measurements. */
final class Runs {
  private Runs() {}

  /** A benchmark on an engine; the times are milliseconds. */
  static Sample sample(
      String benchmark, String workload, String engine, int threads, Double... times) {
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("workload", workload);
    parameters.put("engine", engine);
    parameters.put("threads", Integer.toString(threads));
    parameters.put("dtype", "F32");
    return new Sample(benchmark, parameters, List.of(times));
  }

  /** Two engines, two rivals, one of which was refused at something, and limits. */
  static Run whole() {
    List<Limits> limits = List.of(limits(1), limits(2));
    Map<String, Double> speeds = new LinkedHashMap<>();
    speeds.put("native", 1.0);
    speeds.put("java", 1.3);
    speeds.put("pytorch", 1.7);
    speeds.put("naive", 30.0);
    List<Sample> samples = new ArrayList<>();
    speeds.forEach(
        (engine, factor) -> {
          for (String workload : List.of("vgg-c3_1", "resnet-c4", "resnet-c4@1", "resnet-1x1")) {
            double ms = (workload.endsWith("@1") ? 1 : 8) * factor;
            for (String method : List.of("forward", "backwardInput", "backwardWeights")) {
              samples.add(
                  sample("Conv2dBenchmark." + method, workload, engine, 1, ms, 1.1 * ms, 0.9 * ms));
            }
          }
          for (String workload : List.of("fashion-p1", "vgg-p1")) {
            samples.add(
                sample("MaxPool2dBenchmark.backward", workload, engine, 1, factor, factor, factor));
          }
          samples.add(
              sample("Conv2dBenchmark.forward", "resnet-c4", engine, 2, 5 * factor, 4 * factor));
        });
    return new Run(
        "./convoy bench --rivals",
        "2026-01-01 00:00 UTC",
        "five iterations",
        Map.of("processor", "a </script> processor", "JDK", "25"),
        Map.of("OMP_NUM_THREADS", "1"),
        List.of(
            new Probe.Status("native", null, Map.of("BLAS", "OpenBLAS")),
            new Probe.Status("nd4j", "no library for this processor", Map.of())),
        limits,
        samples.stream().map(sample -> Row.of(sample, limits)).toList(),
        List.of(new Refusal("*", Map.of("engine", "nd4j"), "no library for this processor")));
  }

  private static Limits limits(int threads) {
    return new Limits(
        threads,
        "F32",
        200.0 * threads,
        List.of(
            new Limits.Copy(false, 1 << 19, 100),
            new Limits.Copy(false, 1 << 28, 30),
            new Limits.Copy(true, 1 << 28, 40)));
  }
}
