package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Workers;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Once compiled, convolution and its gradients allocate nothing. */
class JavaConv2dSteadyStateTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Conv2dSpec THREE = Conv2dSpec.of(Window.square(3).padding(1));
  private static final Shape X = Shape.of(2, 32, 9, 11);
  private static final Shape W = Shape.of(32, 32, 3, 3); // enough to be kept between calls
  private static final Shape Y = THREE.outputShape(X, W);

  @ParameterizedTest
  @EnumSource(
      value = Conv2dAlgorithm.class,
      names = {"GEMM", "WINOGRAD"})
  void allocatesNothing(Conv2dAlgorithm algorithm) {
    EngineConfig config = EngineConfig.defaults().threads(1).algorithm(algorithm);
    JavaConv2d engine = new JavaConv2d(new Workers("test", 1), config);
    Tensor x = Samples.random(X, DType.F32, 1);
    Tensor w = Samples.random(W, DType.F32, 2);
    Tensor y = Samples.filled(Y, DType.F32, 0);
    Tensor dx = Samples.filled(X, DType.F32, 0);
    Tensor dw = Samples.filled(W, DType.F32, 0);
    Tensor db = Samples.filled(Shape.of(W.n()), DType.F32, 0);
    Runnable step =
        () -> {
          engine.conv2d(THREE, x, w, db, y);
          engine.conv2dBackwardInput(THREE, y, w, dx, false);
          engine.conv2dBackwardWeights(THREE, x, y, dw, db, false);
        };
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long patience = System.nanoTime() + PATIENCE.toNanos();
    long least = Long.MAX_VALUE;
    // Vectors are objects until the compiler has come round to every method that holds them.
    while (least > 0 && System.nanoTime() < patience) {
      for (int i = 0; i < 50; i++) {
        step.run();
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      step.run();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }
}
