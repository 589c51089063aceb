package dev.convoy.bench.report;

import dev.convoy.DType;
import dev.convoy.bench.work.Catalog;
import dev.convoy.bench.work.Cost;
import dev.convoy.bench.work.Problem;
import java.util.List;

/**
 * One operation's time on one backend, as reports show it.
 *
 * @param title the operation in words
 * @param shape the workload in numbers
 * @param ms median
 * @param low fastest iteration
 * @param high slowest
 * @param flops by definition
 * @param bytes by definition, or 0
 * @param limit what limits it, or empty where the limits were not measured
 * @param fraction of that limit, or 0
 */
record Row(
    String benchmark,
    String title,
    String workload,
    String shape,
    String engine,
    int threads,
    String dtype,
    int batch,
    double ms,
    double low,
    double high,
    long flops,
    long bytes,
    String limit,
    double fraction) {

  static Row of(Sample sample, List<Limits> limits) {
    Problem problem =
        Catalog.problem(sample.benchmark(), sample.workload(), DType.valueOf(sample.dtype()));
    Cost cost = Cost.of(problem);
    Limits.Reached reached =
        limits.stream()
            .filter(l -> l.threads() == sample.threads() && l.dtype().equals(sample.dtype()))
            .findFirst()
            .map(l -> l.reached(cost, sample.median()))
            .orElse(new Limits.Reached("", 0));
    return new Row(
        sample.benchmark(),
        title(sample.benchmark(), problem),
        sample.workload(),
        shape(problem),
        sample.engine(),
        sample.threads(),
        sample.dtype(),
        problem.workload().x().n(),
        sample.median(),
        sample.fastest(),
        sample.slowest(),
        cost.flops(),
        cost.bytes(),
        reached.by(),
        reached.fraction());
  }

  private static String title(String benchmark, Problem problem) {
    return benchmark.equals(Catalog.CALL_OVERHEAD)
        ? "call of a tiny operation"
        : problem.operation().title();
  }

  private static String shape(Problem problem) {
    var window = problem.workload().window();
    String x = problem.xShape().toString();
    return switch (problem.operation()) {
      case TRAINING_STEP -> x;
      case MATMUL -> x + " · " + problem.wShape();
      case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHTS ->
          "%s to %d channels, %d×%d%s%s%s"
              .formatted(
                  x,
                  problem.workload().outputChannels(),
                  window.kernelHeight(),
                  window.kernelWidth(),
                  window.strideHeight() == 1 ? "" : ", stride " + window.strideHeight(),
                  window.dilationHeight() == 1 ? "" : ", dilation " + window.dilationHeight(),
                  problem.workload().groups() == 1
                      ? ""
                      : ", groups " + problem.workload().groups());
      default ->
          "%s, %d×%d, stride %d"
              .formatted(x, window.kernelHeight(), window.kernelWidth(), window.strideHeight());
    };
  }
}
