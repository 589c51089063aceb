package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.convoy.DType;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Steady-state training allocates (almost) nothing, whichever batch sizes take turns. */
class AllocationTest {
  /** On the heaps of all threads, the JVM's own among them; the batch alone has 12,544 bytes. */
  private static final long MOST_BYTES_PER_STEP = 1024;

  private static final int WARM_UP = 60;
  private static final int STEPS = 30;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void aTrainingStepAllocatesAlmostNothing() {
    Sequential network = Networks.fashion(Engines.fastest(), 1, DType.F32);
    Trainer trainer = new Trainer(network, new Adam(network.parameters(), 1e-3));
    Tensor images = Tensor.zeros(Shape.of(7, 1, 28, 28), DType.F32);
    Batches batches = new Batches(images, new int[7], 4, 1); // of 4 and of 3, in turns
    Tensor unseen = images.slice(0, 2);

    for (int i = 0; i < WARM_UP; i++) {
      step(trainer, batches);
      network.forward(unseen, Mode.INFERENCE);
    }
    long segments = nativeSegments();
    long before = threads.getTotalThreadAllocatedBytes();
    for (int i = 0; i < STEPS; i++) {
      step(trainer, batches);
      network.forward(unseen, Mode.INFERENCE);
    }
    long bytes = threads.getTotalThreadAllocatedBytes() - before;

    assertTrue(
        bytes <= STEPS * MOST_BYTES_PER_STEP,
        () -> "%d bytes in each of %d steps".formatted(bytes / STEPS, STEPS));
    assertEquals(segments, nativeSegments());
  }

  private static void step(Trainer trainer, Batches batches) {
    if (!batches.next()) {
      batches.shuffle();
      batches.next();
    }
    trainer.step(batches.images(), batches.labels());
  }

  /** How many off-heap allocations live: the JDK counts arenas' with the direct buffers. */
  private static long nativeSegments() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }
}
