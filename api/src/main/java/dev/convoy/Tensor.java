package dev.convoy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A dense, contiguous, row-major array of {@code float} or {@code double} in off-heap memory, which
 * every engine reads in place.
 *
 * <p>The memory belongs to an {@link Arena}: the one given to {@link #zeros(Shape, DType, Arena)},
 * or an automatic one that lives as long as the tensor and its views. Using a tensor whose arena is
 * closed is an {@link IllegalStateException}. Engines work with several threads, so a confined
 * arena is refused.
 *
 * <p>Tensors are not synchronised: whoever shares one between threads orders writes before reads.
 */
public final class Tensor {
  /** Alignment of the memory that tensors allocate: a cache line, and the widest vector. */
  public static final long ALIGNMENT = 64;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  /** Never started: a confined segment is the one that a thread not its owner cannot access. */
  static final Thread ANOTHER_THREAD = Thread.ofPlatform().unstarted(() -> {});

  private final Shape shape;
  private final DType dtype;
  private final MemorySegment segment;

  private Tensor(Shape shape, DType dtype, MemorySegment segment) {
    this.shape = shape;
    this.dtype = dtype;
    this.segment = segment;
  }

  /**
   * An F32 tensor with a copy of these values.
   *
   * @param shape the sizes
   * @param values as many as the shape has elements, row-major
   * @throws IllegalArgumentException if their number is another
   */
  public static Tensor of(Shape shape, float... values) {
    checkLength("values", values.length, shape);
    Tensor tensor = zeros(shape, DType.F32);
    tensor.copyFrom(values);
    return tensor;
  }

  /**
   * An F64 tensor with a copy of these values.
   *
   * @param shape the sizes
   * @param values as many as the shape has elements, row-major
   * @throws IllegalArgumentException if their number is another
   */
  public static Tensor of(Shape shape, double... values) {
    checkLength("values", values.length, shape);
    Tensor tensor = zeros(shape, DType.F64);
    tensor.copyFrom(values);
    return tensor;
  }

  /** A tensor of zeros whose memory is collected with it. */
  public static Tensor zeros(Shape shape, DType dtype) {
    return zeros(shape, dtype, Arena.ofAuto());
  }

  /**
   * A tensor of zeros in an arena's memory.
   *
   * @param shape the sizes
   * @param dtype the elements' type
   * @param arena automatic, shared or global
   * @throws IllegalArgumentException if the arena is confined, or the size in bytes overflows a
   *     long
   */
  public static Tensor zeros(Shape shape, DType dtype, Arena arena) {
    Objects.requireNonNull(arena, "arena");
    return wrap(shape, dtype, arena.allocate(bytes(shape, dtype), ALIGNMENT));
  }

  /**
   * A tensor over memory that exists: a mapped file, another library's buffer. Nothing is copied. A
   * read-only segment makes a tensor that can be an input but not an output.
   *
   * @param shape the sizes
   * @param dtype the elements' type
   * @param segment native memory of exactly the tensor's size, aligned to its elements
   * @throws IllegalArgumentException if the segment is on the heap, confined to one thread, of
   *     another size or misaligned
   */
  public static Tensor wrap(Shape shape, DType dtype, MemorySegment segment) {
    long bytes = bytes(shape, dtype);
    Objects.requireNonNull(segment, "segment");
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "segment is on the heap, must be native memory (use Tensor.of to copy an array in)");
    }
    if (!segment.isAccessibleBy(ANOTHER_THREAD)) {
      throw new IllegalArgumentException(
          "segment belongs to a confined arena, which the engine's threads cannot access; use"
              + " Arena.ofAuto(), Arena.ofShared() or Arena.global()");
    }
    if (segment.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "segment has %d bytes, must have %d for %s %s"
              .formatted(segment.byteSize(), bytes, dtype, shape));
    }
    if (segment.address() % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          "segment's address %#x must be a multiple of %d for %s"
              .formatted(segment.address(), dtype.bytes(), dtype));
    }
    return new Tensor(shape, dtype, segment);
  }

  private static long bytes(Shape shape, DType dtype) {
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(dtype, "dtype");
    try {
      return Math.multiplyExact(shape.elements(), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "the size in bytes of %s %s overflows a long".formatted(dtype, shape), e);
    }
  }

  private static void checkLength(String name, int length, Shape shape) {
    if (length != shape.elements()) {
      throw new IllegalArgumentException(
          "%s has %d elements, must have %d for shape %s"
              .formatted(name, length, shape.elements(), shape));
    }
  }

  /** The sizes. */
  public Shape shape() {
    return shape;
  }

  /** The elements' type. */
  public DType dtype() {
    return dtype;
  }

  /** The memory itself, in native byte order. */
  public MemorySegment segment() {
    return segment;
  }

  /** Whether this tensor can only be an input. */
  public boolean isReadOnly() {
    return segment.isReadOnly();
  }

  /**
   * The same memory under another shape.
   *
   * @param other a shape with as many elements
   * @throws IllegalArgumentException if it has more or fewer
   */
  public Tensor reshape(Shape other) {
    if (other.elements() != shape.elements()) {
      throw new IllegalArgumentException(
          "shape %s has %d elements, must have %d as %s has"
              .formatted(other, other.elements(), shape.elements(), shape));
    }
    return new Tensor(other, dtype, segment);
  }

  /**
   * A view of some entries of the outermost axis: the images {@code from}, inclusive, to {@code
   * to}, exclusive, of a batch.
   *
   * @throws IllegalStateException if this tensor is a scalar
   * @throws IndexOutOfBoundsException unless {@code 0 <= from <= to <= shape().dim(0)}
   */
  public Tensor slice(int from, int to) {
    if (shape.rank() == 0) {
      throw new IllegalStateException("a scalar has no axis to slice");
    }
    Objects.checkFromToIndex(from, to, shape.dim(0));
    int[] dims = new int[shape.rank()];
    dims[0] = to - from;
    long bytesPerEntry = dtype.bytes();
    for (int axis = 1; axis < dims.length; axis++) {
      dims[axis] = shape.dim(axis);
      bytesPerEntry *= dims[axis];
    }
    return new Tensor(
        Shape.of(dims), dtype, segment.asSlice(from * bytesPerEntry, (to - from) * bytesPerEntry));
  }

  /**
   * Overwrites this F32 tensor with an array's values.
   *
   * @throws IllegalArgumentException if their number is not this tensor's
   * @throws IllegalStateException if this tensor is F64, or its arena closed
   */
  public void copyFrom(float[] values) {
    checkLength("values", values.length, shape);
    require(DType.F32);
    MemorySegment.copy(values, 0, segment, FLOAT, 0, values.length);
  }

  /**
   * Overwrites this F64 tensor with an array's values.
   *
   * @throws IllegalArgumentException if their number is not this tensor's
   * @throws IllegalStateException if this tensor is F32, or its arena closed
   */
  public void copyFrom(double[] values) {
    checkLength("values", values.length, shape);
    require(DType.F64);
    MemorySegment.copy(values, 0, segment, DOUBLE, 0, values.length);
  }

  /**
   * Copies this F32 tensor's values into an array.
   *
   * @throws IllegalArgumentException if its length is not this tensor's number of elements
   * @throws IllegalStateException if this tensor is F64, or its arena closed
   */
  public void copyTo(float[] values) {
    checkLength("values", values.length, shape);
    require(DType.F32);
    MemorySegment.copy(segment, FLOAT, 0, values, 0, values.length);
  }

  /**
   * Copies this F64 tensor's values into an array.
   *
   * @throws IllegalArgumentException if its length is not this tensor's number of elements
   * @throws IllegalStateException if this tensor is F32, or its arena closed
   */
  public void copyTo(double[] values) {
    checkLength("values", values.length, shape);
    require(DType.F64);
    MemorySegment.copy(segment, DOUBLE, 0, values, 0, values.length);
  }

  /**
   * A copy of an F32 tensor's values, row-major.
   *
   * @throws IllegalStateException if this tensor is F64 (which would round), its arena closed, or
   *     it has more elements than an array can
   */
  public float[] toFloatArray() {
    require(DType.F32);
    float[] values = new float[arrayLength()];
    copyTo(values);
    return values;
  }

  /**
   * A copy of the values, row-major; those of an F32 tensor are widened, which is exact.
   *
   * @throws IllegalStateException if the arena is closed, or there are more elements than an array
   *     can have
   */
  public double[] toDoubleArray() {
    double[] values = new double[arrayLength()];
    if (dtype == DType.F64) {
      copyTo(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = segment.getAtIndex(FLOAT, i);
      }
    }
    return values;
  }

  /** Sets every element to a value, rounded to this tensor's type. */
  public void fill(double value) {
    if (Double.doubleToRawLongBits(value) == 0) {
      segment.fill((byte) 0);
      return;
    }
    long elements = shape.elements();
    if (dtype == DType.F32) {
      for (long i = 0; i < elements; i++) {
        segment.setAtIndex(FLOAT, i, (float) value);
      }
    } else {
      for (long i = 0; i < elements; i++) {
        segment.setAtIndex(DOUBLE, i, value);
      }
    }
  }

  private void require(DType wanted) {
    if (dtype != wanted) {
      throw new IllegalStateException("tensor is %s, must be %s".formatted(dtype, wanted));
    }
  }

  private int arrayLength() {
    if (shape.elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(
          "%d elements do not fit in an array; read segment() instead".formatted(shape.elements()));
    }
    return (int) shape.elements();
  }

  /** Type, shape and address, not the values. */
  @Override
  public String toString() {
    return "Tensor[%s %s at %#x]".formatted(dtype, shape, segment.address());
  }
}
