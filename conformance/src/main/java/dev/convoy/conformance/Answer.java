package dev.convoy.conformance;

import java.util.Arrays;

/**
 * One array that an engine wrote.
 *
 * @param name as the operation's Javadoc calls it, such as {@code dx}
 * @param values the numbers; those of F32 widened, winners of an argmax as numbers
 * @param winograd whether the engine says that it computed it with Winograd's algorithm
 */
record Answer(String name, Values values, boolean winograd) {

  /** The number of the first element whose bits differ, or −1. */
  int mismatch(Answer other) {
    long[] bits = bits();
    return Arrays.mismatch(bits, other.bits());
  }

  private long[] bits() {
    return Arrays.stream(values.data()).mapToLong(Double::doubleToLongBits).toArray();
  }
}
