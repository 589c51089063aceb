package dev.convoy.nn;

import dev.convoy.DType;
import dev.convoy.Tensor;
import java.lang.foreign.ValueLayout;

/** One element at a time, of either type: for what is small or done once. */
final class Elements {
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private Elements() {}

  static double get(Tensor tensor, long index) {
    return tensor.dtype() == DType.F32
        ? tensor.segment().getAtIndex(FLOAT, index)
        : tensor.segment().getAtIndex(DOUBLE, index);
  }

  static void set(Tensor tensor, long index, double value) {
    if (tensor.dtype() == DType.F32) {
      tensor.segment().setAtIndex(FLOAT, index, (float) value);
    } else {
      tensor.segment().setAtIndex(DOUBLE, index, value);
    }
  }
}
