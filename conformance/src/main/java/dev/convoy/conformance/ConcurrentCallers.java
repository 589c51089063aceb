package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Many threads that call one engine, in different order and with both types at once. */
final class ConcurrentCallers {
  private static final int CALLERS = 6;
  private static final int ROUNDS = 3;

  private ConcurrentCallers() {}

  static void check(Engine engine) throws InterruptedException {
    List<Case> cases =
        Arrays.stream(DType.values())
            .flatMap(
                dtype ->
                    Stream.of(
                            MaxPool2dTable.geometries(dtype).limit(12),
                            AvgPool2dTable.geometries(dtype).limit(12),
                            Conv2dTable.edges(dtype),
                            ConvTranspose2dTable.edges(dtype).limit(8),
                            MatmulTable.edges(dtype).limit(8))
                        .flatMap(each -> each))
            .toList();
    List<List<Answer>> alone = cases.stream().map(each -> each.run(engine)).toList();
    CyclicBarrier start = new CyclicBarrier(CALLERS);
    List<Callable<Void>> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      int first = caller * cases.size() / CALLERS;
      callers.add(
          () -> {
            start.await();
            for (int i = 0; i < ROUNDS * cases.size(); i++) {
              int at = (first + i) % cases.size();
              Case each = cases.get(at);
              Agreement.sameBits(
                  each, "alone", alone.get(at), "beside other callers", each.run(engine));
            }
            return null;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (Future<Void> result : threads.invokeAll(callers)) {
        join(result);
      }
    }
  }

  private static void join(Future<Void> caller) throws InterruptedException {
    try {
      caller.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new AssertionError("a concurrent caller failed: " + e.getCause(), e.getCause());
    }
  }
}
