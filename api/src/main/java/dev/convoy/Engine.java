package dev.convoy;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.Objects;

/**
 * Convolution, pooling and what a network needs beside them, on one engine. Get one from {@link
 * Engines}.
 *
 * <p>Operations that are given their outputs allocate nothing in steady state. Arguments are
 * checked here, once; every operation throws
 *
 * <ul>
 *   <li>{@link NullPointerException} if an argument is null that may not be,
 *   <li>{@link IllegalArgumentException} if shapes do not fit the spec or each other, types differ,
 *       an output is read-only or overlaps another argument in memory, or the engine's configured
 *       algorithm does not apply,
 *   <li>{@link IllegalStateException} if a tensor or this engine is closed.
 * </ul>
 *
 * <p>An engine may be used by many threads at once. Its results do not depend on its number of
 * threads. An empty batch is allowed: outputs are empty, weight gradients zero.
 */
public final class Engine implements AutoCloseable {
  private final String name;
  private final EngineConfig config;
  private final Kernels kernels;
  private final boolean shared;
  private volatile boolean closed;

  Engine(String name, EngineConfig config, Kernels kernels, boolean shared) {
    this.name = name;
    this.config = config;
    this.kernels = Objects.requireNonNull(kernels, "kernels");
    this.shared = shared;
  }

  /** What {@link Engines#named} calls it. */
  public String name() {
    return name;
  }

  /** How it was configured. */
  public EngineConfig config() {
    return config;
  }

  /** What it is made of here (processor features, BLAS, threads), in the order to be printed. */
  public Map<String, String> details() {
    return kernels.details();
  }

  // ---- Convolution ----

  /**
   * Convolution into a new tensor.
   *
   * @see #conv2d(Conv2dSpec, Tensor, Tensor, Tensor, Tensor)
   */
  public Tensor conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b) {
    Checks.input("x", x);
    Checks.input("w", w);
    Tensor y = Tensor.zeros(spec.outputShape(x.shape(), w.shape()), x.dtype());
    conv2d(spec, x, w, b, y);
    return y;
  }

  /**
   * Convolution (cross-correlation): ONNX {@code Conv}, PyTorch {@code conv2d}.
   *
   * <p>Padding is zeros. Where it meets a weight that is NaN or infinite, the algorithm decides
   * whether their product, a NaN, is added or left out; the same holds for {@code dy} in the
   * gradients. Finite numbers never depend on it.
   *
   * @param x images {@code [N, C, H, W]}
   * @param w weights {@code [K, C/groups, kh, kw]}
   * @param b bias {@code [K]}, or null for none
   * @param y output {@code [N, K, OH, OW]}, overwritten
   */
  public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    begin(spec);
    Arguments.conv2d(spec, x, w, b, y);
    if (y.shape().elements() > 0) {
      kernels.conv2d(spec, x, w, b, y);
    }
    keep(x, w, b, y);
  }

  /** {@link #conv2dBackwardInput(Conv2dSpec, Tensor, Tensor, Tensor, boolean)}, overwriting. */
  public void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx) {
    conv2dBackwardInput(spec, dy, w, dx, false);
  }

  /**
   * Gradient of a convolution with respect to its input.
   *
   * @param dy gradient of the output {@code [N, K, OH, OW]}, before any activation
   * @param w weights {@code [K, C/groups, kh, kw]}
   * @param dx gradient of the input {@code [N, C, H, W]}
   * @param accumulate whether {@code dx} is added to, not overwritten
   */
  public void conv2dBackwardInput(
      Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    begin(spec);
    Arguments.conv2dBackwardInput(spec, dy, w, dx);
    if (dx.shape().elements() > 0) {
      kernels.conv2dBackwardInput(spec, dy, w, dx, accumulate);
    }
    keep(dy, w, dx, null);
  }

  /**
   * {@link #conv2dBackwardWeights(Conv2dSpec, Tensor, Tensor, Tensor, Tensor, boolean)},
   * overwriting.
   */
  public void conv2dBackwardWeights(Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db) {
    conv2dBackwardWeights(spec, x, dy, dw, db, false);
  }

  /**
   * Gradients of a convolution with respect to its weights and its bias.
   *
   * @param x images {@code [N, C, H, W]}
   * @param dy gradient of the output {@code [N, K, OH, OW]}, before any activation
   * @param dw gradient of the weights {@code [K, C/groups, kh, kw]}
   * @param db gradient of the bias {@code [K]}, or null if not wanted
   * @param accumulate whether {@code dw} and {@code db} are added to, not overwritten
   */
  public void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    begin(spec);
    Arguments.conv2dBackwardWeights(spec, x, dy, dw, db);
    backwardWeights(spec, x, dy, dw, db, accumulate);
  }

  /**
   * Gradient of a convolution's bias alone: the sum of {@code dy} over batch, rows and columns.
   *
   * @param dy gradient of the output {@code [N, K, OH, OW]}
   * @param db gradient of the bias {@code [K]}
   * @param accumulate whether {@code db} is added to, not overwritten
   */
  public void conv2dBackwardBias(Conv2dSpec spec, Tensor dy, Tensor db, boolean accumulate) {
    begin(spec);
    Arguments.conv2dBackwardBias(dy, db);
    backwardWeights(spec, null, dy, null, db, accumulate);
  }

  private void backwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    if (dy.shape().elements() > 0) {
      kernels.conv2dBackwardWeights(spec, x, dy, dw, db, accumulate);
    } else if (!accumulate) {
      clear(dw);
      clear(db);
    }
    keep(x, dy, dw, db);
  }

  private static void clear(Tensor tensor) {
    if (tensor != null) {
      tensor.fill(0);
    }
  }

  /**
   * How a convolution would be computed.
   *
   * @param x shape of the images {@code [N, C, H, W]}
   * @param w shape of the weights {@code [K, C/groups, kh, kw]}
   */
  public Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    begin(spec);
    if (spec.outputShape(x, w).elements() == 0) {
      throw new IllegalArgumentException("x has shape " + x + ", must not be empty");
    }
    return kernels.explain(spec, x, w);
  }

  // ---- Transposed convolution ----

  /**
   * Transposed convolution: ONNX {@code ConvTranspose}, PyTorch {@code conv_transpose2d}.
   *
   * @param x images {@code [N, C, H, W]}
   * @param w weights {@code [C, K/groups, kh, kw]}
   * @param b bias {@code [K]}, or null for none
   * @param y output {@code [N, K, OH, OW]}, overwritten
   */
  public void convTranspose2d(ConvTranspose2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    begin(spec);
    Arguments.convTranspose2d(spec, x, w, b, y);
    if (y.shape().elements() > 0) {
      kernels.conv2dBackwardInput(spec.convolution(), x, w, y, false);
      if (b != null) {
        kernels.addBias(b, y);
      }
    }
    keep(x, w, b, y);
  }

  /**
   * Gradient of a transposed convolution with respect to its input.
   *
   * @param dy gradient of the output {@code [N, K, OH, OW]}
   * @param w weights {@code [C, K/groups, kh, kw]}
   * @param dx gradient of the input {@code [N, C, H, W]}, overwritten
   */
  public void convTranspose2dBackwardInput(
      ConvTranspose2dSpec spec, Tensor dy, Tensor w, Tensor dx) {
    begin(spec);
    Arguments.convTranspose2dBackwardInput(spec, dy, w, dx);
    if (dx.shape().elements() > 0) {
      kernels.conv2d(spec.convolution(), dy, w, null, dx);
    }
    keep(dy, w, dx, null);
  }

  /**
   * Gradients of a transposed convolution with respect to its weights and its bias.
   *
   * @param x images {@code [N, C, H, W]}
   * @param dy gradient of the output {@code [N, K, OH, OW]}
   * @param dw gradient of the weights {@code [C, K/groups, kh, kw]}
   * @param db gradient of the bias {@code [K]}, or null if not wanted
   * @param accumulate whether {@code dw} and {@code db} are added to, not overwritten
   */
  public void convTranspose2dBackwardWeights(
      ConvTranspose2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    begin(spec);
    Arguments.convTranspose2dBackwardWeights(spec, x, dy, dw, db);
    Conv2dSpec convolution = spec.convolution();
    backwardWeights(convolution, dy, x, dw, null, accumulate);
    if (db != null) {
      backwardWeights(convolution, null, dy, null, db, accumulate);
    }
  }

  // ---- Pooling ----

  /**
   * Max pooling into a new tensor.
   *
   * @see #maxPool2d(MaxPool2dSpec, Tensor, Tensor, ArgMax)
   */
  public Tensor maxPool2d(MaxPool2dSpec spec, Tensor x) {
    Checks.input("x", x);
    Tensor y = Tensor.zeros(spec.outputShape(x.shape()), x.dtype());
    maxPool2d(spec, x, y, null);
    return y;
  }

  /**
   * Max pooling: ONNX {@code MaxPool}, PyTorch {@code max_pool2d}.
   *
   * @param x images {@code [N, C, H, W]}
   * @param y output {@code [N, C, OH, OW]}, overwritten
   * @param argmax from {@link MaxPool2dSpec#argmax}, overwritten with each window's winner; or null
   *     if no backward will follow
   */
  public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    begin(spec);
    Arguments.maxPool2d(spec, x, y, argmax);
    if (y.shape().elements() > 0) {
      kernels.maxPool2d(spec, x, y, argmax);
    }
    if (argmax != null) {
      argmax.markFilled();
    }
    keep(x, y, argmax, null);
  }

  /**
   * Gradient of max pooling: each {@code dy} goes to its window's winner, and where windows
   * overlap, gradients add up. With winners of a pooling done before, this is also unpooling
   * (PyTorch {@code max_unpool2d}), but for adding.
   *
   * @param spec with {@link Ties#FIRST}
   * @param dy gradient of the output {@code [N, C, OH, OW]}
   * @param argmax the winners that the forward wrote
   * @param dx gradient of the input {@code [N, C, H, W]}, overwritten
   */
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    begin(spec);
    Arguments.maxPool2dBackward(spec, dy, argmax, dx);
    if (dx.shape().elements() > 0) {
      kernels.maxPool2dBackward(spec, dy, argmax, dx);
    }
    keep(dy, argmax, dx, null);
  }

  /**
   * Gradient of max pooling in the equality-mask form: each {@code dy} goes, whole, to every
   * element of its window that equals the maximum.
   *
   * @param spec with {@link Ties#ALL}
   * @param x images {@code [N, C, H, W]}
   * @param y what the forward made of them {@code [N, C, OH, OW]}
   * @param dy gradient of the output {@code [N, C, OH, OW]}
   * @param dx gradient of the input {@code [N, C, H, W]}, overwritten
   */
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    begin(spec);
    Arguments.maxPool2dBackward(spec, x, y, dy, dx);
    if (dx.shape().elements() > 0) {
      kernels.maxPool2dBackward(spec, x, y, dy, dx);
    }
    keep(x, y, dy, dx);
  }

  /**
   * Average pooling into a new tensor.
   *
   * @see #avgPool2d(AvgPool2dSpec, Tensor, Tensor)
   */
  public Tensor avgPool2d(AvgPool2dSpec spec, Tensor x) {
    Checks.input("x", x);
    Tensor y = Tensor.zeros(spec.outputShape(x.shape()), x.dtype());
    avgPool2d(spec, x, y);
    return y;
  }

  /**
   * Average pooling: ONNX {@code AveragePool}, PyTorch {@code avg_pool2d}.
   *
   * @param x images {@code [N, C, H, W]}
   * @param y output {@code [N, C, OH, OW]}, overwritten
   */
  public void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
    begin(spec);
    Arguments.avgPool2d(spec, x, y);
    if (y.shape().elements() > 0) {
      kernels.avgPool2d(spec, x, y);
    }
    keep(x, y, null, null);
  }

  /**
   * Gradient of average pooling.
   *
   * @param dy gradient of the output {@code [N, C, OH, OW]}
   * @param dx gradient of the input {@code [N, C, H, W]}, overwritten
   */
  public void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    begin(spec);
    Arguments.avgPool2dBackward(spec, dy, dx);
    if (dx.shape().elements() > 0) {
      kernels.avgPool2dBackward(spec, dy, dx);
    }
    keep(dy, dx, null, null);
  }

  // ---- Matrix product and pointwise operations ----

  /**
   * Matrix product, BLAS's {@code gemm}.
   *
   * @param a {@code [M, K]}, or {@code [K, M]} if the spec transposes it
   * @param b {@code [K, N]}, or {@code [N, K]} if the spec transposes it
   * @param bias {@code [N]}, added to every row, or null; null if the spec accumulates
   * @param y {@code [M, N]}, overwritten or added to
   */
  public void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    begin(spec);
    Arguments.matmul(spec, a, b, bias, y);
    if (y.shape().elements() > 0) {
      if (a.shape().elements() > 0) {
        kernels.matmul(spec, a, b, bias, y);
      } else if (!spec.accumulate()) {
        emptyProduct(spec, bias, y);
      }
    }
    keep(a, b, bias, y);
  }

  /** The product over an inner size of zero: the epilogue of zeros. */
  private void emptyProduct(MatmulSpec spec, Tensor bias, Tensor y) {
    y.fill(0);
    if (bias != null) {
      kernels.addBias(bias, y);
    }
    if (spec.activation() == Activation.RELU) {
      kernels.relu(y, y);
    }
  }

  /**
   * Adds a bias to every element of its channel.
   *
   * @param b {@code [C]}
   * @param y {@code [N, C, …]}, added to
   */
  public void addBias(Tensor b, Tensor y) {
    begin(b);
    Arguments.addBias(b, y);
    if (y.shape().elements() > 0) {
      kernels.addBias(b, y);
    }
    keep(b, y, null, null);
  }

  /**
   * {@code y = max(0, x)}, where NaN stays NaN (PyTorch {@code relu}).
   *
   * @param x any shape
   * @param y of the same shape, overwritten; may be {@code x}
   */
  public void relu(Tensor x, Tensor y) {
    begin(x);
    Arguments.relu(x, y);
    if (y.shape().elements() > 0) {
      kernels.relu(x, y);
    }
    keep(x, y, null, null);
  }

  /**
   * Gradient of ReLU: {@code dx = y > 0 ? dy : 0}.
   *
   * @param y ReLU's output; its input does as well
   * @param dy gradient of the output, of the same shape
   * @param dx gradient of the input, of the same shape, overwritten; may be {@code dy}
   */
  public void reluBackward(Tensor y, Tensor dy, Tensor dx) {
    begin(y);
    Arguments.reluBackward(y, dy, dx);
    if (dx.shape().elements() > 0) {
      kernels.reluBackward(y, dy, dx);
    }
    keep(y, dy, dx, null);
  }

  private void begin(Object first) {
    if (closed) {
      throw new IllegalStateException("engine " + name + " is closed");
    }
    Objects.requireNonNull(first, "spec");
  }

  /**
   * Keeps memory of automatic arenas from being collected before a kernel that was given addresses
   * is done.
   */
  @SuppressWarnings("ReachabilityFenceUsage") // no finally: a kernel that throws is done as well
  private static void keep(Object a, Object b, Object c, Object d) {
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
    Reference.reachabilityFence(c);
    Reference.reachabilityFence(d);
  }

  /**
   * Ends this engine's threads; later calls throw {@link IllegalStateException}. Does nothing for
   * the engines that {@link Engines} shares: those made without a configuration.
   */
  @Override
  public void close() {
    if (!shared && !closed) {
      closed = true;
      kernels.close();
    }
  }

  /** The name and what the engine says of itself. */
  @Override
  public String toString() {
    return name + " " + kernels.details();
  }
}
