package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Every operation at sizes that are worth sharing between threads, and that share unevenly. */
final class LargerCases {
  private LargerCases() {}

  static Stream<Case> all(DType dtype) {
    return Stream.of(convolutions(dtype), poolings(dtype), others(dtype)).flatMap(cases -> cases);
  }

  private static Stream<Case> convolutions(DType dtype) {
    Window three = Window.square(3).padding(1);
    return Stream.of(
        convolution("3×3", Conv2dSpec.of(three), Shape.of(5, 16, 25, 23), 24, dtype),
        convolution("3×3 of one image", Conv2dSpec.of(three), Shape.of(1, 24, 45, 41), 16, dtype),
        convolution(
            "3×3 stride 2", Conv2dSpec.of(three.stride(2)), Shape.of(5, 12, 31, 30), 20, dtype),
        convolution(
            "5×5, ReLU",
            Conv2dSpec.of(Window.square(5).padding(2)).activation(Activation.RELU),
            Shape.of(7, 3, 28, 28),
            16,
            dtype),
        convolution("1×1", Conv2dSpec.of(Window.square(1)), Shape.of(5, 40, 21, 20), 50, dtype),
        convolution("groups", Conv2dSpec.of(three).groups(3), Shape.of(5, 12, 25, 23), 21, dtype),
        convolution(
            "depthwise", Conv2dSpec.of(three).groups(24), Shape.of(5, 24, 33, 31), 24, dtype),
        transposed(ConvTranspose2dSpec.of(three.stride(2)).outputPadding(1, 1), dtype));
  }

  private static Case convolution(String what, Conv2dSpec spec, Shape x, int outputs, DType dtype) {
    String name = "larger convolution, " + what;
    return Conv2dCase.random(name, dtype, spec, x, outputs, Sizes.random(name));
  }

  private static Case transposed(ConvTranspose2dSpec spec, DType dtype) {
    String name = "larger transposed convolution";
    return ConvTranspose2dCase.random(
        name, dtype, spec, Shape.of(5, 16, 15, 13), 12, Sizes.random(name));
  }

  private static Stream<Case> poolings(DType dtype) {
    return Stream.of(
            Window.square(2).stride(2),
            Window.square(3).stride(2).padding(1),
            Window.square(3).padding(1))
        .flatMap(
            window -> {
              String name = "larger pooling, " + window;
              RandomGenerator random = Sizes.random(name);
              Values x = Values.generate(Shape.of(5, 17, 39, 61), dtype, () -> random.nextInt(100));
              AvgPool2dSpec average = AvgPool2dSpec.of(window);
              return Stream.of(
                  new MaxPool2dCase("max: " + name, dtype, window, x, random),
                  new AvgPool2dCase("average: " + name, dtype, average, x, random));
            });
  }

  private static Stream<Case> others(DType dtype) {
    RandomGenerator random = Sizes.random("larger");
    Shape shape = Shape.of(5, 33, 57, 31);
    MatmulSpec plain = MatmulSpec.PLAIN;
    return Stream.of(
        MatmulCase.random("larger product", dtype, plain, 131, 300, 143, random),
        MatmulCase.random("larger A·Bᵀ", dtype, plain.transposeB(true), 64, 500, 90, random),
        MatmulCase.random(
            "larger Aᵀ·B, added",
            dtype,
            plain.transposeA(true).accumulate(true),
            200,
            64,
            150,
            random),
        new PointwiseCase(
            "larger pointwise",
            dtype,
            Values.random(shape, dtype, random),
            Values.random(shape, dtype, random),
            Values.random(Shape.of(shape.c()), dtype, random)));
  }
}
