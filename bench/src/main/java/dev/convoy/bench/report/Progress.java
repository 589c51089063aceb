package dev.convoy.bench.report;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * Listens to JMH in place of its own output: shows how far the run is and how long it will take,
 * and keeps why a measurement failed.
 */
final class Progress implements OutputFormat {
  /** Columns of a terminal's line: asking for them would load a library with native code. */
  private static final int WIDTH = 99;

  private static final Pattern EXIT = Pattern.compile("<forked VM failed with exit code (\\d+)>");
  private static final Pattern SIGNAL = Pattern.compile("(?m)^#\\s+(SIG[A-Z]+)\\b");

  private final PrintWriter out;

  /** On a terminal; elsewhere, null, each measurement gets a line. */
  private final ProgressBar bar;

  private final int measurements;
  private final int iterations;
  private final List<Refusal> refusals = new ArrayList<>();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final long start = System.nanoTime();
  private BenchmarkParams current;
  private boolean measured;
  private int started;
  private int done;
  private int doneBefore;

  /**
   * For a run.
   *
   * @param measurements how many there will be
   * @param iterations of all of them
   */
  Progress(PrintWriter out, int measurements, int iterations) {
    this.out = out;
    this.bar = isTerminal() ? bar(out, iterations) : null;
    this.measurements = measurements;
    this.iterations = iterations;
  }

  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it can be null again, without a terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
  }

  private static ProgressBar bar(PrintWriter out, int iterations) {
    return new ProgressBarBuilder()
        .setTaskName("bench")
        .setInitialMax(iterations)
        .setStyle(ProgressBarStyle.ASCII)
        .setConsumer(
            new DelegatingProgressBarConsumer(
                text -> {
                  out.print("\r" + text);
                  out.flush();
                },
                WIDTH))
        .clearDisplayOnFinish()
        .build();
  }

  /** What was not measured, with why. */
  List<Refusal> refusals() {
    return refusals;
  }

  @Override
  public void startBenchmark(BenchmarkParams params) {
    finish();
    current = params;
    measured = false;
    started++;
    said.reset();
    show();
  }

  @Override
  public void iteration(BenchmarkParams params, IterationParams iteration, int number) {}

  @Override
  public void iterationResult(
      BenchmarkParams params, IterationParams iteration, int number, IterationResult result) {
    done++;
    show();
  }

  @Override
  public void endBenchmark(BenchmarkResult result) {
    measured = result != null;
    if (measured && bar == null) {
      out.printf(
          "[%d/%d, %s left] %s: %.4f ms%n",
          started, measurements, left(), name(), result.getPrimaryResult().getScore());
      out.flush();
    }
  }

  /** The measurement before is over, one way or the other. */
  private void finish() {
    if (current == null) {
      return;
    }
    if (!measured) {
      Refusal refusal =
          new Refusal(Refusal.shortName(current.getBenchmark()), parameters(current), reason());
      refusals.add(refusal);
      if (bar == null) {
        out.printf("[%d/%d] %s: %s%n", started, measurements, name(), refusal.reason());
        out.flush();
      }
    }
    int each =
        current.getForks() * (current.getWarmup().getCount() + current.getMeasurement().getCount());
    doneBefore += each;
    done = doneBefore; // those of a measurement that failed do not come
    current = null;
  }

  private static Map<String, String> parameters(BenchmarkParams params) {
    Map<String, String> parameters = new TreeMap<>();
    params.getParamsKeys().forEach(key -> parameters.put(key, params.getParam(key)));
    return parameters;
  }

  /** Why the measurement under way failed, from what JMH said of it. */
  private String reason() {
    return reason(said.toString(StandardCharsets.UTF_8));
  }

  /**
   * The first line of the exception that a fork ended with, whose class says nothing to a reader;
   * or how its process ended.
   */
  static String reason(String said) {
    int failure = said.indexOf("<failure>");
    if (failure >= 0) {
      String message =
          said.substring(failure).replace("<failure>", "").strip().lines().findFirst().orElse("");
      return message.replaceFirst("^[A-Za-z0-9_.$]+(Exception|Error): ", "");
    }
    Matcher exit = EXIT.matcher(said);
    Matcher signal = SIGNAL.matcher(said);
    return "the benchmark's process ended "
        + (exit.find() ? "with exit code " + exit.group(1) : "without a word")
        + (signal.find() ? ", by " + signal.group(1) : "");
  }

  private String name() {
    Map<String, String> parameters = parameters(current);
    return Refusal.shortName(current.getBenchmark()) + " " + String.join(" ", parameters.values());
  }

  private void show() {
    if (bar != null) {
      bar.setExtraMessage("%d/%d %s".formatted(started, measurements, name()));
      bar.stepTo(done);
    }
  }

  private String left() {
    if (done == 0) {
      return "?";
    }
    double seconds = (System.nanoTime() - start) / 1e9 / done * Math.max(0, iterations - done);
    return "%d:%02d".formatted((long) seconds / 60, (long) seconds % 60);
  }

  @Override
  public void endRun(Collection<RunResult> results) {
    finish();
  }

  /** There are no more runs: takes the bar away. */
  void end() {
    if (bar != null) {
      bar.close();
    }
  }

  @Override
  public void startRun() {}

  @Override
  public void print(String text) {
    said.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void println(String text) {
    print(text + "\n");
  }

  @Override
  public void verbosePrintln(String text) {}

  @Override
  public void write(int b) {
    said.write(b);
  }

  @Override
  public void write(byte[] bytes) {
    said.writeBytes(bytes);
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    out.flush();
  }
}
