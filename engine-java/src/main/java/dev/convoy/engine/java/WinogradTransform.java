package dev.convoy.engine.java;

/**
 * One axis of the transforms of Winograd's minimal filtering (Lavin and Gray, 2015) with six
 * points: 0, 1, −1, 2, −2 and ∞. {@code y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A}; the gradient with respect to
 * the weights is {@code Gᵀ[(A dy Aᵀ) ⊙ (Bᵀ x B)]G}.
 */
enum WinogradTransform {
  /** {@code Bᵀ}: six inputs to the six points. */
  INPUT,
  /** {@code G}: three weights to the six points. */
  WEIGHTS,
  /** {@code Aᵀ}: the six points to four outputs. */
  OUTPUT,
  /** {@code A}: four outputs' gradients to the six points. */
  OUTPUT_GRADIENT,
  /** {@code Gᵀ}: the six points to three weights' gradients. */
  WEIGHTS_GRADIENT;

  /** Points, and taps of a tile of the input. */
  static final int POINTS = 6;

  /** Points of a tile. */
  static final int PLANES = POINTS * POINTS;

  /** Outputs of a tile along an axis. */
  static final int OUTPUTS = 4;

  /** Taps of the kernel along an axis. */
  static final int TAPS = 3;
}
