package dev.convoy.conformance;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The named cases of convolution. */
final class Conv2dTable {
  private Conv2dTable() {}

  /**
   * A named convolution.
   *
   * @param x images {@code [N, C, H, W]}
   * @param outputs output channels
   */
  private record Row(String name, Conv2dSpec spec, Shape x, int outputs) {
    Case of(DType dtype) {
      String full = "convolution, " + name;
      return Conv2dCase.random(full, dtype, spec, x, outputs, Sizes.random(full));
    }
  }

  /** What has gone wrong in one library or another. */
  static Stream<Case> edges(DType dtype) {
    Conv2dSpec one = Conv2dSpec.of(Window.square(1));
    Conv2dSpec three = conv(Window.square(3).padding(1));
    Conv2dSpec relu = three.activation(Activation.RELU);
    return Stream.of(
            row("1×1", one, 2, 5, 6, 7, 4),
            row("1×1 stride 2", conv(Window.square(1).stride(2)), 2, 5, 7, 9, 4),
            row("1×1 padded", conv(Window.square(1).padding(2)), 2, 3, 4, 5, 4),
            row("one pixel", one, 1, 1, 1, 1, 1),
            row("one pixel, 3×3 padded", three, 1, 2, 1, 1, 3),
            row("kernel = input", conv(Window.of(5, 7)), 2, 3, 5, 7, 4),
            row("kernel = padded input", conv(Window.of(7, 5).padding(1)), 2, 3, 5, 3, 4),
            row("one output column", conv(Window.of(2, 9)), 2, 2, 8, 9, 3),
            row("one output row", conv(Window.of(6, 2)), 2, 2, 6, 34, 3),
            row("row kernel", conv(Window.of(1, 5).padding(0, 2, 0, 2)), 2, 3, 4, 19, 4),
            row("column kernel", conv(Window.of(5, 1).padding(2, 0, 2, 0)), 2, 3, 8, 11, 4),
            row("even kernel", conv(Window.square(2)), 2, 3, 6, 10, 4),
            row(
                "4×4 stride 2 padding 1",
                conv(Window.square(4).stride(2).padding(1)),
                2,
                3,
                8,
                12,
                5),
            row("5×5 padding 2", conv(Window.square(5).padding(2)), 2, 3, 9, 12, 4),
            row(
                "6×6 stride 2",
                conv(Window.square(6).stride(2).padding(3, 2, 1, 2)),
                2,
                3,
                9,
                12,
                5),
            row("7×7 dilated", conv(Window.square(7).padding(6).dilation(2)), 2, 3, 9, 12, 4),
            row("9×9 padding 4", conv(Window.square(9).padding(4)), 1, 2, 10, 21, 18),
            row(
                "7×7 stride 2 padding 3",
                conv(Window.square(7).stride(2).padding(3)),
                1,
                3,
                17,
                19,
                4),
            row("11×11 stride 4", conv(Window.square(11).stride(4).padding(2)), 1, 3, 23, 27, 4),
            row("stride > kernel", conv(Window.square(2).stride(3)), 2, 3, 11, 14, 4),
            row("stride > kernel, 1×1", conv(Window.square(1).stride(4)), 2, 3, 11, 14, 4),
            row("stride > input", conv(Window.square(2).stride(9)), 2, 3, 5, 6, 4),
            row("stride leaves a rest", conv(Window.square(3).stride(3)), 2, 3, 11, 13, 4),
            row("stride differs", conv(Window.square(3).stride(1, 2).padding(1)), 2, 3, 6, 17, 4),
            row(
                "stride differs, other way",
                conv(Window.square(3).stride(3, 1).padding(1)),
                2,
                3,
                9,
                6,
                4),
            row("padding at the top", conv(Window.square(3).padding(2, 0, 0, 0)), 2, 2, 5, 8, 3),
            row("padding at the left", conv(Window.square(3).padding(0, 2, 0, 0)), 2, 2, 5, 8, 3),
            row("padding at the bottom", conv(Window.square(3).padding(0, 0, 2, 0)), 2, 2, 5, 8, 3),
            row("padding at the right", conv(Window.square(3).padding(0, 0, 0, 2)), 2, 2, 5, 8, 3),
            row("padding differs", conv(Window.of(4, 3).padding(3, 1, 0, 2)), 2, 3, 6, 9, 4),
            row("padding ≥ kernel", conv(Window.square(2).padding(3)), 2, 2, 3, 4, 3),
            row("padding ≥ input", conv(Window.square(3).padding(4).stride(2)), 2, 2, 2, 2, 3),
            row("dilation 2", conv(Window.square(3).dilation(2).padding(2)), 2, 3, 8, 11, 4),
            row("dilation differs", conv(Window.of(2, 3).dilation(3, 2)), 2, 3, 9, 12, 4),
            row(
                "dilation > input, padded",
                conv(Window.square(2).dilation(5).padding(3)),
                2,
                2,
                4,
                3,
                3),
            row(
                "dilation and stride",
                conv(Window.square(3).dilation(2).stride(2).padding(1)),
                2,
                3,
                11,
                12,
                4),
            row("two groups", three.groups(2), 2, 6, 5, 7, 4),
            row("three groups, 1×1", one.groups(3), 2, 6, 5, 7, 9),
            row(
                "groups, stride 2",
                conv(Window.square(3).stride(2).padding(1)).groups(2),
                2,
                4,
                7,
                9,
                6),
            row("groups of one output", three.groups(4), 2, 8, 5, 6, 4),
            row("depthwise", three.groups(5), 2, 5, 6, 9, 5),
            row("depthwise, multiplier 2", three.groups(5), 2, 5, 6, 9, 10),
            row(
                "depthwise, multiplier 3, stride 2",
                conv(Window.square(3).stride(2)).groups(4),
                2,
                4,
                9,
                11,
                12),
            row("depthwise 5×5", conv(Window.square(5).padding(2)).groups(3), 2, 3, 9, 11, 3),
            row(
                "depthwise, dilation 2",
                conv(Window.square(3).dilation(2).padding(2)).groups(3),
                2,
                3,
                9,
                11,
                3),
            row(
                "depthwise, asymmetric",
                conv(Window.square(3).padding(0, 1, 2, 1)).groups(3),
                2,
                3,
                6,
                7,
                3),
            row("depthwise 1×1", one.groups(6), 2, 6, 5, 7, 6),
            row("one channel in and out", three, 2, 1, 6, 9, 1),
            row("one channel in, many out", conv(Window.square(5).padding(2)), 2, 1, 8, 8, 32),
            row("many channels in, one out", three, 2, 40, 4, 5, 1),
            row("many channels", three, 1, 33, 5, 6, 35),
            row("deep and small", three, 2, 64, 2, 2, 48),
            row("batch of one", three, 1, 3, 6, 7, 4),
            row("large batch", three, 19, 2, 4, 5, 3),
            row("large batch, 1×1", one, 19, 5, 2, 3, 4),
            row("empty batch", three, 0, 3, 6, 7, 4),
            row("ReLU", relu, 2, 3, 6, 17, 4),
            row("ReLU, 1×1", one.activation(Activation.RELU), 2, 3, 6, 17, 4),
            row(
                "ReLU, 5×5 stride 2",
                conv(Window.square(5).stride(2)).activation(Activation.RELU),
                2,
                3,
                9,
                19,
                4),
            row("ReLU, groups", relu.groups(3), 2, 3, 6, 17, 6),
            row("ReLU, depthwise", relu.groups(3), 2, 3, 6, 17, 3),
            row("3×3 of tiles and a rest", three, 2, 8, 13, 22, 16),
            row("3×3 without padding", conv(Window.square(3)), 2, 8, 14, 14, 8),
            row("3×3, wide padding", conv(Window.square(3).padding(2)), 2, 4, 7, 9, 8),
            row("3×3, larger", three, 1, 16, 28, 28, 16))
        .map(row -> row.of(dtype));
  }

  /** Every remainder of the vector width. */
  static Stream<Case> widths(DType dtype) {
    List<Row> kinds =
        List.of(
            row("1×1", conv(Window.square(1)), 2, 3, 3, 1, 5),
            row("3×3", conv(Window.square(3).padding(1)), 1, 3, 4, 1, 4),
            row("3×3 stride 2", conv(Window.square(3).stride(2).padding(1)), 2, 2, 5, 1, 3),
            row("5×5", conv(Window.square(5).padding(2)), 1, 2, 4, 1, 3),
            row("depthwise 3×3", conv(Window.square(3).padding(1)).groups(3), 2, 3, 4, 1, 3),
            row(
                "depthwise 3×3 stride 2",
                conv(Window.square(3).stride(2).padding(1)).groups(2),
                2,
                2,
                5,
                1,
                2));
    return kinds.stream()
        .flatMap(
            kind ->
                Sizes.widths()
                    .mapToObj(
                        width ->
                            new Row(
                                kind.name() + ", width " + width,
                                kind.spec(),
                                Shape.of(kind.x().n(), kind.x().c(), kind.x().h(), width),
                                kind.outputs())))
        .map(row -> row.of(dtype));
  }

  /** Every remainder of the register blocks. */
  static Stream<Case> channels(DType dtype) {
    Conv2dSpec three = conv(Window.square(3).padding(1));
    return Sizes.channels()
        .boxed()
        .flatMap(
            channels ->
                Stream.of(
                    row(channels + " output channels", three, 2, 3, 3, 5, channels),
                    row(channels + " input channels", three, 2, channels, 3, 5, 3),
                    row(
                        channels + " channels, 1×1",
                        conv(Window.square(1)),
                        2,
                        channels,
                        3,
                        5,
                        channels)))
        .map(row -> row.of(dtype));
  }

  /** A NaN or an infinity in an image reaches the outputs that see it, through ReLU as well. */
  static Stream<Case> specialValues(DType dtype) {
    return Stream.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
        .flatMap(
            value ->
                Stream.of(
                        row("1×1", conv(Window.square(1)), 2, 3, 4, 19, 4),
                        row("3×3", conv(Window.square(3).padding(1)), 2, 3, 6, 19, 4),
                        row("5×5 stride 2", conv(Window.square(5).stride(2)), 2, 3, 9, 19, 4),
                        row("depthwise", conv(Window.square(3)).groups(3), 2, 3, 6, 19, 3))
                    .flatMap(
                        row ->
                            Arrays.stream(Activation.values())
                                .map(activation -> withValue(row, activation, value, dtype))));
  }

  private static Case withValue(Row row, Activation activation, double value, DType dtype) {
    String name = "convolution, %s, %s, a %s".formatted(row.name(), activation, value);
    RandomGenerator random = Sizes.random(name);
    Conv2dSpec spec = row.spec().activation(activation);
    Window window = spec.window();
    Values x = Values.random(row.x(), dtype, random);
    x.data()[7] = value;
    x.data()[x.data().length - 1] = value;
    Shape w =
        Shape.of(
            row.outputs(),
            row.x().c() / spec.groups(),
            window.kernelHeight(),
            window.kernelWidth());
    return new Conv2dCase(
        name,
        dtype,
        spec,
        x,
        Values.random(w, dtype, random),
        Values.random(Shape.of(row.outputs()), dtype, random),
        Values.random(spec.outputShape(row.x(), w), dtype, random));
  }

  private static Conv2dSpec conv(Window window) {
    return Conv2dSpec.of(window);
  }

  private static Row row(String name, Conv2dSpec spec, int n, int c, int h, int w, int outputs) {
    return new Row(name, spec, Shape.of(n, c, h, w), outputs);
  }
}
