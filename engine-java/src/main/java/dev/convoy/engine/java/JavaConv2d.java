package dev.convoy.engine.java;

import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.WeightsCache;
import dev.convoy.spi.Workers;

/** Convolution by the algorithm chosen, in what the calling thread keeps for it. */
final class JavaConv2d {
  private final Conv2dChoice choice;
  private final ThreadLocal<Conv2dJobs> jobs;

  JavaConv2d(Workers workers, EngineConfig config) {
    choice = new Conv2dChoice(config);
    ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    WeightsCache<GemmPanels> kept = new WeightsCache<>(workers, config.weightsCacheBytes());
    jobs = ThreadLocal.withInitial(() -> new Conv2dJobs(workers, scratch, kept));
  }

  void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    forward(spec, x.shape(), y.shape()).forward(spec, x, w, b, y);
  }

  void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    backwardInput(spec, dx.shape(), dy.shape()).backwardInput(spec, dy, w, dx, accumulate);
  }

  void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    // The bias's gradient with the weights', where dy is in cache for them.
    if (dw != null) {
      backwardWeights(spec, x.shape(), dy.shape()).backwardWeights(spec, x, dy, dw, db, accumulate);
    } else if (db != null) {
      jobs.get().bias().backward(dy, db, accumulate);
    }
  }

  Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    Shape y = spec.outputShape(x, w);
    String detail =
        "forward: %s%nbackward input: %s%nbackward weights: %s"
            .formatted(
                forward(spec, x, y).explainForward(spec, x, y),
                backwardInput(spec, x, y).explainBackwardInput(spec, x, y),
                backwardWeights(spec, x, y).explainBackwardWeights(spec, x, y));
    return new Conv2dExplanation(
        choice.forward(spec, x, y),
        choice.backwardInput(spec, x, y),
        choice.backwardWeights(spec, x, y),
        detail);
  }

  private Conv2dForward forward(Conv2dSpec spec, Shape x, Shape y) {
    Conv2dJobs mine = jobs.get();
    return switch (choice.forward(spec, x, y)) {
      case WINOGRAD -> mine.winograd();
      case GEMM -> mine.call();
      default -> {
        if (DepthwiseBand.applies(spec, x)) {
          yield mine.depthwise();
        }
        yield FewOutputsConv2d.applies(spec, x, y) ? mine.fewOutputs() : mine.direct();
      }
    };
  }

  private Conv2dBackwardInput backwardInput(Conv2dSpec spec, Shape x, Shape y) {
    Conv2dJobs mine = jobs.get();
    return switch (choice.backwardInput(spec, x, y)) {
      case WINOGRAD -> mine.winograd();
      case GEMM -> mine.call();
      default -> {
        if (DepthwiseBand.appliesBackward(spec, x, y.c())) {
          yield mine.depthwise();
        }
        if (FewOutputsConv2d.appliesBackward(spec, x, y)) {
          yield mine.fewOutputs();
        }
        yield Conv2dChoice.isShallow(spec, x, y) ? mine.shallowInput() : mine.direct();
      }
    };
  }

  private Conv2dBackwardWeights backwardWeights(Conv2dSpec spec, Shape x, Shape y) {
    Conv2dJobs mine = jobs.get();
    return switch (choice.backwardWeights(spec, x, y)) {
      case WINOGRAD -> mine.winogradWeights();
      case GEMM -> mine.gemmWeights();
      default -> DepthwiseBand.applies(spec, x) ? mine.depthwiseWeights() : mine.directWeights();
    };
  }
}
