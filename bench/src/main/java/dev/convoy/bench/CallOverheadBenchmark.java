package dev.convoy.bench;

import dev.convoy.bench.rival.Task;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Operations on tensors so small that what is left is the price of a call. */
public class CallOverheadBenchmark extends OperationBenchmark {
  /** The operation, at its tiny size. */
  @Param({"tiny-conv", "tiny-maxpool", "tiny-avgpool", "tiny-matmul"})
  public String workload;

  @Override
  String workload() {
    return workload;
  }

  /** One call. */
  @Benchmark
  public Task forward() {
    return call();
  }
}
