package dev.convoy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Which element won each window of a max pooling: what its backward needs of the forward.
 *
 * <p>A winner is its place within its window, {@code row * kernelWidth + column}, so that one byte
 * holds it for windows of up to 256 elements, and four bytes for larger ones. {@link
 * MaxPool2dSpec#argmax} makes one; {@link Engine#maxPool2d} fills it; {@link
 * Engine#maxPool2dBackward(MaxPool2dSpec, Tensor, ArgMax, Tensor)} reads it.
 */
public final class ArgMax {
  private static final int MOST_FOR_A_BYTE = 256;

  private final Window window;
  private final Shape inputShape;
  private final Shape shape;
  private final MemorySegment segment;
  private volatile boolean filled;

  private ArgMax(Window window, Shape inputShape, Shape shape, MemorySegment segment) {
    this.window = window;
    this.inputShape = inputShape;
    this.shape = shape;
    this.segment = segment;
  }

  static ArgMax allocate(Window window, Shape inputShape, Shape shape, Arena arena) {
    int bytes = bytesPerWinner(window);
    MemorySegment segment =
        Objects.requireNonNull(arena, "arena")
            .allocate(Math.multiplyExact(shape.elements(), (long) bytes), Tensor.ALIGNMENT);
    if (!segment.isAccessibleBy(Tensor.ANOTHER_THREAD)) {
      throw new IllegalArgumentException(
          "arena is confined to one thread; use Arena.ofAuto(), Arena.ofShared() or Arena.global()");
    }
    return new ArgMax(window, inputShape, shape, segment);
  }

  /**
   * The winners that PyTorch's {@code max_pool2d(…, return_indices=True)} or ONNX's {@code MaxPool}
   * gave, for unpooling with {@link Engine#maxPool2dBackward(MaxPool2dSpec, Tensor, ArgMax,
   * Tensor)}.
   *
   * @param spec the pooling they came from
   * @param x shape of its input {@code [N, C, H, W]}
   * @param planeIndices {@code row * W + column} in the input's plane, for each output element
   * @throws IllegalArgumentException if there are too many or too few, or one is not in its window
   */
  public static ArgMax ofPlaneIndices(MaxPool2dSpec spec, Shape x, long... planeIndices) {
    ArgMax argmax = spec.argmax(x);
    if (planeIndices.length != argmax.shape.elements()) {
      throw new IllegalArgumentException(
          "planeIndices has %d elements, must have %d for output shape %s"
              .formatted(planeIndices.length, argmax.shape.elements(), argmax.shape));
    }
    for (int i = 0; i < planeIndices.length; i++) {
      argmax.set(i, argmax.placeInWindow(i, planeIndices[i]));
    }
    argmax.filled = true;
    return argmax;
  }

  /** The pooling's window. */
  public Window window() {
    return window;
  }

  /** Shape of the pooling's input, {@code [N, C, H, W]}. */
  public Shape inputShape() {
    return inputShape;
  }

  /** Shape of the pooling's output and of this, {@code [N, C, OH, OW]}. */
  public Shape shape() {
    return shape;
  }

  /** Bytes of one winner: 1, unsigned, or 4. */
  public int bytesPerWinner() {
    return bytesPerWinner(window);
  }

  private static int bytesPerWinner(Window window) {
    long places = (long) window.kernelHeight() * window.kernelWidth();
    if (places > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the window has " + places + " elements, too many for an argmax");
    }
    return places <= MOST_FOR_A_BYTE ? 1 : Integer.BYTES;
  }

  /**
   * The memory, for kernels: one winner per output element, row-major, in native byte order.
   * Writing anything but places within the window and the image makes backward undefined.
   */
  public MemorySegment segment() {
    return segment;
  }

  /** Whether a forward pass has written the winners. */
  boolean isFilled() {
    return filled;
  }

  void markFilled() {
    filled = true;
  }

  /**
   * The winner's place within its window, {@code row * kernelWidth + column}.
   *
   * @param index of the output element, row-major
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public int get(long index) {
    Objects.checkIndex(index, shape.elements());
    return bytesPerWinner() == 1
        ? Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, index))
        : segment.getAtIndex(ValueLayout.JAVA_INT, index);
  }

  private void set(long index, int place) {
    if (bytesPerWinner() == 1) {
      segment.set(ValueLayout.JAVA_BYTE, index, (byte) place);
    } else {
      segment.setAtIndex(ValueLayout.JAVA_INT, index, place);
    }
  }

  /**
   * The winners as PyTorch's int64 indices: {@code row * W + column} in the input's H×W plane.
   *
   * @throws IllegalStateException if there are more than an array can hold
   */
  public long[] toPlaneIndices() {
    if (shape.elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(shape.elements() + " indices do not fit in an array");
    }
    long[] indices = new long[(int) shape.elements()];
    for (int i = 0; i < indices.length; i++) {
      int place = get(i);
      long row = top(i) + (long) (place / window.kernelWidth()) * window.dilationHeight();
      long column = left(i) + (long) (place % window.kernelWidth()) * window.dilationWidth();
      indices[i] = row * inputShape.w() + column;
    }
    return indices;
  }

  private int placeInWindow(int index, long planeIndex) {
    long row = Math.floorDiv(planeIndex, (long) inputShape.w()) - top(index);
    long column = Math.floorMod(planeIndex, (long) inputShape.w()) - left(index);
    long plane = (long) inputShape.h() * inputShape.w();
    if (planeIndex < 0
        || planeIndex >= plane
        || row < 0
        || column < 0
        || row % window.dilationHeight() != 0
        || column % window.dilationWidth() != 0
        || row / window.dilationHeight() >= window.kernelHeight()
        || column / window.dilationWidth() >= window.kernelWidth()) {
      throw new IllegalArgumentException(
          "planeIndices[%d] is %d, must be one of its window's elements in the plane %d×%d"
              .formatted(index, planeIndex, inputShape.h(), inputShape.w()));
    }
    return (int)
        (row / window.dilationHeight() * window.kernelWidth() + column / window.dilationWidth());
  }

  private long top(int index) {
    int outputRow = index / shape.w() % shape.h();
    return (long) outputRow * window.strideHeight() - window.padTop();
  }

  private long left(int index) {
    return (long) (index % shape.w()) * window.strideWidth() - window.padLeft();
  }

  /** The output's shape and the window. */
  @Override
  public String toString() {
    return "ArgMax[%s of %s]".formatted(shape, window);
  }
}
