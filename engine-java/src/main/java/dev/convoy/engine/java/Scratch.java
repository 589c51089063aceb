package dev.convoy.engine.java;

import dev.convoy.DType;
import java.util.Arrays;

/** What one thread works with: made once, grown to the largest sizes asked for, used again. */
final class Scratch {
  final PackColumns columns = new PackColumns();
  final GemmConv2dWeights.Output output = new GemmConv2dWeights.Output();
  private PackColumns[] phases = {};
  private GemmPanels floats;
  private GemmPanels doubles;

  /** The plan of one phase, where those of several are kept. */
  PackColumns phase(int phase) {
    if (phases.length <= phase) {
      int before = phases.length;
      phases = Arrays.copyOf(phases, phase + 1);
      for (int i = before; i <= phase; i++) {
        phases[i] = new PackColumns();
      }
    }
    return phases[phase];
  }

  /** This thread's panels for a type. */
  GemmPanels panels(DType dtype) {
    return switch (dtype) {
      case F32 -> {
        if (floats == null) {
          floats = newPanels(dtype);
        }
        yield floats;
      }
      case F64 -> {
        if (doubles == null) {
          doubles = newPanels(dtype);
        }
        yield doubles;
      }
    };
  }

  /** Panels of their own, empty. */
  static GemmPanels newPanels(DType dtype) {
    return switch (dtype) {
      case F32 -> new GemmPanelsF32();
      case F64 -> new GemmPanelsF64();
    };
  }
}
