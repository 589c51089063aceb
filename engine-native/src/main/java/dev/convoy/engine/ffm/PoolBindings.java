package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/**
 * The functions of {@code convoy_pool.h}, as constants so that calls compile to plain downcalls.
 * Each takes the sizes, the first and the last plane, and tensors.
 */
final class PoolBindings {
  static final MethodHandle MAX_F32 = handle("convoy_max_pool_f32", 3);
  static final MethodHandle MAX_F64 = handle("convoy_max_pool_f64", 3);
  static final MethodHandle MAX_BACKWARD_F32 = handle("convoy_max_pool_backward_f32", 3);
  static final MethodHandle MAX_BACKWARD_F64 = handle("convoy_max_pool_backward_f64", 3);
  static final MethodHandle MAX_BACKWARD_TIES_F32 = handle("convoy_max_pool_backward_ties_f32", 4);
  static final MethodHandle MAX_BACKWARD_TIES_F64 = handle("convoy_max_pool_backward_ties_f64", 4);
  static final MethodHandle AVG_F32 = handle("convoy_avg_pool_f32", 2);
  static final MethodHandle AVG_F64 = handle("convoy_avg_pool_f64", 2);
  static final MethodHandle AVG_BACKWARD_F32 = handle("convoy_avg_pool_backward_f32", 2);
  static final MethodHandle AVG_BACKWARD_F64 = handle("convoy_avg_pool_backward_f64", 2);

  private PoolBindings() {}

  private static MethodHandle handle(String function, int tensors) {
    FunctionDescriptor type = FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG);
    for (int i = 0; i < tensors; i++) {
      type = type.appendArgumentLayouts(new MemoryLayout[] {ADDRESS});
    }
    return NativeLibrary.load().handle(function, type);
  }
}
