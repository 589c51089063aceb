package dev.convoy.conformance.faults;

import dev.convoy.MatmulSpec;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.example.plain.PlainKernels;

/** Kernels that touch memory which is not theirs, or forget some that is. */
final class MemoryFaults {
  private static final int LANES = 8;

  private MemoryFaults() {}

  static Kernels writesPastTheEnd(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void relu(Tensor x, Tensor y) {
        super.relu(x, y);
        poke(y.segment().address() + y.segment().byteSize());
      }
    };
  }

  static Kernels writesBeforeTheBeginning(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
        super.matmul(spec, a, b, bias, y);
        poke(y.segment().address() - 1);
      }
    };
  }

  /** Writes where no tensor would let it. */
  @SuppressWarnings("restricted")
  private static void poke(long address) {
    MemorySegment.ofAddress(address).reinterpret(1).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
  }

  static Kernels writesItsInput(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void reluBackward(Tensor y, Tensor dy, Tensor dx) {
        super.reluBackward(y, dy, dx);
        Elements.set(y, 0, 1);
      }
    };
  }

  static Kernels readsPastTheEndOfAnInput(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      @SuppressWarnings("restricted")
      public void addBias(Tensor b, Tensor y) {
        long bytes = b.segment().byteSize();
        MemorySegment more = MemorySegment.ofAddress(b.segment().address() + b.dtype().bytes());
        super.addBias(Tensor.wrap(b.shape(), b.dtype(), more.reinterpret(bytes)), y);
      }
    };
  }

  static Kernels tailForgotten(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
        long last = y.shape().elements() - 1;
        double before = Elements.get(y, last);
        super.matmul(spec, a, b, bias, y);
        if (y.shape().dim(1) % LANES == 1) {
          Elements.set(y, last, before);
        }
      }
    };
  }

  static Kernels tailLosesNan(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void relu(Tensor x, Tensor y) {
        long elements = x.shape().elements();
        long tail = elements / LANES * LANES;
        super.relu(x, y);
        for (long i = tail; i < elements; i++) {
          double value = Elements.get(y, i);
          Elements.set(y, i, value > 0 ? value : 0);
        }
      }
    };
  }

  static Kernels outputsForgotten(EngineConfig config) {
    return new SkippedConvolutions(config);
  }
}
