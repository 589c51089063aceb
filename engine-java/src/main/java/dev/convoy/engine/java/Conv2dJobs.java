package dev.convoy.engine.java;

import dev.convoy.spi.WeightsCache;
import dev.convoy.spi.Workers;

/**
 * One calling thread's convolution jobs, one of each algorithm, made when first asked for and used
 * again. Not a thread-local each: ten lambdas are a fortieth of a small network's first pass.
 */
final class Conv2dJobs {
  private final Workers workers;
  private final ThreadLocal<Scratch> scratch;
  private final WeightsCache<GemmPanels> kept;
  private Conv2dCall call;
  private DirectConv2d direct;
  private DepthwiseConv2d depthwise;
  private FewOutputsConv2d fewOutputs;
  private ShallowConv2dInput shallowInput;
  private WinogradConv2d winograd;
  private WinogradConv2dWeights winogradWeights;
  private GemmConv2dWeights gemmWeights;
  private DirectConv2dWeights directWeights;
  private DepthwiseConv2dWeights depthwiseWeights;
  private Conv2dBias bias;

  Conv2dJobs(Workers workers, ThreadLocal<Scratch> scratch, WeightsCache<GemmPanels> kept) {
    this.workers = workers;
    this.scratch = scratch;
    this.kept = kept;
  }

  Conv2dCall call() {
    if (call == null) {
      call = new Conv2dCall(workers, scratch);
    }
    return call;
  }

  DirectConv2d direct() {
    if (direct == null) {
      direct = new DirectConv2d(workers, scratch);
    }
    return direct;
  }

  DepthwiseConv2d depthwise() {
    if (depthwise == null) {
      depthwise = new DepthwiseConv2d(workers, scratch);
    }
    return depthwise;
  }

  FewOutputsConv2d fewOutputs() {
    if (fewOutputs == null) {
      fewOutputs = new FewOutputsConv2d(workers, scratch);
    }
    return fewOutputs;
  }

  ShallowConv2dInput shallowInput() {
    if (shallowInput == null) {
      shallowInput = new ShallowConv2dInput(workers, scratch);
    }
    return shallowInput;
  }

  WinogradConv2d winograd() {
    if (winograd == null) {
      winograd = new WinogradConv2d(workers, scratch, kept);
    }
    return winograd;
  }

  WinogradConv2dWeights winogradWeights() {
    if (winogradWeights == null) {
      winogradWeights = new WinogradConv2dWeights(workers, scratch);
    }
    return winogradWeights;
  }

  GemmConv2dWeights gemmWeights() {
    if (gemmWeights == null) {
      gemmWeights = new GemmConv2dWeights(workers, scratch);
    }
    return gemmWeights;
  }

  DirectConv2dWeights directWeights() {
    if (directWeights == null) {
      directWeights = new DirectConv2dWeights(workers, scratch);
    }
    return directWeights;
  }

  DepthwiseConv2dWeights depthwiseWeights() {
    if (depthwiseWeights == null) {
      depthwiseWeights = new DepthwiseConv2dWeights(workers, scratch);
    }
    return depthwiseWeights;
  }

  Conv2dBias bias() {
    if (bias == null) {
      bias = new Conv2dBias(workers, scratch);
    }
    return bias;
  }
}
