package dev.convoy.engine.java;

import dev.convoy.Window;

/** The kernels that Winograd's minimal filtering is for, and what a tile of each is like. */
enum WinogradKind {
  /** F(4×4, 3×3): 36 products for 144. */
  THREE(
      4,
      WinogradTransform.SIX_INPUTS,
      WinogradTransform.THREE_WEIGHTS,
      WinogradTransform.FOUR_OUTPUTS,
      WinogradTransform.FOUR_GRADIENTS,
      WinogradTransform.THREE_SUMS),
  /** F(2×2, 5×5): 36 products for 100. */
  FIVE(
      2,
      WinogradTransform.SIX_INPUTS,
      WinogradTransform.FIVE_WEIGHTS,
      WinogradTransform.TWO_OUTPUTS,
      WinogradTransform.TWO_GRADIENTS,
      WinogradTransform.FIVE_SUMS),
  /** 2×2 outputs of a 3×3 kernel of stride 2: 25 products for 36. */
  STRIDED(
      4,
      WinogradTransform.STRIDED_INPUTS,
      WinogradTransform.STRIDED_WEIGHTS,
      WinogradTransform.STRIDED_OUTPUTS,
      WinogradTransform.STRIDED_GRADIENTS,
      WinogradTransform.STRIDED_SUMS),
  /** Its gradient with respect to 4×4 inputs: as many products for as many. */
  SPREAD(
      2,
      WinogradTransform.SPREAD_INPUTS,
      WinogradTransform.STRIDED_WEIGHTS,
      WinogradTransform.SPREAD_OUTPUTS,
      null,
      null);

  /** Inputs of a tile along an axis, as what follows, and from a tile's first to the next one's. */
  final int inputs;

  final int stride;

  /** Points of a tile, and how many of inputs and of weights: some serve two. */
  final int points;

  final int inputPoints;
  final int weightPoints;

  /** Taps of the kernel, and outputs of a tile. */
  final int taps;

  final int outputs;

  final WinogradTransform toPoints;
  final WinogradTransform toWeights;
  final WinogradTransform toOutputs;

  /** For the gradient with respect to the weights; null if it is another kind's. */
  final WinogradTransform toGradients;

  final WinogradTransform toSums;

  WinogradKind(
      int stride,
      WinogradTransform toPoints,
      WinogradTransform toWeights,
      WinogradTransform toOutputs,
      WinogradTransform toGradients,
      WinogradTransform toSums) {
    this.toPoints = toPoints;
    this.inputs = toPoints.from;
    this.stride = stride;
    this.points = toOutputs.from;
    this.inputPoints = toPoints.to;
    this.weightPoints = toWeights.to;
    this.taps = toWeights.from;
    this.outputs = toOutputs.to;
    this.toWeights = toWeights;
    this.toOutputs = toOutputs;
    this.toGradients = toGradients;
    this.toSums = toSums;
  }

  /** The one for a window, or null. */
  static WinogradKind of(Window window) {
    int kernel = window.kernelHeight();
    int stride = window.strideHeight();
    if (window.kernelWidth() != kernel || window.strideWidth() != stride) {
      return null;
    }
    if (stride == 2) {
      boolean dense = window.dilationHeight() == 1 && window.dilationWidth() == 1;
      return kernel == 3 && dense ? STRIDED : null;
    }
    return stride != 1 ? null : kernel == 3 ? THREE : kernel == 5 ? FIVE : null;
  }

  /** The one for the gradient with respect to the input of what this is for. */
  WinogradKind backward() {
    return this == STRIDED ? SPREAD : this;
  }

  /** Weights of a kernel. */
  int kernel() {
    return taps * taps;
  }

  /** Points of a tile along both axes. */
  int planes() {
    return points * points;
  }

  int inputPlanes() {
    return inputPoints * inputPoints;
  }

  int weightPlanes() {
    return weightPoints * weightPoints;
  }

  /** Where the inputs of a tile's point lie among those that there are. */
  int inputPlane(int plane) {
    int row = plane / points;
    int column = plane % points;
    return this == SPREAD ? spread(row) * inputPoints + spread(column) : plane;
  }

  /** A convolution's middle tap meets a gradient that its last has met. */
  private static int spread(int point) {
    return point < 3 ? point : point == 3 ? 1 : 3;
  }

  /** Where its weights do: those of the last points are the same. */
  int weightPlane(int plane) {
    int row = Math.min(plane / points, weightPoints - 1);
    int column = Math.min(plane % points, weightPoints - 1);
    return row * weightPoints + column;
  }
}
