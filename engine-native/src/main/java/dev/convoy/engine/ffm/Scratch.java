package dev.convoy.engine.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory that one thread uses again and again; it grows to the largest size asked for. */
final class Scratch {
  private static final long ALIGNMENT = 64; // as convoy_conv2d_run wants

  private MemorySegment segment = MemorySegment.NULL;

  /** At least so many bytes, their contents undefined; an earlier segment may be gone. */
  MemorySegment atLeast(long bytes) {
    if (segment.byteSize() < bytes) {
      segment = MemorySegment.NULL; // so that both need not fit at once
      segment = allocate(bytes);
    }
    return segment;
  }

  /** Memory of its own, as aligned. */
  static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(bytes, ALIGNMENT);
  }
}
