package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Training in steady state allocates (almost) nothing, though batches of three sizes take turns.
 */
class AllocationTest {
  private static final int STEPS = 2000;

  /** Until the JIT is done, objects are allocated that it will do without. */
  private static final Duration WARM_UP = Duration.ofSeconds(60);

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Tensor images = Tensor.zeros(Shape.of(7, 1, 8, 8), DType.F32);
  private final Batches batches = new Batches(images, new int[7], 4, 1); // of 4 and of 3, in turns
  private final Tensor unseen = images.slice(0, 2);

  private static Sequential network(Engine engine) {
    Layers layers = new Layers(engine, DType.F32, 1);
    return Sequential.of(
        layers.conv2d(1, 4, Window.square(5).padding(2), Activation.RELU),
        layers.maxPool2d(Window.square(2).stride(2)),
        layers.conv2d(4, 4, Window.square(3).padding(1), Activation.NONE),
        layers.relu(),
        layers.avgPool2d(Window.square(2).stride(2)),
        new Flatten(),
        layers.linear(16, 16, Activation.RELU),
        layers.dropout(0.4),
        layers.linear(16, 4, Activation.NONE));
  }

  /** Threads that wait for each other leave some 32 bytes a wait; nothing else leaves any. */
  @ParameterizedTest
  @CsvSource({"1, 32", "2, 4096"})
  void aTrainingStepAllocatesAlmostNothing(int workers, long mostBytesPerStep) {
    try (Engine engine = Engines.fastest(EngineConfig.defaults().threads(workers))) {
      checkSteps(network(engine), mostBytesPerStep);
    }
  }

  private void checkSteps(Sequential network, long mostBytesPerStep) {
    Trainer trainer = new Trainer(network, new Adam(network.parameters(), 1e-3));
    long deadline = System.nanoTime() + WARM_UP.toNanos();
    long bytes;
    long segments;
    do {
      segments = nativeSegments();
      long before = threads.getTotalThreadAllocatedBytes();
      for (int i = 0; i < STEPS; i++) {
        step(network, trainer);
      }
      bytes = (threads.getTotalThreadAllocatedBytes() - before) / STEPS;
      segments -= nativeSegments();
    } while ((bytes > mostBytesPerStep || segments != 0) && System.nanoTime() < deadline);
    assertTrue(bytes <= mostBytesPerStep, bytes + " bytes in a step");
    assertEquals(0, segments, "off-heap allocations");
  }

  private void step(Sequential network, Trainer trainer) {
    if (!batches.next()) {
      batches.shuffle();
      batches.next();
    }
    trainer.step(batches.images(), batches.labels());
    network.forward(unseen, Mode.INFERENCE);
  }

  /** How many off-heap allocations are alive: the JDK counts those of arenas as direct buffers. */
  private static long nativeSegments() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }
}
