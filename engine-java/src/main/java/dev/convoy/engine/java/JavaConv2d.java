package dev.convoy.engine.java;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Workers;

/** Convolution: chooses the algorithm and keeps what calls under way need, one for each caller. */
final class JavaConv2d {
  private final Conv2dAlgorithm configured;
  private final ThreadLocal<Conv2dCall> gemm;
  private final ThreadLocal<GemmConv2dWeights> gemmWeights;

  JavaConv2d(Workers workers, EngineConfig config) {
    configured = config.algorithm();
    ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    gemm = ThreadLocal.withInitial(() -> new Conv2dCall(workers, scratch));
    gemmWeights = ThreadLocal.withInitial(() -> new GemmConv2dWeights(workers, scratch));
  }

  void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    choose();
    gemm.get().forward(spec, x, w, b, y);
  }

  void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    choose();
    gemm.get().backwardInput(spec, dy, w, dx, accumulate);
  }

  void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    choose();
    gemmWeights.get().backward(spec, x, dy, dw, db, accumulate);
  }

  Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    Conv2dAlgorithm chosen = choose();
    Shape y = spec.outputShape(x, w);
    String detail =
        "forward: %s%nbackward input: %s%nbackward weights: %s"
            .formatted(
                gemm.get().explainForward(spec, x, y),
                gemm.get().explainBackwardInput(spec, x, y),
                gemmWeights.get().explain(spec, x, y));
    return new Conv2dExplanation(chosen, chosen, chosen, detail);
  }

  private Conv2dAlgorithm choose() {
    return switch (configured) {
      case AUTO, GEMM -> Conv2dAlgorithm.GEMM;
      case DIRECT, WINOGRAD, DEPTHWISE ->
          throw new IllegalArgumentException(
              "algorithm is %s, which the java engine does not have: it must be AUTO or GEMM"
                  .formatted(configured));
    };
  }
}
