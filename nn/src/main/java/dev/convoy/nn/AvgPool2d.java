package dev.convoy.nn;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Engine;
import dev.convoy.Tensor;
import java.util.Objects;

/**
 * Average pooling, PyTorch's {@code AvgPool2d}: {@code x [N, C, H, W]} to {@code y [N, C, OH, OW]}.
 */
public final class AvgPool2d implements Layer {
  private final Engine engine;
  private final AvgPool2dSpec spec;
  private final Buffer<Tensor> outputs;
  private final Buffer<Tensor> inputGradients = Buffer.likeInput();
  private Tensor x;

  /**
   * A pooling layer.
   *
   * @param spec window and divisor
   */
  public AvgPool2d(Engine engine, AvgPool2dSpec spec) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.spec = Objects.requireNonNull(spec, "spec");
    this.outputs = Buffer.ofTensors(spec::outputShape);
  }

  @Override
  public Tensor forward(Tensor x, Mode mode) {
    Tensor y = outputs.forInput(x);
    engine.avgPool2d(spec, x, y);
    this.x = mode == Mode.TRAINING ? x : null;
    return y;
  }

  @Override
  public Tensor backward(Tensor dy) {
    Tensor dx = inputGradients.forInput(Require.remembered(x));
    engine.avgPool2dBackward(spec, dy, dx);
    return dx;
  }

  /** The window and the divisor. */
  @Override
  public String toString() {
    return "AvgPool2d[" + spec + "]";
  }
}
