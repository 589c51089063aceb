package dev.convoy.conformance;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.function.Consumer;

/** A call that must be refused, and arguments for it that fit each other. */
final class Refusal {
  static final Conv2dSpec CONV = Conv2dSpec.of(Window.square(3).padding(1));
  static final MaxPool2dSpec MAX = MaxPool2dSpec.of(Window.square(2).stride(2));
  static final AvgPool2dSpec AVERAGE = AvgPool2dSpec.of(Window.square(2).stride(2));
  static final Shape IMAGES = Shape.of(2, 3, 6, 8);
  static final Shape WEIGHTS = Shape.of(4, 3, 3, 3);
  static final Shape OUTPUTS = Shape.of(2, 4, 6, 8);
  static final Shape POOLED = Shape.of(2, 3, 3, 4);

  private Refusal() {}

  static void conv(Engine engine, Conv2dSpec spec, Tensor x, Tensor w, Tensor y) {
    engine.conv2d(spec, x, w, null, y);
  }

  static void matmul(Engine engine, Tensor a, Tensor b, Tensor y) {
    engine.matmul(MatmulSpec.PLAIN, a, b, null, y);
  }

  static Tensor f32(int... dims) {
    return f32(Shape.of(dims));
  }

  static Tensor f32(Shape shape) {
    return Tensor.zeros(shape, DType.F32);
  }

  static Tensor f64(int... dims) {
    return f64(Shape.of(dims));
  }

  static Tensor f64(Shape shape) {
    return Tensor.zeros(shape, DType.F64);
  }

  static EngineTest argument(String what, String named, Consumer<Engine> call) {
    return refusal(what, IllegalArgumentException.class, named, call);
  }

  static EngineTest refusal(
      String what, Class<? extends RuntimeException> type, String named, Consumer<Engine> call) {
    return new EngineTest(
        "refuses " + what,
        engine -> {
          try {
            call.accept(engine);
          } catch (RuntimeException e) {
            if (!type.isInstance(e) || e.getMessage() == null || !e.getMessage().contains(named)) {
              throw new AssertionError(
                  "refused %s with %s, must be a %s whose message has \"%s\""
                      .formatted(what, e, type.getSimpleName(), named),
                  e);
            }
            return;
          }
          throw new AssertionError("accepted " + what + ", must refuse it");
        });
  }
}
