package dev.convoy.bench;

import dev.convoy.DType;
import dev.convoy.bench.rival.Jvm;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import org.openjdk.jmh.annotations.Benchmark;
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
 * The processor's peak: {@value #FLOPS} operations of fused multiply-add on registers, on as many
 * independent sums as hide the instruction's latency.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.NATIVE_ACCESS, Jvm.COLLECTOR})
public class FmaPeakBenchmark {
  /** Operations of one call, on each thread; a multiply-add is two. */
  public static final long FLOPS = 3L << 28;

  private static final int SUMS = 12;
  private static final int INNER = 1 << 12;

  /** Threads that compute at once. */
  @Param("1")
  public int threads;

  /** The elements' type. */
  @Param("F32")
  public DType dtype;

  private Team team;
  private double[] results;

  /** Starts the threads. */
  @Setup(Level.Trial)
  public void setUp() {
    team = new Team(threads);
    results = new double[threads];
  }

  /** Ends them. */
  @TearDown(Level.Trial)
  public void tearDown() {
    team.close();
  }

  /** What keeps the sums from being dropped. */
  @Benchmark
  public double[] fma() {
    if (dtype == DType.F32) {
      int lanes = FloatVector.SPECIES_PREFERRED.length();
      team.run(part -> results[part] = singles(FLOPS / (2L * SUMS * INNER * lanes)));
    } else {
      int lanes = DoubleVector.SPECIES_PREFERRED.length();
      team.run(part -> results[part] = doubles(FLOPS / (2L * SUMS * INNER * lanes)));
    }
    return results;
  }

  private static double singles(long rounds) {
    double sum = 0;
    for (long i = 0; i < rounds; i++) {
      sum += singles((float) sum);
    }
    return sum;
  }

  private static float singles(float start) {
    var factor = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.5f);
    var term = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 1f);
    var a = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, start);
    var b = a.add(term);
    var c = b.add(term);
    var d = c.add(term);
    var e = d.add(term);
    var f = e.add(term);
    var g = f.add(term);
    var h = g.add(term);
    var i = h.add(term);
    var j = i.add(term);
    var k = j.add(term);
    var l = k.add(term);
    for (int n = 0; n < INNER; n++) {
      a = a.fma(factor, term);
      b = b.fma(factor, term);
      c = c.fma(factor, term);
      d = d.fma(factor, term);
      e = e.fma(factor, term);
      f = f.fma(factor, term);
      g = g.fma(factor, term);
      h = h.fma(factor, term);
      i = i.fma(factor, term);
      j = j.fma(factor, term);
      k = k.fma(factor, term);
      l = l.fma(factor, term);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }

  private static double doubles(long rounds) {
    double sum = 0;
    for (long i = 0; i < rounds; i++) {
      sum += doubles(sum);
    }
    return sum;
  }

  private static double doubles(double start) {
    var factor = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 0.5);
    var term = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 1);
    var a = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, start);
    var b = a.add(term);
    var c = b.add(term);
    var d = c.add(term);
    var e = d.add(term);
    var f = e.add(term);
    var g = f.add(term);
    var h = g.add(term);
    var i = h.add(term);
    var j = i.add(term);
    var k = j.add(term);
    var l = k.add(term);
    for (int n = 0; n < INNER; n++) {
      a = a.fma(factor, term);
      b = b.fma(factor, term);
      c = c.fma(factor, term);
      d = d.fma(factor, term);
      e = e.fma(factor, term);
      f = f.fma(factor, term);
      g = g.fma(factor, term);
      h = h.fma(factor, term);
      i = i.fma(factor, term);
      j = j.fma(factor, term);
      k = k.fma(factor, term);
      l = l.fma(factor, term);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }
}
