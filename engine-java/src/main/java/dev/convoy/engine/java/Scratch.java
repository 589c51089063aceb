package dev.convoy.engine.java;

import dev.convoy.DType;

/** What one thread works with: made once, grown to the largest sizes asked for, used again. */
final class Scratch {
  final PackColumns columns = new PackColumns();
  final GemmConv2dWeights.Output output = new GemmConv2dWeights.Output();
  private final GemmPanels[] panels = new GemmPanels[DType.values().length];

  /** This thread's panels for a type. */
  GemmPanels panels(DType dtype) {
    GemmPanels made = panels[dtype.ordinal()];
    if (made == null) {
      made = GemmPanels.of(dtype);
      panels[dtype.ordinal()] = made;
    }
    return made;
  }
}
