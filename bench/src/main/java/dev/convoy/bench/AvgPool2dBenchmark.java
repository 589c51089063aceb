package dev.convoy.bench;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.bench.Workload.Operation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Average pooling and its gradient. */
public class AvgPool2dBenchmark extends OperationBenchmark {
  /** Name of an average pooling's size. */
  @Param({"vgg-a1", "inception-a", "global7"})
  public String workload;

  AvgPool2dSpec spec;
  Tensor x;
  Tensor y;
  Tensor dy;
  Tensor dx;

  @Override
  Workload workload() {
    return Workload.named(Operation.AVGPOOL, workload);
  }

  @Override
  void allocate(Workload size) {
    spec = AvgPool2dSpec.of(size.window());
    x = input(size.x());
    y = output(spec.outputShape(x.shape()));
    dy = input(y.shape());
    dx = output(x.shape());
  }

  /** {@code y}. */
  @Benchmark
  public Tensor forward() {
    engine().avgPool2d(spec, x, y);
    return y;
  }

  /** {@code dx}. */
  @Benchmark
  public Tensor backward() {
    engine().avgPool2dBackward(spec, dy, dx);
    return dx;
  }
}
