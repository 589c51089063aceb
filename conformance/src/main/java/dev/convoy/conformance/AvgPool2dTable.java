package dev.convoy.conformance;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The named cases of average pooling. */
final class AvgPool2dTable {
  private AvgPool2dTable() {}

  /** Each of the three divisors on every geometry. */
  static Stream<Case> geometries(DType dtype) {
    return Stream.concat(PoolGeometry.usual().stream(), PoolGeometry.edges().stream())
        .flatMap(
            geometry -> {
              AvgPool2dSpec spec = AvgPool2dSpec.of(geometry.window());
              return Stream.of(
                  of(geometry, "padding not counted", spec, dtype),
                  of(geometry, "padding counted", spec.countIncludePad(true), dtype),
                  of(geometry, "divisor 7", spec.countIncludePad(true).divisorOverride(7), dtype));
            });
  }

  /** Every remainder of the vector width. */
  static Stream<Case> widths(DType dtype) {
    return PoolGeometry.usual().stream()
        .flatMap(geometry -> Sizes.widths().mapToObj(geometry::width))
        .filter(PoolGeometry::fits)
        .map(
            geometry -> {
              boolean counted = geometry.width() % 2 == 0;
              return of(
                  geometry,
                  counted ? "padding counted" : "padding not counted",
                  AvgPool2dSpec.of(geometry.window()).countIncludePad(counted),
                  dtype);
            });
  }

  /**
   * A NaN or an infinity makes the averages of its own windows so, and of no others: sums that
   * slide along would carry it on.
   */
  static Stream<Case> specialValues(DType dtype) {
    return Stream.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
        .flatMap(
            value ->
                PoolGeometry.usual().stream()
                    .map(geometry -> geometry.width(37))
                    .map(geometry -> withValue(geometry, value, dtype)));
  }

  private static Case withValue(PoolGeometry geometry, double value, DType dtype) {
    String name = "average pooling, " + geometry.name() + ", a " + value;
    RandomGenerator random = Sizes.random(name);
    Values x = images(geometry, dtype, random);
    x.data()[geometry.width() + 5] = value;
    x.data()[x.data().length - 2] = value;
    return new AvgPool2dCase(name, dtype, AvgPool2dSpec.of(geometry.window()), x, random);
  }

  private static Case of(PoolGeometry geometry, String what, AvgPool2dSpec spec, DType dtype) {
    String name = "average pooling, " + geometry.name() + ", " + what;
    RandomGenerator random = Sizes.random(name);
    return new AvgPool2dCase(name, dtype, spec, images(geometry, dtype, random), random);
  }

  private static Values images(PoolGeometry geometry, DType dtype, RandomGenerator random) {
    return Values.random(
        Shape.of(geometry.batch(), geometry.channels(), geometry.height(), geometry.width()),
        dtype,
        random);
  }
}
