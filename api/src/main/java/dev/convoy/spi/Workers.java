package dev.convoy.spi;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one engine. {@link #run} shares the pieces of one job between them and the caller.
 *
 * <p>Many callers at once are served side by side. A job that runs another job does so on its own
 * thread. Steady state allocates nothing. Threads are daemons, started when first needed and ended
 * after some idle seconds, so that an engine that is no longer used holds no thread and no class
 * loader.
 */
public final class Workers implements AutoCloseable {
  /** A piece of work: called once for each index from 0, in any order, on any thread. */
  @FunctionalInterface
  public interface Job {
    /** Does one piece. */
    void run(int piece);
  }

  private static final long IDLE_SECONDS = 10;

  /**
   * Looks at a flag before waiting for it in the kernel, some ten microseconds' worth: a network's
   * operations follow each other closely, and waking a thread costs as much.
   */
  private static final int SPINS = 400;

  private final String name;
  private final int threads;
  private final ThreadLocal<Call> calls = ThreadLocal.withInitial(Call::new);

  /**
   * Calls that may have pieces left. Guards itself and the counts below; workers wait on it. A
   * plain monitor, because waiting on one allocates nothing.
   */
  private final ArrayDeque<Call> open = new ArrayDeque<>();

  private volatile int openCalls;
  private int started;
  private int idle;
  private volatile boolean closed;

  /**
   * Makes a pool; no thread is started yet.
   *
   * @param name what its threads are called, with a number behind
   * @param threads how many work on one job, the caller among them, at least 1
   */
  public Workers(String name, int threads) {
    this.name = Objects.requireNonNull(name, "name");
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
    }
    this.threads = threads;
  }

  /** How many threads work on one job, the caller among them. */
  public int threads() {
    return threads;
  }

  /**
   * Does pieces 0 to {@code pieces - 1} of a job and returns when all are done; what they wrote is
   * then visible to the caller. If pieces throw, the first exception is thrown here and pieces not
   * yet begun are left out.
   *
   * @throws IllegalStateException if this is closed
   */
  public void run(int pieces, Job job) {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    if (pieces <= 1 || threads == 1) {
      Apart.runAll(pieces, job);
      return;
    }
    Call call = calls.get();
    if (call.job != null) { // a job within a job
      Apart.runAll(pieces, job);
      return;
    }
    call.begin(pieces, job);
    try {
      open(call);
      call.work();
    } finally {
      close(call);
    }
    call.finish();
  }

  private void open(Call call) {
    synchronized (open) {
      open.addLast(call);
      openCalls = open.size();
      int helpers = Math.min(call.pieces, threads) - 1;
      for (int i = Math.min(helpers, idle); i > 0; i--) {
        open.notify();
      }
      for (int i = idle; i < helpers && started < threads - 1; i++) {
        Thread.ofPlatform().daemon().name(name + "-" + (started + 1)).start(this::serve);
        started++;
      }
    }
  }

  /** After this no worker is or comes inside the call, so that it can be used again. */
  private void close(Call call) {
    remove(call);
    for (int spin = 0; spin < SPINS && call.inside.get() > 0; spin++) {
      Thread.onSpinWait();
    }
    call.awaitEmpty();
    call.job = null;
  }

  private void remove(Call call) {
    synchronized (open) {
      open.remove(call);
      openCalls = open.size();
    }
  }

  private void serve() {
    calls.get().job = piece -> {}; // pieces run by a worker do not open calls of their own
    while (true) {
      Call call = next();
      if (call == null) {
        return;
      }
      call.work();
      remove(call); // all its pieces are taken
      call.leave();
    }
  }

  /**
   * The oldest call that has pieces left, entered; or null when there is no more need of this
   * thread.
   */
  private Call next() {
    for (int spin = 0; spin < SPINS && openCalls == 0; spin++) {
      Thread.onSpinWait();
    }
    synchronized (open) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
      while (open.isEmpty()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (closed || left <= 0) {
          started--;
          return null;
        }
        idle++;
        try {
          open.wait(left);
        } catch (InterruptedException ignored) {
          // Nobody but this class owns the thread: there is nothing an interrupt could ask for.
        } finally {
          idle--;
        }
      }
      Call call = open.peekFirst();
      call.inside.incrementAndGet();
      return call;
    }
  }

  /** Ends the idle threads; calls under way are still finished. */
  @Override
  public void close() {
    synchronized (open) {
      closed = true;
      open.notifyAll();
    }
  }

  /** One caller's job under way; each calling thread has one and uses it again. */
  private static final class Call {
    private final AtomicInteger next = new AtomicInteger();
    private int pieces;
    private Job job;
    private final AtomicInteger inside = new AtomicInteger();
    private Throwable failure;

    void begin(int number, Job work) {
      pieces = number;
      job = work;
      next.set(0);
    }

    void work() {
      try {
        Apart.runLeft(next, pieces, job);
      } catch (RuntimeException | Error e) {
        next.set(pieces);
        fail(e);
      }
    }

    @SuppressWarnings("ReferenceEquality") // a throwable cannot suppress itself
    private synchronized void fail(Throwable e) {
      if (failure == null) {
        failure = e;
      } else if (failure != e) {
        failure.addSuppressed(e);
      }
    }

    void leave() {
      if (inside.decrementAndGet() == 0) {
        synchronized (this) {
          notifyAll();
        }
      }
    }

    /** Waits for the workers inside to leave; an interrupt is left to the caller's own code. */
    synchronized void awaitEmpty() {
      boolean interrupted = false;
      while (inside.get() > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private synchronized void finish() {
      Throwable thrown = failure;
      failure = null;
      if (thrown instanceof RuntimeException e) {
        throw e;
      }
      if (thrown instanceof Error e) {
        throw e;
      }
    }
  }

  /**
   * Where pieces are run. HotSpot's C2 compiles a job into whatever calls it, up to 15 calls deep.
   * Under a deep caller a kernel's vector loops would lose their innermost calls to that limit, and
   * run at a quarter of their speed from when the caller is compiled. Methods of a {@link
   * Throwable} C2 does not compile into their callers' callers, and for that alone this is one:
   * below here a job is compiled the same whoever calls.
   */
  @SuppressWarnings("serial") // there are no instances
  private static final class Apart extends Throwable {
    private Apart() {}

    static void runAll(int pieces, Job job) {
      for (int piece = 0; piece < pieces; piece++) {
        job.run(piece);
      }
    }

    /** Those that no other thread has taken. */
    static void runLeft(AtomicInteger next, int pieces, Job job) {
      for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
        job.run(piece);
      }
    }
  }
}
