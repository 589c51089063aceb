package dev.convoy.bench.rival;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.bench.work.Problem;
import dev.convoy.nn.Adam;
import dev.convoy.nn.Networks;
import dev.convoy.nn.Sequential;
import dev.convoy.nn.Trainer;
import dev.convoy.spi.EngineConfig;
import java.util.Map;

/** An engine of Convoy's: outputs are made once and written to in every call. */
final class ConvoyBackend implements Backend {
  private static final int SEED = 1;
  private static final double LEARNING_RATE = 1e-3;

  private final Engine engine;

  ConvoyBackend(String name, int threads) {
    engine = Engines.named(name, EngineConfig.defaults().threads(threads));
  }

  @Override
  public Map<String, String> details() {
    return engine.details();
  }

  @Override
  public Task prepare(Problem problem) {
    Conv2dSpec conv = problem.conv();
    MaxPool2dSpec maxPool = problem.maxPool();
    AvgPool2dSpec avgPool = problem.avgPool();
    return switch (problem.operation()) {
      case CONV_FORWARD -> {
        Tensor x = problem.x();
        Tensor w = problem.w();
        Tensor b = problem.b();
        Tensor y = output(problem, 0);
        yield Task.of(() -> engine.conv2d(conv, x, w, b, y), y);
      }
      case CONV_BACKWARD_INPUT -> {
        Tensor dy = problem.dy();
        Tensor w = problem.w();
        Tensor dx = output(problem, 0);
        yield Task.of(() -> engine.conv2dBackwardInput(conv, dy, w, dx), dx);
      }
      case CONV_BACKWARD_WEIGHTS -> {
        Tensor x = problem.x();
        Tensor dy = problem.dy();
        Tensor dw = output(problem, 0);
        Tensor db = output(problem, 1);
        yield Task.of(() -> engine.conv2dBackwardWeights(conv, x, dy, dw, db), dw, db);
      }
      case MAXPOOL_FORWARD -> {
        Tensor x = problem.x();
        Tensor y = output(problem, 0);
        yield Task.of(() -> engine.maxPool2d(maxPool, x, y, null), y);
      }
      case MAXPOOL_FORWARD_TRAINING -> {
        Tensor x = problem.x();
        Tensor y = output(problem, 0);
        ArgMax argmax = maxPool.argmax(x.shape());
        yield Task.of(() -> engine.maxPool2d(maxPool, x, y, argmax), y);
      }
      case MAXPOOL_BACKWARD -> {
        Tensor dy = problem.dy();
        Tensor dx = output(problem, 0);
        ArgMax argmax = maxPool.argmax(problem.xShape());
        engine.maxPool2d(maxPool, problem.x(), Tensor.zeros(dy.shape(), dy.dtype()), argmax);
        yield Task.of(() -> engine.maxPool2dBackward(maxPool, dy, argmax, dx), dx);
      }
      case AVGPOOL_FORWARD -> {
        Tensor x = problem.x();
        Tensor y = output(problem, 0);
        yield Task.of(() -> engine.avgPool2d(avgPool, x, y), y);
      }
      case AVGPOOL_BACKWARD -> {
        Tensor dy = problem.dy();
        Tensor dx = output(problem, 0);
        yield Task.of(() -> engine.avgPool2dBackward(avgPool, dy, dx), dx);
      }
      case MATMUL -> {
        Tensor a = problem.x();
        Tensor b = problem.w();
        Tensor y = output(problem, 0);
        yield Task.of(() -> engine.matmul(MatmulSpec.PLAIN, a, b, null, y), y);
      }
      case TRAINING_STEP -> training(problem);
    };
  }

  private static Tensor output(Problem problem, int result) {
    Shape shape = problem.results().get(result);
    return Tensor.zeros(shape, problem.dtype());
  }

  /** As {@code convoy train} does it: network, loss, optimizer and rate. */
  private Task training(Problem problem) {
    Sequential network = Networks.fashion(engine, SEED, problem.dtype());
    Trainer trainer = new Trainer(network, new Adam(network.parameters(), LEARNING_RATE));
    Tensor images = problem.x();
    int[] labels = problem.labels();
    return new TrainingTask(() -> trainer.step(images, labels));
  }

  @Override
  public void close() {
    engine.close();
  }
}
