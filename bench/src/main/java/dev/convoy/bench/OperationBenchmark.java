package dev.convoy.bench;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import java.util.SplittableRandom;
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

/**
 * What the benchmarks have in common: an engine, and tensors that every call uses again, for a
 * fresh output of a hundred megabytes costs more in page faults than the operation that fills it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public abstract class OperationBenchmark {
  /** {@link Main} leaves out those that do not run here. */
  @Param({"java", "native"})
  public String engine;

  /** Threads that work on one call. */
  @Param("1")
  public int threads;

  /** The elements' type. */
  @Param("F32")
  public DType dtype;

  private Engine opened;
  private SplittableRandom random;

  /** Opens the engine and makes the tensors. */
  @Setup(Level.Trial)
  public final void setUp() {
    setUp(workload());
  }

  /** {@link #setUp()} at a size that has no name. */
  final void setUp(Workload size) {
    opened = Engines.named(engine, EngineConfig.defaults().threads(threads));
    random = new SplittableRandom(1);
    allocate(size);
  }

  /** Stops the engine's threads. */
  @TearDown(Level.Trial)
  public final void tearDown() {
    opened.close();
  }

  /** The size that was asked for by name. */
  abstract Workload workload();

  /** Makes the inputs and outputs of every operation measured. */
  abstract void allocate(Workload size);

  final Engine engine() {
    return opened;
  }

  final Tensor output(Shape shape) {
    return Tensor.zeros(shape, dtype);
  }

  /** Values from -1 to 1, the same in every run. */
  final Tensor input(Shape shape) {
    double[] values = random.doubles(shape.elements(), -1, 1).toArray();
    if (dtype == DType.F64) {
      return Tensor.of(shape, values);
    }
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return Tensor.of(shape, rounded);
  }
}
