package dev.convoy.conformance;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assumptions;

/** Convolution and its three gradients, each overwritten, added to, and with what is optional. */
final class Conv2dCase extends Case {
  private final Conv2dSpec spec;
  private final Values x;
  private final Values w;
  private final Values b;
  private final Values dy;

  /**
   * A case of these arguments.
   *
   * @param b may be null
   */
  Conv2dCase(String name, DType dtype, Conv2dSpec spec, Values x, Values w, Values b, Values dy) {
    super(name, dtype);
    this.spec = spec;
    this.x = x;
    this.w = w;
    this.b = b;
    this.dy = dy;
  }

  /** With random images, weights, bias and gradients. */
  static Conv2dCase random(
      String name,
      DType dtype,
      Conv2dSpec spec,
      Shape x,
      int outputChannels,
      RandomGenerator random) {
    Shape w =
        Shape.of(
            outputChannels,
            x.c() / spec.groups(),
            spec.window().kernelHeight(),
            spec.window().kernelWidth());
    return new Conv2dCase(
        name,
        dtype,
        spec,
        Values.random(x, dtype, random),
        Values.random(w, dtype, random),
        random.nextInt(4) == 0 ? null : Values.random(Shape.of(w.n()), dtype, random),
        Values.random(spec.outputShape(x, w), dtype, random));
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers answers) {
    Conv2dExplanation plan = explain(engine, spec, x.shape(), w.shape());
    boolean winograd = plan.forward() == Conv2dAlgorithm.WINOGRAD;
    boolean winogradInput = plan.backwardInput() == Conv2dAlgorithm.WINOGRAD;
    boolean winogradWeights = plan.backwardWeights() == Conv2dAlgorithm.WINOGRAD;

    Tensor images = memory.input("x", x);
    Tensor weights = memory.input("w", w);
    Tensor gradients = memory.input("dy", dy);

    Tensor y = memory.output("y", dy.shape());
    engine.conv2d(spec, images, weights, memory.input("b", b), y);
    answers.add("y", y, winograd);

    Tensor dx = memory.output("dx", x.shape());
    engine.conv2dBackwardInput(spec, gradients, weights, dx);
    answers.add("dx", dx, winogradInput);
    Tensor dxAdded = memory.output("dx added", Values.held(x.shape()));
    engine.conv2dBackwardInput(spec, gradients, weights, dxAdded, true);
    answers.add("dx added", dxAdded, winogradInput);

    Tensor dw = memory.output("dw", w.shape());
    Tensor db = memory.output("db", biasShape());
    engine.conv2dBackwardWeights(spec, images, gradients, dw, db);
    answers.add("dw", dw, winogradWeights);
    answers.add("db", db);
    Tensor dwAdded = memory.output("dw added", Values.held(w.shape()));
    Tensor dbAdded = memory.output("db added", Values.held(biasShape()));
    engine.conv2dBackwardWeights(spec, images, gradients, dwAdded, dbAdded, true);
    answers.add("dw added", dwAdded, winogradWeights);
    answers.add("db added", dbAdded);
    Tensor dwAlone = memory.output("dw alone", w.shape());
    engine.conv2dBackwardWeights(spec, images, gradients, dwAlone, null);
    answers.add("dw alone", dwAlone, winogradWeights);
    Tensor dbAlone = memory.output("db alone", biasShape());
    engine.conv2dBackwardBias(spec, gradients, dbAlone, false);
    answers.add("db alone", dbAlone);
  }

  /**
   * How the engine computes a convolution. Where it was told its algorithm, what that does not
   * apply to is left out.
   */
  static Conv2dExplanation explain(Engine engine, Conv2dSpec spec, Shape x, Shape w) {
    Shape images = Shape.of(Math.max(1, x.n()), x.c(), x.h(), x.w());
    if (engine.config().algorithm() == Conv2dAlgorithm.AUTO) {
      return engine.explain(spec, images, w);
    }
    try {
      return engine.explain(spec, images, w);
    } catch (IllegalArgumentException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  @Override
  List<Expected> expected() {
    Values y = ReferenceConvolution.conv2d(spec, x, w, b, dy.shape());
    Values dx = ReferenceConvolution.conv2dBackwardInput(spec, dy, w, x.shape());
    Values dw = ReferenceConvolution.conv2dBackwardWeights(spec, x, dy, w.shape());
    Values db = ReferenceConvolution.conv2dBackwardBias(dy);

    long kernel = (long) w.shape().h() * w.shape().w();
    long pixels = (long) dy.shape().n() * dy.shape().h() * dy.shape().w();
    double bias = b == null ? 0 : b.largest();
    Tolerance ofY =
        Tolerance.sum(w.shape().c() * kernel + 1, Math.max(x.largest() * w.largest(), bias));
    double held = Values.LARGEST_HELD;
    Tolerance ofDx =
        Tolerance.sum(
            w.shape().n() / spec.groups() * kernel + 1, Math.max(dy.largest() * w.largest(), held));
    Tolerance ofDw = Tolerance.sum(pixels + 1, Math.max(x.largest() * dy.largest(), held));
    Tolerance ofDb = Tolerance.sum(pixels + 1, Math.max(dy.largest(), held));
    return List.of(
        new Expected("y", y, ofY),
        new Expected("dx", dx, ofDx),
        new Expected("dx added", dx.plus(Values.held(x.shape())), ofDx),
        new Expected("dw", dw, ofDw),
        new Expected("db", db, ofDb),
        new Expected("dw added", dw.plus(Values.held(w.shape())), ofDw),
        new Expected("db added", db.plus(Values.held(biasShape())), ofDb),
        new Expected("dw alone", dw, ofDw),
        new Expected("db alone", db, ofDb));
  }

  private Shape biasShape() {
    return Shape.of(w.shape().n());
  }
}
