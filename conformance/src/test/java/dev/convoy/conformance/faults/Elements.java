package dev.convoy.conformance.faults;

import dev.convoy.DType;
import dev.convoy.Tensor;
import java.lang.foreign.ValueLayout;

/** Single elements of tensors, which no kernel in its right mind would work with. */
final class Elements {
  private Elements() {}

  static double get(Tensor tensor, long index) {
    return tensor.dtype() == DType.F32
        ? tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, index)
        : tensor.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, index);
  }

  static void set(Tensor tensor, long index, double value) {
    if (tensor.dtype() == DType.F32) {
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
    } else {
      tensor.segment().setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
    }
  }
}
