package dev.convoy.conformance;

import static dev.convoy.conformance.Refusal.AVERAGE;
import static dev.convoy.conformance.Refusal.CONV;
import static dev.convoy.conformance.Refusal.IMAGES;
import static dev.convoy.conformance.Refusal.MAX;
import static dev.convoy.conformance.Refusal.OUTPUTS;
import static dev.convoy.conformance.Refusal.POOLED;
import static dev.convoy.conformance.Refusal.WEIGHTS;
import static dev.convoy.conformance.Refusal.argument;
import static dev.convoy.conformance.Refusal.conv;
import static dev.convoy.conformance.Refusal.f32;
import static dev.convoy.conformance.Refusal.matmul;
import static dev.convoy.conformance.Refusal.refusal;

import dev.convoy.ArgMax;
import dev.convoy.DType;
import dev.convoy.Engine;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.Arena;
import java.util.stream.Stream;

/** Memory that cannot be used: closed, read-only, or another argument's. */
final class MemoryRefusals {
  private MemoryRefusals() {}

  static Stream<EngineTest> memory() {
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
}
