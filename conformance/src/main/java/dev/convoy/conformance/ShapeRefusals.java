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
import static dev.convoy.conformance.Refusal.f64;
import static dev.convoy.conformance.Refusal.matmul;

import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.util.stream.Stream;

/** Arguments whose shapes or types do not fit each other. */
final class ShapeRefusals {
  private static final ConvTranspose2dSpec TRANSPOSED = ConvTranspose2dSpec.of(Window.square(3));

  private ShapeRefusals() {}

  static Stream<EngineTest> shapes() {
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

  static Stream<EngineTest> types() {
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
}
