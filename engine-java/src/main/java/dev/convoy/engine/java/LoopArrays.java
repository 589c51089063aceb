package dev.convoy.engine.java;

import dev.convoy.DType;
import dev.convoy.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Parts of tensors as arrays of doubles, which hold floats exactly: kernels of plain loops are so
 * written once, and accesses to arrays are quick even where the compiler does not optimize.
 */
final class LoopArrays {
  private final double[][] arrays;
  private float[] floats = new float[0];

  LoopArrays(int number) {
    arrays = new double[number][0];
  }

  /** The array of this number, grown to a length; its values are any. */
  double[] array(int number, int length) {
    if (arrays[number].length < length) {
      arrays[number] = new double[length];
    }
    return arrays[number];
  }

  /** Elements of a tensor from one on, in the array of this number. */
  double[] load(int number, Tensor tensor, long from, int length) {
    double[] array = array(number, length);
    MemorySegment segment = tensor.segment();
    if (tensor.dtype() == DType.F64) {
      MemorySegment.copy(segment, ValueLayout.JAVA_DOUBLE, from * Double.BYTES, array, 0, length);
      return array;
    }
    float[] narrow = narrow(length);
    MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, from * Float.BYTES, narrow, 0, length);
    for (int i = 0; i < length; i++) {
      array[i] = narrow[i];
    }
    return array;
  }

  /** Writes an array to a tensor from one element on, rounded to its type. */
  void store(double[] array, Tensor tensor, long to, int length) {
    MemorySegment segment = tensor.segment();
    if (tensor.dtype() == DType.F64) {
      MemorySegment.copy(array, 0, segment, ValueLayout.JAVA_DOUBLE, to * Double.BYTES, length);
      return;
    }
    float[] narrow = narrow(length);
    for (int i = 0; i < length; i++) {
      narrow[i] = (float) array[i];
    }
    MemorySegment.copy(narrow, 0, segment, ValueLayout.JAVA_FLOAT, to * Float.BYTES, length);
  }

  private float[] narrow(int length) {
    if (floats.length < length) {
      floats = new float[length];
    }
    return floats;
  }
}
