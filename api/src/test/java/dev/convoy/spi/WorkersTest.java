package dev.convoy.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
  @Test
  void doesEachPieceOnce() {
    for (int threads : new int[] {1, 2, 3, 8}) {
      try (Workers workers = new Workers("test", threads)) {
        for (int pieces = 0; pieces < 40; pieces++) {
          AtomicIntegerArray done = new AtomicIntegerArray(40);
          workers.run(pieces, done::incrementAndGet);
          for (int piece = 0; piece < 40; piece++) {
            assertEquals(piece < pieces ? 1 : 0, done.get(piece));
          }
        }
      }
    }
  }

  @Test
  void sharesTheWorkAmongAllItsThreads() {
    try (Workers workers = new Workers("test", 3)) {
      CountDownLatch all = new CountDownLatch(3);
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      workers.run(
          3,
          piece -> {
            seen.add(Thread.currentThread());
            all.countDown();
            awaitQuietly(all); // passes only if three threads are here at once
          });
      assertEquals(3, seen.size());
      assertTrue(seen.contains(Thread.currentThread()), "the caller takes part");
    }
  }

  @Test
  void makesWhatPiecesWroteVisibleToTheCaller() {
    try (Workers workers = new Workers("test", 4)) {
      int[] cells = new int[64];
      for (int round = 1; round <= 20_000; round++) {
        int value = round;
        workers.run(64, piece -> cells[piece] = value);
        for (int cell : cells) {
          assertEquals(round, cell);
        }
      }
    }
  }

  @Test
  void servesManyCallersAtOnce() throws InterruptedException {
    try (Workers workers = new Workers("test", 3)) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> callers = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        callers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int round = 0; round < 5_000; round++) {
                          AtomicInteger sum = new AtomicInteger();
                          workers.run(10, sum::addAndGet);
                          assertEquals(45, sum.get());
                        }
                      } catch (AssertionError e) {
                        failure.set(e);
                      }
                    }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertSame(null, failure.get());
    }
  }

  @Test
  void runsAJobWithinAJob() {
    try (Workers workers = new Workers("test", 2)) {
      AtomicInteger sum = new AtomicInteger();
      workers.run(4, piece -> workers.run(5, inner -> sum.incrementAndGet()));
      assertEquals(20, sum.get());
    }
  }

  @Test
  void throwsWhatAPieceThrewAndWorksOn() {
    try (Workers workers = new Workers("test", 2)) {
      for (int thrower = 0; thrower < 8; thrower++) {
        int bad = thrower;
        IllegalStateException wanted = new IllegalStateException("piece " + bad);
        Exception thrown =
            assertThrows(
                IllegalStateException.class,
                () ->
                    workers.run(
                        8,
                        piece -> {
                          if (piece == bad) {
                            throw wanted;
                          }
                        }));
        assertSame(wanted, thrown);
        AtomicInteger count = new AtomicInteger();
        workers.run(8, piece -> count.incrementAndGet());
        assertEquals(8, count.get());
      }
    }
  }

  @Test
  void finishesAJobWhoseCallerIsInterrupted() {
    try (Workers workers = new Workers("test", 2)) {
      Thread.currentThread().interrupt();
      AtomicInteger count = new AtomicInteger();
      workers.run(100, piece -> count.incrementAndGet());
      assertEquals(100, count.get());
      assertTrue(Thread.interrupted(), "the interrupt is left to the caller");
    }
  }

  @Test
  void endsItsThreadsAndRefusesWorkOnceClosed() throws InterruptedException {
    Workers workers = new Workers("test", 2);
    AtomicReference<Thread> worker = new AtomicReference<>();
    CountDownLatch both = new CountDownLatch(2);
    workers.run(
        2,
        piece -> {
          if (!Thread.currentThread().getName().equals("main")) {
            worker.set(Thread.currentThread());
          }
          both.countDown();
          awaitQuietly(both);
        });
    workers.close();
    worker.get().join(Duration.ofSeconds(20));
    assertEquals(Thread.State.TERMINATED, worker.get().getState());
    assertThrows(IllegalStateException.class, () -> workers.run(2, piece -> {}));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
