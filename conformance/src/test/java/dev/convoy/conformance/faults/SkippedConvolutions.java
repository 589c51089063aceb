package dev.convoy.conformance.faults;

import dev.convoy.Conv2dSpec;
import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import org.example.plain.PlainKernels;

/** Leaves out what takes long, the same way on any number of threads. */
class SkippedConvolutions extends PlainKernels {
  SkippedConvolutions(EngineConfig config) {
    super(config);
  }

  @Override
  public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {}

  @Override
  public void conv2dBackwardInput(
      Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {}

  @Override
  public void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {}

  @Override
  public void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {}
}
