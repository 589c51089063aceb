package dev.convoy.bench;

import dev.convoy.bench.rival.Task;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** One step of training: forward, loss, backward and Adam, on one batch. */
public class TrainingStepBenchmark extends OperationBenchmark {
  /** The network of {@code convoy train}, with a batch of 128 or, after @, another. */
  @Param("fashion")
  public String workload;

  @Override
  String workload() {
    return workload;
  }

  /** The parameters after the step. */
  @Benchmark
  public Task step() {
    return call();
  }
}
