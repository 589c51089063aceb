package dev.convoy.cli;

import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.nn.Adam;
import dev.convoy.nn.Batches;
import dev.convoy.nn.Networks;
import dev.convoy.nn.Sequential;
import dev.convoy.nn.Trainer;

/** The training of the data set's own network on one engine. */
final class Training {
  private final Dataset data;
  private final int batch;
  private final Sequential network;
  private final Trainer trainer;
  private final Batches batches;

  Training(Engine engine, TrainingOptions options, Dataset data) {
    this.data = data;
    batch = options.batch;
    network = Networks.fashion(engine, options.seed, DType.F32);
    trainer = new Trainer(network, new Adam(network.parameters(), options.learningRate));
    batches = new Batches(data.train().images(), data.train().labels(), batch, options.seed);
  }

  /** The network as trained so far. */
  Sequential network() {
    return network;
  }

  /**
   * One pass over the training images in a new order, and a test.
   *
   * @throws Failure if the loss is not a number any more
   */
  Metrics.Epoch epoch(Progress progress) {
    long start = System.nanoTime();
    double sum = 0;
    batches.shuffle();
    while (batches.next()) {
      int images = batches.labels().length;
      double loss = trainer.step(batches.images(), batches.labels());
      if (!Double.isFinite(loss)) {
        throw new Failure(
            "the training has diverged, its loss is %s: try a smaller --lr".formatted(loss));
      }
      sum += loss * images;
      progress.advance(images);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    int trained = data.train().count();
    double accuracy =
        trainer.evaluate(data.test().images(), data.test().labels(), batch).accuracy();
    return new Metrics.Epoch(sum / trained, accuracy, trained / seconds);
  }
}
