package dev.convoy.engine.ffm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.convoy.Shape;
import dev.convoy.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** A pooling of given sizes: the struct that the C functions read, and how planes are split. */
final class PoolPlan {
  private static final int MOST_PIECES = 64;

  /** Elements that are worth handing to a thread: some ten microseconds' work. */
  private static final long ELEMENTS_PER_PIECE = 1 << 15;

  private final Window window;
  private final Shape in;
  private final Shape out;
  private final boolean includePad;
  private final int divisor;

  private final long planes;
  private final int pieces;
  private final MemorySegment sizes;

  private PoolPlan(Window window, Shape in, Shape out, boolean includePad, int divisor) {
    this.window = window;
    this.in = in;
    this.out = out;
    this.includePad = includePad;
    this.divisor = divisor;
    planes = (long) in.n() * in.c();
    pieces = (int) Math.min(Math.min(planes, MOST_PIECES), in.elements() / ELEMENTS_PER_PIECE + 1);
    sizes = sizes(window, in, out, includePad, divisor);
  }

  private static MemorySegment sizes(
      Window window, Shape in, Shape out, boolean includePad, int divisor) {
    long[] values = {
      in.h(),
      in.w(),
      out.h(),
      out.w(),
      window.kernelHeight(),
      window.kernelWidth(),
      window.strideHeight(),
      window.strideWidth(),
      window.padTop(),
      window.padLeft(),
      window.dilationHeight(),
      window.dilationWidth(),
      (long) in.h() + window.padTop() + window.padBottom(),
      (long) in.w() + window.padLeft() + window.padRight(),
      includePad ? 1 : 0,
      divisor,
      (long) in.n() * in.c()
    };
    return Arena.ofAuto().allocateFrom(JAVA_LONG, values);
  }

  int pieces() {
    return pieces;
  }

  /** The first plane of a piece; of the one behind the last, the number of planes. */
  long firstPlane(int piece) {
    return planes * piece / pieces;
  }

  /** {@code convoy_pool_sizes}. */
  MemorySegment sizes() {
    return sizes;
  }

  private boolean fits(Window window, Shape in, Shape out, boolean includePad, int divisor) {
    return this.includePad == includePad
        && this.divisor == divisor
        && this.in.equals(in)
        && this.out.equals(out)
        && this.window.equals(window);
  }

  /**
   * The plans made lately. Each has one place, by its hash, and gives way to the next that wants
   * it, so that there are never many and a hit allocates nothing.
   */
  static final class Cache {
    private static final int PLACES = 256;

    private final AtomicReferenceArray<PoolPlan> plans = new AtomicReferenceArray<>(PLACES);

    PoolPlan get(Window window, Shape in, Shape out, boolean includePad, int divisor) {
      int hash = (window.hashCode() * 31 + in.hashCode()) * 31 + divisor;
      int place = (hash ^ hash >>> 16) & PLACES - 1;
      PoolPlan plan = plans.getAcquire(place);
      if (plan == null || !plan.fits(window, in, out, includePad, divisor)) {
        plan = new PoolPlan(window, in, out, includePad, divisor);
        plans.setRelease(place, plan);
      }
      return plan;
    }
  }
}
