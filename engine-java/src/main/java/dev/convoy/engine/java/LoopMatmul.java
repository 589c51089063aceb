package dev.convoy.engine.java;

import dev.convoy.Activation;
import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;
import java.util.Arrays;

/** Matrix product in plain loops. */
final class LoopMatmul {
  /** Rows of the product that one piece makes of what it loads of the right operand. */
  private static final int ROWS = 16;

  private final Workers workers;
  private final ThreadLocal<LoopArrays> arrays = ThreadLocal.withInitial(() -> new LoopArrays(3));

  LoopMatmul(Workers workers) {
    this.workers = workers;
  }

  void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    int rows = y.shape().dim(0);
    int columns = y.shape().dim(1);
    int depth = a.shape().dim(spec.transposeA() ? 0 : 1);
    workers.run(
        Math.ceilDiv(rows, ROWS),
        piece -> {
          LoopArrays scratch = arrays.get();
          int from = piece * ROWS;
          int count = Math.min(ROWS, rows - from);
          long at = (long) from * columns;
          int length = Math.multiplyExact(count, columns);
          double[] result = scratch.array(0, length);
          if (spec.accumulate()) {
            scratch.load(0, y, at, length);
          } else if (bias == null) {
            Arrays.fill(result, 0, length, 0);
          } else {
            for (int row = 0; row < count; row++) {
              double[] values = scratch.load(1, bias, 0, columns);
              System.arraycopy(values, 0, result, row * columns, columns);
            }
          }
          if (spec.transposeB()) {
            multiplyTransposed(scratch, spec, a, b, from, count, rows, columns, depth, result);
          } else {
            multiply(scratch, spec, a, b, from, count, rows, columns, depth, result);
          }
          if (spec.activation() == Activation.RELU) {
            for (int i = 0; i < length; i++) {
              result[i] = result[i] <= 0 ? 0 : result[i];
            }
          }
          scratch.store(result, y, at, length);
        });
  }

  /** Adds each row of b, times an element of a, to the rows of the result. */
  private static void multiply(
      LoopArrays scratch,
      MatmulSpec spec,
      Tensor a,
      Tensor b,
      int from,
      int count,
      int rows,
      int columns,
      int depth,
      double[] result) {
    double[] left = left(scratch, spec, a, from, count, rows, depth);
    for (int k = 0; k < depth; k++) {
      double[] right = scratch.load(2, b, (long) k * columns, columns);
      for (int row = 0; row < count; row++) {
        double factor = left[row * depth + k];
        int to = row * columns;
        for (int column = 0; column < columns; column++) {
          result[to + column] += factor * right[column];
        }
      }
    }
  }

  /** Each element of the result is a product of a row of a and a row of b, as it is given. */
  private static void multiplyTransposed(
      LoopArrays scratch,
      MatmulSpec spec,
      Tensor a,
      Tensor b,
      int from,
      int count,
      int rows,
      int columns,
      int depth,
      double[] result) {
    double[] left = left(scratch, spec, a, from, count, rows, depth);
    for (int column = 0; column < columns; column++) {
      double[] right = scratch.load(2, b, (long) column * depth, depth);
      for (int row = 0; row < count; row++) {
        result[row * columns + column] += LoopConv2d.dot(right, 0, 1, left, row * depth, depth);
      }
    }
  }

  /** Some rows of op(a). */
  private static double[] left(
      LoopArrays scratch, MatmulSpec spec, Tensor a, int from, int count, int rows, int depth) {
    int length = Math.multiplyExact(count, depth);
    if (!spec.transposeA()) {
      return scratch.load(1, a, (long) from * depth, length);
    }
    double[] left = scratch.array(1, length);
    for (int k = 0; k < depth; k++) {
      double[] column = scratch.load(2, a, (long) k * rows + from, count);
      for (int row = 0; row < count; row++) {
        left[row * depth + k] = column[row];
      }
    }
    return left;
  }
}
