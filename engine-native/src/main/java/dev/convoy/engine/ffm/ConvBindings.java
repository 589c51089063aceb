package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.convoy.DType;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** The functions and constants of {@code convoy_conv.h} and {@code convoy_gemm.h}. */
final class ConvBindings {
  static final int BIAS = 1;
  static final int RELU = 2;
  static final int ACCUMULATE = 4;
  static final int NO_WEIGHTS = 8;
  static final int PRECISE = 16;

  static final int MATMUL_TRANSPOSE_A = 1;
  static final int MATMUL_TRANSPOSE_B = 2;
  static final int MATMUL_BIAS = 4;
  static final int MATMUL_RELU = 8;
  static final int MATMUL_ACCUMULATE = 16;

  /** Takes the plan; returns null or a C string. */
  static final MethodHandle CONV2D_PLAN =
      handle("convoy_conv2d_plan_init", FunctionDescriptor.of(ADDRESS, ADDRESS));

  /** Takes the plan, phase, piece, x, w, b, y, workspace and scratch. */
  static final MethodHandle CONV2D_RUN =
      handle(
          "convoy_conv2d_run",
          FunctionDescriptor.ofVoid(
              ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));

  /** Takes the plan; returns null or a C string. */
  static final MethodHandle MATMUL_PLAN =
      handle("convoy_matmul_plan_init", FunctionDescriptor.of(ADDRESS, ADDRESS));

  /** Takes the plan, piece, a, b, bias and y. */
  static final MethodHandle MATMUL_RUN =
      handle(
          "convoy_matmul_run",
          FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS));

  private ConvBindings() {}

  /** {@code CONVOY_F32} or {@code CONVOY_F64}. */
  static int type(DType dtype) {
    return switch (dtype) {
      case F32 -> 0;
      case F64 -> 1;
    };
  }

  private static MethodHandle handle(String function, FunctionDescriptor type) {
    return NativeLibrary.load().handle(function, type);
  }
}
