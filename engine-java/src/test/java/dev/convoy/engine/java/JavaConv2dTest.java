package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.convoy.Activation;
import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JavaConv2dTest {
  private static final List<Conv2dAlgorithm> ALGORITHMS =
      List.of(Conv2dAlgorithm.AUTO, Conv2dAlgorithm.GEMM, Conv2dAlgorithm.DIRECT);

  private static final double BEFORE = 0.25;

  record Case(
      String name,
      int n,
      int c,
      int h,
      int w,
      int k,
      Conv2dSpec spec,
      DType dtype,
      Conv2dAlgorithm algorithm) {
    Case(String name, int n, int c, int h, int w, int k, Conv2dSpec spec, DType dtype) {
      this(name, n, c, h, w, k, spec, dtype, Conv2dAlgorithm.AUTO);
    }

    Case by(Conv2dAlgorithm other) {
      return new Case(name, n, c, h, w, k, spec, dtype, other);
    }

    Shape x() {
      return Shape.of(n, c, h, w);
    }

    Shape weights() {
      return Shape.of(
          k, c / spec.groups(), spec.window().kernelHeight(), spec.window().kernelWidth());
    }

    Shape y() {
      return spec.outputShape(x(), weights());
    }

    Stream<WinogradKind> tiles() {
      return Stream.ofNullable(WinogradKind.of(spec.window()));
    }

    /** Winograd's transforms lose about a digit, as the square root of a hundred terms would. */
    long terms(Function<Conv2dExplanation, Conv2dAlgorithm> direction, long sum) {
      Conv2dExplanation explanation = on(this, 1).explain(spec, x(), weights());
      return direction.apply(explanation) == Conv2dAlgorithm.WINOGRAD ? 100 * sum : sum;
    }

    @Override
    public String toString() {
      return name + " " + dtype + " " + algorithm;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(DType.values())
        .flatMap(JavaConv2dTest::cases)
        .flatMap(
            c ->
                Stream.concat(ALGORITHMS.stream(), c.tiles().map(kind -> Conv2dAlgorithm.WINOGRAD))
                    .map(c::by));
  }

  private static Stream<Case> cases(DType t) {
    Conv2dSpec three = Conv2dSpec.of(Window.square(3).padding(1));
    return Stream.of(
        new Case("fashion's first", 2, 1, 28, 28, 9, spec(Window.square(5).padding(2)), t),
        new Case("fashion's second", 2, 12, 14, 14, 16, spec(Window.square(5).padding(2)), t),
        new Case("one by one", 2, 19, 7, 9, 21, spec(Window.square(1)), t),
        new Case("one by one, one image", 1, 300, 5, 5, 7, spec(Window.square(1)), t),
        new Case("one by one, stride", 2, 9, 9, 9, 5, spec(Window.square(1).stride(2)), t),
        new Case("one by one, padded", 2, 9, 5, 5, 5, spec(Window.square(1).padding(1)), t),
        new Case(
            "one by one, whole tiles of products",
            2,
            16,
            8,
            32,
            24,
            spec(Window.square(1)).activation(Activation.RELU),
            t),
        new Case("whole tiles of products", 2, 8, 8, 32, 16, three, t),
        new Case("one pixel out", 5, 3, 6, 4, 9, spec(Window.of(6, 4)), t),
        new Case("one pixel in", 5, 3, 1, 1, 9, three, t),
        new Case("wide rows", 1, 2, 3, 700, 3, three, t),
        new Case("wide rows of tiles", 1, 2, 6, 700, 3, three, t),
        new Case("wide rows of tiles, images", 2, 3, 9, 530, 5, three, t),
        new Case("wide rows of small tiles", 1, 2, 6, 350, 3, spec(Window.square(5)), t),
        new Case("one tall column", 2, 2, 90, 1, 3, three, t),
        new Case("stride", 2, 6, 15, 17, 10, spec(Window.square(3).padding(1).stride(2)), t),
        new Case("stride, groups", 3, 8, 12, 37, 6, spec(Window.square(3).stride(2)).groups(2), t),
        new Case(
            "stride, asymmetric padding",
            2,
            5,
            14,
            20,
            19,
            spec(Window.square(3).padding(3, 0, 2, 1).stride(2)),
            t),
        new Case("stride apart", 2, 3, 23, 31, 4, spec(Window.of(2, 3).stride(5, 4)), t),
        new Case("stride past the image", 1, 2, 5, 5, 4, spec(Window.square(2).stride(9)), t),
        new Case(
            "stride and dilation with a common divisor",
            2,
            3,
            25,
            27,
            5,
            spec(Window.of(3, 4).stride(4, 6).dilation(2, 4).padding(3, 1, 2, 5)),
            t),
        new Case("dilation", 2, 5, 19, 14, 6, spec(Window.square(3).dilation(2).padding(2)), t),
        new Case(
            "dilation, unlike phases",
            2,
            5,
            9,
            25,
            6,
            spec(Window.square(3).dilation(2).padding(2)),
            t),
        new Case("dilation of 3 and 4", 2, 3, 25, 32, 6, spec(Window.square(3).dilation(3, 4)), t),
        new Case(
            "dilation, odd padding",
            2,
            3,
            24,
            23,
            5,
            spec(Window.square(5).dilation(2).padding(3, 4, 1, 2)),
            t),
        new Case(
            "dilation, wide rows",
            1,
            2,
            12,
            703,
            3,
            spec(Window.square(3).dilation(2).padding(2)),
            t),
        new Case("dilation, many images", 12, 2, 12, 12, 9, spec(Window.square(3).dilation(2)), t),
        new Case("dilation apart", 1, 2, 40, 50, 3, spec(Window.square(2).dilation(31, 40)), t),
        new Case(
            "dilation and stride", 2, 2, 21, 20, 3, spec(Window.of(3, 2).dilation(3).stride(2)), t),
        new Case("asymmetric padding", 2, 4, 9, 8, 5, spec(Window.of(3, 2).padding(0, 1, 2, 0)), t),
        new Case("padding past the kernel", 2, 3, 4, 5, 3, spec(Window.of(2, 3).padding(4)), t),
        new Case("groups", 2, 12, 8, 8, 18, three.groups(3), t),
        new Case("depthwise", 3, 10, 11, 13, 10, three.groups(10), t),
        new Case("depthwise, multiplier", 2, 5, 9, 9, 15, three.groups(5), t),
        new Case(
            "depthwise, stride",
            2,
            6,
            12,
            15,
            6,
            spec(Window.of(5, 3).padding(2, 1, 2, 1).stride(2)).groups(6),
            t),
        new Case("depthwise, planes of two vectors", 2, 5, 19, 27, 10, three.groups(5), t),
        new Case(
            "depthwise, planes of two vectors, stride",
            2,
            5,
            18,
            54,
            5,
            spec(Window.square(3).padding(1).stride(2)).groups(5),
            t),
        new Case("depthwise, wide planes", 2, 5, 19, 45, 10, three.groups(5), t),
        new Case("depthwise, rows of four vectors", 1, 5, 23, 56, 10, three.groups(5), t),
        new Case(
            "depthwise, rows of four vectors, no padding",
            3,
            4,
            5,
            66,
            4,
            spec(Window.square(3)).groups(4).activation(Activation.RELU),
            t),
        new Case(
            "depthwise, wide planes, stride",
            2,
            5,
            22,
            76,
            10,
            spec(Window.square(3).padding(1).stride(2)).groups(5),
            t),
        new Case(
            "depthwise, wide planes, stride, odd padding",
            3,
            4,
            20,
            70,
            4,
            spec(Window.square(3).padding(0, 0, 1, 1).stride(2)).groups(4),
            t),
        new Case("big kernel", 1, 2, 20, 33, 2, spec(Window.of(19, 33).padding(3)), t),
        new Case("deep", 1, 70, 4, 5, 270, three, t),
        new Case("few weights", 9, 3, 21, 40, 7, three, t),
        new Case("few weights, few pixels", 2, 1, 3, 5, 8, three, t),
        new Case("few weights, one filter left", 2, 1, 20, 17, 5, three, t),
        new Case(
            "few weights, stride, dilation",
            2,
            2,
            31,
            53,
            6,
            spec(Window.of(4, 3).stride(1, 2).dilation(2, 1).padding(2, 1, 0, 3)),
            t),
        new Case("few weights, groups", 2, 4, 13, 33, 14, three.groups(2), t),
        new Case("few outputs", 2, 9, 30, 29, 3, three, t),
        new Case("few outputs, narrow rows", 3, 8, 9, 8, 2, three, t),
        new Case(
            "few outputs, groups",
            2,
            24,
            17,
            21,
            6,
            spec(Window.of(4, 5).padding(3, 0, 1, 4)).groups(3),
            t),
        new Case(
            "few outputs, large kernel",
            1,
            8,
            18,
            45,
            4,
            spec(Window.of(11, 7).padding(10, 2, 0, 6)),
            t),
        new Case(
            "few outputs, padding past the kernel",
            1,
            8,
            9,
            20,
            2,
            spec(Window.of(3, 4).padding(17, 0, 4, 3)),
            t),
        new Case(
            "few outputs, many blocks", 1, 10, 22, 290, 1, spec(Window.square(5).padding(2)), t),
        new Case("few outputs, a column of taps", 2, 9, 12, 17, 3, spec(Window.of(3, 1)), t),
        new Case("few inputs", 2, 3, 23, 31, 9, spec(Window.square(5).padding(2)), t),
        new Case("few inputs, no padding", 2, 4, 26, 41, 10, spec(Window.of(7, 3)), t),
        new Case("many small images", 70, 3, 3, 3, 5, three, t),
        new Case("many pieces", 2, 6, 60, 60, 9, three, t),
        new Case("activation", 2, 3, 10, 10, 9, three.activation(Activation.RELU), t));
  }

  private static Conv2dSpec spec(Window window) {
    return Conv2dSpec.of(window);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardIsTheDefinition(Case c) {
    forward(c);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void backwardInputIsTheDefinition(Case c) {
    backwardInput(c);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void backwardWeightsIsTheDefinition(Case c) {
    backwardWeights(c);
  }

  /** An infinity reaches only the weights whose windows see it. */
  @ParameterizedTest
  @CsvSource({
    "F32, 1, 48",
    "F32, 1, 27",
    "F32, 2, 48",
    "F64, 1, 48",
    "F64, 1, 27",
    "F64, 2, 48",
  })
  void depthwiseWeightsThatSeeNoInfinityGetNumbers(DType dtype, int stride, int width) {
    Window window = Window.square(3).padding(1).stride(stride);
    seeNoInfinity(new Case("infinite", 1, 2, 20, width, 2, spec(window).groups(2), dtype));
  }

  @ParameterizedTest
  @CsvSource({"F32, 1, 48", "F32, 1, 27", "F32, 2, 37", "F64, 1, 27", "F64, 2, 37"})
  void weightsThatSeeNoInfinityGetNumbers(DType dtype, int stride, int width) {
    Window window = Window.square(3).padding(1).stride(stride);
    Case c = new Case("infinite", 1, 2, 20, width, 6, spec(window), dtype);
    seeNoInfinity(c.by(Conv2dAlgorithm.DIRECT));
    seeNoInfinity(c.by(Conv2dAlgorithm.GEMM));
  }

  /** The upper row is infinite, which the windows' lower taps don't see. */
  private static void seeNoInfinity(Case c) {
    DType dtype = c.dtype();
    double[] xs = new double[(int) c.x().elements()];
    Arrays.fill(xs, 1);
    for (int channel = 0; channel < c.c(); channel++) {
      int plane = channel * c.h() * c.w();
      Arrays.fill(xs, plane, plane + c.w(), Double.POSITIVE_INFINITY);
    }
    double[] dys = new double[(int) c.y().elements()];
    Arrays.fill(dys, 1);
    Tensor dw = Tensor.zeros(c.weights(), dtype);
    Tensor x = Samples.tensor(c.x(), dtype, xs);
    Tensor dy = Samples.tensor(c.y(), dtype, dys);
    on(c, 1).conv2dBackwardWeights(c.spec(), x, dy, dw, null, false);
    double[] wanted = plain(c).backwardWeights(xs, dys, new double[dw.toDoubleArray().length]);
    Samples.assertClose(
        wanted, dw, c.terms(Conv2dExplanation::backwardWeights, c.y().elements() / c.k()));
  }

  static void forward(Case c) {
    Tensor x = Samples.random(c.x(), c.dtype(), 1);
    Tensor w = Samples.random(c.weights(), c.dtype(), 2);
    Tensor b = Samples.random(Shape.of(c.k()), c.dtype(), 3);
    double[] xs = x.toDoubleArray();
    double[] ws = w.toDoubleArray();
    PlainConv2d plain = plain(c);
    for (Tensor bias : new Tensor[] {b, null}) {
      Tensor y = Samples.filled(c.y(), c.dtype(), Double.NaN);
      on(c, 2).conv2d(c.spec(), x, w, bias, y);
      double[] wanted = plain.forward(xs, ws, bias == null ? null : b.toDoubleArray());
      Samples.assertClose(
          wanted, y, c.terms(Conv2dExplanation::forward, c.weights().elements() / c.k()));
      Tensor again = Samples.filled(c.y(), c.dtype(), Double.NaN);
      on(c, 1).conv2d(c.spec(), x, w, bias, again);
      assertArrayEquals(y.toDoubleArray(), again.toDoubleArray());
    }
  }

  static void backwardInput(Case c) {
    Tensor dy = Samples.random(c.y(), c.dtype(), 1);
    Tensor w = Samples.random(c.weights(), c.dtype(), 2);
    double[] dys = dy.toDoubleArray();
    double[] ws = w.toDoubleArray();
    PlainConv2d plain = plain(c);
    for (boolean accumulate : new boolean[] {false, true}) {
      double before = accumulate ? BEFORE : Double.NaN;
      Tensor dx = Samples.filled(c.x(), c.dtype(), before);
      Tensor again = Samples.filled(c.x(), c.dtype(), before);
      double[] start = Samples.filled(c.x(), c.dtype(), accumulate ? BEFORE : 0).toDoubleArray();
      on(c, 2).conv2dBackwardInput(c.spec(), dy, w, dx, accumulate);
      Samples.assertClose(
          plain.backwardInput(dys, ws, start),
          dx,
          c.terms(Conv2dExplanation::backwardInput, c.weights().elements()));
      on(c, 3).conv2dBackwardInput(c.spec(), dy, w, again, accumulate);
      assertArrayEquals(dx.toDoubleArray(), again.toDoubleArray());
    }
  }

  static void backwardWeights(Case c) {
    Tensor x = Samples.random(c.x(), c.dtype(), 1);
    Tensor dy = Samples.random(c.y(), c.dtype(), 2);
    double[] xs = x.toDoubleArray();
    double[] dys = dy.toDoubleArray();
    PlainConv2d plain = plain(c);
    for (boolean accumulate : new boolean[] {false, true}) {
      double before = accumulate ? BEFORE : Double.NaN;
      Shape bias = Shape.of(c.k());
      Tensor dw = Samples.filled(c.weights(), c.dtype(), before);
      Tensor db = Samples.filled(bias, c.dtype(), before);
      Tensor again = Samples.filled(c.weights(), c.dtype(), before);
      double[] start =
          Samples.filled(c.weights(), c.dtype(), accumulate ? BEFORE : 0).toDoubleArray();
      double[] startBias = Samples.filled(bias, c.dtype(), accumulate ? BEFORE : 0).toDoubleArray();
      on(c, 2).conv2dBackwardWeights(c.spec(), x, dy, dw, db, accumulate);
      Samples.assertClose(
          plain.backwardWeights(xs, dys, start),
          dw,
          c.terms(Conv2dExplanation::backwardWeights, c.y().elements() / c.k()));
      Samples.assertClose(plain.backwardBias(dys, startBias), db, c.y().elements() / c.k());
      on(c, 3).conv2dBackwardWeights(c.spec(), x, dy, again, null, accumulate);
      assertArrayEquals(dw.toDoubleArray(), again.toDoubleArray());
    }
  }

  private static JavaConv2d on(Case c, int threads) {
    EngineConfig config = EngineConfig.defaults().threads(threads).algorithm(c.algorithm());
    return new JavaConv2d(new Workers("test", threads), config);
  }

  private static PlainConv2d plain(Case c) {
    return new PlainConv2d(c.spec(), c.x(), c.weights(), c.y());
  }
}
