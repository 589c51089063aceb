package dev.convoy.engine.java;

import dev.convoy.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pooling of floats by small windows that overlap: 3×3 of stride 1 or 2, maxima of 5×5 of stride 1,
 * and the gradients of any of stride 1.
 */
final class PoolSlidingF32 extends PoolSliding {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  PoolSlidingF32(ThreadLocal<PoolBuffers> buffers) {
    super(DType.F32, LANES, buffers);
  }

  @Override
  boolean max(
      boolean finite,
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to) {
    boolean done = finite && finite(image, imageAt, y, yAt, places, placesAt, column, from, to);
    if (!done) {
      PoolMaximaF32.any(rows, columns, image, imageAt, y, yAt, places, placesAt, column, from, to);
    }
    return done;
  }

  private boolean finite(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int column,
      int from,
      int to) {
    if (places == null) {
      return PoolMaximaF32.finite(rows, columns, image, imageAt, y, yAt, column, from, to);
    }
    return rows.kernel == 3
        ? PoolMaximaF32.threeWithPlaces(
            rows, columns, image, imageAt, y, yAt, places, placesAt, column, from, to)
        : PoolMaximaF32.fiveWithPlaces(
            rows, columns, image, imageAt, y, yAt, places, placesAt, column, from, to);
  }

  @Override
  boolean stridedMax(
      MemorySegment image,
      long imageAt,
      MemorySegment y,
      long yAt,
      MemorySegment places,
      long placesAt,
      int from,
      int to) {
    PoolBuffers scratch = buffers.get();
    float[] top = scratch.floats(0, columns.outputs + 2L * LANES);
    if (places == null) {
      return PoolStridedMaximaF32.values(rows, columns, image, imageAt, y, yAt, from, to, top);
    }
    byte[] topTaps = scratch.bytes(columns.outputs + 2L * LANES);
    return PoolStridedMaximaF32.withPlaces(
        rows, columns, image, imageAt, y, yAt, places, placesAt, from, to, top, topTaps);
  }

  @Override
  void maxGradient(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int column,
      int from,
      int to) {
    if (rows.kernel == 3 && columns.kernel == 3) {
      PoolMaxGradientF32.three(
          rows, columns, dy, dyAt, places, placesAt, dx, dxAt, column, from, to);
    } else if (rows.kernel == 5 && columns.kernel == 5) {
      PoolMaxGradientF32.five(
          rows, columns, dy, dyAt, places, placesAt, dx, dxAt, column, from, to);
    } else {
      PoolMaxGradientF32.any(rows, columns, dy, dyAt, places, placesAt, dx, dxAt, column, from, to);
    }
  }

  @Override
  void maxGradientOfPairs(
      MemorySegment dy,
      long dyAt,
      MemorySegment places,
      long placesAt,
      MemorySegment dx,
      long dxAt,
      int from,
      int to) {
    PoolMaxGradientF32.pairs(rows, columns, dy, dyAt, places, placesAt, dx, dxAt, from, to);
  }

  @Override
  void average(
      MemorySegment image,
      long imageAt,
      boolean divides,
      MemorySegment y,
      long yAt,
      int column,
      int from,
      int to) {
    MemorySegment source = Memory.base(image);
    MemorySegment target = Memory.base(y);
    int left = column - columns.before;
    VectorMask<Float> noLeft = VectorMask.fromLong(F, ~inside(left, 1, columns.size));
    VectorMask<Float> noMiddle = VectorMask.fromLong(F, ~inside(left + 1, 1, columns.size));
    VectorMask<Float> noRight = VectorMask.fromLong(F, ~inside(left + 2, 1, columns.size));
    FloatVector zero = FloatVector.zero(F);
    FloatVector counts = divides ? FloatVector.fromArray(F, divisor.columnFloats, column) : zero;
    long line = (long) columns.size * Float.BYTES;
    long at = Memory.at(image) + imageAt + (long) left * Float.BYTES;
    long into = Memory.at(y) + yAt + ((long) from * columns.outputs + column) * Float.BYTES;
    FloatVector upper = zero;
    FloatVector middle = zero;
    int first = (int) rows.start(from);
    int last = (int) rows.start(to - 1) + 2;
    for (int row = first; row <= last; row++) {
      FloatVector lower = zero;
      if (row >= 0 && row < rows.size) {
        long here = Memory.known(at + row * line);
        FloatVector middles = FloatVector.fromMemorySegment(F, source, here + Float.BYTES, ORDER);
        FloatVector rights =
            FloatVector.fromMemorySegment(F, source, here + 2 * Float.BYTES, ORDER);
        lower =
            FloatVector.fromMemorySegment(F, source, here, ORDER)
                .blend(zero, noLeft)
                .add(middles.blend(zero, noMiddle))
                .add(rights.blend(zero, noRight));
      }
      int output = row - first - 2 + from;
      if (output >= from) {
        FloatVector sum = upper.add(middle).add(lower);
        if (divides) {
          sum = sum.div(counts.mul(divisor.rowCount(output)));
        }
        sum.intoMemorySegment(target, Memory.known(into), ORDER);
        into += (long) columns.outputs * Float.BYTES;
      }
      upper = middle;
      middle = lower;
    }
  }

  @Override
  void divide(MemorySegment dividends, MemorySegment quotients, long at, int from, int to) {
    MemorySegment source = Memory.base(dividends);
    MemorySegment target = Memory.base(quotients);
    long here = Memory.at(dividends) + at;
    long into = Memory.at(quotients) + at;
    int width = columns.size;
    for (int row = from; row < to; row++) {
      float count = divisor.rowCount(row);
      for (int c = 0; c < width; c += LANES) {
        long column = (long) c * Float.BYTES;
        FloatVector.fromMemorySegment(F, source, Memory.known(here) + column, ORDER)
            .div(FloatVector.fromArray(F, divisor.columnFloats, c).mul(count))
            .intoMemorySegment(target, Memory.known(into) + column, ORDER);
      }
      here += (long) width * Float.BYTES;
      into += (long) width * Float.BYTES;
    }
  }
}
