package dev.convoy.engine.java;

import dev.convoy.Activation;
import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Workers;
import java.util.Arrays;

/**
 * Convolution in plain loops: each tap's product with a row of the image is added to a row of the
 * result, a loop that compilers vectorise by themselves.
 */
final class LoopConv2d {
  /** Channels of the result that one piece makes of each plane it loads. */
  private static final int CHANNELS = 16;

  private static final String EXPLANATION =
      """
      forward: plain loops
      backward input: plain loops
      backward weights: plain loops""";

  private final Workers workers;
  private final Conv2dAlgorithm configured;
  private final ThreadLocal<LoopArrays> arrays = ThreadLocal.withInitial(() -> new LoopArrays(3));

  LoopConv2d(Workers workers, EngineConfig config) {
    this.workers = workers;
    configured = config.algorithm();
  }

  /** The sizes of one call. */
  private static final class Sizes {
    final Window window;
    final int images;
    final int groups;
    final int channels;
    final int filters;
    final int height;
    final int width;
    final int outputHeight;
    final int outputWidth;
    final int inputs;
    final int outputs;
    final int taps;

    Sizes(Conv2dSpec spec, Shape x, Shape y) {
      window = spec.window();
      images = x.n();
      groups = spec.groups();
      channels = x.c() / groups;
      filters = y.c() / groups;
      height = x.h();
      width = x.w();
      outputHeight = y.h();
      outputWidth = y.w();
      inputs = Math.multiplyExact(height, width);
      outputs = Math.multiplyExact(outputHeight, outputWidth);
      taps = Math.multiplyExact(window.kernelHeight(), window.kernelWidth());
    }

    /** Which plane of the image tensor it is. */
    long inputPlane(int image, int group, int channel) {
      return ((long) image * groups + group) * channels + channel;
    }

    long outputPlane(int image, int group, int filter) {
      return ((long) image * groups + group) * filters + filter;
    }

    /** Where the weights of one filter and channel begin. */
    long weights(int group, int filter, int channel) {
      return (((long) group * filters + filter) * channels + channel) * taps;
    }

    /** The image's row that an output's row meets with a tap; it may be outside. */
    long row(int output, int tap) {
      return (long) output * window.strideHeight()
          - window.padTop()
          + (long) tap * window.dilationHeight();
    }

    /** The image's column that the first output meets with a tap. */
    long column(int tap) {
      return (long) tap * window.dilationWidth() - window.padLeft();
    }

    /** The first output whose column with this tap is in the image. */
    int firstOutput(int tap) {
      long column = column(tap);
      return column >= 0 ? 0 : (int) Math.min(outputWidth, Math.ceilDiv(-column, stride()));
    }

    /** Behind the last. */
    int endOutput(int tap) {
      long room = width - column(tap);
      return Math.clamp(Math.ceilDiv(room, stride()), 0, outputWidth);
    }

    int stride() {
      return window.strideWidth();
    }
  }

  void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    algorithm(spec, x.shape());
    Sizes sizes = new Sizes(spec, x.shape(), y.shape());
    int blocks = Math.ceilDiv(sizes.filters, CHANNELS);
    boolean relu = spec.activation() == Activation.RELU;
    run(
        sizes,
        blocks,
        (image, group, block) -> {
          LoopArrays scratch = arrays.get();
          int from = block * CHANNELS;
          int count = Math.min(CHANNELS, sizes.filters - from);
          double[] result = scratch.array(0, Math.multiplyExact(count, sizes.outputs));
          for (int filter = 0; filter < count; filter++) {
            double bias = b == null ? 0 : value(scratch, b, group * sizes.filters + from + filter);
            int at = filter * sizes.outputs;
            Arrays.fill(result, at, at + sizes.outputs, bias);
          }
          for (int channel = 0; channel < sizes.channels; channel++) {
            long plane = sizes.inputPlane(image, group, channel);
            double[] input = scratch.load(1, x, plane * sizes.inputs, sizes.inputs);
            for (int filter = 0; filter < count; filter++) {
              long at = sizes.weights(group, from + filter, channel);
              double[] weights = scratch.load(2, w, at, sizes.taps);
              correlate(sizes, input, weights, result, filter * sizes.outputs);
            }
          }
          for (int i = 0; relu && i < count * sizes.outputs; i++) {
            result[i] = result[i] <= 0 ? 0 : result[i];
          }
          long plane = sizes.outputPlane(image, group, from);
          scratch.store(result, y, plane * sizes.outputs, count * sizes.outputs);
        });
  }

  private static void correlate(
      Sizes sizes, double[] input, double[] weights, double[] result, int to) {
    int tap = 0;
    for (int r = 0; r < sizes.window.kernelHeight(); r++) {
      for (int c = 0; c < sizes.window.kernelWidth(); c++, tap++) {
        int first = sizes.firstOutput(c);
        int count = sizes.endOutput(c) - first;
        long column = sizes.column(c) + (long) first * sizes.stride();
        for (int row = 0; row < sizes.outputHeight; row++) {
          long inputRow = sizes.row(row, r);
          if (inputRow >= 0 && inputRow < sizes.height) {
            int at = (int) (inputRow * sizes.width + column);
            int target = to + row * sizes.outputWidth + first;
            addRow(input, at, sizes.stride(), weights[tap], result, target, count);
          }
        }
      }
    }
  }

  private static void addRow(
      double[] input, int at, int stride, double weight, double[] result, int to, int count) {
    if (stride == 1) {
      for (int i = 0; i < count; i++) {
        result[to + i] += weight * input[at + i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        result[to + i] += weight * input[at + i * stride];
      }
    }
  }

  void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    algorithm(spec, dx.shape());
    Sizes sizes = new Sizes(spec, dx.shape(), dy.shape());
    run(
        sizes,
        Math.ceilDiv(sizes.channels, CHANNELS),
        (image, group, block) -> {
          LoopArrays scratch = arrays.get();
          int from = block * CHANNELS;
          int count = Math.min(CHANNELS, sizes.channels - from);
          int length = Math.multiplyExact(count, sizes.inputs);
          long at = sizes.inputPlane(image, group, from) * sizes.inputs;
          double[] result = scratch.array(0, length);
          if (accumulate) {
            scratch.load(0, dx, at, length);
          } else {
            Arrays.fill(result, 0, length, 0);
          }
          for (int filter = 0; filter < sizes.filters; filter++) {
            long plane = sizes.outputPlane(image, group, filter);
            double[] gradient = scratch.load(1, dy, plane * sizes.outputs, sizes.outputs);
            for (int channel = 0; channel < count; channel++) {
              long weightsAt = sizes.weights(group, filter, from + channel);
              double[] weights = scratch.load(2, w, weightsAt, sizes.taps);
              spread(sizes, gradient, weights, result, channel * sizes.inputs);
            }
          }
          scratch.store(result, dx, at, length);
        });
  }

  private static void spread(
      Sizes sizes, double[] gradient, double[] weights, double[] result, int to) {
    int tap = 0;
    for (int r = 0; r < sizes.window.kernelHeight(); r++) {
      for (int c = 0; c < sizes.window.kernelWidth(); c++, tap++) {
        int first = sizes.firstOutput(c);
        int count = sizes.endOutput(c) - first;
        long column = sizes.column(c) + (long) first * sizes.stride();
        for (int row = 0; row < sizes.outputHeight; row++) {
          long inputRow = sizes.row(row, r);
          if (inputRow >= 0 && inputRow < sizes.height) {
            int at = row * sizes.outputWidth + first;
            int target = to + (int) (inputRow * sizes.width + column);
            spreadRow(gradient, at, weights[tap], result, target, sizes.stride(), count);
          }
        }
      }
    }
  }

  private static void spreadRow(
      double[] gradient, int at, double weight, double[] result, int to, int stride, int count) {
    if (stride == 1) {
      for (int i = 0; i < count; i++) {
        result[to + i] += weight * gradient[at + i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        result[to + i * stride] += weight * gradient[at + i];
      }
    }
  }

  void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    if (dw != null) {
      algorithm(spec, x.shape());
      backwardWeights(new Sizes(spec, x.shape(), dy.shape()), x, dy, dw, accumulate);
    }
    if (db != null) {
      backwardBias(dy, db, accumulate);
    }
  }

  private void backwardWeights(Sizes sizes, Tensor x, Tensor dy, Tensor dw, boolean accumulate) {
    workers.run(
        Math.multiplyExact(sizes.groups, sizes.filters),
        piece -> {
          LoopArrays scratch = arrays.get();
          int group = piece / sizes.filters;
          int filter = piece % sizes.filters;
          int length = Math.multiplyExact(sizes.channels, sizes.taps);
          long at = sizes.weights(group, filter, 0);
          double[] result = scratch.array(0, length);
          if (accumulate) {
            scratch.load(0, dw, at, length);
          } else {
            Arrays.fill(result, 0, length, 0);
          }
          for (int image = 0; image < sizes.images; image++) {
            long plane = sizes.outputPlane(image, group, filter);
            double[] gradient = scratch.load(1, dy, plane * sizes.outputs, sizes.outputs);
            for (int channel = 0; channel < sizes.channels; channel++) {
              long inputPlane = sizes.inputPlane(image, group, channel);
              double[] input = scratch.load(2, x, inputPlane * sizes.inputs, sizes.inputs);
              meet(sizes, input, gradient, result, channel * sizes.taps);
            }
          }
          scratch.store(result, dw, at, length);
        });
  }

  private static void meet(
      Sizes sizes, double[] input, double[] gradient, double[] result, int to) {
    int tap = to;
    for (int r = 0; r < sizes.window.kernelHeight(); r++) {
      for (int c = 0; c < sizes.window.kernelWidth(); c++, tap++) {
        int first = sizes.firstOutput(c);
        int count = sizes.endOutput(c) - first;
        long column = sizes.column(c) + (long) first * sizes.stride();
        double sum = 0;
        for (int row = 0; row < sizes.outputHeight; row++) {
          long inputRow = sizes.row(row, r);
          if (inputRow >= 0 && inputRow < sizes.height) {
            int at = (int) (inputRow * sizes.width + column);
            sum += dot(input, at, sizes.stride(), gradient, row * sizes.outputWidth + first, count);
          }
        }
        result[tap] += sum;
      }
    }
  }

  /** Four sums, since each addition waits for the one before. */
  static double dot(double[] input, int at, int stride, double[] gradient, int from, int count) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    int next = at;
    for (; i < count - 3; i += 4, next += 4 * stride) {
      a += gradient[from + i] * input[next];
      b += gradient[from + i + 1] * input[next + stride];
      c += gradient[from + i + 2] * input[next + 2 * stride];
      d += gradient[from + i + 3] * input[next + 3 * stride];
    }
    for (; i < count; i++, next += stride) {
      a += gradient[from + i] * input[next];
    }
    return a + b + (c + d);
  }

  private void backwardBias(Tensor dy, Tensor db, boolean accumulate) {
    Shape shape = dy.shape();
    int outputs = Math.multiplyExact(shape.h(), shape.w());
    workers.run(
        shape.c(),
        channel -> {
          LoopArrays scratch = arrays.get();
          double sum = accumulate ? value(scratch, db, channel) : 0;
          for (int image = 0; image < shape.n(); image++) {
            long plane = (long) image * shape.c() + channel;
            double[] gradient = scratch.load(1, dy, plane * outputs, outputs);
            for (int i = 0; i < outputs; i++) {
              sum += gradient[i];
            }
          }
          double[] result = scratch.array(0, 1);
          result[0] = sum;
          scratch.store(result, db, channel, 1);
        });
  }

  private static double value(LoopArrays scratch, Tensor tensor, long index) {
    return scratch.load(2, tensor, index, 1)[0];
  }

  /** Makes some channels of the result of one image and group. */
  private interface Piece {
    void make(int image, int group, int block);
  }

  private void run(Sizes sizes, int blocks, Piece piece) {
    int perImage = Math.multiplyExact(sizes.groups, blocks);
    workers.run(
        Math.multiplyExact(sizes.images, perImage),
        number -> {
          int rest = number % perImage;
          piece.make(number / perImage, rest / blocks, rest % blocks);
        });
  }

  Conv2dExplanation explain(Conv2dSpec spec, Shape x) {
    Conv2dAlgorithm algorithm = algorithm(spec, x);
    return new Conv2dExplanation(algorithm, algorithm, algorithm, EXPLANATION);
  }

  private Conv2dAlgorithm algorithm(Conv2dSpec spec, Shape x) {
    boolean depthwise = spec.groups() == x.c();
    boolean possible =
        switch (configured) {
          case AUTO, DIRECT -> true;
          case DEPTHWISE -> depthwise;
          case GEMM, WINOGRAD -> false;
        };
    if (!possible) {
      throw new IllegalArgumentException(
          "algorithm is %s, but the java engine's plain loops have AUTO, DIRECT and, with as many groups as input channels, DEPTHWISE"
              .formatted(configured));
    }
    return depthwise && configured != Conv2dAlgorithm.DIRECT
        ? Conv2dAlgorithm.DEPTHWISE
        : Conv2dAlgorithm.DIRECT;
  }
}
