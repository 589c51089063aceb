package dev.convoy.conformance.faults;

import dev.convoy.Activation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.util.concurrent.locks.LockSupport;
import org.example.plain.PlainKernels;

/** Convolutions with one fault each. */
final class ConvolutionFaults {
  private ConvolutionFaults() {}

  static Kernels paddingOffByOne(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
        Window window = spec.window();
        int left = Math.max(0, window.padLeft() - 1);
        super.conv2d(padded(spec, window.padTop(), left), x, w, b, y);
      }
    };
  }

  static Kernels rowsAndColumnsOfPaddingSwapped(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2dBackwardInput(
          Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
        Window window = spec.window();
        Conv2dSpec swapped = padded(spec, window.padLeft(), window.padTop());
        super.conv2dBackwardInput(swapped, dy, w, dx, accumulate);
      }
    };
  }

  private static Conv2dSpec padded(Conv2dSpec spec, int top, int left) {
    Window window = spec.window().padding(top, left, top, left);
    return new Conv2dSpec(window, spec.groups(), spec.activation());
  }

  static Kernels biasForgottenInGroups(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
        super.conv2d(spec, x, w, spec.groups() > 1 ? null : b, y);
      }
    };
  }

  static Kernels dilationIgnored(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2dBackwardWeights(
          Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
        Window window = spec.window().dilation(1);
        Conv2dSpec dense = new Conv2dSpec(window, spec.groups(), spec.activation());
        super.conv2dBackwardWeights(dense, x, dy, dw, db, accumulate);
      }
    };
  }

  static Kernels accumulateIgnored(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2dBackwardWeights(
          Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
        super.conv2dBackwardWeights(spec, x, dy, dw, db, false);
      }
    };
  }

  static Kernels addsToStaleOutput(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2dBackwardInput(
          Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
        super.conv2dBackwardInput(spec, dy, w, dx, true);
      }
    };
  }

  static Kernels reluMakesZeroOfNan(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
        super.conv2d(spec, x, w, b, y);
        for (long i = 0; spec.activation() == Activation.RELU && i < y.shape().elements(); i++) {
          Elements.set(y, i, Elements.get(y, i) > 0 ? Elements.get(y, i) : 0);
        }
      }
    };
  }

  static Kernels doublesComputedAsFloats(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
        super.conv2d(spec, x, w, b, y);
        for (long i = 0; y.dtype() == DType.F64 && i < y.shape().elements(); i++) {
          Elements.set(y, i, (float) Elements.get(y, i));
        }
      }
    };
  }

  static Kernels sumsInAsManyPartsAsThreads(EngineConfig config) {
    return new SkippedConvolutions(config) {
      @Override
      public void conv2dBackwardWeights(
          Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
        double[] parts = new double[config.threads()];
        for (int i = 0; db != null && i < dy.shape().elements(); i++) {
          parts[i % parts.length] += Elements.get(dy, i);
        }
        double sum = 0;
        for (double part : parts) {
          sum += dy.dtype() == DType.F32 ? (float) part : part;
        }
        if (db != null) {
          Elements.set(db, 0, sum);
        }
      }
    };
  }

  static Kernels scratchSharedByCallers(EngineConfig config) {
    return new SkippedConvolutions(config) {
      private volatile Tensor current;

      @Override
      public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
        current = y;
        LockSupport.parkNanos(50_000); // long enough for another caller to come in
        Elements.set(y, 0, current == y ? 1 : 2);
      }
    };
  }

  static Kernels weightsKeptByTheirFirstElement(EngineConfig config) {
    return new PlainKernels(config) {
      private Tensor kept;

      @Override
      public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
        if (kept == null
            || !kept.shape().equals(w.shape())
            || kept.dtype() != w.dtype()
            || Elements.get(kept, 0) != Elements.get(w, 0)) {
          kept = Tensor.zeros(w.shape(), w.dtype());
          kept.segment().copyFrom(w.segment());
        }
        super.conv2d(spec, x, kept, b, y);
      }
    };
  }
}
