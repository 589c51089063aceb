package dev.convoy.conformance.faults;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.lang.foreign.ValueLayout;
import java.util.function.IntPredicate;
import org.example.plain.PlainKernels;

/** Poolings with one fault each. */
final class PoolingFaults {
  private static final int LANES = 8;

  private PoolingFaults() {}

  /** Whether an element displaces the best so far. */
  @FunctionalInterface
  private interface Comparison {
    boolean beats(double candidate, double best);
  }

  static Kernels lastTieWins(EngineConfig config) {
    return maxPooling(config, (a, best) -> a >= best || isFirstNan(a, best), column -> true);
  }

  static Kernels lastNanWins(EngineConfig config) {
    return maxPooling(config, (a, best) -> a > best || Double.isNaN(a), column -> true);
  }

  static Kernels nanLostInTheTail(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
        super.maxPool2d(spec, x, y, argmax);
        int tail = y.shape().w() / LANES * LANES;
        repool(spec, x, y, argmax, (a, best) -> a > best, column -> column >= tail);
      }
    };
  }

  private static boolean isFirstNan(double candidate, double best) {
    return Double.isNaN(candidate) && !Double.isNaN(best);
  }

  private static Kernels maxPooling(
      EngineConfig config, Comparison comparison, IntPredicate columns) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
        repool(spec, x, y, argmax, comparison, columns);
      }
    };
  }

  /** Pools some columns of the output with another comparison. */
  private static void repool(
      MaxPool2dSpec spec,
      Tensor x,
      Tensor y,
      ArgMax argmax,
      Comparison comparison,
      IntPredicate columns) {
    Window window = spec.window();
    Shape shape = y.shape();
    for (int output = 0; output < shape.elements(); output++) {
      if (!columns.test(output % shape.w())) {
        continue;
      }
      double best = Double.NEGATIVE_INFINITY;
      int winner = -1;
      for (int place = 0; place < window.kernelHeight() * window.kernelWidth(); place++) {
        int input = input(window, x.shape(), shape, output, place);
        if (input >= 0 && (winner < 0 || comparison.beats(Elements.get(x, input), best))) {
          best = Elements.get(x, input);
          winner = place;
        }
      }
      Elements.set(y, output, best);
      if (argmax != null) {
        write(argmax, output, winner);
      }
    }
  }

  /** Index of one element of a window, or −1 if it is padding. */
  private static int input(Window window, Shape x, Shape y, int output, int place) {
    int row =
        output / y.w() % y.h() * window.strideHeight()
            - window.padTop()
            + place / window.kernelWidth() * window.dilationHeight();
    int column =
        output % y.w() * window.strideWidth()
            - window.padLeft()
            + place % window.kernelWidth() * window.dilationWidth();
    boolean inside = row >= 0 && row < x.h() && column >= 0 && column < x.w();
    return inside ? (output / (y.h() * y.w()) * x.h() + row) * x.w() + column : -1;
  }

  private static void write(ArgMax argmax, int output, int winner) {
    if (argmax.bytesPerWinner() == 1) {
      argmax.segment().set(ValueLayout.JAVA_BYTE, output, (byte) winner);
    } else {
      argmax.segment().setAtIndex(ValueLayout.JAVA_INT, output, winner);
    }
  }

  static Kernels paddingTakenAsZero(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
        super.maxPool2d(spec, x, y, argmax);
        Window window = spec.window();
        for (int output = 0; output < y.shape().elements(); output++) {
          if (input(window, x.shape(), y.shape(), output, 0) < 0 && Elements.get(y, output) < 0) {
            Elements.set(y, output, 0);
          }
        }
      }
    };
  }

  static Kernels signOfZeroLost(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
        super.maxPool2d(spec, x, y, argmax);
        for (int i = 0; i < y.shape().elements(); i++) {
          Elements.set(y, i, Elements.get(y, i) + 0.0);
        }
      }
    };
  }

  static Kernels winnersOfLargeWindowsCut(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
        super.maxPool2d(spec, x, y, argmax);
        for (int i = 0; argmax != null && i < y.shape().elements(); i++) {
          write(argmax, i, argmax.get(i) & 0xff);
        }
      }
    };
  }

  static Kernels winnersForgotten(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
        super.maxPool2d(spec, x, y, null);
      }
    };
  }

  static Kernels assignsInsteadOfAdding(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
        dx.fill(0);
        for (int i = 0; i < dy.shape().elements(); i++) {
          int input = input(spec.window(), dx.shape(), dy.shape(), i, argmax.get(i));
          Elements.set(dx, input, Elements.get(dy, i));
        }
      }
    };
  }

  static Kernels leavesUncoveredBordersStale(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
        double corner = Elements.get(dx, dx.shape().elements() - 1);
        super.maxPool2dBackward(spec, dy, argmax, dx);
        if (dx.shape().h() % spec.window().strideHeight() > 0) {
          Elements.set(dx, dx.shape().elements() - 1, corner);
        }
      }
    };
  }

  static Kernels oneOfAllTiesOnly(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
        ArgMax argmax = spec.argmax(x.shape());
        maxPool2d(spec, x, Tensor.zeros(y.shape(), y.dtype()), argmax);
        maxPool2dBackward(spec, dy, argmax, dx);
      }
    };
  }

  static Kernels overhangCounted(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
        super.avgPool2d(wholeWindow(spec), x, y);
      }
    };
  }

  static Kernels backwardDividesByAnotherNumber(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
        super.avgPool2dBackward(spec.countIncludePad(true), dy, dx);
      }
    };
  }

  /** Divides by the window's size where padding counts, the overhang of ceil mode or not. */
  private static AvgPool2dSpec wholeWindow(AvgPool2dSpec spec) {
    Window window = spec.window();
    boolean counted = spec.countIncludePad() && spec.divisorOverride() == 0;
    return counted ? spec.divisorOverride(window.kernelHeight() * window.kernelWidth()) : spec;
  }

  static Kernels slidingSumsCarryNanAlong(EngineConfig config) {
    return new PlainKernels(config) {
      @Override
      public void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
        super.avgPool2d(spec, x, y);
        for (int i = 1; i < y.shape().elements(); i++) {
          if (i % y.shape().w() > 0 && Double.isNaN(Elements.get(y, i - 1))) {
            Elements.set(y, i, Double.NaN);
          }
        }
      }
    };
  }
}
