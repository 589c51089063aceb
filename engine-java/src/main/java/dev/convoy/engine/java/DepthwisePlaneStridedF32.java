package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The strips of {@link DepthwisePlaneF32} for a stride of 2. */
final class DepthwisePlaneStridedF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private static final FloatVector ZERO = FloatVector.zero(SPECIES);

  private DepthwisePlaneStridedF32() {}

  /** A vector of columns, whose first row of outputs goes to {@code to}. */
  static void strip(
      DepthwiseBand plan,
      MemorySegment input,
      long from,
      int column,
      int row,
      int rows,
      float[] weights,
      int first,
      float bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    FloatVector start = FloatVector.broadcast(SPECIES, bias);
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = 2 * row - (int) plan.rows.before;
    int last = seen + 2 * rows;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    long out = to;
    // Every other row is the last that its window sees, and the first of the next one.
    boolean middle = false;
    FloatVector above = start;
    for (; seen <= last; seen++, at += pitch, middle = !middle) {

      FloatVector sum = above;
      FloatVector below = start;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b =
            IntVector.fromMemorySegment(
                LanesF32.BITS, x, centre + (long) LANES * Float.BYTES, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        IntVector before =
            FloatVector.broadcast(SPECIES, begins ? 0 : x.get(ELEMENT, Memory.known(at)))
                .reinterpretAsInts();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
        FloatVector l = LanesF32.BEFORE.selectFrom(odd, before).reinterpretAsFloats();
        if (middle) {
          sum = w12.fma(r, w11.fma(c, w10.fma(l, sum)));
        } else {
          sum = w22.fma(r, w21.fma(c, w20.fma(l, sum)));
          below = w02.fma(r, w01.fma(c, w00.fma(l, below)));
        }
      }
      above = middle ? sum : below;
      if (!middle && seen >= stored) {
        if (relu) {
          sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
        }
        sum.intoMemorySegment(y, Memory.known(out), ORDER);
        out += step;
      }
    }
  }

  /** The same of columns {@code apart} from there too. */
  static void strips(
      DepthwiseBand plan,
      MemorySegment input,
      long from,
      int column,
      int apart,
      int row,
      int rows,
      float[] weights,
      int first,
      float bias,
      boolean relu,
      MemorySegment output,
      long to) {
    MemorySegment x = Memory.base(input);
    MemorySegment y = Memory.base(output);
    FloatVector w00 = FloatVector.broadcast(SPECIES, weights[first]);
    FloatVector w01 = FloatVector.broadcast(SPECIES, weights[first + 1]);
    FloatVector w02 = FloatVector.broadcast(SPECIES, weights[first + 2]);
    FloatVector w10 = FloatVector.broadcast(SPECIES, weights[first + 3]);
    FloatVector w11 = FloatVector.broadcast(SPECIES, weights[first + 4]);
    FloatVector w12 = FloatVector.broadcast(SPECIES, weights[first + 5]);
    FloatVector w20 = FloatVector.broadcast(SPECIES, weights[first + 6]);
    FloatVector w21 = FloatVector.broadcast(SPECIES, weights[first + 7]);
    FloatVector w22 = FloatVector.broadcast(SPECIES, weights[first + 8]);
    FloatVector start = FloatVector.broadcast(SPECIES, bias);
    int inputs = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = 2 * row - (int) plan.rows.before;
    int last = seen + 2 * rows;
    int stored = seen + 2;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    long out = to;
    long next = (long) apart * Float.BYTES;
    // Every other row is the last that its window sees, and the first of the next one.
    boolean middle = false;
    FloatVector above = start;
    FloatVector nextAbove = start;
    for (; seen <= last; seen++, at += pitch, middle = !middle) {

      FloatVector sum = above;
      FloatVector nextSum = nextAbove;
      FloatVector below = start;
      FloatVector nextBelow = start;
      if (seen >= 0 && seen < inputs) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b =
            IntVector.fromMemorySegment(
                LanesF32.BITS, x, centre + (long) LANES * Float.BYTES, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        IntVector before =
            FloatVector.broadcast(SPECIES, begins ? 0 : x.get(ELEMENT, Memory.known(at)))
                .reinterpretAsInts();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
        FloatVector l = LanesF32.BEFORE.selectFrom(odd, before).reinterpretAsFloats();
        long after = Memory.known(at + 2 * next);
        a = IntVector.fromMemorySegment(LanesF32.BITS, x, after + Float.BYTES, ORDER);
        b =
            IntVector.fromMemorySegment(
                LanesF32.BITS, x, after + (LANES + 1L) * Float.BYTES, ORDER);
        odd = LanesF32.ODD.selectFrom(a, b);
        before = FloatVector.broadcast(SPECIES, x.get(ELEMENT, after)).reinterpretAsInts();
        FloatVector nc = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector nr = odd.reinterpretAsFloats();
        FloatVector nl = LanesF32.BEFORE.selectFrom(odd, before).reinterpretAsFloats();
        if (middle) {
          sum = w12.fma(r, w11.fma(c, w10.fma(l, sum)));
          nextSum = w12.fma(nr, w11.fma(nc, w10.fma(nl, nextSum)));
        } else {
          sum = w22.fma(r, w21.fma(c, w20.fma(l, sum)));
          below = w02.fma(r, w01.fma(c, w00.fma(l, below)));
          nextSum = w22.fma(nr, w21.fma(nc, w20.fma(nl, nextSum)));
          nextBelow = w02.fma(nr, w01.fma(nc, w00.fma(nl, nextBelow)));
        }
      }
      above = middle ? sum : below;
      nextAbove = middle ? nextSum : nextBelow;
      if (!middle && seen >= stored) {
        if (relu) {
          sum = sum.blend(ZERO, sum.compare(VectorOperators.LT, ZERO));
          nextSum = nextSum.blend(ZERO, nextSum.compare(VectorOperators.LT, ZERO));
        }
        sum.intoMemorySegment(y, Memory.known(out), ORDER);
        nextSum.intoMemorySegment(y, Memory.known(out + next), ORDER);
        out += step;
      }
    }
  }
}
