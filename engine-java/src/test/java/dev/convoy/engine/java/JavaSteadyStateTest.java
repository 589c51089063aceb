package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once compiled, pooling and pointwise operations allocate nothing: no job, no view, and above all
 * no vector, which is what a kernel that the compiler could not turn into vector instructions does.
 */
class JavaSteadyStateTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CALLS = 200;

  static Stream<Named<Runnable>> operations() {
    return Stream.of(DType.values()).flatMap(JavaSteadyStateTest::operations);
  }

  private static Stream<Named<Runnable>> operations(DType dtype) {
    Workers workers = new Workers("steady-state", 1);
    JavaPointwise pointwise = new JavaPointwise(workers);
    Tensor a = Tensor.zeros(Shape.of(3, 5, 7, 9), dtype);
    Tensor b = Tensor.zeros(a.shape(), dtype);
    Tensor c = Tensor.zeros(a.shape(), dtype);
    Tensor bias = Tensor.zeros(Shape.of(5), dtype);
    Stream<Named<Runnable>> pointwiseOperations =
        Stream.of(
            Named.of(dtype + " relu", () -> pointwise.relu(a, b)),
            Named.of(dtype + " relu backward", () -> pointwise.reluBackward(a, b, c)),
            Named.of(dtype + " bias", () -> pointwise.addBias(bias, a)));
    return Stream.concat(
        pointwiseOperations,
        Stream.of(
                Window.square(2).stride(2),
                Window.square(3).padding(1),
                Window.square(3).stride(2).padding(1),
                Window.square(3).stride(3))
            .flatMap(window -> poolings(dtype, window, workers)));
  }

  private static Stream<Named<Runnable>> poolings(DType dtype, Window window, Workers workers) {
    JavaPool2d pool = new JavaPool2d(workers);
    MaxPool2dSpec max = MaxPool2dSpec.of(window);
    AvgPool2dSpec average = AvgPool2dSpec.of(window);
    Tensor x = Tensor.zeros(Shape.of(2, 3, 9, 37), dtype);
    Tensor dx = Tensor.zeros(x.shape(), dtype);
    Tensor y = Tensor.zeros(max.outputShape(x.shape()), dtype);
    Tensor dy = Tensor.zeros(y.shape(), dtype);
    ArgMax argmax = max.argmax(x.shape());
    String name =
        "%s, window %d stride %d".formatted(dtype, window.kernelWidth(), window.strideWidth());
    return Stream.of(
        Named.of(name + ", max", () -> pool.maxPool2d(max, x, y, argmax)),
        Named.of(name + ", max backward", () -> pool.maxPool2dBackward(max, dy, argmax, dx)),
        Named.of(name + ", mask backward", () -> pool.maxPool2dBackward(max, x, y, dy, dx)),
        Named.of(name + ", average", () -> pool.avgPool2d(average, x, y)),
        Named.of(name + ", average backward", () -> pool.avgPool2dBackward(average, dy, dx)));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void allocatesNothing(Runnable operation) {
    long patience = System.nanoTime() + PATIENCE.toNanos();
    long allocated = allocated(operation);
    while (allocated > 0 && System.nanoTime() < patience) { // until it is compiled
      allocated = allocated(operation);
    }
    assertTrue(allocated == 0, () -> "still allocates after " + PATIENCE);
  }

  private static long allocated(Runnable operation) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int call = 0; call < CALLS; call++) {
      operation.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
