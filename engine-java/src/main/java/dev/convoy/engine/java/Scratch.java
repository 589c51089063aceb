package dev.convoy.engine.java;

import dev.convoy.DType;

/** What one thread works with: made once, grown to the largest sizes asked for, used again. */
final class Scratch {
  final PackColumns columns = new PackColumns();
  final GemmConv2dWeights.Output output = new GemmConv2dWeights.Output();
  private GemmPanels floats;
  private GemmPanels doubles;

  /** This thread's panels for a type. */
  GemmPanels panels(DType dtype) {
    return switch (dtype) {
      case F32 -> {
        if (floats == null) {
          floats = new GemmPanelsF32();
        }
        yield floats;
      }
      case F64 -> {
        if (doubles == null) {
          doubles = new GemmPanelsF64();
        }
        yield doubles;
      }
    };
  }
}
