package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** That of {@code float}. */
final class DepthwisePanelsF32 extends DepthwisePanels {
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private final GemmPanelsF32 panels;

  DepthwisePanelsF32(GemmPanelsF32 panels) {
    this.panels = panels;
  }

  @Override
  void reserveBand(DepthwiseBand plan) {
    int length = Math.toIntExact(plan.length(panels.lanes()));
    panels.reserve(GemmPanels.Part.BAND, length);
    Arrays.fill(panels.band, 0, length, 0);
    panels.reserveWhole(plan.pitch + 2 * panels.lanes());
    Arrays.fill(panels.whole, 0);
  }

  @Override
  void band(DepthwiseBand plan, MemorySegment from, long at, int first, int rows) {
    DepthwiseF32.band(plan, from, at, first, rows, panels.whole, panels.band);
  }

  @Override
  void outputs(
      DepthwiseBand plan,
      int rows,
      GemmPanels leftOwner,
      int weights,
      MemorySegment biases,
      long channel,
      GemmEpilogue epilogue,
      MemorySegment y,
      long to) {
    float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwiseF32.outputs(plan, panels.band, rows, w, weights, bias, epilogue, y, to);
  }

  @Override
  void outputs(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      int row,
      int rows,
      GemmPanels leftOwner,
      int weights,
      MemorySegment biases,
      long channel,
      boolean relu,
      MemorySegment y,
      long to) {
    float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwisePlaneF32.outputs(plan, x, from, row, rows, w, weights, bias, relu, y, to);
  }

  @Override
  void spread(DepthwiseBand plan, GemmPanels leftOwner, int weights, int rows, int width) {
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwiseBackwardF32.spread(plan, panels.band, rows, w, weights, panels.product, 0, width);
  }

  @Override
  void spread(
      DepthwiseBand plan,
      MemorySegment dy,
      long from,
      int row,
      int pairs,
      GemmPanels leftOwner,
      int weights,
      MemorySegment dx,
      long to) {
    float[] w = ((GemmPanelsF32) leftOwner).left;
    DepthwisePlaneSpreadF32.spread(plan, dy, from, row, pairs, w, weights, dx, to);
  }

  @Override
  void weights(
      DepthwiseBand plan,
      MemorySegment x,
      long from,
      MemorySegment dy,
      long gradients,
      int row,
      int rows,
      GemmPanels productOwner,
      int index) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DepthwisePlaneWeightsF32.weights(plan, x, from, dy, gradients, row, rows, sums, index);
  }

  @Override
  void weights(DepthwiseBand plan, int rows, GemmPanels productOwner, int index) {
    float[] sums = ((GemmPanelsF32) productOwner).product;
    DepthwiseBackwardF32.weights(plan, panels.band, rows, panels.left, sums, index);
  }

  @Override
  void reverse(GemmPanels.Part part, int run, int length) {
    float[] array = panels.part(part);
    for (int end = run; end <= length; end += run) {
      for (int i = end - run, j = end - 1; i < j; i++, j--) {
        float swap = array[i];
        array[i] = array[j];
        array[j] = swap;
      }
    }
  }
}
