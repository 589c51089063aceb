package dev.convoy.bench.rival.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.Task;
import dev.convoy.bench.work.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * DJL's arrays on PyTorch. Every call returns a new array. Gradients exist through automatic
 * differentiation alone: the graph is kept, and its backward pass, which adds to the gradients that
 * are there, is what is timed.
 */
final class DjlBackend implements Backend {
  private final Engine engine;
  private final NDManager manager;
  private final int threads;

  DjlBackend(int threads) {
    this.threads = threads;
    engine = Engine.getEngine("PyTorch");
    manager = engine.newBaseManager();
  }

  @Override
  public Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("DJL", String.valueOf(Engine.getDjlVersion()));
    details.put("PyTorch", engine.getVersion());
    details.put("threads", threads + ", PyTorch says " + JniUtils.getNumThreads());
    return details;
  }

  @Override
  public Task prepare(Problem problem) {
    if (problem.dtype() != DType.F32) {
      throw new UnsupportedOperationException("the adapter is written for F32");
    }
    Window window = problem.workload().window();
    if (window.dilationHeight() != 1 && problem.wShape() == null) {
      throw new UnsupportedOperationException("DJL's pooling has no dilation");
    }
    return switch (problem.operation()) {
      case CONV_FORWARD -> {
        NDArray x = array(problem.x());
        NDArray w = array(problem.w());
        NDArray b = array(problem.b());
        yield forward(() -> convolution(problem, x, w, b), problem);
      }
      case CONV_BACKWARD_INPUT -> {
        NDArray x = array(problem.x());
        NDArray w = array(problem.w());
        NDArray b = array(problem.b());
        yield backward(() -> convolution(problem, x, w, b), problem, x);
      }
      case CONV_BACKWARD_WEIGHTS -> {
        NDArray x = array(problem.x());
        NDArray w = array(problem.w());
        NDArray b = array(problem.b());
        yield backward(() -> convolution(problem, x, w, b), problem, w, b);
      }
      case MAXPOOL_FORWARD, AVGPOOL_FORWARD -> {
        NDArray x = array(problem.x());
        yield forward(() -> pool(problem, x), problem);
      }
      case MAXPOOL_FORWARD_TRAINING ->
          throw new UnsupportedOperationException("DJL gives no winners");
      case MAXPOOL_BACKWARD, AVGPOOL_BACKWARD -> {
        NDArray x = array(problem.x());
        yield backward(() -> pool(problem, x), problem, x);
      }
      case MATMUL -> {
        NDArray a = array(problem.x());
        NDArray b = array(problem.w());
        yield forward(() -> a.matMul(b), problem);
      }
      case TRAINING_STEP ->
          throw new UnsupportedOperationException("not written for DJL: see pytorch");
    };
  }

  private NDArray array(Tensor tensor) {
    long[] sizes = new long[tensor.shape().rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = tensor.shape().dim(axis);
    }
    return manager.create(tensor.toFloatArray(), new Shape(sizes));
  }

  private static NDArray convolution(Problem problem, NDArray x, NDArray w, NDArray b) {
    Window window = problem.workload().window();
    return Conv2d.conv2d(
            x,
            w,
            b,
            new Shape(window.strideHeight(), window.strideWidth()),
            new Shape(window.padTop(), window.padLeft()),
            new Shape(window.dilationHeight(), window.dilationWidth()),
            problem.workload().groups())
        .singletonOrThrow();
  }

  private static NDArray pool(Problem problem, NDArray x) {
    Window window = problem.workload().window();
    Shape kernel = new Shape(window.kernelHeight(), window.kernelWidth());
    Shape stride = new Shape(window.strideHeight(), window.strideWidth());
    Shape padding = new Shape(window.padTop(), window.padLeft());
    return switch (problem.operation()) {
      case AVGPOOL_FORWARD, AVGPOOL_BACKWARD ->
          Pool.avgPool2d(x, kernel, stride, padding, false, problem.avgPool().countIncludePad());
      default -> Pool.maxPool2d(x, kernel, stride, padding, false);
    };
  }

  private static Task forward(Supplier<NDArray> compute, Problem problem) {
    return new Task() {
      @Override
      public void run() {
        compute.get().close();
      }

      @Override
      public List<Tensor> results() {
        try (NDArray y = compute.get()) {
          return List.of(Tensor.of(problem.results().getFirst(), y.toFloatArray()));
        }
      }
    };
  }

  private Task backward(Supplier<NDArray> compute, Problem problem, NDArray... inputs) {
    for (NDArray input : inputs) {
      input.setRequiresGradient(true);
    }
    JniUtils.setGradMode(true);
    PtNDArray y = (PtNDArray) compute.get();
    PtNDArray dy = (PtNDArray) array(problem.dy());
    return new Task() {
      @Override
      public void run() {
        JniUtils.backward(y, dy, true, false);
      }

      @Override
      public List<Tensor> results() {
        for (NDArray input : inputs) {
          JniUtils.zeroGrad((PtNDArray) input);
        }
        run();
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
          try (NDArray gradient = inputs[i].getGradient()) {
            results.add(Tensor.of(problem.results().get(i), gradient.toFloatArray()));
          }
        }
        return results;
      }
    };
  }

  @Override
  public void close() {
    manager.close();
  }
}
