package dev.convoy.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.Activation;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
  private static final int IMAGES = 24;
  private static final int[] LABELS = new Random(3).ints(IMAGES, 0, 4).toArray();

  private static Tensor images(DType dtype) {
    Random random = new Random(2);
    Tensor images = Tensor.zeros(Shape.of(IMAGES, 1, 8, 8), dtype);
    for (long i = 0; i < images.shape().elements(); i++) {
      Elements.set(images, i, random.nextFloat());
    }
    return images;
  }

  private static Sequential network(Engine engine, DType dtype) {
    Layers layers = new Layers(engine, dtype, 42);
    return Sequential.builder()
        .add("conv", layers.conv2d(1, 6, Window.square(3).padding(1), Activation.RELU))
        .add("pool", layers.maxPool2d(Window.square(2).stride(2)))
        .add("flatten", new Flatten())
        .add("fc1", layers.linear(6 * 16, 32, Activation.RELU))
        .add("dropout", layers.dropout(0.2))
        .add("fc2", layers.linear(32, 4, Activation.NONE))
        .build();
  }

  /** Trains for some epochs in batches of which the last is smaller; returns the last loss. */
  private static double train(
      Sequential network, DType dtype, Function<List<Parameter>, Optimizer> optimizer, int epochs) {
    Trainer trainer = new Trainer(network, optimizer.apply(network.parameters()));
    Batches batches = new Batches(images(dtype), LABELS, 10, 1);
    double loss = Double.NaN;
    for (int epoch = 0; epoch < epochs; epoch++) {
      batches.shuffle();
      while (batches.next()) {
        loss = trainer.step(batches.images(), batches.labels());
      }
    }
    return loss;
  }

  private static Evaluation evaluate(Sequential network, DType dtype, int batch) {
    Trainer trainer = new Trainer(network, new Sgd(network.parameters(), 0));
    return trainer.evaluate(images(dtype), LABELS, batch);
  }

  @ParameterizedTest
  @EnumSource
  void aNetworkLearnsRandomLabelsByHeart(DType dtype) {
    Sequential network = network(Engines.fastest(), dtype);
    assertTrue(evaluate(network, dtype, IMAGES).accuracy() < 0.7);
    train(network, dtype, parameters -> new Adam(parameters, 1e-2), 80);
    Evaluation learnt = evaluate(network, dtype, IMAGES);
    assertEquals(1, learnt.accuracy());
    assertTrue(learnt.loss() < 0.1, learnt::toString);
  }

  @Test
  void sgdWithMomentumLearnsToo() {
    Sequential network = network(Engines.fastest(), DType.F32);
    double before = evaluate(network, DType.F32, IMAGES).loss();
    train(network, DType.F32, parameters -> new Sgd(parameters, 0.02, 0.9), 60);
    assertTrue(evaluate(network, DType.F32, IMAGES).loss() < before / 4);
  }

  @Test
  void theSameSeedTrainsTheSameWeightsForAnyNumberOfThreads() {
    Sequential alone = trained(1);
    for (int threads : new int[] {1, 3}) {
      Sequential other = trained(threads);
      for (int i = 0; i < alone.parameters().size(); i++) {
        assertEquals(
            -1,
            alone
                .parameters()
                .get(i)
                .value()
                .segment()
                .mismatch(other.parameters().get(i).value().segment()),
            alone.parameters().get(i).name());
      }
    }
  }

  private static Sequential trained(int threads) {
    try (Engine engine = Engines.fastest(EngineConfig.defaults().threads(threads))) {
      Sequential network = network(engine, DType.F32);
      train(network, DType.F32, parameters -> new Adam(parameters, 1e-2), 3);
      return network;
    }
  }

  @Test
  void evaluationIsTheSameInAnyBatchesAndLeavesDropoutOut() {
    Sequential network = network(Engines.fastest(), DType.F64);
    Evaluation whole = evaluate(network, DType.F64, IMAGES);
    assertEquals(whole, evaluate(network, DType.F64, IMAGES));
    Evaluation parts = evaluate(network, DType.F64, 7);
    assertEquals(whole.accuracy(), parts.accuracy());
    assertEquals(whole.loss(), parts.loss(), 1e-12);
  }

  @Test
  void accuracyCountsTheFirstLargestLogit() {
    Tensor logits =
        Tensor.of(Shape.of(4, 3), 1f, 2f, 0f, 5f, 5f, 1f, 5f, 5f, 1f, 0f, Float.NaN, 9f);
    Layer given = new Flatten();
    Trainer trainer = new Trainer(given, new Sgd(List.of(new Parameter("w", logits)), 0));
    assertEquals(0.5, trainer.evaluate(logits, new int[] {1, 0, 1, 2}, 3).accuracy());
  }

  @Test
  void aLossOfNanIsReturned() {
    Sequential network = network(Engines.fastest(), DType.F32);
    Trainer trainer = new Trainer(network, new Adam(network.parameters(), 1e-3));
    Tensor images = images(DType.F32);
    images.fill(Double.NaN);
    assertEquals(Double.NaN, trainer.step(images, LABELS));
  }

  @Test
  void everyParameterIsTrained() {
    Sequential network = network(Engines.fastest(), DType.F64);
    Sequential untouched = network(Engines.fastest(), DType.F64);
    train(network, DType.F64, parameters -> new Sgd(parameters, 0.1), 1);
    for (int i = 0; i < network.parameters().size(); i++) {
      assertNotEquals(
          -1,
          network
              .parameters()
              .get(i)
              .value()
              .segment()
              .mismatch(untouched.parameters().get(i).value().segment()));
    }
  }
}
