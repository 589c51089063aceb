package dev.convoy.engine.java;

/**
 * One axis of the transforms of Winograd's minimal filtering (Lavin and Gray, 2015) with six
 * points: 0, 1, −1, 2, −2 and ∞. {@code y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A}; the gradient with respect to
 * the weights is {@code Gᵀ[(A dy Aᵀ) ⊙ (Bᵀ x B)]G}. {@code Bᵀ}, six inputs to the six points, is
 * not here: see {@link WinogradF32#inputRows}. What is said of three and four holds for kernels of
 * 3×3, what is said of five and two for those of 5×5; see {@link WinogradKind}.
 */
enum WinogradTransform {
  /** {@code G}: three weights to the six points. */
  THREE_WEIGHTS,
  /** {@code G}: five weights to the six points. */
  FIVE_WEIGHTS,
  /** {@code Aᵀ}: the six points to four outputs. */
  FOUR_OUTPUTS,
  /** {@code Aᵀ}: the six points to two outputs. */
  TWO_OUTPUTS,
  /** {@code A}: four outputs' gradients to the six points. */
  FOUR_GRADIENTS,
  /** {@code A}: two outputs' gradients to the six points. */
  TWO_GRADIENTS,
  /** {@code Gᵀ}: the six points to three weights' gradients. */
  THREE_SUMS,
  /** {@code Gᵀ}: the six points to five weights' gradients. */
  FIVE_SUMS
}
