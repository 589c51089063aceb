package dev.convoy;

/** Where {@link Window#same} puts the odd element of padding; ONNX's {@code auto_pad}. */
public enum Same {
  /** At the end: bottom and right (ONNX SAME_UPPER, TensorFlow's SAME). */
  UPPER,
  /** At the beginning: top and left (ONNX SAME_LOWER). */
  LOWER
}
