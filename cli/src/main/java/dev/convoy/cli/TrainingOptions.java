package dev.convoy.cli;

import picocli.CommandLine.Option;

/** Options of the commands that train. */
final class TrainingOptions {
  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "128",
      converter = Numbers.Batch.class,
      description = "Images in a training step (default: ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "0.001",
      converter = Numbers.Rate.class,
      description = "Learning rate of Adam (default: ${DEFAULT-VALUE}).")
  double learningRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      converter = Numbers.Seed.class,
      description =
          "Of the first weights, the order of the images and dropout. The same seed gives the same"
              + " network on the same engine, with any number of threads"
              + " (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder with the four files of Fashion-MNIST, gzipped or not, or '"
              + FashionMnist.EMBEDDED
              + "' for the part that is brought along (default: "
              + FashionMnist.INSTALLED
              + " if it is there, else that part).")
  String data;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = Numbers.Threads.class,
      description = "Threads of the engine (default: as many as there are processors).")
  Integer threads;
}
