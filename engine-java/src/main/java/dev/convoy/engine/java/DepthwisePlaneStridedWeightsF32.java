package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The strips of {@link DepthwisePlaneWeightsF32} for a stride of 2. */
final class DepthwisePlaneStridedWeightsF32 {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private static final FloatVector ZERO = FloatVector.zero(SPECIES);

  private DepthwisePlaneStridedWeightsF32() {}

  /** A row of inputs is seen by one window, or by two. */
  static void strip(
      DepthwiseBand plan,
      int column,
      MemorySegment inputs,
      long from,
      MemorySegment gradients,
      long dyFrom,
      int begin,
      int end,
      int counted,
      float[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = 2 * begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    long g = dyFrom + begin * step + (long) column * Float.BYTES;
    long last = dyFrom + (end - 1) * step + (long) column * Float.BYTES;
    long half = (long) LANES * Float.BYTES;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum02 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum12 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    FloatVector second = FloatVector.zero(SPECIES);
    for (int n = begin; n <= end; n++, seen += 2, g += step) {
      FloatVector first =
          FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(Math.min(g, last)), ORDER);
      if (seen >= 0 && seen < rows) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b = IntVector.fromMemorySegment(LanesF32.BITS, x, centre + half, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        float before = begins ? 0 : x.get(ELEMENT, Memory.known(at));
        FloatVector l =
            LanesF32.BEFORE
                .selectFrom(odd, FloatVector.broadcast(SPECIES, before).reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
        if (n < end) {
          sum00 = first.fma(l, sum00);
          sum01 = first.fma(c, sum01);
          sum02 = first.fma(r, sum02);
        }
        if (n > begin) {
          sum20 = second.fma(l, sum20);
          sum21 = second.fma(c, sum21);
          sum22 = second.fma(r, sum22);
        }
      }
      at += pitch;
      if (n < end && seen + 1 >= 0 && seen + 1 < rows) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b = IntVector.fromMemorySegment(LanesF32.BITS, x, centre + half, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        float before = begins ? 0 : x.get(ELEMENT, Memory.known(at));
        FloatVector l =
            LanesF32.BEFORE
                .selectFrom(odd, FloatVector.broadcast(SPECIES, before).reinterpretAsInts())
                .reinterpretAsFloats();
        sum10 = first.fma(l, sum10);
        sum11 = first.fma(LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats(), sum11);
        sum12 = first.fma(odd.reinterpretAsFloats(), sum12);
      }
      at += pitch;
      second = first;
    }
    VectorMask<Float> lanes =
        VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(LANES - counted, LANES));
    FloatVector.fromArray(SPECIES, sums, index).add(sum00, lanes).intoArray(sums, index);
    int to = index + LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum01, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum02, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum10, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum11, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum12, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum20, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum21, lanes).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum22, lanes).intoArray(sums, to);
  }

  /**
   * The same of columns {@code apart} from there too, for the same sums; see {@link
   * DepthwisePlaneWeightsF32}.
   */
  static void strips(
      DepthwiseBand plan,
      int column,
      int apart,
      MemorySegment inputs,
      long from,
      MemorySegment gradients,
      long dyFrom,
      int begin,
      int end,
      float[] sums,
      int index) {
    MemorySegment x = Memory.base(inputs);
    MemorySegment dy = Memory.base(gradients);
    int rows = plan.rows.inputs;
    int width = plan.columns.inputs;
    int place = 2 * column - (int) plan.columns.before;
    boolean begins = place < 0;
    long pitch = (long) width * Float.BYTES;
    long step = (long) plan.columns.outputs * Float.BYTES;
    int seen = 2 * begin - (int) plan.rows.before;
    long at = from + seen * pitch + (long) place * Float.BYTES;
    long g = dyFrom + begin * step + (long) column * Float.BYTES;
    long last = dyFrom + (end - 1) * step + (long) column * Float.BYTES;
    long half = (long) LANES * Float.BYTES;
    long next = (long) apart * Float.BYTES;
    VectorMask<Float> twice = VectorMask.fromLong(SPECIES, DepthwiseBand.lanes(0, LANES - apart));
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum02 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum12 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum22 = FloatVector.zero(SPECIES);
    FloatVector second = FloatVector.zero(SPECIES);
    FloatVector nextSecond = FloatVector.zero(SPECIES);
    for (int n = begin; n <= end; n++, seen += 2, g += step) {
      long gradient = Math.min(g, last);
      FloatVector first = FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(gradient), ORDER);
      FloatVector nextFirst =
          FloatVector.fromMemorySegment(SPECIES, dy, Memory.known(gradient + next), ORDER)
              .blend(ZERO, twice);
      if (seen >= 0 && seen < rows) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b = IntVector.fromMemorySegment(LanesF32.BITS, x, centre + half, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        float before = begins ? 0 : x.get(ELEMENT, Memory.known(at));
        FloatVector l =
            LanesF32.BEFORE
                .selectFrom(odd, FloatVector.broadcast(SPECIES, before).reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
        long after = Memory.known(at + 2 * next);
        a = IntVector.fromMemorySegment(LanesF32.BITS, x, after + Float.BYTES, ORDER);
        b = IntVector.fromMemorySegment(LanesF32.BITS, x, after + Float.BYTES + half, ORDER);
        odd = LanesF32.ODD.selectFrom(a, b);
        FloatVector nl =
            LanesF32.BEFORE
                .selectFrom(
                    odd, FloatVector.broadcast(SPECIES, x.get(ELEMENT, after)).reinterpretAsInts())
                .reinterpretAsFloats()
                .blend(ZERO, twice);
        FloatVector nc = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats().blend(ZERO, twice);
        FloatVector nr = odd.reinterpretAsFloats().blend(ZERO, twice);
        if (n < end) {
          sum00 = nextFirst.fma(nl, first.fma(l, sum00));
          sum01 = nextFirst.fma(nc, first.fma(c, sum01));
          sum02 = nextFirst.fma(nr, first.fma(r, sum02));
        }
        if (n > begin) {
          sum20 = nextSecond.fma(nl, second.fma(l, sum20));
          sum21 = nextSecond.fma(nc, second.fma(c, sum21));
          sum22 = nextSecond.fma(nr, second.fma(r, sum22));
        }
      }
      at += pitch;
      if (n < end && seen + 1 >= 0 && seen + 1 < rows) {
        long centre = Memory.known(at + Float.BYTES);
        IntVector a = IntVector.fromMemorySegment(LanesF32.BITS, x, centre, ORDER);
        IntVector b = IntVector.fromMemorySegment(LanesF32.BITS, x, centre + half, ORDER);
        IntVector odd = LanesF32.ODD.selectFrom(a, b);
        float before = begins ? 0 : x.get(ELEMENT, Memory.known(at));
        FloatVector l =
            LanesF32.BEFORE
                .selectFrom(odd, FloatVector.broadcast(SPECIES, before).reinterpretAsInts())
                .reinterpretAsFloats();
        FloatVector c = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats();
        FloatVector r = odd.reinterpretAsFloats();
        long after = Memory.known(at + 2 * next);
        a = IntVector.fromMemorySegment(LanesF32.BITS, x, after + Float.BYTES, ORDER);
        b = IntVector.fromMemorySegment(LanesF32.BITS, x, after + Float.BYTES + half, ORDER);
        odd = LanesF32.ODD.selectFrom(a, b);
        FloatVector nl =
            LanesF32.BEFORE
                .selectFrom(
                    odd, FloatVector.broadcast(SPECIES, x.get(ELEMENT, after)).reinterpretAsInts())
                .reinterpretAsFloats()
                .blend(ZERO, twice);
        FloatVector nc = LanesF32.EVEN.selectFrom(a, b).reinterpretAsFloats().blend(ZERO, twice);
        FloatVector nr = odd.reinterpretAsFloats().blend(ZERO, twice);
        sum10 = nextFirst.fma(nl, first.fma(l, sum10));
        sum11 = nextFirst.fma(nc, first.fma(c, sum11));
        sum12 = nextFirst.fma(nr, first.fma(r, sum12));
      }
      at += pitch;
      second = first;
      nextSecond = nextFirst;
    }
    FloatVector.fromArray(SPECIES, sums, index).add(sum00).intoArray(sums, index);
    int to = index + LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum01).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum02).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum10).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum11).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum12).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum20).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum21).intoArray(sums, to);
    to += LANES;
    FloatVector.fromArray(SPECIES, sums, to).add(sum22).intoArray(sums, to);
  }
}
