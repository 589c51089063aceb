package dev.convoy.bench;

import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.bench.Workload.Operation;
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

  Tensor a;
  Tensor b;
  Tensor y;

  @Override
  Workload workload() {
    return Workload.named(Operation.CONV, workload);
  }

  @Override
  void allocate(Workload size) {
    Window window = size.window();
    Shape weights = size.weights();
    int rows = weights.n() / size.groups();
    int inner = weights.c() * weights.h() * weights.w();
    int columns = window.outputHeight(size.x().h()) * window.outputWidth(size.x().w());
    a = input(Shape.of(rows, inner));
    b = input(Shape.of(inner, columns));
    y = output(Shape.of(rows, columns));
  }

  /** {@code y = a · b}. */
  @Benchmark
  public Tensor product() {
    engine().matmul(MatmulSpec.PLAIN, a, b, null, y);
    return y;
  }
}
