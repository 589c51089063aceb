package dev.convoy.bench.rival;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The C library's {@code memcpy}. */
public final class StreamingCopy {
  private static final MethodHandle MEMCPY = Libc.memcpy();

  private StreamingCopy() {}

  /** Copies all of a segment to the beginning of another. */
  public static void copy(MemorySegment from, MemorySegment to) {
    if (to.byteSize() < from.byteSize()) {
      throw new IllegalArgumentException(
          "to has %d bytes, must have %d".formatted(to.byteSize(), from.byteSize()));
    }
    try {
      MemorySegment _ = (MemorySegment) MEMCPY.invokeExact(to, from, from.byteSize());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
