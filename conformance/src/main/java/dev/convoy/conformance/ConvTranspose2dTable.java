package dev.convoy.conformance;

import dev.convoy.ConvTranspose2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.util.stream.Stream;

/** The named cases of transposed convolution. */
final class ConvTranspose2dTable {
  private ConvTranspose2dTable() {}

  /** What has gone wrong in one library or another. */
  static Stream<Case> edges(DType dtype) {
    Window three = Window.square(3).stride(2).padding(1);
    ConvTranspose2dSpec one = transposed(Window.square(1));
    return Stream.of(
        of("1×1", one, 2, 5, 4, 7, 3, dtype),
        of("1×1 stride 3: gaps", transposed(Window.square(1).stride(3)), 2, 3, 4, 5, 3, dtype),
        of("one pixel", transposed(Window.square(4)), 2, 3, 1, 1, 3, dtype),
        of("2×2 stride 2", transposed(Window.square(2).stride(2)), 2, 4, 4, 9, 3, dtype),
        of("3×3 stride 1", transposed(Window.square(3).padding(1)), 2, 4, 5, 9, 3, dtype),
        of("3×3 stride 2", transposed(three), 2, 4, 5, 9, 3, dtype),
        of("output padding", transposed(three).outputPadding(1, 1), 2, 4, 5, 9, 3, dtype),
        of("output padding of rows", transposed(three).outputPadding(1, 0), 2, 4, 5, 9, 3, dtype),
        of(
            "output padding of columns",
            transposed(three).outputPadding(0, 1),
            2,
            4,
            5,
            9,
            3,
            dtype),
        of(
            "output padding past the windows",
            transposed(Window.square(1).stride(4)).outputPadding(3, 2),
            2,
            3,
            3,
            5,
            3,
            dtype),
        of(
            "output padding by dilation",
            transposed(Window.square(2).dilation(3)).outputPadding(2, 1),
            2,
            3,
            4,
            5,
            3,
            dtype),
        of(
            "4×4 stride 2 padding 1",
            transposed(Window.square(4).stride(2).padding(1)),
            2,
            3,
            5,
            6,
            4,
            dtype),
        of("stride > kernel", transposed(Window.square(2).stride(3)), 2, 3, 4, 5, 4, dtype),
        of("stride differs", transposed(Window.square(3).stride(1, 3)), 2, 3, 4, 5, 4, dtype),
        of(
            "padding differs",
            transposed(Window.square(4).padding(2, 0, 1, 3)),
            2,
            3,
            6,
            7,
            4,
            dtype),
        of("padding = kernel − 1", transposed(Window.square(3).padding(2)), 2, 3, 6, 7, 4, dtype),
        of("dilation 2", transposed(Window.square(3).dilation(2)), 2, 3, 5, 6, 4, dtype),
        of(
            "dilation and stride",
            transposed(Window.square(3).dilation(2).stride(2)),
            2,
            3,
            5,
            6,
            4,
            dtype),
        of("two groups", transposed(three).groups(2), 2, 4, 5, 6, 3, dtype),
        of("depthwise", transposed(three).groups(4), 2, 4, 5, 6, 1, dtype),
        of("depthwise, multiplier 2", transposed(three).groups(4), 2, 4, 5, 6, 2, dtype),
        of("batch of one", transposed(three), 1, 2, 5, 6, 2, dtype),
        of("empty batch", transposed(three), 0, 2, 5, 6, 2, dtype));
  }

  /** Every remainder of the vector width. */
  static Stream<Case> widths(DType dtype) {
    ConvTranspose2dSpec two = transposed(Window.square(2).stride(2));
    ConvTranspose2dSpec three = transposed(Window.square(3).padding(1));
    return Sizes.widths()
        .boxed()
        .flatMap(
            width ->
                Stream.of(
                    of("2×2 stride 2, width " + width, two, 1, 3, 2, width, 3, dtype),
                    of("3×3, width " + width, three, 1, 3, 3, width, 3, dtype)));
  }

  private static ConvTranspose2dSpec transposed(Window window) {
    return ConvTranspose2dSpec.of(window);
  }

  private static Case of(
      String name,
      ConvTranspose2dSpec spec,
      int n,
      int c,
      int h,
      int w,
      int outputsOfGroup,
      DType dtype) {
    String full = "transposed convolution, " + name;
    return ConvTranspose2dCase.random(
        full, dtype, spec, Shape.of(n, c, h, w), outputsOfGroup, Sizes.random(full));
  }
}
