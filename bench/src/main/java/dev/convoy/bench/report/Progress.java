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
  private static final String CLEAR = "\r\033[2K";

  private final PrintWriter out;
  private final boolean terminal;
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
    this.terminal = isTerminal();
    this.measurements = measurements;
    this.iterations = iterations;
  }

  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it can be null again, without a terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
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
    if (measured && !terminal) {
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
      if (!terminal) {
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

  /** The first line of the exception that a fork ended with; its class says nothing to a reader. */
  private String reason() {
    String text = said.toString(StandardCharsets.UTF_8);
    int failure = text.indexOf("<failure>");
    String message =
        text.substring(Math.max(0, failure))
            .replace("<failure>", "")
            .strip()
            .lines()
            .findFirst()
            .orElse("the benchmark's process ended without a word");
    return message.replaceFirst("^[A-Za-z0-9_.$]+(Exception|Error): ", "");
  }

  private String name() {
    Map<String, String> parameters = parameters(current);
    return Refusal.shortName(current.getBenchmark()) + " " + String.join(" ", parameters.values());
  }

  private void show() {
    if (terminal) {
      int width = 20;
      int full = iterations == 0 ? width : Math.min(width, width * done / iterations);
      out.print(
          CLEAR
              + "[%s%s] %d/%d, %s left  %s"
                  .formatted(
                      "#".repeat(full),
                      ".".repeat(width - full),
                      started,
                      measurements,
                      left(),
                      name()));
      out.flush();
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
    if (terminal) {
      out.print(CLEAR);
      out.flush();
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
