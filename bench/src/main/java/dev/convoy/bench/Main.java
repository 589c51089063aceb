package dev.convoy.bench;

import dev.convoy.bench.rival.Backends;
import dev.convoy.bench.rival.Probe;
import dev.convoy.bench.work.Catalog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * JMH's own command line, with two things seen to before it begins. Names of engines and workloads
 * are looked at, for JMH would find wrong ones out one benchmark at a time. And each benchmark is
 * given the workloads that are its own, of those that were asked for or that are in {@code
 * -Dconvoy.workloads=FILE}.
 */
public final class Main {
  private Main() {}

  /** Runs the benchmarks; {@code -h} tells the options. */
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    try {
      CommandLineOptions options = new CommandLineOptions(args);
      if (asksForInformation(options)) {
        org.openjdk.jmh.Main.main(args);
        return;
      }
      run(options);
    } catch (CommandLineOptionException | IllegalArgumentException e) {
      System.err.println("convoy bench: " + e.getMessage());
      System.exit(2);
    } catch (RunnerException e) {
      System.err.println("convoy bench: " + e.getMessage());
      System.exit(1);
    }
  }

  private static boolean asksForInformation(CommandLineOptions options) {
    return options.shouldHelp()
        || options.shouldList()
        || options.shouldListWithParams()
        || options.shouldListProfilers()
        || options.shouldListResultFormats();
  }

  private static void run(CommandLineOptions options)
      throws RunnerException, CommandLineOptionException {
    List<Options> plans = plan(options);
    List<RunResult> results = new ArrayList<>();
    for (Options plan : plans) {
      results.addAll(new Runner(plan).run());
      // JMH writes a file for each plan: overwritten here with all there is so far.
      if (options.getResult().hasValue() || options.getResultFormat().hasValue()) {
        ResultFormatType type = options.getResultFormat().orElse(Defaults.RESULT_FORMAT);
        String file =
            options
                .getResult()
                .orElse(
                    Defaults.RESULT_FILE_PREFIX + "." + type.toString().toLowerCase(Locale.ROOT));
        ResultFormatFactory.getInstance(type, file).writeOut(results);
      }
    }
    if (plans.size() > 1) {
      OutputFormat out = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.NORMAL);
      out.println("\nAll benchmarks together:");
      out.endRun(results);
    }
  }

  /**
   * What to run: the options for one benchmark after the other, where it matters, with the engines
   * that run here where none is named.
   *
   * @throws IllegalArgumentException if the name of a workload or an engine is unknown
   */
  static List<Options> plan(CommandLineOptions options) throws CommandLineOptionException {
    Collection<String> workloads = parameter(options, "workload");
    workloads.forEach(Catalog::requireKnown);
    Collection<String> engines = parameter(options, "engine");
    engines.forEach(Backends::requireKnown);
    parameter(options, "threads").forEach(Main::requireThreads);
    parameter(options, "dtype").forEach(Main::requireType);
    if (engines.isEmpty()) {
      engines = Probe.available();
    }
    List<Options> plans = new ArrayList<>();
    for (String benchmark : benchmarks(options)) {
      ChainedOptionsBuilder plan =
          new OptionsBuilder()
              .parent(options)
              .exclude("^(?!" + Pattern.quote(benchmark) + "$)"); // all but this one
      if (Catalog.benchmarks().contains(Catalog.shortName(benchmark))) {
        List<String> own =
            workloads.isEmpty()
                ? Catalog.workloads(benchmark).stream().map(w -> w.name()).toList()
                : Catalog.accepted(benchmark, List.copyOf(workloads));
        if (own.isEmpty()) {
          continue;
        }
        plan.param("workload", own.toArray(String[]::new));
        plan.param("engine", engines.toArray(String[]::new));
      } else if (!workloads.isEmpty()) {
        continue; // the machine's limits have none
      }
      plans.add(plan.build());
    }
    if (plans.isEmpty()) {
      throw new IllegalArgumentException(
          "of the benchmarks %s none has a workload %s; they have %s"
              .formatted(options.getIncludes(), workloads, workloadsOf(benchmarks(options))));
    }
    return plans;
  }

  private static Collection<String> workloadsOf(List<String> benchmarks) {
    Collection<String> names = new LinkedHashSet<>();
    for (String benchmark : benchmarks) {
      if (Catalog.benchmarks().contains(Catalog.shortName(benchmark))) {
        Catalog.workloads(benchmark).forEach(workload -> names.add(workload.name()));
      }
    }
    return names;
  }

  private static List<String> benchmarks(CommandLineOptions options) {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    List<String> includes = options.getIncludes().isEmpty() ? List.of(".*") : options.getIncludes();
    TreeSet<String> names = new TreeSet<>();
    for (BenchmarkListEntry entry :
        BenchmarkList.defaultList().find(silent, includes, options.getExcludes())) {
      names.add(entry.getUsername());
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "no benchmark matches %s, must be one of %s"
              .formatted(includes, String.join(", ", Catalog.benchmarks())));
    }
    return List.copyOf(names);
  }

  private static void requireThreads(String threads) {
    if (!threads.matches("[1-9][0-9]{0,3}")) {
      throw new IllegalArgumentException(
          "threads is \"%s\", must be a whole number of at least 1".formatted(threads));
    }
  }

  private static void requireType(String dtype) {
    if (!dtype.equals("F32") && !dtype.equals("F64")) {
      throw new IllegalArgumentException(
          "dtype is \"%s\", must be one of F32, F64".formatted(dtype));
    }
  }

  private static Collection<String> parameter(CommandLineOptions options, String name) {
    return options.getParameter(name).orElse(List.of());
  }
}
