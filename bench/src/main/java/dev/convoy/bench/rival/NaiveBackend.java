package dev.convoy.bench.rival;

import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.bench.work.Problem;
import java.util.List;
import java.util.Map;

/**
 * What one writes oneself: the algorithms of the NumPy original (Stack Overflow 61954727) as plain
 * Java loops over arrays, on one thread. It needs nothing, so it is always there.
 */
final class NaiveBackend implements Backend {
  NaiveBackend(int threads) {
    if (threads != 1) {
      throw new BackendUnavailableException("naive works with one thread, threads is " + threads);
    }
  }

  @Override
  public Map<String, String> details() {
    return Map.of("what", "plain Java loops over float[], one thread");
  }

  @Override
  public Task prepare(Problem problem) {
    if (problem.dtype() != DType.F32) {
      throw new UnsupportedOperationException("naive is written for F32");
    }
    NaiveLayer layer = new NaiveLayer(problem);
    return switch (problem.operation()) {
      case CONV_FORWARD -> task(problem, layer::forward, layer.y);
      case CONV_BACKWARD_INPUT -> task(problem, layer::backwardInput, layer.dx);
      case CONV_BACKWARD_WEIGHTS -> task(problem, layer::backwardWeights, layer.dw, layer.db);
      case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING -> task(problem, layer::maxPool, layer.y);
      case MAXPOOL_BACKWARD -> task(problem, layer::maxPoolBackward, layer.dx);
      case AVGPOOL_FORWARD -> task(problem, layer::avgPool, layer.y);
      case AVGPOOL_BACKWARD -> task(problem, layer::avgPoolBackward, layer.dx);
      case MATMUL -> task(problem, layer::product, layer.y);
      case TRAINING_STEP -> throw new UnsupportedOperationException("naive trains no network");
    };
  }

  private static Task task(Problem problem, Runnable run, float[]... results) {
    return new Task() {
      @Override
      public void run() {
        run.run();
      }

      @Override
      public List<Tensor> results() {
        Tensor[] tensors = new Tensor[results.length];
        for (int i = 0; i < tensors.length; i++) {
          tensors[i] = Tensor.of(problem.results().get(i), results[i]);
        }
        return List.of(tensors);
      }
    };
  }

  @Override
  public void close() {}
}
