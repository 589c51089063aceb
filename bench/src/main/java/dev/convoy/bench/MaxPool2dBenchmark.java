package dev.convoy.bench;

import dev.convoy.bench.rival.Task;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Max pooling and its gradient. */
public class MaxPool2dBenchmark extends OperationBenchmark {
  /** Name of a max pooling's size. */
  @Param({"fashion-p1", "fashion-p2", "vgg-p1", "resnet-p1", "inception", "spp5"})
  public String workload;

  @Override
  String workload() {
    return workload;
  }

  /** {@code y} alone: inference. */
  @Benchmark
  public Task forward() {
    return call();
  }

  /** {@code y} and the winners. */
  @Benchmark
  public Task forwardTraining() {
    return call();
  }

  /** {@code dx}. */
  @Benchmark
  public Task backward() {
    return call();
  }
}
