package dev.convoy.engine.java;

/**
 * One axis of a convolution as the matrix product sees it: output {@code o} and tap {@code t} meet
 * input {@code o * stride + t * dilation - before}, where what lies outside the input is zero.
 *
 * <p>The gradient with respect to the input is made of such convolutions too, of {@code dy} with
 * stride 1: one for each phase, the inputs whose place in the padded image has the same remainder
 * by the stride. Only some of the kernel's positions reach a phase, and its outputs lie a stride
 * apart in {@code dx}.
 */
final class Conv2dAxis {
  /** Size of the input. */
  int inputs;

  /** Number of outputs. */
  int outputs;

  int taps;
  int stride;
  int dilation;

  /** Zeros before the input; negative where the first inputs are left out. */
  long before;

  /**
   * Phases of a dilation that are worked on together, each of which begins one input after the one
   * before. Rows take turns, so that neighbours are worked on together; columns come one phase
   * after the other, in runs of neighbours a stride apart.
   */
  int phases = 1;

  /** Size of the tensor that is written: output {@code o} lies at {@code start + o * step}. */
  int size;

  int start;
  int step;

  /** Tap {@code t} is the kernel's position {@code firstTap + t * tapStep}. */
  int firstTap;

  int tapStep;

  /** Taps of the phases before this one. */
  int tapsBefore;

  /** The axis of a forward convolution. */
  void forward(int in, int out, int kernel, int strideOf, int dilationOf, int padding) {
    inputs = in;
    outputs = out;
    taps = kernel;
    stride = strideOf;
    dilation = dilationOf;
    before = padding;
    size = out;
    start = 0;
    step = 1;
    firstTap = 0;
    tapStep = 1;
    tapsBefore = 0;
  }

  /**
   * One phase of the gradient with respect to the input.
   *
   * @param phaseStart the first of the phase's inputs, less than the stride
   * @param dxSize size of the convolution's input
   * @param dySize size of the convolution's output
   */
  void backward(
      int phaseStart,
      int dxSize,
      int dySize,
      int kernel,
      int strideOf,
      int dilationOf,
      int padding) {
    inputs = dySize;
    outputs = Math.ceilDiv(dxSize - phaseStart, strideOf);
    size = dxSize;
    start = phaseStart;
    step = strideOf;
    stride = 1;
    long place = ((long) phaseStart + padding) / strideOf;
    long phase = ((long) phaseStart + padding) % strideOf;

    // Positions k of the kernel with k * dilation ≡ phase (mod stride) lie stride / gcd apart.
    int gcd = gcd(strideOf, dilationOf);
    int apart = strideOf / gcd;
    int lowest = 0;
    while (lowest < apart && lowest < kernel && (long) lowest * dilationOf % strideOf != phase) {
      lowest++;
    }
    boolean reached = lowest < apart && lowest < kernel;
    taps = reached ? Math.ceilDiv(kernel - lowest, apart) : 0;
    // Taps go through the kernel backwards, so that they go through dy forwards.
    tapStep = -apart;
    firstTap = lowest + (taps - 1) * apart;
    dilation = dilationOf / gcd;
    before = -(place + (phase - (long) firstTap * dilationOf) / strideOf);
  }

  /**
   * The tiles of a convolution, as outputs: with dilation {@code d}, every {@code d}-th output is
   * made by a convolution without dilation of every {@code d}-th input.
   *
   * @param of the convolution's axis
   * @param phase the first such convolution
   * @param together how many of them, with as many tiles each
   * @param places outputs of a tile
   * @param apart inputs from a tile's first to the next one's
   * @param tileTaps inputs of a tile
   */
  void tiles(Conv2dAxis of, int phase, int together, int places, int apart, int tileTaps) {
    inputs = of.inputs;
    phases = together;
    outputs = together * tilesOf(of, phase, places);
    taps = tileTaps;
    stride = apart * of.dilation;
    dilation = of.dilation;
    before = of.before - phase;
    size = of.size;
    start = of.start + phase;
    step = of.dilation;
  }

  /** Tiles of so many outputs in one phase. */
  static int tilesOf(Conv2dAxis of, int phase, int places) {
    return Math.ceilDiv(Math.ceilDiv(of.outputs - phase, of.dilation), places);
  }

  /** Outputs of each phase. */
  int run() {
    return outputs / phases;
  }

  /** The input, in the padded image, that a row of outputs begins with. */
  long firstInput(int row) {
    return (long) (row / phases) * stride + row % phases;
  }

  /**
   * The gradient of a stride of 2 and three taps, whose outputs are the inputs from the first with
   * an even place in the padded input: it may lie in the padding, at -1.
   */
  void spread(int dxSize, int dySize, int padding) {
    inputs = dySize;
    start = -(padding % 2);
    outputs = dxSize - start;
    dilation = 1;
    before = 1L - padding / 2;
    size = dxSize;
  }

  /**
   * The gradient of a stride of 2 as a convolution of {@code dy} that makes pairs of inputs: pair
   * {@code p} is elements {@code 2p} and {@code 2p + 1} of the input with its padding, counted from
   * the first pair with an element of the input.
   */
  void pairs(int dxSize, int dySize, int padding) {
    inputs = dySize;
    start = padding % 2;
    outputs = Math.ceilDiv(dxSize + start, 2);
    taps = 2;
    stride = 1;
    dilation = 1;
    before = 1L - padding / 2;
    size = dxSize;
    step = 2;
    firstTap = 0;
    tapStep = 1;
    tapsBefore = 0;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Whether output {@code o} is made from input {@code o} alone and lies at {@code o}. */
  boolean isIdentity() {
    return taps == 1
        && stride == 1
        && before == 0
        && inputs == outputs
        && size == outputs
        && step == 1;
  }

  /** Makes this an axis of so many places where {@link #isIdentity} holds. */
  void identity(int places) {
    inputs = places;
    outputs = places;
    size = places;
  }
}
