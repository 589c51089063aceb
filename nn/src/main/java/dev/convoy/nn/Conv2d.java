package dev.convoy.nn;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.Engine;
import dev.convoy.Tensor;
import java.util.List;
import java.util.Objects;

/**
 * 2-D convolution with its activation, PyTorch's {@code Conv2d}: {@code x [N, C, H, W]} to {@code y
 * [N, K, OH, OW]}.
 */
public final class Conv2d implements Layer {
  private final Engine engine;
  private final Conv2dSpec spec;
  private final Affine parameters;
  private final Buffer<Tensor> outputs;
  private final Buffer<Tensor> inputGradients = Buffer.likeInput();
  private Tensor x;
  private Tensor y;

  /**
   * A layer with these weights, which it does not copy. {@link Layers#conv2d} initialises them.
   *
   * @param spec window, groups and activation
   * @param weight {@code [K, C/groups, kh, kw]}
   * @param bias {@code [K]}, or null for none
   */
  public Conv2d(Engine engine, Conv2dSpec spec, Tensor weight, Tensor bias) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.spec = Objects.requireNonNull(spec, "spec");
    Require.rank("weight", weight, 4, "[K, C/groups, kh, kw]");
    this.parameters = new Affine(weight, bias);
    this.outputs = Buffer.ofTensors(shape -> spec.outputShape(shape, weight.shape()));
  }

  @Override
  public Tensor forward(Tensor x, Mode mode) {
    int channels = parameters.weight().shape().c() * spec.groups();
    if (x.shape().rank() != 4 || x.shape().c() != channels) {
      throw new IllegalArgumentException(
          "x has shape %s, must be [N, %d, H, W]".formatted(x.shape(), channels));
    }
    Tensor output = outputs.forInput(x);
    engine.conv2d(spec, x, parameters.weight(), parameters.bias(), output);
    this.x = mode == Mode.TRAINING ? x : null;
    y = output;
    return output;
  }

  @Override
  public Tensor backward(Tensor dy) {
    backwardParameters(dy);
    Tensor dx = inputGradients.forInput(x);
    engine.conv2dBackwardInput(spec, dy, parameters.weight(), dx);
    return dx;
  }

  @Override
  public void backwardParameters(Tensor dy) {
    Require.remembered(x);
    if (spec.activation() == Activation.RELU) {
      engine.reluBackward(y, dy, dy);
    }
    engine.conv2dBackwardWeights(
        spec, x, dy, parameters.weightGradient(), parameters.biasGradient());
  }

  @Override
  public List<Parameter> parameters() {
    return parameters.list();
  }

  /** The window, groups, activation and weights' shape. */
  @Override
  public String toString() {
    return "Conv2d[%s, weight %s]".formatted(spec, parameters.weight().shape());
  }
}
