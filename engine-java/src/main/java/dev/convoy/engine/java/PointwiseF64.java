package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Bias and ReLU of doubles. Indices and lengths are in elements. */
final class PointwiseF64 {
  private static final VectorSpecies<Double> F = DoubleVector.SPECIES_PREFERRED;
  private static final ValueLayout.OfDouble ELEMENT = ValueLayout.JAVA_DOUBLE;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long BYTES = Double.BYTES;

  private PointwiseF64() {}

  /** {@code y = x > 0 ? x : 0}, but NaN where x is. */
  static void relu(MemorySegment x, MemorySegment y, long from, long to) {
    long i = from;
    for (; i <= to - F.length(); i += F.length()) {
      DoubleVector value = DoubleVector.fromMemorySegment(F, x, i * BYTES, ORDER);
      VectorMask<Double> cut = value.compare(VectorOperators.LE, 0);
      value.blend(0, cut).intoMemorySegment(y, i * BYTES, ORDER);
    }
    for (; i < to; i++) {
      double value = x.getAtIndex(ELEMENT, i);
      y.setAtIndex(ELEMENT, i, value <= 0 ? 0 : value);
    }
  }

  /** {@code dx = y > 0 ? dy : 0}. */
  static void reluBackward(
      MemorySegment y, MemorySegment dy, MemorySegment dx, long from, long to) {
    DoubleVector zero = DoubleVector.zero(F);
    long i = from;
    for (; i <= to - F.length(); i += F.length()) {
      VectorMask<Double> passes =
          DoubleVector.fromMemorySegment(F, y, i * BYTES, ORDER).compare(VectorOperators.GT, 0);
      DoubleVector gradient = DoubleVector.fromMemorySegment(F, dy, i * BYTES, ORDER);
      zero.blend(gradient, passes).intoMemorySegment(dx, i * BYTES, ORDER);
    }
    for (; i < to; i++) {
      dx.setAtIndex(ELEMENT, i, y.getAtIndex(ELEMENT, i) > 0 ? dy.getAtIndex(ELEMENT, i) : 0);
    }
  }

  /** Adds all of {@code b} to as many elements of {@code y}. */
  static void add(MemorySegment b, MemorySegment y, long at, int count) {
    int i = 0;
    for (; i <= count - F.length(); i += F.length()) {
      DoubleVector bias = DoubleVector.fromMemorySegment(F, b, i * BYTES, ORDER);
      DoubleVector.fromMemorySegment(F, y, (at + i) * BYTES, ORDER)
          .add(bias)
          .intoMemorySegment(y, (at + i) * BYTES, ORDER);
    }
    for (; i < count; i++) {
      y.setAtIndex(ELEMENT, at + i, y.getAtIndex(ELEMENT, at + i) + b.getAtIndex(ELEMENT, i));
    }
  }

  /** Adds one element of {@code b} to some elements of {@code y}. */
  static void add(MemorySegment b, int channel, MemorySegment y, long at, long count) {
    double bias = b.getAtIndex(ELEMENT, channel);
    long i = at;
    for (; i <= at + count - F.length(); i += F.length()) {
      DoubleVector.fromMemorySegment(F, y, i * BYTES, ORDER)
          .add(bias)
          .intoMemorySegment(y, i * BYTES, ORDER);
    }
    for (; i < at + count; i++) {
      y.setAtIndex(ELEMENT, i, y.getAtIndex(ELEMENT, i) + bias);
    }
  }
}
