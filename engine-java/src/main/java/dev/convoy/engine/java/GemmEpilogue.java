package dev.convoy.engine.java;

/** How a product is written to the output. */
enum GemmEpilogue {
  /** The output is overwritten. */
  OVERWRITE,
  /** The product is added to the output. */
  ADD,
  /** The output is overwritten with {@code max(0, product)}, where NaN stays NaN. */
  RELU
}
