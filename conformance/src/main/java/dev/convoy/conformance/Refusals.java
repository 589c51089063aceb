package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import dev.convoy.Window;
import java.lang.foreign.Arena;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Calls that must be refused, with a message that names the argument, before any output is written.
 * An argument that reached a kernel unchecked could crash the JVM.
 */
final class Refusals {
  private static final Conv2dSpec CONV = Conv2dSpec.of(Window.square(3).padding(1));
  private static final ConvTranspose2dSpec TRANSPOSED = ConvTranspose2dSpec.of(Window.square(3));
  private static final MaxPool2dSpec MAX = MaxPool2dSpec.of(Window.square(2).stride(2));
  private static final AvgPool2dSpec AVERAGE = AvgPool2dSpec.of(Window.square(2).stride(2));
  private static final Shape IMAGES = Shape.of(2, 3, 6, 8);
  private static final Shape WEIGHTS = Shape.of(4, 3, 3, 3);
  private static final Shape OUTPUTS = Shape.of(2, 4, 6, 8);
  private static final Shape POOLED = Shape.of(2, 3, 3, 4);

  private Refusals() {}

  static Stream<EngineTest> all() {
    return Stream.of(shapes(), types(), memory(), windows(), others()).flatMap(tests -> tests);
  }

  private static Stream<EngineTest> shapes() {
    return Stream.of(
        argument("x of rank 3", "x", e -> conv(e, CONV, f32(3, 6, 8), f32(WEIGHTS), f32(OUTPUTS))),
        argument(
            "x of no channels",
            "x",
            e -> conv(e, CONV, f32(2, 0, 6, 8), f32(WEIGHTS), f32(OUTPUTS))),
        argument("w of rank 2", "w", e -> conv(e, CONV, f32(IMAGES), f32(4, 27), f32(OUTPUTS))),
        argument(
            "w of another kernel",
            "w",
            e -> conv(e, CONV, f32(IMAGES), f32(4, 3, 3, 5), f32(OUTPUTS))),
        argument(
            "w of other channels",
            "w",
            e -> conv(e, CONV, f32(IMAGES), f32(4, 2, 3, 3), f32(OUTPUTS))),
        argument(
            "y of another height",
            "y",
            e -> conv(e, CONV, f32(IMAGES), f32(WEIGHTS), f32(2, 4, 5, 8))),
        argument(
            "y of another width",
            "y",
            e -> conv(e, CONV, f32(IMAGES), f32(WEIGHTS), f32(2, 4, 6, 9))),
        argument(
            "y of another batch",
            "y",
            e -> conv(e, CONV, f32(IMAGES), f32(WEIGHTS), f32(3, 4, 6, 8))),
        argument(
            "y of other channels",
            "y",
            e -> conv(e, CONV, f32(IMAGES), f32(WEIGHTS), f32(2, 3, 6, 8))),
        argument(
            "b of another size",
            "b",
            e -> e.conv2d(CONV, f32(IMAGES), f32(WEIGHTS), f32(3), f32(OUTPUTS))),
        argument(
            "b of rank 2",
            "b",
            e -> e.conv2d(CONV, f32(IMAGES), f32(WEIGHTS), f32(1, 4), f32(OUTPUTS))),
        argument(
            "groups that do not divide",
            "groups",
            e -> conv(e, CONV.groups(2), f32(IMAGES), f32(4, 1, 3, 3), f32(OUTPUTS))),
        argument(
            "dx of other channels",
            "w",
            e -> e.conv2dBackwardInput(CONV, f32(OUTPUTS), f32(WEIGHTS), f32(2, 2, 6, 8))),
        argument(
            "dy of another shape",
            "dy",
            e -> e.conv2dBackwardInput(CONV, f32(POOLED), f32(WEIGHTS), f32(IMAGES))),
        argument(
            "dw of another kernel",
            "w",
            e -> e.conv2dBackwardWeights(CONV, f32(IMAGES), f32(OUTPUTS), f32(4, 3, 1, 3), null)),
        argument(
            "db of another size",
            "db",
            e -> e.conv2dBackwardWeights(CONV, f32(IMAGES), f32(OUTPUTS), f32(WEIGHTS), f32(5))),
        argument(
            "db alone of another size",
            "db",
            e -> e.conv2dBackwardBias(CONV, f32(OUTPUTS), f32(3), false)),
        argument(
            "transposed y of another shape",
            "y",
            e ->
                e.convTranspose2d(
                    TRANSPOSED, f32(2, 4, 4, 4), f32(WEIGHTS), null, f32(2, 3, 6, 7))),
        argument(
            "transposed w of other channels",
            "w",
            e ->
                e.convTranspose2d(
                    TRANSPOSED, f32(2, 3, 4, 4), f32(WEIGHTS), null, f32(2, 3, 6, 6))),
        argument(
            "pooled y of another shape",
            "y",
            e -> e.maxPool2d(MAX, f32(IMAGES), f32(2, 3, 3, 3), null)),
        argument(
            "pooled y of other channels",
            "y",
            e -> e.avgPool2d(AVERAGE, f32(IMAGES), f32(2, 4, 3, 4))),
        argument(
            "argmax of another input",
            "argmax",
            e -> e.maxPool2d(MAX, f32(IMAGES), f32(POOLED), MAX.argmax(Shape.of(2, 3, 6, 9)))),
        argument(
            "argmax of another window",
            "argmax",
            e ->
                e.maxPool2d(
                    MAX,
                    f32(IMAGES),
                    f32(POOLED),
                    MaxPool2dSpec.of(Window.square(2).stride(2, 2).ceilMode(true)).argmax(IMAGES))),
        argument(
            "dx of another shape",
            "dy",
            e -> e.avgPool2dBackward(AVERAGE, f32(POOLED), f32(2, 3, 8, 8))),
        argument("inner sizes that differ", "b", e -> matmul(e, f32(2, 3), f32(4, 5), f32(2, 5))),
        argument("a of rank 3", "a", e -> matmul(e, f32(1, 2, 3), f32(3, 5), f32(2, 5))),
        argument("y of another size", "y", e -> matmul(e, f32(2, 3), f32(3, 5), f32(5, 2))),
        argument(
            "bias of another size",
            "bias",
            e -> e.matmul(MatmulSpec.PLAIN, f32(2, 3), f32(3, 5), f32(2), f32(2, 5))),
        argument(
            "bias where it accumulates",
            "bias",
            e ->
                e.matmul(
                    MatmulSpec.PLAIN.accumulate(true), f32(2, 3), f32(3, 5), f32(5), f32(2, 5))),
        argument("bias for another axis", "b", e -> e.addBias(f32(8), f32(IMAGES))),
        argument("bias for a vector", "y", e -> e.addBias(f32(8), f32(8))),
        argument("ReLU into another shape", "y", e -> e.relu(f32(2, 3), f32(3, 2))),
        argument(
            "ReLU's dy of another shape", "dy", e -> e.reluBackward(f32(2, 3), f32(6), f32(2, 3))));
  }

  private static Stream<EngineTest> types() {
    return Stream.of(
        argument(
            "w of another type", "w", e -> conv(e, CONV, f32(IMAGES), f64(WEIGHTS), f32(OUTPUTS))),
        argument(
            "y of another type", "y", e -> conv(e, CONV, f32(IMAGES), f32(WEIGHTS), f64(OUTPUTS))),
        argument(
            "b of another type",
            "b",
            e -> e.conv2d(CONV, f64(IMAGES), f64(WEIGHTS), f32(4), f64(OUTPUTS))),
        argument(
            "dx of another type",
            "dx",
            e -> e.conv2dBackwardInput(CONV, f64(OUTPUTS), f64(WEIGHTS), f32(IMAGES))),
        argument(
            "dw of another type",
            "dw",
            e -> e.conv2dBackwardWeights(CONV, f64(IMAGES), f64(OUTPUTS), f32(WEIGHTS), null)),
        argument(
            "db of another type",
            "db",
            e -> e.conv2dBackwardWeights(CONV, f64(IMAGES), f64(OUTPUTS), f64(WEIGHTS), f32(4))),
        argument(
            "pooled y of another type", "y", e -> e.maxPool2d(MAX, f64(IMAGES), f32(POOLED), null)),
        argument(
            "averaged y of another type", "y", e -> e.avgPool2d(AVERAGE, f32(IMAGES), f64(POOLED))),
        argument(
            "b of another type in a product", "b", e -> matmul(e, f32(2, 3), f64(3, 5), f32(2, 5))),
        argument("ReLU into another type", "y", e -> e.relu(f32(6), f64(6))));
  }

  private static Stream<EngineTest> memory() {
    return Stream.of(
        closed("x", (e, x) -> conv(e, CONV, x.reshape(IMAGES), f32(WEIGHTS), f32(OUTPUTS))),
        closed("y", (e, y) -> e.maxPool2d(MAX, f32(2, 3, 12, 16), y.reshape(IMAGES), null)),
        closed("dx", (e, dx) -> e.avgPool2dBackward(AVERAGE, f32(POOLED), dx.reshape(IMAGES))),
        closed("a", (e, a) -> matmul(e, a.reshape(Shape.of(36, 8)), f32(8, 5), f32(36, 5))),
        refusal(
            "a closed argmax",
            IllegalStateException.class,
            "argmax",
            e -> {
              ArgMax argmax;
              try (Arena arena = Arena.ofShared()) {
                argmax = MAX.argmax(IMAGES, arena);
              }
              e.maxPool2d(MAX, f32(IMAGES), f32(POOLED), argmax);
            }),
        refusal(
            "an argmax without winners",
            IllegalStateException.class,
            "argmax",
            e -> e.maxPool2dBackward(MAX, f32(POOLED), MAX.argmax(IMAGES), f32(IMAGES))),
        argument(
            "read-only y", "y", e -> conv(e, CONV, f32(IMAGES), f32(WEIGHTS), readOnly(OUTPUTS))),
        argument(
            "read-only dx", "dx", e -> e.avgPool2dBackward(AVERAGE, f32(POOLED), readOnly(IMAGES))),
        argument(
            "read-only dw",
            "dw",
            e -> e.conv2dBackwardWeights(CONV, f32(IMAGES), f32(OUTPUTS), readOnly(WEIGHTS), null)),
        argument(
            "read-only db",
            "db",
            e ->
                e.conv2dBackwardWeights(
                    CONV, f32(IMAGES), f32(OUTPUTS), f32(WEIGHTS), readOnly(Shape.of(4)))),
        argument(
            "y that is x",
            "y",
            e -> {
              Tensor x = f32(2, 4, 6, 8);
              conv(e, CONV, x, f32(4, 4, 3, 3), x);
            }),
        argument(
            "y that overlaps x by one element",
            "y",
            e -> {
              Tensor both = f32(2 * (int) IMAGES.elements() - 1);
              Tensor x = part(both, 0, IMAGES);
              Tensor y = part(both, (int) IMAGES.elements() - 1, IMAGES);
              conv(e, CONV, x, f32(3, 3, 3, 3), y);
            }),
        argument(
            "pooled y within x",
            "y",
            e -> {
              Tensor x = f32(IMAGES);
              e.maxPool2d(
                  MAX, x, part(x.reshape(Shape.of((int) IMAGES.elements())), 5, POOLED), null);
            }),
        argument(
            "dw that is db's memory",
            "dw",
            e -> {
              Tensor dw = f32(WEIGHTS);
              Tensor db = part(dw.reshape(Shape.of((int) WEIGHTS.elements())), 0, Shape.of(4));
              e.conv2dBackwardWeights(CONV, f32(IMAGES), f32(OUTPUTS), dw, db);
            }),
        argument(
            "product into its factor",
            "y",
            e -> {
              Tensor a = f32(4, 4);
              matmul(e, a, f32(4, 4), a);
            }),
        argument(
            "ReLU half in place",
            "y",
            e -> {
              Tensor both = f32(9);
              e.relu(part(both, 0, Shape.of(8)), part(both, 1, Shape.of(8)));
            }),
        argument(
            "ReLU's dx over y",
            "dx",
            e -> {
              Tensor y = f32(8);
              e.reluBackward(y, f32(8), y);
            }));
  }

  private static Stream<EngineTest> windows() {
    int most = Integer.MAX_VALUE;
    return Stream.of(
        argument(
            "a kernel larger than the image",
            "height",
            e -> e.maxPool2d(MaxPool2dSpec.of(Window.of(7, 2)), f32(IMAGES))),
        argument(
            "a dilated kernel larger than the image",
            "width",
            e -> e.avgPool2d(AvgPool2dSpec.of(Window.square(3).dilation(1, 4)), f32(IMAGES))),
        argument(
            "a convolution that fits nowhere",
            "height",
            e -> e.conv2d(Conv2dSpec.of(Window.of(9, 1)), f32(IMAGES), f32(4, 3, 9, 1), null)),
        argument(
            "a pooling's padding as large as its kernel",
            "padding",
            e -> e.maxPool2d(MaxPool2dSpec.of(Window.square(2).padding(0, 0, 2, 0)), f32(IMAGES))),
        argument(
            "a pooling window wholly in padding",
            "padding",
            e ->
                e.avgPool2d(
                    AvgPool2dSpec.of(Window.square(2).dilation(7).padding(6)), f32(1, 1, 3, 3))),
        argument(
            "a dilation whose reach overflows an int",
            "height",
            e -> e.maxPool2d(MaxPool2dSpec.of(Window.square(3).dilation(most, 1)), f32(IMAGES))),
        argument(
            "a padding whose sum overflows an int",
            "width",
            e ->
                e.conv2d(
                    Conv2dSpec.of(Window.square(1).padding(0, most, 0, most)),
                    f32(IMAGES),
                    f32(4, 3, 1, 1),
                    null)),
        argument("a stride of zero", "strideWidth", e -> Window.square(2).stride(1, 0)),
        argument("a negative padding", "padTop", e -> Window.square(2).padding(-1)),
        argument(
            "ceil mode in a convolution",
            "ceil",
            e -> Conv2dSpec.of(Window.square(2).ceilMode(true))),
        argument(
            "output padding as large as the stride",
            "outputPadding",
            e -> ConvTranspose2dSpec.of(Window.square(3).stride(2)).outputPadding(2, 0)),
        argument(
            "activation where a product accumulates",
            "activation",
            e -> MatmulSpec.PLAIN.activation(Activation.RELU).accumulate(true)),
        argument(
            "the argmax form for Ties.ALL",
            "Ties.ALL",
            e ->
                e.maxPool2dBackward(
                    MAX.ties(Ties.ALL), f32(POOLED), MAX.argmax(IMAGES), f32(IMAGES))),
        argument(
            "the mask form for Ties.FIRST",
            "Ties.FIRST",
            e -> e.maxPool2dBackward(MAX, f32(IMAGES), f32(POOLED), f32(POOLED), f32(IMAGES))),
        argument(
            "plane indices outside their window",
            "planeIndices",
            e -> ArgMax.ofPlaneIndices(MAX, Shape.of(1, 1, 4, 4), 0, 2, 8, 99)),
        argument(
            "too few plane indices",
            "planeIndices",
            e -> ArgMax.ofPlaneIndices(MAX, Shape.of(1, 1, 4, 4), 0, 2, 8)));
  }

  private static Stream<EngineTest> others() {
    return Stream.of(
        refusal(
            "x of null",
            NullPointerException.class,
            "x",
            e -> conv(e, CONV, null, f32(WEIGHTS), f32(OUTPUTS))),
        refusal(
            "y of null",
            NullPointerException.class,
            "y",
            e -> e.maxPool2d(MAX, f32(IMAGES), null, null)),
        refusal(
            "a spec of null",
            NullPointerException.class,
            "spec",
            e -> e.avgPool2d(null, f32(IMAGES), f32(POOLED))),
        argument(
            "to explain an empty batch", "x", e -> e.explain(CONV, Shape.of(0, 3, 6, 8), WEIGHTS)));
  }

  private static void conv(Engine engine, Conv2dSpec spec, Tensor x, Tensor w, Tensor y) {
    engine.conv2d(spec, x, w, null, y);
  }

  private static void matmul(Engine engine, Tensor a, Tensor b, Tensor y) {
    engine.matmul(MatmulSpec.PLAIN, a, b, null, y);
  }

  private static Tensor f32(int... dims) {
    return f32(Shape.of(dims));
  }

  private static Tensor f32(Shape shape) {
    return Tensor.zeros(shape, DType.F32);
  }

  private static Tensor f64(int... dims) {
    return f64(Shape.of(dims));
  }

  private static Tensor f64(Shape shape) {
    return Tensor.zeros(shape, DType.F64);
  }

  private static Tensor readOnly(Shape shape) {
    return Tensor.wrap(shape, DType.F32, f32(shape).segment().asReadOnly());
  }

  private static Tensor part(Tensor vector, int from, Shape shape) {
    return vector.slice(from, from + (int) shape.elements()).reshape(shape);
  }

  /** A call with one tensor of as many elements as IMAGES, whose arena is closed. */
  @FunctionalInterface
  private interface CallWithTensor {
    void on(Engine engine, Tensor closed);
  }

  private static EngineTest closed(String name, CallWithTensor call) {
    return refusal(
        "a closed " + name,
        IllegalStateException.class,
        name,
        engine -> {
          Tensor tensor;
          try (Arena arena = Arena.ofShared()) {
            tensor = Tensor.zeros(IMAGES, DType.F32, arena);
          }
          call.on(engine, tensor);
        });
  }

  private static EngineTest argument(String what, String named, Consumer<Engine> call) {
    return refusal(what, IllegalArgumentException.class, named, call);
  }

  private static EngineTest refusal(
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
