package dev.convoy.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.bench.FmaPeakBenchmark;
import dev.convoy.bench.work.Cost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counted by hand. */
class LimitsTest {
  private static final Limits LIMITS =
      new Limits(
          1,
          "F32",
          100,
          List.of(
              new Limits.Copy(false, 1 << 20, 80),
              new Limits.Copy(false, 1 << 28, 20),
              new Limits.Copy(true, 1 << 28, 25)));

  @Test
  void manyOperationsForFewBytesAreLimitedByArithmetic() {
    // 2e9 operations at 100e9 a second take 20 ms; 1e6 bytes at 80e9 a second 0.0125 ms.
    Limits.Reached reached = LIMITS.reached(new Cost(2_000_000_000L, 1_000_000), 40);

    assertEquals("arithmetic", reached.by());
    assertEquals(0.5, reached.fraction(), 1e-12);
  }

  @Test
  void manyBytesForFewOperationsAreLimitedByMemory() {
    // 500e6 bytes at 25e9 a second take 20 ms.
    Limits.Reached reached = LIMITS.reached(new Cost(1_000_000, 500_000_000), 80);

    assertEquals("memory", reached.by());
    assertEquals(0.25, reached.fraction(), 1e-12);
  }

  @Test
  void whatFitsIntoACacheIsMeasuredAgainstTheCache() {
    assertEquals(80, LIMITS.bandwidth(1 << 10));
    assertEquals(80, LIMITS.bandwidth(100 << 20));
    assertEquals(25, LIMITS.bandwidth(1 << 28));
  }

  @Test
  void peakAndBandwidthComeFromTheTimesOfTheirBenchmarks() {
    Sample peak =
        new Sample(
            "FmaPeakBenchmark.fma",
            Map.of("threads", "2", "dtype", "F64"),
            List.of(10.0, 9.0, 30.0));
    Sample copy =
        new Sample(
            "CopyBenchmark.streaming",
            Map.of("threads", "2", "bytes", "268435456"),
            List.of(10.0, 10.0));
    Sample small =
        new Sample(
            "CopyBenchmark.ordinary", Map.of("threads", "2", "bytes", "524288"), List.of(1.0));

    Limits limits = Limits.of(List.of(peak, copy, small)).getFirst();

    assertEquals(2.0 * FmaPeakBenchmark.FLOPS / 10e6, limits.gflops(), 1e-9);
    assertEquals(268435456 / 10e6, limits.copies().getFirst().gigabytes(), 1e-9);
    assertEquals(64 * 1024 * 1024 / 1e6, limits.copies().getLast().gigabytes(), 1e-9);
  }
}
