package dev.convoy.conformance;

import static dev.convoy.conformance.Refusal.CONV;
import static dev.convoy.conformance.Refusal.IMAGES;
import static dev.convoy.conformance.Refusal.MAX;
import static dev.convoy.conformance.Refusal.OUTPUTS;
import static dev.convoy.conformance.Refusal.POOLED;
import static dev.convoy.conformance.Refusal.WEIGHTS;
import static dev.convoy.conformance.Refusal.argument;
import static dev.convoy.conformance.Refusal.conv;
import static dev.convoy.conformance.Refusal.f32;
import static dev.convoy.conformance.Refusal.refusal;

import dev.convoy.Activation;
import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Ties;
import dev.convoy.Window;
import java.util.stream.Stream;

/** Windows that fit nowhere, sizes that overflow, specs that contradict, and nulls. */
final class WindowRefusals {
  private WindowRefusals() {}

  static Stream<EngineTest> windows() {
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

  static Stream<EngineTest> others() {
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
}
