package dev.convoy.nn;

import dev.convoy.ArgMax;
import dev.convoy.Engine;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import java.util.Objects;

/** Max pooling, PyTorch's {@code MaxPool2d}: {@code x [N, C, H, W]} to {@code y [N, C, OH, OW]}. */
public final class MaxPool2d implements Layer {
  private final Engine engine;
  private final MaxPool2dSpec spec;
  private final Buffer<Tensor> outputs;
  private final Buffer<ArgMax> winners;
  private final Buffer<Tensor> inputGradients = Buffer.likeInput();
  private Tensor x;
  private Tensor y;
  private ArgMax argmax;

  /**
   * A pooling layer.
   *
   * @param spec window, and which of tied maxima receives the gradient
   */
  public MaxPool2d(Engine engine, MaxPool2dSpec spec) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.spec = Objects.requireNonNull(spec, "spec");
    this.outputs = Buffer.ofTensors(spec::outputShape);
    this.winners = new Buffer<>((x, arena) -> spec.argmax(x.shape(), arena));
  }

  @Override
  public Tensor forward(Tensor x, Mode mode) {
    boolean training = mode == Mode.TRAINING;
    Tensor output = outputs.forInput(x);
    ArgMax filled = training && spec.ties() == Ties.FIRST ? winners.forInput(x) : null;
    engine.maxPool2d(spec, x, output, filled);
    this.x = training ? x : null;
    y = output;
    argmax = filled;
    return output;
  }

  @Override
  public Tensor backward(Tensor dy) {
    Tensor dx = inputGradients.forInput(Require.remembered(x));
    if (spec.ties() == Ties.FIRST) {
      engine.maxPool2dBackward(spec, dy, argmax, dx);
    } else {
      engine.maxPool2dBackward(spec, x, y, dy, dx);
    }
    return dx;
  }

  /** The window and the rule for ties. */
  @Override
  public String toString() {
    return "MaxPool2d[" + spec + "]";
  }
}
