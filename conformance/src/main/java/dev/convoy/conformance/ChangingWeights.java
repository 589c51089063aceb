package dev.convoy.conformance;

import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Engines;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.Arrays;
import java.util.Random;

/** The same convolution again and again, while the weights change now and then, in their place. */
final class ChangingWeights {
  private static final Shape IMAGES = Shape.of(2, 48, 12, 12);
  private static final int FILTERS = 64;
  private static final int CALLS = 3;

  private final EngineUnderTest test;
  private final Engine engine;
  private final Conv2dSpec spec;
  private final Tensor x;
  private final Tensor w;
  private final Tensor dy;

  private ChangingWeights(EngineUnderTest test, Engine engine, Conv2dSpec spec, DType dtype) {
    this.test = test;
    this.engine = engine;
    this.spec = spec;
    Random random = new Random(1);
    Window window = spec.window();
    Shape filters = Shape.of(FILTERS, IMAGES.c(), window.kernelHeight(), window.kernelWidth());
    x = Values.random(IMAGES, dtype, random).toTensor(dtype);
    w = Values.random(filters, dtype, random).toTensor(dtype);
    dy = Values.random(spec.outputShape(IMAGES, filters), dtype, random).toTensor(dtype);
  }

  /** Compares each call's answer with that of an engine which has seen nothing before. */
  static void check(EngineUnderTest test, Conv2dSpec spec, DType dtype) {
    try (Engine engine = Engines.create(test.provider(), test.config())) {
      ChangingWeights calls = new ChangingWeights(test, engine, spec, dtype);
      Conv2dCase.explain(engine, spec, IMAGES, calls.w.shape()); // or the test is left out
      calls.check();
    }
  }

  private void check() {
    Values start = Values.of(w);
    checkCalls("at first", CALLS);
    int last = start.data().length - 1;
    for (int element : new int[] {0, 1, last / 2 + 3, last - 1, last}) {
      Values changed = start.copy();
      changed.data()[element] += 1;
      changed.copyTo(w);
      checkCalls("with element %d of w changed".formatted(element), CALLS);
    }
    Values other = start.copy();
    Arrays.setAll(other.data(), i -> -start.data()[i]);
    for (int step = 1; step <= CALLS; step++) {
      start.copyTo(w);
      checkCalls("with all of w changed", 1);
      other.copyTo(w);
      checkCalls("with all of w changed", 1);
    }
  }

  private void checkCalls(String when, int calls) {
    try (Engine fresh = Engines.create(test.provider(), test.config())) {
      Values y = forward(fresh);
      Values dx = backwardInput(fresh);
      for (int call = 1; call <= calls; call++) {
        String which = "%s, call %d".formatted(when, call);
        same("y", forward(engine), y, which);
        same("dx", backwardInput(engine), dx, which);
      }
    }
  }

  private void same(String name, Values actual, Values expected, String when) {
    int at = new Answer(name, expected, false).mismatch(new Answer(name, actual, false));
    if (at >= 0) {
      throw new AssertionError(
          "%s %s, %s: %s%s is %s, must be %s as of a new engine"
              .formatted(
                  spec,
                  w.dtype(),
                  when,
                  name,
                  actual.place(at),
                  actual.data()[at],
                  expected.data()[at]));
    }
  }

  private Values forward(Engine by) {
    Tensor y = Tensor.zeros(dy.shape(), dy.dtype());
    by.conv2d(spec, x, w, null, y);
    return Values.of(y);
  }

  private Values backwardInput(Engine by) {
    Tensor dx = Tensor.zeros(x.shape(), x.dtype());
    by.conv2dBackwardInput(spec, dy, w, dx);
    return Values.of(dx);
  }
}
