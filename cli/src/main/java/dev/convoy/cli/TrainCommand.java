package dev.convoy.cli;

import dev.convoy.Engine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convoy train}. */
@Command(
    name = "train",
    description =
        "Trains the network of Fashion-MNIST's own benchmark: 32 and 64 5x5 convolutions, each"
            + " with 2x2 pooling, a dense layer of 1024, dropout, 10 classes; with Adam.")
final class TrainCommand implements Callable<Integer> {
  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "Engine to train on (default: the fastest that runs here).")
  private String engineName;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "3",
      converter = Numbers.Count.class,
      description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Numbers.Count.class,
      description = "Use the first N training and the first N test images only.")
  private Integer limit;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for "
              + Model.FILE
              + " and "
              + Output.METRICS
              + ", both written anew after each epoch (default: none, nothing is saved).")
  private Path folder;

  @Mixin private TrainingOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    PrintWriter out = command.getOut();
    try (EngineChoice choice = EngineChoice.of(command, engineName, options.threads)) {
      choice.print(out);
      Dataset data = FashionMnist.load(options.data);
      if (limit != null) {
        data = data.limit(limit);
      }
      out.printf(
          "Data: %s: %,d training and %,d test images%n",
          data.name(), data.train().count(), data.test().count());
      Output output = folder == null ? null : Output.in(folder);
      out.println(
          output == null
              ? "Not saved: --out DIR would save the network"
              : "Saved after each epoch to " + output);
      train(out, choice.engine(), data, output);
    }
    return CommandLine.ExitCode.OK;
  }

  private void train(PrintWriter out, Engine engine, Dataset data, Output output) {
    Training training = new Training(engine, options, data);
    List<Metrics.Epoch> done = new ArrayList<>();
    while (done.size() < epochs) {
      String task = "Epoch %d/%d".formatted(done.size() + 1, epochs);
      Metrics.Epoch epoch;
      try (Progress progress = Progress.of(out, task, data.train().count())) {
        epoch = training.epoch(progress);
      }
      done.add(epoch);
      out.printf(
          "%s: loss %.4f, test accuracy %.4f, %,.0f images/s%n",
          task, epoch.loss(), epoch.testAccuracy(), epoch.imagesPerSecond());
      if (output != null) {
        output.save(
            training.network().parameters(),
            new Metrics(engine.name(), engine.config().threads(), data.name(), List.copyOf(done)));
      }
    }
  }
}
