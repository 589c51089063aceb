package dev.convoy.bench;

import dev.convoy.ArgMax;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.bench.Workload.Operation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Max pooling and its gradient. */
public class MaxPool2dBenchmark extends OperationBenchmark {
  /** Name of a max pooling's size. */
  @Param({"fashion-p1", "fashion-p2", "vgg-p1", "resnet-p1", "inception", "spp5"})
  public String workload;

  MaxPool2dSpec spec;
  Tensor x;
  Tensor y;
  ArgMax argmax;
  Tensor dy;
  Tensor dx;

  @Override
  Workload workload() {
    return Workload.named(Operation.MAXPOOL, workload);
  }

  @Override
  void allocate(Workload size) {
    spec = MaxPool2dSpec.of(size.window());
    x = input(size.x());
    y = output(spec.outputShape(x.shape()));
    argmax = spec.argmax(x.shape());
    dy = input(y.shape());
    dx = output(x.shape());
    engine().maxPool2d(spec, x, y, argmax); // winners for backward
  }

  /** {@code y} alone: inference. */
  @Benchmark
  public Tensor forward() {
    engine().maxPool2d(spec, x, y, null);
    return y;
  }

  /** {@code y} and the winners. */
  @Benchmark
  public Tensor forwardTraining() {
    engine().maxPool2d(spec, x, y, argmax);
    return y;
  }

  /** {@code dx}. */
  @Benchmark
  public Tensor backward() {
    engine().maxPool2dBackward(spec, dy, argmax, dx);
    return dx;
  }
}
