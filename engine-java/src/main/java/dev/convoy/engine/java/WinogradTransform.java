package dev.convoy.engine.java;

/**
 * One axis of the transforms of Winograd's minimal filtering (Lavin and Gray, 2015). {@code y =
 * Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A}; the gradient with respect to the weights is {@code Gᵀ[(A dy Aᵀ) ⊙ (Bᵀ
 * x B)]G}.
 *
 * <p>With a stride of 1 there are six points: 0, 1, −1, 2, −2 and ∞. What is said of three and four
 * holds for kernels of 3×3, what is said of five and two for those of 5×5. With a stride of 2 the
 * first and the last of three taps see even inputs, as two taps with the points 0, 1 and ∞ would,
 * and the middle tap the odd ones, as they are: five products instead of six for two outputs, and
 * for the gradients of four inputs. See {@link WinogradKind}.
 */
enum WinogradTransform {
  /** {@code G}: three weights to the six points. */
  THREE_WEIGHTS(3, 6),
  /** {@code G}: five weights to the six points. */
  FIVE_WEIGHTS(5, 6),
  /** {@code Aᵀ}: the six points to four outputs. */
  FOUR_OUTPUTS(6, 4),
  /** {@code Aᵀ}: the six points to two outputs. */
  TWO_OUTPUTS(6, 2),
  /** {@code Bᵀ}: six inputs to the six points. */
  SIX_INPUTS(6, 6),
  /** {@code A}: four outputs' gradients to the six points. */
  FOUR_GRADIENTS(4, 6),
  /** {@code A}: two outputs' gradients to the six points. */
  TWO_GRADIENTS(2, 6),
  /** {@code Gᵀ}: the six points to three weights' gradients. */
  THREE_SUMS(6, 3),
  /** {@code Gᵀ}: the six points to five weights' gradients. */
  FIVE_SUMS(6, 5),
  /** {@code G}: three weights to the five points, of which the last two are the same. */
  STRIDED_WEIGHTS(3, 4),
  /** {@code Aᵀ}: the five points to two outputs. */
  STRIDED_OUTPUTS(5, 2),
  /** {@code Bᵀ}: five inputs to the five points. */
  STRIDED_INPUTS(5, 5),
  /** {@code A}: two outputs' gradients to the five points. */
  STRIDED_GRADIENTS(2, 5),
  /** {@code Gᵀ}: the five points to three weights' gradients. */
  STRIDED_SUMS(5, 3),
  /** Three gradients to four points, one of which serves two of the five. */
  SPREAD_INPUTS(3, 4),
  /** The five points to four of {@code dx}. */
  SPREAD_OUTPUTS(5, 4);

  /** Elements, or points, that it makes others of, and how many. */
  final int from;

  final int to;

  WinogradTransform(int from, int to) {
    this.from = from;
    this.to = to;
  }
}
