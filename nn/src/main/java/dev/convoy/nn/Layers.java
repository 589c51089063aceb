package dev.convoy.nn;

import dev.convoy.Activation;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Makes the layers of a network: for one engine, of one element type, with initial values drawn
 * from one seed. The same calls in the same order with the same seed give the same values.
 *
 * <pre>{@code
 * var layers = new Layers(Engines.fastest(), DType.F32, 42);
 * var network =
 *     Sequential.builder()
 *         .add("conv", layers.conv2d(1, 8, Window.square(3).padding(1), Activation.RELU))
 *         .add("pool", layers.maxPool2d(Window.square(2).stride(2)))
 *         .add("flatten", new Flatten())
 *         .add("fc", layers.linear(8 * 14 * 14, 10, Activation.NONE))
 *         .build();
 * }</pre>
 */
public final class Layers {
  private final Engine engine;
  private final DType dtype;
  private final SplittableRandom random;
  private final Initializer weights;
  private final Initializer biases;

  /** With He-uniform weights and zero biases. */
  public Layers(Engine engine, DType dtype, long seed) {
    this(engine, dtype, seed, Initializer.HE_UNIFORM, Initializer.ZERO);
  }

  /**
   * With other initial values.
   *
   * @param engine what the layers compute on
   * @param dtype type of the parameters, and so of the images
   * @param seed of the initial values, and of dropout
   * @param weights how weights begin
   * @param biases how biases begin
   */
  public Layers(Engine engine, DType dtype, long seed, Initializer weights, Initializer biases) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.dtype = Objects.requireNonNull(dtype, "dtype");
    this.random = new SplittableRandom(seed);
    this.weights = Objects.requireNonNull(weights, "weights");
    this.biases = Objects.requireNonNull(biases, "biases");
  }

  /**
   * A convolution with a bias, in one group.
   *
   * @param in channels of the input
   * @param out channels of the output
   */
  public Conv2d conv2d(int in, int out, Window window, Activation activation) {
    return conv2d(in, out, Conv2dSpec.of(window).activation(activation));
  }

  /**
   * A convolution with a bias.
   *
   * @param in channels of the input, a multiple of the spec's groups
   * @param out channels of the output, a multiple of the spec's groups
   */
  public Conv2d conv2d(int in, int out, Conv2dSpec spec) {
    if (in % spec.groups() != 0 || out % spec.groups() != 0) {
      throw new IllegalArgumentException(
          "in is %d and out is %d, must be multiples of the %d groups"
              .formatted(in, out, spec.groups()));
    }
    Window window = spec.window();
    Shape shape = Shape.of(out, in / spec.groups(), window.kernelHeight(), window.kernelWidth());
    return new Conv2d(engine, spec, weight(shape), bias(shape));
  }

  /**
   * A fully connected layer with a bias.
   *
   * @param in elements of an input row
   * @param out elements of an output row
   */
  public Linear linear(int in, int out, Activation activation) {
    Shape shape = Shape.of(out, in);
    return new Linear(engine, weight(shape), bias(shape), activation);
  }

  private Tensor weight(Shape shape) {
    return weights.create(shape, shape, dtype, random);
  }

  private Tensor bias(Shape weight) {
    return biases.create(Shape.of(weight.dim(0)), weight, dtype, random);
  }

  /** Max pooling where the first of tied maxima receives the gradient. */
  public MaxPool2d maxPool2d(Window window) {
    return new MaxPool2d(engine, MaxPool2dSpec.of(window));
  }

  /** Average pooling that counts the image's own elements only. */
  public AvgPool2d avgPool2d(Window window) {
    return new AvgPool2d(engine, AvgPool2dSpec.of(window));
  }

  /** ReLU, for where no convolution or fully connected layer has it as its activation. */
  public ReLU relu() {
    return new ReLU(engine);
  }

  /**
   * Dropout, seeded from here.
   *
   * @param rate probability that an element is dropped
   */
  public Dropout dropout(double rate) {
    return new Dropout(rate, random.nextLong());
  }
}
