package dev.convoy.engine.java;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Window;

/**
 * What average pooling divides a window's sum by: the product of what its rows and its columns
 * count.
 */
final class PoolDivisor {
  /** What each column of the output counts, with room for a vector to run over. */
  float[] columnFloats = new float[0];

  /** The same. */
  double[] columnDoubles = new double[0];

  private int[] rowCounts = new int[0];
  private boolean countPadding;
  private int override;

  void set(AvgPool2dSpec spec, PoolAxis rows, PoolAxis columns, int lanes) {
    Window window = spec.window();
    countPadding = spec.countIncludePad();
    override = spec.divisorOverride();
    int length = Math.addExact(columns.outputs, lanes);
    if (columnFloats.length < length) {
      columnFloats = new float[length];
      columnDoubles = new double[length];
    }
    if (rowCounts.length < rows.outputs) {
      rowCounts = new int[rows.outputs];
    }
    for (int o = 0; o < rows.outputs; o++) {
      rowCounts[o] = override > 0 ? override : count(rows, o, window.padBottom());
    }
    for (int o = 0; o < columns.outputs; o++) {
      columnFloats[o] = override > 0 ? 1 : count(columns, o, window.padRight());
      columnDoubles[o] = columnFloats[o];
    }
  }

  /** What a row of the output counts. */
  int rowCount(int output) {
    return rowCounts[output];
  }

  /** Taps in the image, or in it and its explicit padding, but never in ceil mode's overhang. */
  private int count(PoolAxis axis, int output, int after) {
    if (!countPadding) {
      return axis.endTap(output) - axis.firstTap(output);
    }
    long room = axis.size + (long) after - axis.start(output);
    return (int) Math.min(axis.kernel, Math.ceilDiv(room, axis.dilation));
  }
}
