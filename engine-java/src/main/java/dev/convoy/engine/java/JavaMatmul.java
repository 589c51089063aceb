package dev.convoy.engine.java;

import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.Workers;

/** Matrix product. */
final class JavaMatmul {
  private final ThreadLocal<GemmMatmul> calls;

  JavaMatmul(Workers workers) {
    ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    calls = ThreadLocal.withInitial(() -> new GemmMatmul(workers, scratch));
  }

  void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    calls.get().run(spec, a, b, bias, y);
  }
}
