package dev.convoy.bench.report;

import dev.convoy.bench.rival.Backends;
import dev.convoy.bench.rival.Jvm;
import dev.convoy.bench.rival.Probe;
import dev.convoy.bench.work.Catalog;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code convoy bench}. */
@Command(
    name = "convoy bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures Convoy's engines and, if asked, its rivals, all by the same benchmarks and each"
          + " checked for the right answer before it is timed. Writes JMH's JSON, a page of charts"
          + " and the tables.",
      "With --compare it measures nothing and says what got faster or slower."
    },
    footer = {
      "",
      "JMH's own command line: java -jar bench/target/benchmarks.jar -h",
      "",
      "Exit code: 0 done, 1 a regression (--compare), 2 wrong arguments or failed."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int MOST_THREADS = 1024;

  @Option(
      names = "--quick",
      description = "A selection of workloads and short measurements: under three minutes.")
  private boolean quick;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      split = ",",
      description =
          "Engines to measure, rivals too (default: Convoy's that run here; with --rivals all).")
  private List<String> engines = List.of();

  @Option(
      names = "--rivals",
      description = "Also measures the rivals; the launcher downloads them, hundreds of MB, once.")
  private boolean rivals;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      split = ",",
      description = "Workloads to measure at (default: all). NAME@N is NAME with a batch of N.")
  private List<String> workloads = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Threads that work on one call (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private List<Integer> threads;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      split = ",",
      description = "f32 or f64 (default: ${DEFAULT-VALUE}).",
      defaultValue = "f32")
  private List<String> dtypes;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the results (default: ${DEFAULT-VALUE}).",
      defaultValue = "bench-results")
  private Path folder;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "JSON",
      description = "Compares two files of results, the older first; exit code 1 on a regression.")
  private List<Path> compared = List.of();

  @Spec private CommandSpec spec;

  private final List<String> arguments;

  BenchCommand(List<String> arguments) {
    this.arguments = arguments;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    System.exit(run(commandLine(args), args));
  }

  static CommandLine commandLine(String... args) {
    return new CommandLine(new BenchCommand(List.of(args)))
        .setParameterExceptionHandler(BenchCommand::wrongArguments)
        .setExecutionExceptionHandler(BenchCommand::failed);
  }

  static int run(CommandLine commandLine, String... args) {
    return commandLine.execute(args);
  }

  private static int wrongArguments(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("convoy: " + e.getMessage());
    err.println("See 'convoy bench --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (e instanceof Failure) {
      err.println("convoy: " + e.getMessage());
    } else {
      e.printStackTrace(err);
    }
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (!compared.isEmpty()) {
      Comparison comparison =
          new Comparison(Sample.read(compared.getFirst()), Sample.read(compared.getLast()));
      if (comparison.size() == 0) {
        throw new Failure("the two files have no benchmark in common");
      }
      comparison.print(out);
      return comparison.slower().isEmpty()
          ? CommandLine.ExitCode.OK
          : CommandLine.ExitCode.SOFTWARE;
    }
    check();
    measure(out);
    return CommandLine.ExitCode.OK;
  }

  private void check() {
    try {
      engines.forEach(Backends::requireKnown);
      workloads.forEach(Catalog::requireKnown);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    for (int count : threads) {
      if (count < 1 || count > MOST_THREADS) {
        throw new ParameterException(
            spec.commandLine(),
            "--threads is %d, must be from 1 to %d".formatted(count, MOST_THREADS));
      }
    }
    for (String dtype : dtypes) {
      if (!dtype.equals("f32") && !dtype.equals("f64")) {
        throw new ParameterException(
            spec.commandLine(), "--dtype is '%s', must be f32 or f64".formatted(dtype));
      }
    }
  }

  private void measure(PrintWriter out) {
    Map<String, String> environment = Machine.environment();
    if (!environment.isEmpty()) {
      out.println("Set in the environment, and part of what is measured: " + environment);
    }
    List<Refusal> refusals = new ArrayList<>();
    List<Probe.Status> statuses = probe(out, refusals);
    List<String> available =
        statuses.stream().filter(Probe.Status::available).map(Probe.Status::name).toList();
    if (available.isEmpty()) {
      throw new Failure("none of the engines runs here");
    }
    Plan plan =
        new Plan(
            quick,
            available,
            workloads,
            threads,
            dtypes.stream().map(type -> type.toUpperCase(Locale.ROOT)).toList(),
            Runtime.getRuntime().availableProcessors());
    String started =
        ZonedDateTime.now(ZoneOffset.UTC)
            .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'"));
    out.printf("%d measurements of %s%n", plan.measurements(), String.join(", ", available));
    out.flush();

    Results files = Results.in(folder);
    Progress progress = new Progress(out, plan.measurements(), plan.iterations());
    List<RunResult> results = new ArrayList<>();
    try {
      for (Plan.Step step : plan.steps()) {
        results.addAll(new Runner(step.options(Jvm.properties()), progress).run());
        ResultFormatFactory.getInstance(ResultFormatType.JSON, files.json().toString())
            .writeOut(results);
      }
    } catch (RunnerException e) {
      throw new Failure("JMH gave up", e);
    } finally {
      progress.end();
    }
    refusals.addAll(progress.refusals());
    List<Sample> samples = Sample.read(files.json());
    List<Limits> limits = Limits.of(samples);
    Run run =
        new Run(
            "./convoy bench" + arguments.stream().map(a -> " " + a).reduce("", String::concat),
            started,
            plan.steps().getLast().effort().toString(),
            Machine.describe(),
            environment,
            statuses,
            limits,
            samples.stream().filter(Sample::isOperation).map(s -> Row.of(s, limits)).toList(),
            refusals);
    Tables tables = new Tables(run);
    tables.print(out);
    files.write(run, tables);
    out.println("Written to " + files);
    out.flush();
  }

  /** Asks every engine that may be measured whether it runs here. */
  private List<Probe.Status> probe(PrintWriter out, List<Refusal> refusals) {
    List<String> names = new ArrayList<>(engines);
    if (names.isEmpty()) {
      names.addAll(Backends.engines());
      if (rivals) {
        names.addAll(Backends.rivals());
      }
    }
    List<Probe.Status> statuses = new ArrayList<>();
    for (String name : names) {
      Probe.Status status = Probe.status(name, 1);
      statuses.add(status);
      if (!status.available()) {
        out.printf("Without %s: %s%n", name, status.reason());
        refusals.add(new Refusal("*", Map.of("engine", name), status.reason()));
      }
    }
    out.flush();
    return statuses;
  }
}
