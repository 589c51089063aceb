package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;

/** That of {@code float}. */
final class DirectPanelsF32 extends DirectPanels {
  private final GemmPanelsF32 panels;

  DirectPanelsF32(GemmPanelsF32 panels) {
    this.panels = panels;
  }

  @Override
  void outputs(PackColumns block, GemmPanels leftOwner, int a0, int filters, int index, int far) {
    float[] weights = ((GemmPanelsF32) leftOwner).left;
    for (int i = 0; i < filters; i += DirectConv2d.AT_ONCE) {
      int at = a0 + i * block.places;
      int last = Math.min(DirectConv2d.AT_ONCE, filters - i) - 1;
      if (last == 0) {
        DirectConv2dF32.outputs(block, panels.band, weights, at, panels.product, index + i * far);
      } else {
        DirectConv2dF32.outputsOfFour(
            block, panels.band, weights, at, last, panels.product, index + i * far, far);
      }
    }
  }

  @Override
  boolean isBandFinite(int length) {
    return DirectWeightsF32.areFinite(panels.band, length, panels.tile);
  }

  @Override
  void weights(PackColumns block, GemmPanels productOwner, int index) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DirectWeightsF32.ofOne(block, panels.band, panels.left, sums, index);
  }

  @Override
  void weights(
      PackColumns block,
      MemorySegment dy,
      long at,
      long far,
      int last,
      GemmPanels productOwner,
      int index,
      int next) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DirectWeightsF32.ofFour(block, panels.band, dy, at, far, last, sums, index, next);
  }

  @Override
  void spacedRows(
      MemorySegment from, long at, int rows, int width, int index, int pitch, int length) {
    PackF32.spacedRows(from, at, rows, width, panels.right, index, pitch, length);
  }

  @Override
  void addTapRows(
      int taps,
      int at,
      int pitch,
      int plane,
      int planes,
      GemmPanels weightsOwner,
      int tap,
      int down,
      int next,
      int columns,
      int to,
      int far) {
    float[] w = ((GemmPanelsF32) weightsOwner).left;
    float[] sums = panels.product;
    switch (taps) {
      case 5 ->
          TapRowsF32.five(
              panels.right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
      case 4 ->
          TapRowsF32.four(
              panels.right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
      default ->
          TapRowsF32.three(
              panels.right, at, pitch, plane, planes, w, tap, down, next, columns, sums, to, far);
    }
  }
}
