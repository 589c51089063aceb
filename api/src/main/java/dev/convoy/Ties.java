package dev.convoy;

/** Which of several equal maxima of a window receives the gradient in max pooling's backward. */
public enum Ties {
  /** The first in row-major order of the window, as NumPy's {@code argmax} and PyTorch do. */
  FIRST,
  /**
   * Every one of them, each the whole gradient: {@code dx += dy * (x == y)}. A window whose maximum
   * is NaN equals nothing and so passes no gradient, as in NumPy.
   */
  ALL
}
