package dev.convoy.conformance;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for the tensors of one case, each between two margins that nobody may write. Margins and
 * outputs are filled with a pattern that is NaN in either type, so that an engine that reads around
 * an input, or what an output held before, is found as well. Most tensors are aligned to their
 * elements only.
 */
final class GuardedMemory implements AutoCloseable {
  private static final int PATTERN = 0x7ff4dead;
  private static final long MARGIN = 1024;
  private static final long SLACK = Tensor.ALIGNMENT;

  private record Guarded(
      String name, MemorySegment whole, MemorySegment inner, MemorySegment before, boolean input) {}

  private final Arena arena = Arena.ofShared();
  private final List<Guarded> all = new ArrayList<>();
  private final DType dtype;

  GuardedMemory(DType dtype) {
    this.dtype = dtype;
  }

  /** A tensor with these values that nobody may write; null for null. */
  Tensor input(String name, Values values) {
    return values == null ? null : tensor(name, values.shape(), values, true);
  }

  /** A tensor of garbage. */
  Tensor output(String name, Shape shape) {
    return tensor(name, shape, null, false);
  }

  /** A tensor that holds something to be added to. */
  Tensor output(String name, Values before) {
    return tensor(name, before.shape(), before, false);
  }

  private Tensor tensor(String name, Shape shape, Values values, boolean input) {
    long bytes = shape.elements() * dtype.bytes();
    MemorySegment whole = garbage(bytes);
    long shift = all.size() * 5L * dtype.bytes() % SLACK;
    MemorySegment inner = whole.asSlice(MARGIN + shift, bytes);
    Tensor tensor = Tensor.wrap(shape, dtype, inner);
    if (values != null) {
      values.copyTo(tensor);
    }
    guard(name, whole, inner, input);
    return tensor;
  }

  /** An arena whose allocations are guarded outputs, to be closed with this. */
  Arena outputs(String name) {
    return new Arena() {
      @Override
      public MemorySegment allocate(long byteSize, long byteAlignment) {
        MemorySegment whole = garbage(byteSize);
        MemorySegment inner = whole.asSlice(MARGIN, byteSize, byteAlignment);
        guard(name, whole, inner, false);
        return inner;
      }

      @Override
      public MemorySegment.Scope scope() {
        return arena.scope();
      }

      @Override
      public void close() {
        throw new UnsupportedOperationException("closed with the memory it comes from");
      }
    };
  }

  private MemorySegment garbage(long bytes) {
    long words = (bytes + 2 * MARGIN + SLACK + 3) / Integer.BYTES;
    MemorySegment whole = arena.allocate(words * Integer.BYTES, Tensor.ALIGNMENT);
    for (long i = 0; i < words; i++) {
      whole.setAtIndex(ValueLayout.JAVA_INT, i, PATTERN);
    }
    return whole;
  }

  private void guard(String name, MemorySegment whole, MemorySegment inner, boolean input) {
    MemorySegment before = MemorySegment.ofArray(whole.toArray(ValueLayout.JAVA_BYTE));
    all.add(new Guarded(name, whole, inner, before, input));
  }

  /**
   * Fails if anything but the outputs was written.
   *
   * @param caseName of whom
   */
  void check(String caseName) {
    for (Guarded guarded : all) {
      MemorySegment before = guarded.before();
      long from = guarded.inner().address() - guarded.whole().address();
      long to = from + guarded.inner().byteSize();
      long size = guarded.whole().byteSize();
      long head = difference(guarded.whole(), before, 0, from);
      long tail = difference(guarded.whole(), before, to, size);
      if (head >= 0 || tail >= 0) {
        throw new AssertionError(
            "%s: memory %s %s was written, %d bytes away"
                .formatted(
                    caseName,
                    head >= 0 ? "before" : "behind",
                    guarded.name(),
                    head >= 0 ? from - head : tail));
      }
      if (guarded.input() && difference(guarded.whole(), before, from, to) >= 0) {
        throw new AssertionError(
            "%s: the input %s was written".formatted(caseName, guarded.name()));
      }
    }
  }

  private static long difference(MemorySegment now, MemorySegment before, long from, long to) {
    return MemorySegment.mismatch(now, from, to, before, from, to);
  }

  @Override
  public void close() {
    arena.close();
  }
}
