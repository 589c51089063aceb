package dev.convoy.nn;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a layer writes for an input: made once for each shape seen, all in one memory as large as
 * the largest needs. So the last, smaller batch of an epoch and the batches of an evaluation take
 * turns without allocating.
 */
final class Buffer<T> {
  /** Makes what is written for an input, in the arena's memory. */
  @FunctionalInterface
  interface Maker<T> {
    T make(Tensor x, Arena arena);
  }

  /** Shapes remembered; a program that sees more of them allocates a view now and then. */
  private static final int MOST = 64;

  private record Entry<T>(DType dtype, Shape shape, T made) {}

  private final Maker<T> maker;
  private final List<Entry<T>> entries = new ArrayList<>();
  private final Memory memory = new Memory();

  Buffer(Maker<T> maker) {
    this.maker = maker;
  }

  /** Tensors of the input's type. */
  static Buffer<Tensor> ofTensors(UnaryOperator<Shape> shapeForInput) {
    return new Buffer<>(
        (x, arena) -> Tensor.zeros(shapeForInput.apply(x.shape()), x.dtype(), arena));
  }

  /** Tensors of the input's shape and type. */
  static Buffer<Tensor> likeInput() {
    return ofTensors(UnaryOperator.identity());
  }

  /** What is written for this input; its content is undefined. */
  T forInput(Tensor x) {
    for (int i = 0; i < entries.size(); i++) {
      Entry<T> entry = entries.get(i);
      if (entry.dtype == x.dtype() && entry.shape.equals(x.shape())) {
        return entry.made;
      }
    }
    T made = maker.make(x, memory);
    if (entries.size() == MOST) {
      entries.clear();
    }
    entries.add(new Entry<>(x.dtype(), x.shape(), made));
    return made;
  }

  /** An arena that hands out the same memory each time, or larger memory when it must. */
  private final class Memory implements Arena {
    private MemorySegment segment = MemorySegment.NULL;

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
      if (bytes > segment.byteSize()) {
        entries.clear(); // lets go of the smaller memory
        segment = Arena.ofAuto().allocate(bytes, alignment);
      }
      return segment.asSlice(0, bytes);
    }

    @Override
    public MemorySegment.Scope scope() {
      return segment.scope();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException("the memory is collected with its layer");
    }
  }
}
