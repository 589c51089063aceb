package dev.convoy.bench;

import dev.convoy.bench.rival.Jvm;
import dev.convoy.bench.rival.StreamingCopy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;
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
 * The memory's limit: copying from one half of some memory to the other, each thread its own part,
 * again and again until {@value #MOVED} bytes at least were read and written.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.NATIVE_ACCESS, Jvm.COLLECTOR})
public class CopyBenchmark {
  /** Bytes that a call moves at least. */
  public static final long MOVED = 64L << 20;

  private static final VectorSpecies<Byte> SPECIES = ByteVector.SPECIES_PREFERRED;
  private static final int ALIGNMENT = 4096;

  /** Bytes read and written by one pass: what must fit into a cache to stay there. */
  @Param({"524288", "16777216", "268435456"})
  public long bytes;

  /** Threads that copy at once. */
  @Param("1")
  public int threads;

  private Arena arena;
  private MemorySegment[] from;
  private MemorySegment[] to;
  private long passes;
  private Team team;

  /** Makes the memory and touches it. */
  @Setup(Level.Trial)
  public void setUp() {
    arena = Arena.ofShared();
    from = new MemorySegment[threads];
    to = new MemorySegment[threads];
    long part = bytes / 2 / threads / ALIGNMENT * ALIGNMENT;
    for (int i = 0; i < threads; i++) {
      from[i] = arena.allocate(part, ALIGNMENT).fill((byte) 1);
      to[i] = arena.allocate(part, ALIGNMENT).fill((byte) 2);
    }
    passes = passes(bytes);
    team = new Team(threads);
  }

  /** Ends the threads and frees the memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    team.close();
    arena.close();
  }

  /** How often a call goes through the memory. */
  public static long passes(long bytes) {
    return Math.max(1, MOVED / bytes);
  }

  /** With ordinary loads and stores. */
  @Benchmark
  public MemorySegment[] ordinary() {
    team.run(
        part -> {
          for (long pass = 0; pass < passes; pass++) {
            copy(from[part], to[part]);
          }
        });
    return to;
  }

  private static void copy(MemorySegment from, MemorySegment to) {
    for (long i = 0; i < from.byteSize(); i += SPECIES.length()) {
      ByteVector.fromMemorySegment(SPECIES, from, i, ByteOrder.nativeOrder())
          .intoMemorySegment(to, i, ByteOrder.nativeOrder());
    }
  }

  /**
   * With the C library's {@code memcpy}: on sizes beyond the caches glibc's writes around them,
   * with non-temporal stores.
   */
  @Benchmark
  public MemorySegment[] streaming() {
    team.run(
        part -> {
          for (long pass = 0; pass < passes; pass++) {
            StreamingCopy.copy(from[part], to[part]);
          }
        });
    return to;
  }
}
