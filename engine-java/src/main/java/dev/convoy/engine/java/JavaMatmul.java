package dev.convoy.engine.java;

import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Matrix product. */
final class JavaMatmul {
  /** 16 MiB of an operand of F32: it is read from L3 many times. */
  private static final int MOST_PACKED = 4 * 1024 * 1024;

  private final ThreadLocal<GemmMatmul> calls;

  JavaMatmul(Workers workers) {
    this(workers, MOST_PACKED);
  }

  /** The same with so many elements of an operand packed at a time. */
  JavaMatmul(Workers workers, int mostPacked) {
    ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    calls = ThreadLocal.withInitial(() -> new GemmMatmul(workers, scratch, mostPacked));
  }

  void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    calls.get().run(spec, a, b, bias, y);
  }
}
