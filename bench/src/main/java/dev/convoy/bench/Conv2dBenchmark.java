package dev.convoy.bench;

import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.bench.Workload.Operation;
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

  Conv2dSpec spec;
  Tensor x;
  Tensor w;
  Tensor b;
  Tensor y;
  Tensor dy;
  Tensor dx;
  Tensor dw;
  Tensor db;

  @Override
  Workload workload() {
    return Workload.named(Operation.CONV, workload);
  }

  @Override
  void allocate(Workload size) {
    spec = Conv2dSpec.of(size.window()).groups(size.groups());
    x = input(size.x());
    w = input(size.weights());
    b = input(Shape.of(size.outputChannels()));
    y = output(spec.outputShape(x.shape(), w.shape()));
    dy = input(y.shape());
    dx = output(x.shape());
    dw = output(w.shape());
    db = output(b.shape());
  }

  /** {@code y}, with bias. */
  @Benchmark
  public Tensor forward() {
    engine().conv2d(spec, x, w, b, y);
    return y;
  }

  /** {@code dx}. */
  @Benchmark
  public Tensor backwardInput() {
    engine().conv2dBackwardInput(spec, dy, w, dx);
    return dx;
  }

  /** {@code dw} and {@code db}. */
  @Benchmark
  public Tensor backwardWeights() {
    engine().conv2dBackwardWeights(spec, x, dy, dw, db);
    return dw;
  }
}
