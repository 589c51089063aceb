package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The named cases of max pooling. */
final class MaxPool2dTable {
  private static final double[] FROM_NAN_TO_ZERO = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, -1, 0.0, -0.0
  };

  private MaxPool2dTable() {}

  /** Random and tied images through every geometry. */
  static Stream<Case> geometries(DType dtype) {
    return Stream.concat(PoolGeometry.usual().stream(), PoolGeometry.edges().stream())
        .flatMap(
            geometry ->
                Stream.of(
                    of(geometry, "random", dtype, random -> () -> random.nextDouble(-1, 1)),
                    of(geometry, "ties", dtype, random -> () -> random.nextInt(3) - 3)));
  }

  /** Every remainder of the vector width. */
  static Stream<Case> widths(DType dtype) {
    return PoolGeometry.usual().stream()
        .flatMap(geometry -> Sizes.widths().mapToObj(geometry::width))
        .filter(PoolGeometry::fits)
        .map(geometry -> of(geometry, "ties", dtype, random -> () -> random.nextInt(5) - 5));
  }

  /** A NaN at every place of a plane, one in each channel, at every remainder. */
  static Stream<Case> nans(DType dtype) {
    return PoolGeometry.usual().stream()
        .flatMap(geometry -> Sizes.widths().filter(width -> width <= 40).mapToObj(geometry::width))
        .filter(PoolGeometry::fits)
        .map(geometry -> nanAtEveryPlace(geometry, dtype));
  }

  private static Case nanAtEveryPlace(PoolGeometry geometry, DType dtype) {
    String name = "max pooling, " + geometry.name() + ", a NaN at every place";
    RandomGenerator random = Sizes.random(name);
    int plane = geometry.height() * geometry.width();
    Shape shape = Shape.of(1, plane, geometry.height(), geometry.width());
    Values x = Values.random(shape, dtype, random);
    for (int channel = 0; channel < plane; channel++) {
      x.data()[channel * plane + channel] = Double.NaN;
    }
    return new MaxPool2dCase(name, dtype, geometry.window(), x, random);
  }

  /** Values that comparisons treat in their own way. */
  static Stream<Case> specialValues(DType dtype) {
    return PoolGeometry.usual().stream()
        .flatMap(
            geometry ->
                contents().entrySet().stream()
                    .map(content -> of(geometry, content.getKey(), dtype, content.getValue())));
  }

  private static Map<String, Content> contents() {
    Map<String, Content> contents = new LinkedHashMap<>();
    contents.put("all −∞", random -> () -> Double.NEGATIVE_INFINITY);
    contents.put("all +∞", random -> () -> Double.POSITIVE_INFINITY);
    contents.put("all NaN", random -> () -> Double.NaN);
    contents.put("all +0", random -> () -> 0.0);
    contents.put("all −0", random -> () -> -0.0);
    contents.put("zeros of both signs", random -> () -> random.nextBoolean() ? 0.0 : -0.0);
    contents.put("all equal", random -> () -> 7);
    contents.put("all negative", random -> () -> random.nextDouble(-9, -8));
    contents.put("lowest", random -> () -> -Float.MAX_VALUE);
    contents.put("subnormal", random -> () -> Float.MIN_VALUE * random.nextInt(-9, 9));
    contents.put("rising", random -> counter(1));
    contents.put("falling", random -> counter(-1));
    contents.put(
        "NaN, infinities and zeros",
        random -> () -> FROM_NAN_TO_ZERO[random.nextInt(FROM_NAN_TO_ZERO.length)]);
    contents.put("many NaN", random -> () -> random.nextInt(3) > 0 ? Double.NaN : 1);
    contents.put(
        "NaN among +∞",
        random -> () -> random.nextInt(9) > 0 ? Double.POSITIVE_INFINITY : Double.NaN);
    contents.put(
        "−∞ but a few",
        random -> () -> random.nextInt(9) > 0 ? Double.NEGATIVE_INFINITY : random.nextInt(5) - 9);
    return contents;
  }

  private static DoubleSupplier counter(int step) {
    double[] next = {0};
    return () -> next[0] += step;
  }

  /** Makes a source of pixels. */
  @FunctionalInterface
  private interface Content {
    DoubleSupplier of(RandomGenerator random);
  }

  private static Case of(PoolGeometry geometry, String what, DType dtype, Content content) {
    String name = "max pooling, " + geometry.name() + ", " + what;
    RandomGenerator random = Sizes.random(name);
    Shape shape =
        Shape.of(geometry.batch(), geometry.channels(), geometry.height(), geometry.width());
    Values x = Values.generate(shape, dtype, content.of(random));
    return new MaxPool2dCase(name, dtype, geometry.window(), x, random);
  }
}
