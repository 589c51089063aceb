package dev.convoy.bench;

import dev.convoy.bench.rival.Task;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Convolution and its gradients. */
public class Conv2dBenchmark extends OperationBenchmark {
  /** Name of a convolution's size. */
  @Param({
    "fashion-c1",
    "fashion-c2",
    "vgg-c1_2",
    "vgg-c3_1",
    "vgg-c5",
    "resnet-c1",
    "resnet-1x1",
    "resnet-3x3s2",
    "resnet-c4",
    "mobile-dw3",
    "mobile-dw3s2",
    "dilated"
  })
  public String workload;

  @Override
  String workload() {
    return workload;
  }

  /** {@code y}, with bias. */
  @Benchmark
  public Task forward() {
    return call();
  }

  /** {@code dx}. */
  @Benchmark
  public Task backwardInput() {
    return call();
  }

  /** {@code dw} and {@code db}. */
  @Benchmark
  public Task backwardWeights() {
    return call();
  }
}
