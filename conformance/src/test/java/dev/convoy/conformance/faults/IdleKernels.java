package dev.convoy.conformance.faults;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.Kernels;
import java.util.Map;

/** Does nothing, the same way on any number of threads, but for the operation that is faulty. */
class IdleKernels implements Kernels {
  @Override
  public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {}

  @Override
  public void conv2dBackwardInput(
      Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {}

  @Override
  public void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {}

  @Override
  public Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    Conv2dAlgorithm direct = Conv2dAlgorithm.DIRECT;
    return new Conv2dExplanation(direct, direct, direct, "nothing");
  }

  @Override
  public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {}

  @Override
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {}

  @Override
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {}

  @Override
  public void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {}

  @Override
  public void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {}

  @Override
  public void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {}

  @Override
  public void addBias(Tensor b, Tensor y) {}

  @Override
  public void relu(Tensor x, Tensor y) {}

  @Override
  public void reluBackward(Tensor y, Tensor dy, Tensor dx) {}

  @Override
  public Map<String, String> details() {
    return Map.of();
  }

  @Override
  public void close() {}
}
