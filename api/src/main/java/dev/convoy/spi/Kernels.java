package dev.convoy.spi;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.Map;

/**
 * The operations of one engine. Only {@link dev.convoy.Engine} calls them: it has checked every
 * argument, so implementations trust them.
 *
 * <p>What has been checked: nothing is null but what is said to be; all tensors of a call are alive
 * and of one {@link dev.convoy.DType}; shapes fit the spec and each other; no tensor is empty;
 * outputs are writable and overlap no other argument, save where in-place is said to be allowed.
 * Memory is aligned to its elements, not more.
 *
 * <p>Sizes come from the tensors' shapes, never from {@link dev.convoy.Window}'s formulas: of a
 * window's paddings a kernel reads the top and the left one only, and takes what lies outside the
 * image as absent. For convolutions the output may be smaller than the formula's and the input
 * larger than what the windows reach (a transposed convolution's output padding); input gradients
 * that no window reaches are zero.
 *
 * <p>Calls may come from many threads at once. Results must not depend on the number of threads,
 * not by a bit. Steady state should allocate nothing.
 */
public interface Kernels extends AutoCloseable {
  /**
   * {@code y = activation(x ⋆ w + b)}.
   *
   * @param b may be null
   */
  void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y);

  /** {@code dx}, overwritten or added to, from {@code dy}; the activation is ignored. */
  void conv2dBackwardInput(Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate);

  /**
   * {@code dw} and {@code db}, overwritten or added to, from {@code x} and {@code dy}; the
   * activation is ignored.
   *
   * @param x null if {@code dw} is
   * @param dw may be null: not wanted
   * @param db {@code [K]}, the sum of {@code dy} over all but channels; may be null: not wanted
   */
  void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate);

  /**
   * What would be done for a convolution.
   *
   * @throws IllegalArgumentException if the configured algorithm does not apply, as the operations
   *     themselves throw
   */
  Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w);

  /**
   * {@code y}, each window's maximum, and where it was.
   *
   * @param argmax may be null: not wanted
   */
  void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax);

  /** {@code dx}, written whole: each {@code dy} is added to its winner's place. */
  void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx);

  /**
   * {@code dx}, written whole: each {@code dy} is added to every element of its window that equals
   * {@code y} ({@link dev.convoy.Ties#ALL}).
   */
  void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx);

  /** {@code y}, each window's sum divided by the spec's divisor. */
  void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y);

  /**
   * {@code dx}, written whole: each {@code dy} divided by the spec's divisor is added over its
   * window.
   */
  void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx);

  /**
   * {@code y = activation(op(a) · op(b) + bias)} or {@code y += op(a) · op(b)}.
   *
   * @param bias {@code [N]}; may be null, and is where the spec accumulates
   */
  void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y);

  /** {@code y[n, c, …] += b[c]}, for {@code y} of rank 2 or more and {@code b [C]}. */
  void addBias(Tensor b, Tensor y);

  /** {@code y = max(0, x)}, NaN staying NaN; {@code y} may be {@code x}. Any one shape. */
  void relu(Tensor x, Tensor y);

  /** {@code dx = y > 0 ? dy : 0}; {@code dx} may be {@code dy}. Any one shape. */
  void reluBackward(Tensor y, Tensor dy, Tensor dx);

  /**
   * What this engine is made of here, for people: processor features in use, BLAS and its version,
   * threads. In the order to be printed.
   */
  Map<String, String> details();

  /** Stops the engine's threads. Operations under way still finish; none begins after. */
  @Override
  void close();
}
