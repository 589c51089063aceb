package dev.convoy.bench;

import dev.convoy.bench.rival.Task;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Average pooling and its gradient. */
public class AvgPool2dBenchmark extends OperationBenchmark {
  /** Name of an average pooling's size. */
  @Param({"vgg-a1", "inception-a", "global7"})
  public String workload;

  @Override
  String workload() {
    return workload;
  }

  /** {@code y}. */
  @Benchmark
  public Task forward() {
    return call();
  }

  /** {@code dx}. */
  @Benchmark
  public Task backward() {
    return call();
  }
}
