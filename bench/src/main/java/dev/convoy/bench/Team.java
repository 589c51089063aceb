package dev.convoy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Threads that each do a part; the caller does the first. */
final class Team implements AutoCloseable {
  private final int threads;
  private final ExecutorService others;

  Team(int threads) {
    this.threads = threads;
    others = Executors.newFixedThreadPool(threads);
  }

  void run(IntConsumer part) {
    List<Future<?>> parts = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      int number = i;
      parts.add(others.submit(() -> part.accept(number)));
    }
    part.accept(0);
    for (Future<?> other : parts) {
      try {
        other.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  @Override
  public void close() {
    others.close();
  }
}
