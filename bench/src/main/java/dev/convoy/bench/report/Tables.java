package dev.convoy.bench.report;

import dev.convoy.bench.rival.Probe;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A run as tables, for a terminal and for the documentation. */
final class Tables {
  private final Run run;

  Tables(Run run) {
    this.run = run;
  }

  // ---- Terminal ----

  void print(PrintWriter out) {
    out.println();
    for (Limits limit : run.limits()) {
      out.println("Limits, " + limits(limit));
    }
    String benchmark = "";
    for (Run.Group group : run.groups()) {
      if (!group.benchmark().equals(benchmark)) {
        benchmark = group.benchmark();
        out.printf("%n%s (%s)%n%-24s", group.title(), benchmark, "");
        for (String engine : run.ours()) {
          out.printf("  %-32s", engine + ": ms, rival/it, of limit");
        }
        out.println(run.rivals().isEmpty() ? "" : "  best rival");
      }
      out.printf("%-24s", label(group));
      for (String engine : run.ours()) {
        out.printf("  %-32s", group.of(engine).map(row -> cell(group, row)).orElse("-"));
      }
      out.println(
          group.bestRival().map(r -> "  %s, %.4f ms".formatted(r.engine(), r.ms())).orElse(""));
    }
    refusals().forEach((reason, what) -> out.printf("%nNot measured: %s: %s", what, reason));
    out.println();
  }

  private static String label(Run.Group group) {
    return group.workload()
        + (group.threads() == 1 ? "" : ", " + group.threads() + " threads")
        + (group.dtype().equals("F32") ? "" : ", " + group.dtype());
  }

  private static String cell(Run.Group group, Row row) {
    String ratio =
        group.bestRival().map(rival -> "%6.2f×".formatted(rival.ms() / row.ms())).orElse("     - ");
    String limit = row.limit().isEmpty() ? "" : "%4.0f %%".formatted(100 * row.fraction());
    return "%10.4f ±%3.0f %% %s %s".formatted(row.ms(), spread(row), ratio, limit);
  }

  /** Half the distance from the fastest to the slowest iteration, in percent of the median. */
  private static double spread(Row row) {
    return 50 * (row.high() - row.low()) / row.ms();
  }

  private static String limits(Limits limits) {
    return "%d thread%s, %s: %.0f GFLOP/s; copying %s"
        .formatted(
            limits.threads(),
            limits.threads() == 1 ? "" : "s",
            limits.dtype(),
            limits.gflops(),
            limits.copies().stream()
                .map(
                    copy ->
                        "%s%s %.0f GB/s"
                            .formatted(
                                size(copy.bytes()),
                                copy.streaming() ? " streaming" : "",
                                copy.gigabytes()))
                .collect(Collectors.joining(", ")));
  }

  private static String size(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  /** What was not measured, by the reason. */
  private Map<String, String> refusals() {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (Refusal refusal : run.refusals()) {
      byReason
          .computeIfAbsent(
              "%s: %s".formatted(refusal.engine(), refusal.reason()), reason -> new ArrayList<>())
          .add(
              refusal.benchmark().equals("*")
                  ? "all"
                  : refusal.benchmark() + " " + refusal.parameters().getOrDefault("workload", ""));
    }
    Map<String, String> text = new LinkedHashMap<>();
    byReason.forEach((reason, what) -> text.put(reason, String.join(", ", what)));
    return text;
  }

  // ---- Markdown ----

  /** The tables of the documentation. */
  String markdown() {
    StringBuilder out = new StringBuilder();
    out.append("Measured ").append(run.started()).append(" with `").append(run.command());
    out.append("`.\n\n| machine | |\n| --- | --- |\n");
    run.machine().forEach((key, value) -> line(out, key, value));
    run.environment().forEach((key, value) -> line(out, "`" + key + "`", "`" + value + "`"));
    line(out, "each measurement", run.effort());
    run.limits().forEach(limit -> line(out, "limits", limits(limit)));
    out.append('\n');
    means(out);
    List<String> engines = new ArrayList<>(run.ours());
    engines.addAll(run.rivals());
    String benchmark = "";
    for (Run.Group group : run.groups()) {
      if (!group.benchmark().equals(benchmark)) {
        benchmark = group.benchmark();
        out.append("\n### ").append(group.title()).append(", ms\n\n| workload |");
        engines.forEach(engine -> out.append(' ').append(engine).append(" |"));
        out.append("\n| --- |").append(" ---: |".repeat(engines.size())).append('\n');
      }
      out.append("| ").append(label(group)).append(" |");
      double best = group.rows().stream().mapToDouble(Row::ms).min().orElse(0);
      for (String engine : engines) {
        out.append(' ')
            .append(group.of(engine).map(row -> markdown(row, best)).orElse("–"))
            .append(" |");
      }
      out.append('\n');
    }
    notMeasured(out);
    return out.toString();
  }

  private static void line(StringBuilder out, String key, String value) {
    out.append("| ").append(key).append(" | ").append(value.replace("|", "\\|")).append(" |\n");
  }

  /** The fastest in bold; the fraction of the limit behind Convoy's times. */
  private String markdown(Row row, double best) {
    String ms = "%.4g".formatted(row.ms());
    String text = row.ms() == best ? "**" + ms + "**" : ms;
    boolean ours = run.ours().contains(row.engine());
    return ours && !row.limit().isEmpty()
        ? text + " (%.0f %%)".formatted(100 * row.fraction())
        : text;
  }

  /** Geometric means of the best rival's time over each engine's. */
  private void means(StringBuilder out) {
    if (run.rivals().isEmpty()) {
      return;
    }
    out.append("| best rival's time / engine's, geometric mean (worst, best) |");
    run.ours().forEach(engine -> out.append(' ').append(engine).append(" |"));
    out.append("\n| --- |").append(" ---: |".repeat(run.ours().size())).append('\n');
    Map<String, List<Run.Group>> byTitle =
        run.groups().stream()
            .filter(group -> group.bestRival().isPresent())
            .collect(
                Collectors.groupingBy(
                    group ->
                        group.title()
                            + (group.threads() == 1 ? "" : ", " + group.threads() + " threads")
                            + (group.dtype().equals("F32") ? "" : ", " + group.dtype()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    byTitle.forEach(
        (title, groups) -> {
          out.append("| ").append(title).append(" |");
          for (String engine : run.ours()) {
            out.append(' ').append(mean(groups, engine).orElse("–")).append(" |");
          }
          out.append('\n');
        });
  }

  private static Optional<String> mean(List<Run.Group> groups, String engine) {
    double[] ratios =
        groups.stream()
            .filter(group -> group.of(engine).isPresent())
            .mapToDouble(
                group -> group.bestRival().orElseThrow().ms() / group.of(engine).orElseThrow().ms())
            .sorted()
            .toArray();
    if (ratios.length == 0) {
      return Optional.empty();
    }
    double sum = 0;
    for (double ratio : ratios) {
      sum += Math.log(ratio);
    }
    return Optional.of(
        "%.2f (%.2f, %.2f)"
            .formatted(Math.exp(sum / ratios.length), ratios[0], ratios[ratios.length - 1]));
  }

  private void notMeasured(StringBuilder out) {
    if (!run.refusals().isEmpty()) {
      out.append("\n### Not measured\n\n| engine and reason | what |\n| --- | --- |\n");
      refusals().forEach((reason, what) -> line(out, reason, what));
    }
    out.append("\n### Engines\n\n| engine | made of |\n| --- | --- |\n");
    for (Probe.Status engine : run.engines()) {
      if (engine.available()) {
        line(
            out,
            engine.name(),
            engine.details().entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining("; ")));
      }
    }
  }
}
