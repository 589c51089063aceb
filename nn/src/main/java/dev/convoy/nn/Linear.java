package dev.convoy.nn;

import dev.convoy.Activation;
import dev.convoy.Engine;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.List;
import java.util.Objects;

/**
 * A fully connected layer with its activation, PyTorch's {@code Linear}: {@code y = activation(x ·
 * weightᵀ + bias)}, {@code x [N, in]} to {@code y [N, out]}.
 */
public final class Linear implements Layer {
  private static final MatmulSpec WEIGHT_GRADIENT = MatmulSpec.PLAIN.transposeA(true);

  private final Engine engine;
  private final MatmulSpec spec;
  private final Affine parameters;
  private final Tensor biasGradientRow;
  private final Buffer<Tensor> outputs;
  private final Buffer<Tensor> inputGradients = Buffer.likeInput();
  private final Buffer<Tensor> ones;
  private Tensor x;
  private Tensor y;

  /**
   * A layer with these weights, which it does not copy. {@link Layers#linear} initialises them.
   *
   * @param weight {@code [out, in]}
   * @param bias {@code [out]}, or null for none
   * @param activation applied to the output
   */
  public Linear(Engine engine, Tensor weight, Tensor bias, Activation activation) {
    this.engine = Objects.requireNonNull(engine, "engine");
    Require.rank("weight", weight, 2, "[out, in]");
    this.spec = MatmulSpec.PLAIN.transposeB(true).activation(activation);
    this.parameters = new Affine(weight, bias);
    int out = weight.shape().dim(0);
    this.biasGradientRow =
        bias == null ? null : parameters.biasGradient().reshape(Shape.of(1, out));
    this.outputs = Buffer.ofTensors(shape -> Shape.of(shape.dim(0), out));
    this.ones =
        new Buffer<>(
            (x, arena) -> {
              Tensor row = Tensor.zeros(Shape.of(1, x.shape().dim(0)), x.dtype(), arena);
              row.fill(1);
              return row;
            });
  }

  @Override
  public Tensor forward(Tensor x, Mode mode) {
    int in = parameters.weight().shape().dim(1);
    if (x.shape().rank() != 2 || x.shape().dim(1) != in) {
      throw new IllegalArgumentException(
          "x has shape %s, must be [N, %d]".formatted(x.shape(), in));
    }
    Tensor output = outputs.forInput(x);
    engine.matmul(spec, x, parameters.weight(), parameters.bias(), output);
    this.x = mode == Mode.TRAINING ? x : null;
    y = output;
    return output;
  }

  @Override
  public Tensor backward(Tensor dy) {
    backwardParameters(dy);
    Tensor dx = inputGradients.forInput(x);
    engine.matmul(MatmulSpec.PLAIN, dy, parameters.weight(), null, dx);
    return dx;
  }

  @Override
  public void backwardParameters(Tensor dy) {
    Require.remembered(x);
    Require.sameAs("dy", dy, "y", y);
    if (spec.activation() == Activation.RELU) {
      engine.reluBackward(y, dy, dy);
    }
    engine.matmul(WEIGHT_GRADIENT, dy, x, null, parameters.weightGradient());
    if (biasGradientRow != null) {
      engine.matmul(MatmulSpec.PLAIN, ones.forInput(dy), dy, null, biasGradientRow);
    }
  }

  @Override
  public List<Parameter> parameters() {
    return parameters.list();
  }

  /** The weights' shape and the activation. */
  @Override
  public String toString() {
    return "Linear[weight %s, %s]".formatted(parameters.weight().shape(), spec.activation());
  }
}
