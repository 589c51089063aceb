package dev.convoy.engine.java;

import dev.convoy.Window;

/** The kernels that Winograd's minimal filtering is for, and a tile of each: 6×6 inputs. */
enum WinogradKind {
  /** F(4×4, 3×3): 36 products for 144. */
  THREE(
      3,
      WinogradTransform.THREE_WEIGHTS,
      WinogradTransform.FOUR_OUTPUTS,
      WinogradTransform.FOUR_GRADIENTS,
      WinogradTransform.THREE_SUMS),
  /** F(2×2, 5×5): 36 products for 100. */
  FIVE(
      5,
      WinogradTransform.FIVE_WEIGHTS,
      WinogradTransform.TWO_OUTPUTS,
      WinogradTransform.TWO_GRADIENTS,
      WinogradTransform.FIVE_SUMS);

  /** Points, and inputs of a tile, along an axis. */
  static final int POINTS = 6;

  /** Points of a tile. */
  static final int PLANES = POINTS * POINTS;

  /** Taps of the kernel along an axis, and outputs of a tile. */
  final int taps;

  final int outputs;

  final WinogradTransform toWeights;
  final WinogradTransform toOutputs;
  final WinogradTransform toGradients;
  final WinogradTransform toSums;

  WinogradKind(
      int taps,
      WinogradTransform toWeights,
      WinogradTransform toOutputs,
      WinogradTransform toGradients,
      WinogradTransform toSums) {
    this.taps = taps;
    this.outputs = POINTS - taps + 1;
    this.toWeights = toWeights;
    this.toOutputs = toOutputs;
    this.toGradients = toGradients;
    this.toSums = toSums;
  }

  /** The one for a window, or null. */
  static WinogradKind of(Window window) {
    if (window.kernelHeight() != window.kernelWidth()
        || window.strideHeight() != 1
        || window.strideWidth() != 1) {
      return null;
    }
    return switch (window.kernelHeight()) {
      case 3 -> THREE;
      case 5 -> FIVE;
      default -> null;
    };
  }

  /** Weights of a kernel. */
  int kernel() {
    return taps * taps;
  }
}
