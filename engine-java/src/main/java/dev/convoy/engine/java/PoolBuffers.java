package dev.convoy.engine.java;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One thread's scratch arrays, by number; they grow and are used again. */
final class PoolBuffers {
  private static final int MOST = 8;
  private static final int LINE = 64;
  private static final MemorySegment EMPTY = Arena.global().allocate(0);

  private final float[][] floats = new float[MOST][0];
  private final double[][] doubles = new double[MOST][0];
  private int[] ints = new int[0];
  private byte[] bytes = new byte[0];
  private final MemorySegment[] segments = {EMPTY, EMPTY, EMPTY};

  float[] floats(int number, long length) {
    if (floats[number].length < length) {
      floats[number] = new float[grown(length)];
    }
    return floats[number];
  }

  double[] doubles(int number, long length) {
    if (doubles[number].length < length) {
      doubles[number] = new double[grown(length)];
    }
    return doubles[number];
  }

  int[] ints(long length) {
    if (ints.length < length) {
      ints = new int[grown(length)];
    }
    return ints;
  }

  byte[] bytes(long length) {
    if (bytes.length < length) {
      bytes = new byte[grown(length)];
    }
    return bytes;
  }

  /** Memory outside the heap, of these bytes or more. */
  MemorySegment memory(int number, long length) {
    if (segments[number].byteSize() < length) {
      segments[number] = Arena.ofAuto().allocate(length + length / 4, LINE);
    }
    return segments[number];
  }

  /** A quarter more, so that slowly growing sizes do not allocate each time. */
  private static int grown(long length) {
    return (int) Math.min(Integer.MAX_VALUE - 8, Math.max(length, 0) + length / 4);
  }
}
