package dev.convoy;

/** How a convolution is computed. What an engine chooses is told by {@link Engine#explain}. */
public enum Conv2dAlgorithm {
  /** The engine chooses by spec and shape. */
  AUTO,
  /** Plain loops over the window, vectorised along output columns; no matrix product. */
  DIRECT,
  /** A matrix product over blocks of image columns, never the whole column matrix. */
  GEMM,
  /**
   * Winograd's minimal filtering (Lavin and Gray, 2015) over six points: F(4×4, 3×3) for 3×3
   * kernels, with a quarter of the multiplications, and F(2×2, 5×5) for 5×5 ones, with a bit more
   * than a third; of stride 1, dilated or not, and for both gradients. With stride 2, undilated 3×3
   * kernels fall apart into F(2, 2) on the even inputs and a product with the odd ones, in seven
   * tenths of the multiplications. Other square kernels, up to 9×9 and with stride 2 up to 6×6, are
   * added up of parts of 3×3 or 2×2, in a quarter to two fifths of them. The rounding error is some
   * ten times that of the other algorithms (with 3×3 of stride 2, about theirs), so {@link
   * dev.convoy.spi.EngineConfig#precise} excludes it from {@link #AUTO}. A NaN or an infinity
   * spreads to all outputs of its tile, and of those beside it that parts of zeros reach. An engine
   * may have it for some of these alone, and then refuses the rest.
   */
  WINOGRAD,
  /** One filter bank per channel: groups equal to the input channels. */
  DEPTHWISE
}
