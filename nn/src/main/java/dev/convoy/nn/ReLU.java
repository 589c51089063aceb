package dev.convoy.nn;

import dev.convoy.Engine;
import dev.convoy.Tensor;
import java.util.Objects;

/**
 * {@code y = max(0, x)} on any shape, PyTorch's {@code ReLU}. Behind a {@link Conv2d} or a {@link
 * Linear} their own activation does the same without another pass over memory.
 */
public final class ReLU implements Layer {
  private final Engine engine;
  private final Buffer<Tensor> outputs = Buffer.likeInput();
  private Tensor y;

  /** A ReLU layer. */
  public ReLU(Engine engine) {
    this.engine = Objects.requireNonNull(engine, "engine");
  }

  @Override
  public Tensor forward(Tensor x, Mode mode) {
    Tensor output = outputs.forInput(x);
    engine.relu(x, output);
    y = mode == Mode.TRAINING ? output : null;
    return output;
  }

  @Override
  public Tensor backward(Tensor dy) {
    engine.reluBackward(Require.remembered(y), dy, dy);
    return dy;
  }

  /** The name. */
  @Override
  public String toString() {
    return "ReLU";
  }
}
