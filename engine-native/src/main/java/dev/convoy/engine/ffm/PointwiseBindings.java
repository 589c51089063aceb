package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** The functions of {@code convoy_pointwise.h}, as constants so that calls are plain downcalls. */
final class PointwiseBindings {
  private static final FunctionDescriptor RELU =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
  private static final FunctionDescriptor RELU_BACKWARD = RELU.appendArgumentLayouts(ADDRESS);
  private static final FunctionDescriptor ADD_BIAS =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);

  static final MethodHandle RELU_F32 = handle("convoy_relu_f32", RELU);
  static final MethodHandle RELU_F64 = handle("convoy_relu_f64", RELU);
  static final MethodHandle RELU_BACKWARD_F32 = handle("convoy_relu_backward_f32", RELU_BACKWARD);
  static final MethodHandle RELU_BACKWARD_F64 = handle("convoy_relu_backward_f64", RELU_BACKWARD);
  static final MethodHandle ADD_BIAS_F32 = handle("convoy_add_bias_f32", ADD_BIAS);
  static final MethodHandle ADD_BIAS_F64 = handle("convoy_add_bias_f64", ADD_BIAS);

  private PointwiseBindings() {}

  private static MethodHandle handle(String function, FunctionDescriptor type) {
    return NativeLibrary.load().handle(function, type);
  }
}
