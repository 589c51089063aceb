package dev.convoy.bench;

import dev.convoy.DType;
import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.Backends;
import dev.convoy.bench.rival.Jvm;
import dev.convoy.bench.rival.Task;
import dev.convoy.bench.work.Catalog;
import dev.convoy.bench.work.Check;
import dev.convoy.bench.work.Problem;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What the benchmarks have in common: a backend and a task on it, whose result is checked before it
 * is timed. Inputs and outputs are made once, for a fresh output of a hundred megabytes costs more
 * in page faults than the operation that fills it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.NATIVE_ACCESS, Jvm.COLLECTOR})
public abstract class OperationBenchmark {
  /** An engine or a rival; {@link Main} leaves out engines that do not run here. */
  @Param({"native", "java"})
  public String engine;

  /** Threads that work on one call. */
  @Param("1")
  public int threads;

  /** The elements' type. */
  @Param("F32")
  public DType dtype;

  private Backend backend;
  private Task task;

  /** Starts the backend, makes the inputs, computes once and checks the result. */
  @Setup(Level.Trial)
  public final void setUp(BenchmarkParams params) {
    setUp(Catalog.problem(params.getBenchmark(), workload(), dtype));
  }

  /** The same for a problem that need not have a name. */
  final void setUp(Problem problem) {
    backend = Backends.open(engine, threads);
    task = backend.prepare(problem);
    task.run();
    Check.verify(problem, task.results());
  }

  /** Stops the backend's threads. */
  @TearDown(Level.Trial)
  public final void tearDown() {
    backend.close();
  }

  /** The name of the size. */
  abstract String workload();

  /** What is timed. */
  final Task call() {
    task.run();
    return task;
  }
}
