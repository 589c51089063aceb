package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How kernels reach a tensor's memory: {@code base} and {@code at} give the segment and the offset
 * of its first byte in it.
 *
 * <p>Where the JVM grants native access, the segment is all memory there is, a constant for the
 * compiler: each access is then one instruction, without bounds and without asking whether the
 * tensor's arena still lives. Elsewhere it is the tensor's own, which costs up to a half of the
 * speed. The call holds on to the tensor, and whoever closes an arena while a call works in it is
 * at fault either way; {@link JavaEngineProvider} says so.
 */
final class Memory {
  /** Whether memory is reached by its address. */
  static final boolean BY_ADDRESS = Memory.class.getModule().isNativeAccessEnabled();

  private static final MemorySegment ALL = BY_ADDRESS ? everything() : MemorySegment.NULL;

  /**
   * Bytes of a tensor that is hardly in a cache, and that {@link #touch} repays: 2×2 pooling and
   * its gradient took half of the time over 103 MB, but up to 1.7 times as long over 13 MB.
   */
  static final long LARGE = 16L << 20;

  /** No less than any address; of two of them the sum is far from the last long. */
  private static final long MOST = Long.MAX_VALUE >> 2;

  /** Bytes of a cache line. Not final: loops by a step that may change are not unrolled. */
  private static int line = 64;

  @SuppressWarnings("unused") // but the compiler must not know
  private static int touched;

  private Memory() {}

  @SuppressWarnings("restricted") // only where it is granted
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  /** How it is reached, and what to do about it where that is slow. */
  static String describe() {
    return BY_ADDRESS
        ? "by address"
        : "through segments, slower; start java with --enable-native-access=ALL-UNNAMED (or "
            + "dev.convoy.engine.java on the module path)";
  }

  /**
   * The segment to read and write a tensor in. To be taken in the method of the loop itself, where
   * the compiler sees the constant.
   */
  static MemorySegment base(MemorySegment segment) {
    return BY_ADDRESS ? ALL : segment;
  }

  /** The offset of a segment's first byte in {@link #base}. */
  static long at(MemorySegment segment) {
    return BY_ADDRESS ? segment.address() : 0;
  }

  /**
   * The same offset in {@link #base}, as one that the compiler can tell is not negative. All memory
   * there is has no other bound, so what lies at this offset, or at the sum of it and another such
   * or any positive {@code int} of elements, is then reached without a check: without two
   * instructions each, and without the code that throws, which is half of a kernel's and takes half
   * of the time to compile it.
   *
   * <p>To be taken right before the loop, or in it: a loop's own sum of offsets is any long. Not
   * where much more is read than a cache holds: without checks between them the compiler turns
   * loads round as it likes, and in a loop that it unrolls puts the last first. Processors then
   * don't see what is wanted next: 3×3 maxima over 26 MB took 2.5 times as long, and {@link #touch}
   * twice, until its loop was one that is not unrolled.
   */
  static long known(long offset) {
    return offset & MOST;
  }

  /**
   * Reads a byte of each cache line of a part of a segment, in order: the processor then sees it
   * coming, where a kernel would take it from here and there. So little at a time that it is under
   * way while what came before is worked on.
   */
  static void touch(MemorySegment segment, long from, long to) {
    touchBase(base(segment), at(segment) + from, at(segment) + to);
  }

  /** The same of what {@link #base} gave. */
  static void touchBase(MemorySegment base, long from, long to) {
    int all = 0;
    int step = line;
    for (long i = from; i < to; i += step) {
      all |= base.get(ValueLayout.JAVA_BYTE, known(i));
    }
    touched = all;
  }
}
