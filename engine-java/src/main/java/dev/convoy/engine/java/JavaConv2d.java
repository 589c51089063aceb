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
  /** Outputs of so few channels a group do not repay packing a column matrix. */
  private static final int FEW_OUTPUTS = 3;

  /** The same for filters a group in the gradient with respect to the weights. */
  private static final int FEW_FILTERS = 8;

  private final Conv2dAlgorithm configured;
  private final ThreadLocal<Conv2dCall> calls;
  private final ThreadLocal<GemmConv2dWeights> gemmWeights;
  private final ThreadLocal<DirectConv2dWeights> directWeights;
  private final ThreadLocal<Conv2dBias> biases;

  JavaConv2d(Workers workers, EngineConfig config) {
    configured = config.algorithm();
    ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    calls = ThreadLocal.withInitial(() -> new Conv2dCall(workers, scratch));
    gemmWeights = ThreadLocal.withInitial(() -> new GemmConv2dWeights(workers, scratch));
    directWeights = ThreadLocal.withInitial(() -> new DirectConv2dWeights(workers, scratch));
    biases = ThreadLocal.withInitial(() -> new Conv2dBias(workers, scratch));
  }

  void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    Conv2dAlgorithm chosen = forward(spec, x.shape(), y.shape());
    calls.get().forward(spec, isDirect(chosen), x, w, b, y);
  }

  void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    Conv2dAlgorithm chosen = backwardInput(spec, dx.shape());
    calls.get().backwardInput(spec, isDirect(chosen), dy, w, dx, accumulate);
  }

  void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    if (dw != null) {
      if (isDirect(backwardWeights(spec, x.shape(), dy.shape()))) {
        directWeights.get().backward(spec, x, dy, dw, accumulate);
      } else {
        gemmWeights.get().backward(spec, x, dy, dw, accumulate);
      }
    }
    if (db != null) {
      biases.get().backward(dy, db, accumulate);
    }
  }

  Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    Shape y = spec.outputShape(x, w);
    Conv2dAlgorithm forward = forward(spec, x, y);
    Conv2dAlgorithm input = backwardInput(spec, x);
    Conv2dAlgorithm weights = backwardWeights(spec, x, y);
    Conv2dCall call = calls.get();
    String detail =
        "forward: %s%nbackward input: %s%nbackward weights: %s"
            .formatted(
                call.explainForward(spec, isDirect(forward), x, y),
                call.explainBackwardInput(spec, isDirect(input), x, y),
                isDirect(weights)
                    ? directWeights.get().explain(spec, x, y)
                    : gemmWeights.get().explain(spec, x, y));
    return new Conv2dExplanation(forward, input, weights, detail);
  }

  private Conv2dAlgorithm forward(Conv2dSpec spec, Shape x, Shape y) {
    return choose(spec, x, y.c() / spec.groups() <= FEW_OUTPUTS);
  }

  private Conv2dAlgorithm backwardInput(Conv2dSpec spec, Shape x) {
    return choose(spec, x, x.c() / spec.groups() <= FEW_OUTPUTS);
  }

  private Conv2dAlgorithm backwardWeights(Conv2dSpec spec, Shape x, Shape y) {
    return choose(spec, x, y.c() / spec.groups() <= FEW_FILTERS);
  }

  private Conv2dAlgorithm choose(Conv2dSpec spec, Shape x, boolean few) {
    boolean depthwise = spec.groups() == x.c();
    return switch (configured) {
      case AUTO -> {
        if (!few) {
          yield Conv2dAlgorithm.GEMM;
        }
        yield depthwise ? Conv2dAlgorithm.DEPTHWISE : Conv2dAlgorithm.DIRECT;
      }
      case GEMM, DIRECT -> configured;
      case DEPTHWISE -> {
        if (!depthwise) {
          throw new IllegalArgumentException(
              "algorithm is DEPTHWISE, which needs as many groups as input channels: there are %d groups and %d channels"
                  .formatted(spec.groups(), x.c()));
        }
        yield configured;
      }
      case WINOGRAD ->
          throw new IllegalArgumentException(
              "algorithm is WINOGRAD, which the java engine does not have: it must be AUTO, GEMM,"
                  + " DIRECT or DEPTHWISE");
    };
  }

  /** Depthwise is the direct algorithm where each input channel has filters of its own. */
  private static boolean isDirect(Conv2dAlgorithm algorithm) {
    return algorithm != Conv2dAlgorithm.GEMM;
  }
}
