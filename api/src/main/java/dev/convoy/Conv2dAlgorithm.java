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
   * Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray, 2015): 3×3 kernels of stride 1 with a
   * quarter of the multiplications. Its rounding error is some ten times that of the others, so
   * {@link dev.convoy.spi.EngineConfig#precise} excludes it from {@link #AUTO}.
   */
  WINOGRAD,
  /** One filter bank per channel: groups equal to the input channels. */
  DEPTHWISE
}
