package dev.convoy.conformance;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/** The sizes that the tables sweep, and their random numbers. */
final class Sizes {
  private Sizes() {}

  /** Every remainder of every vector width, alone and behind whole vectors. */
  static IntStream widths() {
    return IntStream.concat(IntStream.rangeClosed(1, 40), IntStream.of(63, 64, 65, 66, 67, 130));
  }

  /** Channels and rows of matrices around the register blocks of matrix products. */
  static IntStream channels() {
    return IntStream.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 23, 24, 25, 31, 33, 48);
  }

  /** The same numbers for the same name, always. */
  static RandomGenerator random(String name) {
    return RandomGeneratorFactory.of("SplittableRandom").create(name.hashCode());
  }
}
