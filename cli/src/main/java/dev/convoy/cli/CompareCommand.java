package dev.convoy.cli;

import dev.convoy.Engine;
import dev.convoy.EngineStatus;
import dev.convoy.Engines;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convoy compare}. */
@Command(
    name = "compare",
    description = {
      "Trains the same network from the same seed on every engine that runs here and prints how far"
          + " the results are apart and how long each took.",
      "Exit code 1 if the losses, or the probabilities on the test images, are further apart than"
          + " --tolerance."
    })
final class CompareCommand implements Callable<Integer> {
  private static final String ROW = "%-12s %9s %8s %9s %10s %12s %10s%n";

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "2",
      converter = Numbers.Count.class,
      description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1024",
      converter = Numbers.Count.class,
      description =
          "Use the first N training and the first N test images only (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      defaultValue = "0.02",
      converter = Numbers.Rate.class,
      description =
          "Largest difference allowed (default: ${DEFAULT-VALUE}; training enlarges what rounding"
              + " comes to, so allow more for longer training).")
  private double tolerance;

  @Mixin private TrainingOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    PrintWriter out = command.getOut();
    List<String> names = availableEngines(out);
    Dataset data = FashionMnist.load(options.data).limit(limit);
    out.printf(
        "Data: %s: %,d training and %,d test images; epochs: %d, seed: %d%n%n",
        data.name(), data.train().count(), data.test().count(), epochs, options.seed);
    List<Outcome> outcomes = new ArrayList<>();
    for (String name : names) {
      outcomes.add(train(out, name, data));
    }
    return print(out, outcomes);
  }

  private static List<String> availableEngines(PrintWriter out) {
    List<String> names = new ArrayList<>();
    for (EngineStatus status : Engines.report()) {
      if (status.isAvailable()) {
        names.add(status.name());
      }
      status
          .unavailability()
          .ifPresent(e -> out.printf("Without %s: %s%n", status.name(), e.getMessage()));
    }
    if (names.size() < 2) {
      throw new Failure("engines that run here are " + names + ", must be two to be compared");
    }
    return names;
  }

  private Outcome train(PrintWriter out, String name, Dataset data) {
    try (Engine engine = Engines.named(name, EngineChoice.config(options.threads))) {
      Training training = new Training(engine, options, data);
      Metrics.Epoch last = null;
      for (int epoch = 1; epoch <= epochs; epoch++) {
        String task = "%s %d/%d".formatted(name, epoch, epochs);
        try (Progress progress = Progress.of(out, task, data.train().count())) {
          last = training.epoch(progress);
        }
      }
      return new Outcome(name, last, training.network(), data.test().images());
    }
  }

  private int print(PrintWriter out, List<Outcome> outcomes) {
    Outcome first = outcomes.getFirst();
    boolean agree = true;
    out.printf("%52slargest difference to %s%n", "", first.engine());
    out.printf(ROW, "engine", "images/s", "loss", "accuracy", "loss", "probability", "weight");
    for (Outcome outcome : outcomes) {
      Outcome.Differences differences = outcome.differences(first);
      agree &= differences.within(tolerance);
      out.printf(
          ROW,
          outcome.engine(),
          "%,.0f".formatted(outcome.last().imagesPerSecond()),
          "%.4f".formatted(outcome.last().loss()),
          "%.4f".formatted(outcome.last().testAccuracy()),
          "%.1e".formatted(differences.loss()),
          "%.1e".formatted(differences.probability()),
          "%.1e".formatted(differences.weight()));
    }
    out.printf(
        agree
            ? "%nThe engines agree: losses and probabilities are at most %s apart.%n"
            : "%nThe engines differ: losses or probabilities are more than %s apart.%n",
        tolerance);
    return agree ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }
}
