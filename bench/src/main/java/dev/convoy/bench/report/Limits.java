package dev.convoy.bench.report;

import dev.convoy.bench.CopyBenchmark;
import dev.convoy.bench.FmaPeakBenchmark;
import dev.convoy.bench.work.Cost;
import java.util.ArrayList;
import java.util.List;

/**
 * What the machine can do at most with a number of threads, as measured.
 *
 * @param gflops of fused multiply-adds on registers, a thousand million operations a second
 * @param copies bandwidths of copying
 */
record Limits(int threads, String dtype, double gflops, List<Copy> copies) {
  /**
   * A bandwidth.
   *
   * @param bytes that are read and written in one pass
   * @param gigabytes read and written, a second
   */
  record Copy(boolean streaming, long bytes, double gigabytes) {}

  /** What can be said of a time: what limits it, and which part of that limit it reaches. */
  record Reached(String by, double fraction) {}

  private static final double MILLION = 1e6;

  /** Those that these results have, for each number of threads and type. */
  static List<Limits> of(List<Sample> samples) {
    List<Limits> limits = new ArrayList<>();
    for (Sample peak : samples) {
      if (peak.benchmark().equals("FmaPeakBenchmark.fma")) {
        double flops = FmaPeakBenchmark.FLOPS * (double) peak.threads();
        limits.add(
            new Limits(
                peak.threads(),
                peak.dtype(),
                flops / peak.median() / MILLION,
                copies(samples, peak.threads())));
      }
    }
    return limits;
  }

  private static List<Copy> copies(List<Sample> samples, int threads) {
    List<Copy> copies = new ArrayList<>();
    for (Sample copy : samples) {
      if (copy.benchmark().startsWith("CopyBenchmark.") && copy.threads() == threads) {
        long bytes = Long.parseLong(copy.parameters().get("bytes"));
        double moved = bytes * (double) CopyBenchmark.passes(bytes);
        copies.add(
            new Copy(
                copy.benchmark().endsWith(".streaming"), bytes, moved / copy.median() / MILLION));
      }
    }
    return copies;
  }

  /**
   * The bandwidth that an operation on so many bytes may hope for: the best of the copies of the
   * largest size that is not above it, for what fits into a cache may stay there; of the smallest
   * size if all are above it.
   */
  double bandwidth(long bytes) {
    long size =
        copies.stream()
            .mapToLong(Copy::bytes)
            .filter(s -> s <= bytes)
            .max()
            .orElseGet(() -> copies.stream().mapToLong(Copy::bytes).min().orElse(0));
    return copies.stream()
        .filter(copy -> copy.bytes() == size)
        .mapToDouble(Copy::gigabytes)
        .max()
        .orElse(Double.NaN);
  }

  /**
   * The part of the roofline (S. Williams et al., 2009) that a time reaches: the least time that
   * the operations, or the bytes, would take at the limit, over the time.
   */
  Reached reached(Cost cost, double milliseconds) {
    double computing = cost.flops() / gflops / MILLION;
    double moving = cost.bytes() == 0 ? 0 : cost.bytes() / bandwidth(cost.bytes()) / MILLION;
    return computing >= moving
        ? new Reached("arithmetic", computing / milliseconds)
        : new Reached("memory", moving / milliseconds);
  }
}
