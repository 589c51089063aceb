package dev.convoy.conformance;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.List;
import java.util.random.RandomGenerator;

/** Transposed convolution and its three gradients. */
final class ConvTranspose2dCase extends Case {
  private final ConvTranspose2dSpec spec;
  private final Values x;
  private final Values w;
  private final Values b;
  private final Values dy;

  /**
   * A case of these arguments.
   *
   * @param b may be null
   */
  ConvTranspose2dCase(
      String name, DType dtype, ConvTranspose2dSpec spec, Values x, Values w, Values b, Values dy) {
    super(name, dtype);
    this.spec = spec;
    this.x = x;
    this.w = w;
    this.b = b;
    this.dy = dy;
  }

  /** With random images, weights, bias and gradients. */
  static ConvTranspose2dCase random(
      String name,
      DType dtype,
      ConvTranspose2dSpec spec,
      Shape x,
      int outputChannelsOfGroup,
      RandomGenerator random) {
    Window window = spec.window();
    Shape w = Shape.of(x.c(), outputChannelsOfGroup, window.kernelHeight(), window.kernelWidth());
    Shape y = spec.outputShape(x, w);
    return new ConvTranspose2dCase(
        name,
        dtype,
        spec,
        Values.random(x, dtype, random),
        Values.random(w, dtype, random),
        random.nextInt(4) == 0 ? null : Values.random(Shape.of(y.c()), dtype, random),
        Values.random(y, dtype, random));
  }

  @Override
  void run(Engine engine, GuardedMemory memory, Answers answers) {
    Conv2dExplanation plan = explain(engine);
    boolean winogradForward = plan.forward() == Conv2dAlgorithm.WINOGRAD;
    boolean winogradInput = plan.backwardInput() == Conv2dAlgorithm.WINOGRAD;
    boolean winogradWeights = plan.backwardWeights() == Conv2dAlgorithm.WINOGRAD;

    Tensor images = memory.input("x", x);
    Tensor weights = memory.input("w", w);
    Tensor gradients = memory.input("dy", dy);

    Tensor y = memory.output("y", dy.shape());
    engine.convTranspose2d(spec, images, weights, memory.input("b", b), y);
    answers.add("y", y, winogradInput);

    Tensor dx = memory.output("dx", x.shape());
    engine.convTranspose2dBackwardInput(spec, gradients, weights, dx);
    answers.add("dx", dx, winogradForward);

    Tensor dw = memory.output("dw", w.shape());
    Tensor db = memory.output("db", biasShape());
    engine.convTranspose2dBackwardWeights(spec, images, gradients, dw, db, false);
    answers.add("dw", dw, winogradWeights);
    answers.add("db", db);

    Tensor dwAdded = memory.output("dw added", Values.held(w.shape()));
    Tensor dbAdded = memory.output("db added", Values.held(biasShape()));
    engine.convTranspose2dBackwardWeights(spec, images, gradients, dwAdded, dbAdded, true);
    answers.add("dw added", dwAdded, winogradWeights);
    answers.add("db added", dbAdded);
  }

  /** How the convolution is computed whose input gradient this is. */
  private Conv2dExplanation explain(Engine engine) {
    Conv2dSpec convolution = Conv2dSpec.of(spec.window()).groups(spec.groups());
    return Conv2dCase.explain(engine, convolution, dy.shape(), w.shape());
  }

  @Override
  List<Expected> expected() {
    Values dw = ReferenceConvolution.convTranspose2dBackwardWeights(spec, x, dy, w.shape());
    Values db = ReferenceConvolution.conv2dBackwardBias(dy);

    long kernel = (long) w.shape().h() * w.shape().w();
    double bias = b == null ? 0 : b.largest();
    Tolerance ofY =
        Tolerance.sum(
            w.shape().n() / spec.groups() * kernel + 1, Math.max(x.largest() * w.largest(), bias));
    Tolerance ofDx = Tolerance.sum(w.shape().c() * kernel, dy.largest() * w.largest());
    long pixels = x.shape().elements() / x.shape().c();
    Tolerance ofDw =
        Tolerance.sum(pixels + 1, Math.max(x.largest() * dy.largest(), Values.LARGEST_HELD));
    Tolerance ofDb =
        Tolerance.sum(
            dy.shape().elements() / dy.shape().c() + 1,
            Math.max(dy.largest(), Values.LARGEST_HELD));
    return List.of(
        new Expected("y", ReferenceConvolution.convTranspose2d(spec, x, w, b), ofY),
        new Expected(
            "dx", ReferenceConvolution.convTranspose2dBackwardInput(spec, dy, w, x.shape()), ofDx),
        new Expected("dw", dw, ofDw),
        new Expected("db", db, ofDb),
        new Expected("dw added", dw.plus(Values.held(w.shape())), ofDw),
        new Expected("db added", db.plus(Values.held(biasShape())), ofDb));
  }

  private Shape biasShape() {
    return Shape.of(dy.shape().c());
  }
}
