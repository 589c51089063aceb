package dev.convoy.bench;

import dev.convoy.bench.rival.Task;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * The matrix product that one group of one image of a convolution comes down to: {@code [K/groups,
 * C/groups·kh·kw] · [C/groups·kh·kw, OH·OW]}. Set beside {@link Conv2dBenchmark}, it shows what
 * gathering the windows costs.
 */
public class MatmulBenchmark extends OperationBenchmark {
  /** Name of a convolution's size; depthwise ones make no product worth the name. */
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
    "dilated"
  })
  public String workload;

  @Override
  String workload() {
    return workload;
  }

  /** {@code y = a · b}. */
  @Benchmark
  public Task product() {
    return call();
  }
}
