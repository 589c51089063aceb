package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Shape;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The named cases of the pointwise operations. */
final class PointwiseTable {
  private static final double[] SPECIAL = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    0.0,
    -0.0,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE
  };

  private PointwiseTable() {}

  /** Every remainder of the vector width, as planes of channels and as rows of a matrix. */
  static Stream<Case> sizes(DType dtype) {
    return Stream.concat(
        Sizes.widths()
            .boxed()
            .flatMap(
                width ->
                    Stream.of(
                        of("planes", Shape.of(2, 3, width), dtype),
                        of("rows", Shape.of(3, width), dtype))),
        Stream.of(
            of("image", Shape.of(2, 5, 7, 9), dtype),
            of("rank 5", Shape.of(2, 3, 2, 3, 4), dtype),
            of("large", Shape.of(3, 50, 41, 7), dtype),
            of("empty batch", Shape.of(0, 3, 4, 5), dtype)));
  }

  /** Every special value at every place of every remainder, the last place among them. */
  static Stream<Case> specialValues(DType dtype) {
    return IntStream.rangeClosed(1, 40)
        .boxed()
        .flatMap(
            width ->
                IntStream.range(0, SPECIAL.length).mapToObj(first -> special(width, first, dtype)));
  }

  private static Case special(int width, int first, DType dtype) {
    String name = "pointwise, width %d, special values from %s".formatted(width, SPECIAL[first]);
    RandomGenerator random = Sizes.random(name);
    Shape shape = Shape.of(1, width);
    Values x = Values.zeros(shape);
    Arrays.setAll(x.data(), i -> SPECIAL[(first + i) % SPECIAL.length]);
    return new PointwiseCase(
        name,
        dtype,
        x,
        Values.random(shape, dtype, random),
        Values.random(Shape.of(width), dtype, random));
  }

  private static Case of(String what, Shape shape, DType dtype) {
    String name = "pointwise, " + what + " " + shape;
    RandomGenerator random = Sizes.random(name);
    return new PointwiseCase(
        name,
        dtype,
        Values.random(shape, dtype, random),
        Values.random(shape, dtype, random),
        Values.random(Shape.of(shape.dim(1)), dtype, random));
  }
}
