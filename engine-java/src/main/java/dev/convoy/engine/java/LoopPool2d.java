package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Pooling in plain loops, plane by plane. */
final class LoopPool2d {
  private final Workers workers;
  private final ThreadLocal<LoopArrays> arrays = ThreadLocal.withInitial(() -> new LoopArrays(4));

  private final ThreadLocal<PoolDivisor> divisors = ThreadLocal.withInitial(PoolDivisor::new);

  LoopPool2d(Workers workers) {
    this.workers = workers;
  }

  /** The sizes of one call; the window's taps that lie in the image. */
  private static final class Sizes {
    final PoolAxis rows = new PoolAxis();
    final PoolAxis columns = new PoolAxis();
    final int inputs;
    final int outputs;
    final int planes;

    Sizes(Window window, Shape images, Shape pooled) {
      rows.setRows(window, images, pooled);
      columns.setColumns(window, images, pooled);
      inputs = Math.multiplyExact(images.h(), images.w());
      outputs = Math.multiplyExact(pooled.h(), pooled.w());
      planes = Math.multiplyExact(images.n(), images.c());
    }

    /** Where a tap of a window is in its plane. */
    int at(int row, int rowTap, int column, int columnTap) {
      long r = rows.start(row) + (long) rowTap * rows.dilation;
      long c = columns.start(column) + (long) columnTap * columns.dilation;
      return (int) (r * columns.size + c);
    }
  }

  void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    Sizes sizes = new Sizes(spec.window(), x.shape(), y.shape());
    workers.run(
        sizes.planes,
        plane -> {
          LoopArrays scratch = arrays.get();
          double[] image = scratch.load(0, x, (long) plane * sizes.inputs, sizes.inputs);
          double[] maxima = scratch.array(1, sizes.outputs);
          long at = (long) plane * sizes.outputs;
          int output = 0;
          for (int row = 0; row < sizes.rows.outputs; row++) {
            for (int column = 0; column < sizes.columns.outputs; column++, output++) {
              int place = winner(sizes, image, row, column);
              int r = place / sizes.columns.kernel;
              maxima[output] = image[sizes.at(row, r, column, place - r * sizes.columns.kernel)];
              if (argmax != null) {
                setPlace(argmax, at + output, place);
              }
            }
          }
          scratch.store(maxima, y, at, sizes.outputs);
        });
  }

  /** The place in its window of the first NaN, or of the first maximum. */
  private static int winner(Sizes sizes, double[] image, int row, int column) {
    PoolAxis columns = sizes.columns;
    int first = columns.firstTap(column);
    int end = columns.endTap(column);
    int rowTap = sizes.rows.firstTap(row);
    int endRow = sizes.rows.endTap(row);
    int place = rowTap * columns.kernel + first;
    double max = image[sizes.at(row, rowTap, column, first)];
    for (; rowTap < endRow; rowTap++) {
      int at = sizes.at(row, rowTap, column, first);
      for (int tap = first; tap < end; tap++, at += columns.dilation) {
        double value = image[at];
        if (value > max) {
          max = value;
          place = rowTap * columns.kernel + tap;
        } else if (Double.isNaN(value)) {
          return rowTap * columns.kernel + tap;
        }
      }
    }
    return place;
  }

  private static void setPlace(ArgMax argmax, long at, int place) {
    MemorySegment winners = argmax.segment();
    if (argmax.bytesPerWinner() == 1) {
      winners.set(ValueLayout.JAVA_BYTE, at, (byte) place);
    } else {
      winners.setAtIndex(ValueLayout.JAVA_INT, at, place);
    }
  }

  void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    Sizes sizes = new Sizes(spec.window(), dx.shape(), dy.shape());
    workers.run(
        sizes.planes,
        plane -> {
          LoopArrays scratch = arrays.get();
          long at = (long) plane * sizes.outputs;
          double[] gradients = scratch.load(0, dy, at, sizes.outputs);
          double[] result = scratch.array(1, sizes.inputs);
          Arrays.fill(result, 0, sizes.inputs, 0);
          int output = 0;
          for (int row = 0; row < sizes.rows.outputs; row++) {
            for (int column = 0; column < sizes.columns.outputs; column++, output++) {
              int place = argmax.get(at + output);
              int r = place / sizes.columns.kernel;
              int c = place - r * sizes.columns.kernel;
              result[sizes.at(row, r, column, c)] += gradients[output];
            }
          }
          scratch.store(result, dx, (long) plane * sizes.inputs, sizes.inputs);
        });
  }

  void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    Sizes sizes = new Sizes(spec.window(), x.shape(), y.shape());
    workers.run(
        sizes.planes,
        plane -> {
          LoopArrays scratch = arrays.get();
          long at = (long) plane * sizes.outputs;
          double[] gradients = scratch.load(0, dy, at, sizes.outputs);
          double[] maxima = scratch.load(2, y, at, sizes.outputs);
          double[] image = scratch.load(3, x, (long) plane * sizes.inputs, sizes.inputs);
          double[] result = scratch.array(1, sizes.inputs);
          Arrays.fill(result, 0, sizes.inputs, 0);
          int output = 0;
          for (int row = 0; row < sizes.rows.outputs; row++) {
            for (int column = 0; column < sizes.columns.outputs; column++, output++) {
              addToTied(sizes, row, column, image, maxima[output], gradients[output], result);
            }
          }
          scratch.store(result, dx, (long) plane * sizes.inputs, sizes.inputs);
        });
  }

  private static void addToTied(
      Sizes sizes,
      int row,
      int column,
      double[] image,
      double max,
      double gradient,
      double[] result) {
    PoolAxis columns = sizes.columns;
    int first = columns.firstTap(column);
    int end = columns.endTap(column);
    for (int tap = sizes.rows.firstTap(row); tap < sizes.rows.endTap(row); tap++) {
      int at = sizes.at(row, tap, column, first);
      for (int t = first; t < end; t++, at += columns.dilation) {
        if (image[at] == max) {
          result[at] += gradient;
        }
      }
    }
  }

  void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
    Sizes sizes = new Sizes(spec.window(), x.shape(), y.shape());
    PoolDivisor divisor = divisors.get();
    divisor.set(spec, sizes.rows, sizes.columns, 0);
    workers.run(
        sizes.planes,
        plane -> {
          LoopArrays scratch = arrays.get();
          double[] image = scratch.load(0, x, (long) plane * sizes.inputs, sizes.inputs);
          double[] averages = scratch.array(1, sizes.outputs);
          int output = 0;
          for (int row = 0; row < sizes.rows.outputs; row++) {
            int rowCount = divisor.rowCount(row);
            for (int column = 0; column < sizes.columns.outputs; column++, output++) {
              averages[output] =
                  sum(sizes, row, column, image) / (divisor.columnDoubles[column] * rowCount);
            }
          }
          scratch.store(averages, y, (long) plane * sizes.outputs, sizes.outputs);
        });
  }

  private static double sum(Sizes sizes, int row, int column, double[] image) {
    PoolAxis columns = sizes.columns;
    int first = columns.firstTap(column);
    int end = columns.endTap(column);
    double sum = 0;
    for (int tap = sizes.rows.firstTap(row); tap < sizes.rows.endTap(row); tap++) {
      int at = sizes.at(row, tap, column, first);
      for (int t = first; t < end; t++, at += columns.dilation) {
        sum += image[at];
      }
    }
    return sum;
  }

  void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    Sizes sizes = new Sizes(spec.window(), dx.shape(), dy.shape());
    PoolDivisor divisor = divisors.get();
    divisor.set(spec, sizes.rows, sizes.columns, 0);
    workers.run(
        sizes.planes,
        plane -> {
          LoopArrays scratch = arrays.get();
          double[] gradients = scratch.load(0, dy, (long) plane * sizes.outputs, sizes.outputs);
          double[] result = scratch.array(1, sizes.inputs);
          Arrays.fill(result, 0, sizes.inputs, 0);
          int output = 0;
          for (int row = 0; row < sizes.rows.outputs; row++) {
            int rowCount = divisor.rowCount(row);
            for (int column = 0; column < sizes.columns.outputs; column++, output++) {
              double share = gradients[output] / (divisor.columnDoubles[column] * rowCount);
              addToAll(sizes, row, column, share, result);
            }
          }
          scratch.store(result, dx, (long) plane * sizes.inputs, sizes.inputs);
        });
  }

  private static void addToAll(Sizes sizes, int row, int column, double share, double[] result) {
    PoolAxis columns = sizes.columns;
    int first = columns.firstTap(column);
    int end = columns.endTap(column);
    for (int tap = sizes.rows.firstTap(row); tap < sizes.rows.endTap(row); tap++) {
      int at = sizes.at(row, tap, column, first);
      for (int t = first; t < end; t++, at += columns.dilation) {
        result[at] += share;
      }
    }
  }
}
