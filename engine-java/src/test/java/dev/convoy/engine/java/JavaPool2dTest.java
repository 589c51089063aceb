package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Ties;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every path of the pooling kernels, at every remainder of the vector width, against plain loops.
 */
class JavaPool2dTest {
  private static final JavaPool2d POOL = new JavaPool2d(new Workers("pool-test", 2));

  /** A pooling of images of one size. */
  record Case(Window window, Shape images, DType dtype) {
    Shape pooled() {
      return MaxPool2dSpec.of(window).outputShape(images);
    }

    PlainPool plain() {
      return new PlainPool(window, images, pooled());
    }

    Tensor images(Random random, DoubleSupplier values) {
      return tensor(images, dtype, values);
    }
  }

  static Stream<Case> cases() {
    List<Case> sized =
        List.of(
            // 2×2 tiles: exact, with a row and a column left over, and large enough for bands and
            // pieces; of one, some and many windows a row
            at(Window.square(2).stride(2), 2, 21, 2, 2),
            at(Window.square(2).stride(2), 5, 7, 14, 14),
            at(Window.square(2).stride(2), 5, 7, 13, 11),
            at(Window.square(2).stride(2), 3, 64, 28, 28),
            at(Window.square(2).stride(2), 3, 5, 8, 12),
            at(Window.square(2).stride(2), 1, 2, 7, 9),
            at(Window.square(2).stride(2), 1, 1, 101, 203),
            at(Window.square(2).stride(2).ceilMode(true), 2, 2, 7, 9),
            at(Window.square(2).stride(2), 2, 3, 7, 12),
            at(Window.square(2).stride(2), 1, 1, 101, 204),
            at(Window.of(5, 2).stride(5, 2).padding(1, 0, 2, 0), 1, 1, 101, 204),
            // the usual ones
            at(Window.square(3).padding(1), 2, 3, 10, 11),
            at(Window.square(3).padding(1), 1, 30, 28, 28),
            at(Window.square(3).padding(2), 2, 3, 1, 3),
            at(Window.square(3).padding(0, 2, 1, 0), 2, 3, 9, 34),
            at(Window.square(3).padding(1), 1, 1, 300, 301),
            at(Window.square(5).padding(1, 2, 3, 4), 2, 3, 9, 34),
            at(Window.square(5).padding(4, 4, 2, 1), 2, 3, 9, 34),
            at(Window.square(5).padding(3, 3, 4, 4), 2, 30, 2, 18),
            at(Window.square(3).stride(2).padding(1), 2, 3, 13, 15),
            at(Window.square(3).stride(2).padding(1), 3, 40, 14, 14),
            at(Window.square(3).stride(2), 3, 4, 14, 34),
            at(Window.square(3).stride(2).padding(2), 3, 4, 13, 70),
            at(Window.square(3).stride(2).padding(1), 1, 1, 301, 300),
            at(Window.square(3).stride(1, 2).padding(1), 2, 3, 14, 20),
            at(Window.square(3).stride(2, 1).padding(1), 2, 3, 14, 20),
            at(Window.square(3).stride(3, 2).padding(1), 2, 3, 14, 20),
            at(Window.square(3).stride(2), 1, 2, 112, 112),
            at(Window.square(5).padding(2), 1, 2, 20, 20),
            at(Window.square(3).stride(2).ceilMode(true), 1, 2, 8, 10),
            // strides past two, and past the kernel
            at(Window.square(3).stride(3), 2, 2, 10, 17),
            at(Window.square(2).stride(3), 2, 2, 11, 13),
            at(Window.square(1).stride(2), 1, 3, 9, 9),
            at(Window.square(1).stride(4), 1, 3, 9, 9),
            at(Window.of(2, 5).stride(4, 3).padding(1, 2, 0, 1), 2, 2, 19, 23),
            // unlike axes, asymmetric padding
            at(Window.of(3, 2).stride(1, 2).padding(2, 1, 0, 0), 2, 2, 6, 37),
            at(Window.of(2, 3).stride(2, 1).padding(0, 0, 1, 2), 2, 2, 6, 37),
            at(Window.of(1, 4).stride(1, 2).padding(0, 3, 0, 3), 1, 2, 4, 35),
            // dilation, odd and even, with strides of both kinds
            at(Window.square(3).dilation(2).padding(1), 1, 2, 9, 21),
            at(Window.square(3).stride(2).dilation(2).padding(2), 1, 2, 9, 21),
            at(Window.square(3).stride(2).dilation(3).padding(3), 1, 2, 12, 24),
            at(Window.square(2).stride(3).dilation(5), 1, 2, 12, 24),
            // windows of the whole image, and of more than a byte's places
            at(Window.square(7), 3, 40, 7, 7),
            at(Window.of(9, 40), 2, 2, 9, 40),
            at(Window.square(17).padding(8), 1, 1, 20, 20),
            at(Window.of(300, 1).stride(7, 1), 1, 1, 400, 33),
            at(Window.square(13).padding(6), 1, 2, 13, 13),
            // one pixel
            at(Window.square(1), 2, 3, 1, 1));
    Stream<Case> widths =
        IntStream.rangeClosed(1, 40)
            .boxed()
            .flatMap(
                w ->
                    Stream.of(
                        at(Window.square(3).padding(1), 1, 2, 3, w),
                        at(Window.square(2).stride(2), 1, 2, 4, w + 1),
                        at(Window.square(3).stride(2).padding(1), 1, 2, 5, w),
                        at(Window.square(5).padding(2), 1, 2, 4, w)));
    return Stream.concat(sized.stream(), widths)
        .flatMap(c -> Stream.of(c, new Case(c.window, c.images, DType.F64)));
  }

  private static Case at(Window window, int n, int c, int h, int w) {
    return new Case(window, Shape.of(n, c, h, w), DType.F32);
  }

  private static Tensor tensor(Shape shape, DType dtype, DoubleSupplier values) {
    Tensor tensor = Tensor.zeros(shape, dtype);
    double[] all = new double[(int) shape.elements()];
    for (int i = 0; i < all.length; i++) {
      all[i] = values.getAsDouble();
    }
    if (dtype == DType.F64) {
      tensor.copyFrom(all);
    } else {
      float[] floats = new float[all.length];
      for (int i = 0; i < all.length; i++) {
        floats[i] = (float) all[i];
      }
      tensor.copyFrom(floats);
    }
    return tensor;
  }

  /** Values of every kind, with many ties. */
  private static DoubleSupplier awkward(Random random) {
    double[] kinds = {
      Double.NaN, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0, -1, -2, -3, 1
    };
    return () -> kinds[random.nextInt(kinds.length)];
  }

  private static DoubleSupplier infinite(Random random) {
    double[] kinds = {
      Double.NEGATIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.POSITIVE_INFINITY,
      Double.NaN
    };
    return () -> kinds[random.nextInt(random.nextInt(4) == 0 ? 5 : 3)];
  }

  private static DoubleSupplier integers(Random random) {
    return () -> random.nextInt(9) - 4;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void maximaAndTheirPlacesAreThoseOfPlainLoops(Case c) {
    Random random = new Random(c.hashCode());
    for (DoubleSupplier values :
        List.of(awkward(random), infinite(random), integers(random), random::nextGaussian)) {
      Tensor x = tensor(c.images, c.dtype, values);
      MaxPool2dSpec spec = MaxPool2dSpec.of(c.window);
      Tensor y = tensor(c.pooled(), c.dtype, () -> 77);
      ArgMax argmax = spec.argmax(c.images);
      int[] places = new int[(int) c.pooled().elements()];
      double[] expected = c.plain().max(x.toDoubleArray(), places);

      POOL.maxPool2d(spec, x, y, argmax);

      assertArrayEquals(bits(expected), bits(y.toDoubleArray()));
      assertArrayEquals(places, places(argmax));
      y.fill(77);
      POOL.maxPool2d(spec, x, y, null);
      assertArrayEquals(bits(expected), bits(y.toDoubleArray()));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfMaximaAreThoseOfPlainLoops(Case c) {
    Random random = new Random(c.hashCode());
    Tensor x = tensor(c.images, c.dtype, awkward(random));
    Tensor dy = tensor(c.pooled(), c.dtype, integers(random));
    MaxPool2dSpec spec = MaxPool2dSpec.of(c.window);
    Tensor y = Tensor.zeros(c.pooled(), c.dtype);
    ArgMax argmax = spec.argmax(c.images);
    POOL.maxPool2d(spec, x, y, argmax);
    Tensor dx = tensor(c.images, c.dtype, () -> 77);

    POOL.maxPool2dBackward(spec, dy, argmax, dx);

    double[] expected = c.plain().maxBackward(dy.toDoubleArray(), places(argmax));
    assertArrayEquals(expected, dx.toDoubleArray());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfTiedMaximaAreThoseOfPlainLoops(Case c) {
    Random random = new Random(c.hashCode());
    Tensor x = tensor(c.images, c.dtype, awkward(random));
    Tensor dy = tensor(c.pooled(), c.dtype, integers(random));
    MaxPool2dSpec spec = MaxPool2dSpec.of(c.window).ties(Ties.ALL);
    Tensor y = Tensor.zeros(c.pooled(), c.dtype);
    POOL.maxPool2d(spec, x, y, null);
    Tensor dx = tensor(c.images, c.dtype, () -> 77);

    POOL.maxPool2dBackward(spec, x, y, dy, dx);

    double[] expected =
        c.plain().maskBackward(x.toDoubleArray(), y.toDoubleArray(), dy.toDoubleArray());
    assertArrayEquals(expected, dx.toDoubleArray());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void averagesAreThoseOfPlainLoops(Case c) {
    Random random = new Random(c.hashCode());
    Tensor x = tensor(c.images, c.dtype, integers(random));
    for (AvgPool2dSpec spec : averages(c.window)) {
      Tensor y = tensor(c.pooled(), c.dtype, () -> 77);

      POOL.avgPool2d(spec, x, y);

      double[] expected = c.plain().average(spec, x.toDoubleArray());
      assertArrayEquals(expected, y.toDoubleArray(), tolerance(c));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfAveragesAreThoseOfPlainLoops(Case c) {
    Random random = new Random(c.hashCode());
    Tensor dy = tensor(c.pooled(), c.dtype, integers(random));
    for (AvgPool2dSpec spec : averages(c.window)) {
      Tensor dx = tensor(c.images, c.dtype, () -> 77);

      POOL.avgPool2dBackward(spec, dy, dx);

      double[] expected = c.plain().averageBackward(spec, dy.toDoubleArray());
      assertArrayEquals(expected, dx.toDoubleArray(), tolerance(c));
    }
  }

  private static List<AvgPool2dSpec> averages(Window window) {
    AvgPool2dSpec spec = AvgPool2dSpec.of(window);
    return List.of(spec, spec.countIncludePad(true), spec.divisorOverride(3));
  }

  /** Values are small integers: only quotients round, and the sums of them. */
  private static double tolerance(Case c) {
    double unit = c.dtype == DType.F32 ? Math.ulp(1f) : Math.ulp(1d);
    return 16 * unit * Math.sqrt(c.window.kernelHeight() * c.window.kernelWidth()) * 4;
  }

  private static int[] places(ArgMax argmax) {
    return IntStream.range(0, (int) argmax.shape().elements()).map(argmax::get).toArray();
  }

  /** All NaNs alike, but zeros by their sign. */
  private static long[] bits(double[] values) {
    return java.util.Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray();
  }

  @ParameterizedTest
  @MethodSource("nanPlaces")
  void aNanIsFoundWhereverItIs(DType dtype, int kernel, int stride, int padding, int width) {
    Window window = Window.square(kernel).padding(padding).stride(stride);
    MaxPool2dSpec spec = MaxPool2dSpec.of(window);
    int rows = kernel + 2; // one at least that is not beside an edge
    Shape shape = Shape.of(1, 1, rows, width);
    for (int place = 0; place < rows * width; place++) {
      double[] values = new double[rows * width];
      values[place] = Double.NaN;
      int[] index = {0};
      Tensor x = tensor(shape, dtype, () -> values[index[0]++]);
      Tensor y = Tensor.zeros(spec.outputShape(shape), dtype);
      Tensor again = Tensor.zeros(y.shape(), dtype);
      ArgMax argmax = spec.argmax(shape);
      POOL.maxPool2d(spec, x, y, null);
      POOL.maxPool2d(spec, x, again, argmax);
      double[] result = y.toDoubleArray();
      assertArrayEquals(result, again.toDoubleArray());
      for (int output = 0; output < result.length; output++) {
        int row = place / width - output / y.shape().w() * stride + padding;
        int column = place % width - output % y.shape().w() * stride + padding;
        boolean sees = row >= 0 && row < kernel && column >= 0 && column < kernel;
        assertEquals(sees ? Double.NaN : 0, result[output]);
        if (sees) {
          assertEquals(row * kernel + column, argmax.get(output));
        }
      }
    }
  }

  static Stream<Arguments> nanPlaces() {
    return IntStream.rangeClosed(1, 68)
        .boxed()
        .flatMap(
            width ->
                Stream.of(DType.values())
                    .flatMap(
                        dtype ->
                            Stream.of(
                                Arguments.of(dtype, 3, 1, 1, width),
                                Arguments.of(dtype, 3, 1, 0, width + 2),
                                Arguments.of(dtype, 3, 2, 1, width),
                                Arguments.of(dtype, 3, 2, 0, width + 2),
                                Arguments.of(dtype, 5, 1, 2, width),
                                Arguments.of(dtype, 5, 1, 0, width + 4))));
  }
}
