package dev.convoy.engine.ffm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Once compiled, a call allocates nothing on the heap. */
class SteadyStateTest {
  private static final int CALLS = 10_000;
  private static final int MOST_ROUNDS = 200;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Kernels engine =
      new NativeEngineProvider().create(EngineConfig.defaults().threads(1));

  @TestFactory
  Stream<DynamicTest> operationsAllocateNothing() {
    Map<String, Runnable> operations = new LinkedHashMap<>();
    Tensor x = zeros(1, 2, 6, 6);
    Tensor y = zeros(1, 2, 3, 3);
    MaxPool2dSpec max = MaxPool2dSpec.of(Window.square(2).stride(2));
    AvgPool2dSpec avg = AvgPool2dSpec.of(Window.square(2).stride(2));
    ArgMax argmax = max.argmax(x.shape());
    operations.put("maxPool2d", () -> engine.maxPool2d(max, x, y, argmax));
    operations.put("maxPool2dBackward", () -> engine.maxPool2dBackward(max, y, argmax, x));
    Tensor dx = zeros(1, 2, 6, 6);
    Tensor dy = zeros(1, 2, 3, 3);
    operations.put("maxPool2dBackward, ties", () -> engine.maxPool2dBackward(max, x, y, dy, dx));
    operations.put("avgPool2d", () -> engine.avgPool2d(avg, x, y));
    operations.put("avgPool2dBackward", () -> engine.avgPool2dBackward(avg, y, x));
    operations.put("relu", () -> engine.relu(x, dx));
    operations.put("reluBackward", () -> engine.reluBackward(x, dx, dx));
    Tensor b = zeros(2);
    operations.put("addBias", () -> engine.addBias(b, y));
    Tensor m = zeros(4, 4);
    Tensor n = zeros(4, 4);
    operations.put("matmul", () -> engine.matmul(MatmulSpec.PLAIN, m, m, null, n));
    Conv2dSpec conv = Conv2dSpec.of(Window.square(3).padding(1));
    Tensor w = zeros(3, 2, 3, 3);
    Tensor z = zeros(1, 3, 6, 6);
    operations.put("conv2d", () -> engine.conv2d(conv, x, w, null, z));
    operations.put("conv2dBackwardInput", () -> engine.conv2dBackwardInput(conv, z, w, x, false));
    operations.put(
        "conv2dBackwardWeights", () -> engine.conv2dBackwardWeights(conv, x, z, w, null, false));
    Tensor many = zeros(1, 64, 8, 8);
    Tensor kept = zeros(64, 64, 3, 3); // enough to be kept between calls
    Tensor out = zeros(1, 64, 8, 8);
    operations.put(
        "conv2d of weights kept",
        () -> {
          engine.conv2d(conv, many, kept, null, out);
          engine.conv2dBackwardInput(conv, out, kept, many, false);
        });
    return operations.entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getValue())));
  }

  private static Tensor zeros(int... dims) {
    return Tensor.zeros(Shape.of(dims), DType.F32);
  }

  private static void check(Runnable operation) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < MOST_ROUNDS && least > 0; round++) {
      least = Math.min(least, allocatedBy(operation) / CALLS);
    }
    assertTrue(least == 0, least + " bytes a call");
  }

  private static long allocatedBy(Runnable operation) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int call = 0; call < CALLS; call++) {
      operation.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
