package dev.convoy;

/** The type of a {@link Tensor}'s elements: IEEE 754 binary32 or binary64, in native byte order. */
public enum DType {
  /** 32-bit floating point, {@code float}. */
  F32(Float.BYTES),
  /** 64-bit floating point, {@code double}. */
  F64(Double.BYTES);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
