package dev.convoy.engine.java;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;

/** Which algorithm a convolution and its gradients are done by. */
final class Conv2dChoice {
  /**
   * Outputs of so few channels a group do not repay packing a column matrix; with high kernels nor
   * do some more, see {@link FewOutputsConv2d}.
   */
  private static final int FEW_OUTPUTS = 4;

  /** Nor do inputs of so few: the same pixels of the band would be copied again and again. */
  private static final int FEW_INPUTS = 4;

  /** The same for filters a group in the gradient with respect to the weights. */
  private static final int FEW_FILTERS = 8;

  /**
   * Nor do so many filters or weights a group where rows are a vector long and four filters go
   * through them together: 12 to 20 filters took 0.45 to 0.9 of GEMM's time, 32 of 5×5 from one
   * channel and 64 of 3×3 from three 0.8 to 0.9, but 64 of 3×3 from four 1.2.
   */
  private static final int FEW_SHARING = 20;

  private static final int FEW_WEIGHTS = 2048;
  private static final int LEAST_WIDTH = 16;

  /** Larger dilations would overflow the sizes of tiles. */
  private static final int MOST_DILATION = 1 << 24;

  /** What is computed, and from how many outputs and channels by Winograd. */
  private enum Direction {
    FORWARD(256, 12, 32),
    INPUT(256, 12, 16),
    WEIGHTS(768, 16, 64);

    /**
     * Below them the transformed weights are used too few times: 256 took 0.6 to 0.9, 64 up to 1.6.
     * Weights' gradients 0.5 to 0.95 from 784, but 1.0 to 1.25 with 256 and 512.
     */
    final int outputs;

    /**
     * Channels that are summed over; more than {@link #FEW_OUTPUTS} are enough of those that come
     * out: 12 by 6 took 0.5 to 0.9 of GEMM's time, 8 by 32 0.5 to 1.2, 6 by 16 up to 1.7. The
     * weights' gradients need as many of both: 16 by 16 took half, 24 by 8 1.3 times as long.
     */
    final int channels;

    /**
     * With a stride of 2, of both: 32 by 32 took 0.8 to 1.05, 16 by 16 1.1, and 16 by 64 1.5; the
     * input's gradient 0.8 with 16, 1.1 with 12. The weights' 0.9 with 64, 1.1 with 32.
     */
    final int stridedChannels;

    Direction(int outputs, int channels, int stridedChannels) {
      this.outputs = outputs;
      this.channels = channels;
      this.stridedChannels = stridedChannels;
    }

    /** Whether there are enough of each in a group. */
    boolean suffices(int summed, int filters, boolean strided, int dilation) {
      int both = Math.min(summed, filters);
      if (strided) {
        return both >= stridedChannels;
      }
      if (dilation > 1) {
        boolean cheap = dilation == 2 || dilation == 4;
        return both >= (cheap ? DILATED_CHANNELS : TAKEN_APART_CHANNELS);
      }
      return (this == WEIGHTS ? both : summed) >= channels && filters > FEW_OUTPUTS;
    }
  }

  /**
   * Winograd is taken as long as tiles cover no more than so many times the outputs. With a stride
   * of 2 it saves less: 1.3 times took 0.7, 1.44 times 1.35.
   */
  private static final double WINOGRAD_WASTE = 1.8;

  private static final double STRIDED_WASTE = 1.35;

  /**
   * With a dilation of 2 or 4 from so many channels and filters: 16 by 32 took 0.4 to 0.7 of GEMM's
   * time, 12 by 12 0.7 to 1.1. Rows of other dilations are taken apart and put together element by
   * element: with 3, 32 by 32 took 0.8 to 1.05, 128 by 128 0.6; with 6, 1.0 and 0.7 to 1.05.
   */
  private static final int DILATED_CHANNELS = 16;

  private static final int TAKEN_APART_CHANNELS = 64;

  private static final int DILATED_MOST = 6;

  private final Conv2dAlgorithm configured;
  private final boolean precise;

  Conv2dChoice(EngineConfig config) {
    configured = config.algorithm();
    precise = config.precise();
  }

  Conv2dAlgorithm forward(Conv2dSpec spec, Shape x, Shape y) {
    boolean shallow = x.c() / spec.groups() <= FEW_INPUTS && !isPointwise(spec.window());
    boolean few = y.c() / spec.groups() <= FEW_OUTPUTS || FewOutputsConv2d.applies(spec, x, y);
    return choose(Direction.FORWARD, spec, x, y, shallow || few);
  }

  Conv2dAlgorithm backwardInput(Conv2dSpec spec, Shape x, Shape y) {
    boolean shallow = y.c() / spec.groups() <= FEW_INPUTS && !isPointwise(spec.window());
    boolean few =
        x.c() / spec.groups() <= FEW_OUTPUTS || FewOutputsConv2d.appliesBackward(spec, x, y);
    return choose(Direction.INPUT, spec, x, y, shallow || few);
  }

  Conv2dAlgorithm backwardWeights(Conv2dSpec spec, Shape x, Shape y) {
    int filters = y.c() / spec.groups();
    boolean few =
        filters <= FEW_FILTERS || (filtersShareRows(spec, y) && hasFewWeights(spec, x, y));
    return choose(Direction.WEIGHTS, spec, x, y, few);
  }

  /**
   * Chooses for one direction.
   *
   * @param few whether there are too few filters for a product of matrices
   */
  private Conv2dAlgorithm choose(
      Direction direction, Conv2dSpec spec, Shape x, Shape y, boolean few) {
    boolean depthwise = spec.groups() == x.c();
    return switch (configured) {
      case AUTO -> {
        if (!precise && winogradPays(direction, spec, x, y)) {
          yield Conv2dAlgorithm.WINOGRAD;
        }
        if (!few) {
          yield Conv2dAlgorithm.GEMM;
        }
        // Depthwise is the direct algorithm where each of several channels has filters of its own.
        yield depthwise && x.c() > 1 ? Conv2dAlgorithm.DEPTHWISE : Conv2dAlgorithm.DIRECT;
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
      case WINOGRAD -> {
        if (!winogradApplies(spec.window())) {
          throw new IllegalArgumentException(
              "algorithm is WINOGRAD, which is for kernels of 3 by 3 or 5 by 5 with strides of 1, and of 3 by 3 with strides of 2 and no dilation: the window is "
                  + spec.window());
        }
        yield configured;
      }
    };
  }

  /** Whether weights' gradients are made of four filters at a time. */
  private static boolean filtersShareRows(Conv2dSpec spec, Shape y) {
    return GemmTile.MANY_REGISTERS && y.w() >= LEAST_WIDTH && !isPointwise(spec.window());
  }

  private static boolean hasFewWeights(Conv2dSpec spec, Shape x, Shape y) {
    Window window = spec.window();
    long taps = (long) window.kernelHeight() * window.kernelWidth();
    int filters = y.c() / spec.groups();
    return filters <= FEW_SHARING || taps * x.c() / spec.groups() * filters <= FEW_WEIGHTS;
  }

  /** Whether the gradient with respect to an input of few channels is better made of products. */
  static boolean isShallow(Conv2dSpec spec, Shape x, Shape y) {
    return x.c() / spec.groups() <= FEW_OUTPUTS && ShallowConv2dInput.applies(spec, x, y);
  }

  private static boolean isPointwise(Window window) {
    return window.kernelHeight() == 1 && window.kernelWidth() == 1;
  }

  private static boolean winogradApplies(Window window) {
    return WinogradKind.of(window) != null
        && Math.max(window.dilationHeight(), window.dilationWidth()) <= MOST_DILATION;
  }

  /** Whether the multiplications saved outweigh the transforms and what tiles reach too far. */
  private static boolean winogradPays(Direction direction, Conv2dSpec spec, Shape x, Shape y) {
    Window window = spec.window();
    if (!winogradApplies(window)) {
      return false;
    }
    WinogradKind kind = WinogradKind.of(window);
    boolean strided = kind == WinogradKind.STRIDED;
    int dilation = Math.max(window.dilationHeight(), window.dilationWidth());
    boolean input = direction == Direction.INPUT;
    int summed = (input ? y : x).c() / spec.groups();
    int filters = (input ? x : y).c() / spec.groups();
    if (dilation > DILATED_MOST || !direction.suffices(summed, filters, strided, dilation)) {
      return false;
    }
    Shape tiled = input ? x : y;
    int outputs = (input ? kind.backward() : kind).outputs;
    long tiles =
        covered(outputs, tiled.h(), window.dilationHeight())
            * covered(outputs, tiled.w(), window.dilationWidth());
    double waste = strided ? STRIDED_WASTE : WINOGRAD_WASTE;
    return tiles <= waste * tiled.h() * tiled.w() && tiled.n() * tiles >= direction.outputs;
  }

  /** Places of an axis that its tiles of so many outputs cover. */
  private static long covered(int outputs, int size, int dilation) {
    long phases = Math.min(size, dilation);
    return phases * GemmTile.roundUp(Math.ceilDiv(size, dilation), outputs);
  }
}
