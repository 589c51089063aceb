package dev.convoy.nn;

import dev.convoy.DType;
import dev.convoy.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * The product of two tensors, element by element, through blocks on the heap: the JIT vectorises
 * loops over arrays, but not over several memory segments.
 */
final class Product {
  private static final int BLOCK = 2048;

  private final float[] floats = new float[BLOCK];
  private final float[] otherFloats = new float[BLOCK];
  private final double[] doubles = new double[BLOCK];
  private final double[] otherDoubles = new double[BLOCK];

  /** {@code y = a · b}; {@code y} may be {@code a} or {@code b}. */
  void multiply(Tensor a, Tensor b, Tensor y) {
    long elements = y.shape().elements();
    for (long from = 0; from < elements; from += BLOCK) {
      int count = (int) Math.min(BLOCK, elements - from);
      if (y.dtype() == DType.F32) {
        multiplyFloats(a.segment(), b.segment(), y.segment(), from * Float.BYTES, count);
      } else {
        multiplyDoubles(a.segment(), b.segment(), y.segment(), from * Double.BYTES, count);
      }
    }
  }

  private void multiplyFloats(
      MemorySegment a, MemorySegment b, MemorySegment y, long offset, int count) {
    MemorySegment.copy(a, Elements.FLOAT, offset, floats, 0, count);
    MemorySegment.copy(b, Elements.FLOAT, offset, otherFloats, 0, count);
    for (int i = 0; i < count; i++) {
      floats[i] *= otherFloats[i];
    }
    MemorySegment.copy(floats, 0, y, Elements.FLOAT, offset, count);
  }

  private void multiplyDoubles(
      MemorySegment a, MemorySegment b, MemorySegment y, long offset, int count) {
    MemorySegment.copy(a, Elements.DOUBLE, offset, doubles, 0, count);
    MemorySegment.copy(b, Elements.DOUBLE, offset, otherDoubles, 0, count);
    for (int i = 0; i < count; i++) {
      doubles[i] *= otherDoubles[i];
    }
    MemorySegment.copy(doubles, 0, y, Elements.DOUBLE, offset, count);
  }
}
