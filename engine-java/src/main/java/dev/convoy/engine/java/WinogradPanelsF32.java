package dev.convoy.engine.java;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** That of {@code float}. */
final class WinogradPanelsF32 extends WinogradPanels {
  private static final ValueLayout.OfFloat ELEMENT = ValueLayout.JAVA_FLOAT;

  private final GemmPanelsF32 panels;

  WinogradPanelsF32(GemmPanelsF32 panels) {
    this.panels = panels;
  }

  @Override
  void transformTiles(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      GemmPanels.Part to,
      int index,
      int stride,
      int plane) {
    panels.reserve(GemmPanels.Part.TILES, WinogradBlockF32.betweenLength(transform, block));
    float[] out = panels.part(to);
    WinogradBlockF32.tiles(
        transform, block, channels, panels.band, panels.tiles, out, index, stride, plane);
  }

  @Override
  void transformTurned(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      GemmPanels.Part to,
      int index,
      int plane) {
    panels.reserve(GemmPanels.Part.TURNED, WinogradBlockF32.turnedLength(block));
    panels.reserve(GemmPanels.Part.TILES, WinogradBlockF32.turnedBetweenLength(transform, block));
    float[] out = panels.part(to);
    WinogradBlockF32.turned(
        transform,
        block,
        channels,
        panels.band,
        panels.turned,
        panels.tiles,
        panels.tile,
        out,
        index,
        plane);
  }

  @Override
  void transformNarrow(
      WinogradTransform transform,
      PackColumns block,
      int channels,
      int count,
      GemmPanels.Part to,
      int index,
      int far,
      int plane) {
    panels.reserve(GemmPanels.Part.TURNED, WinogradBlockF32.turnedLength(block));
    panels.reserve(GemmPanels.Part.TURNED, WinogradBlockF32.narrowLength(transform));
    panels.reserve(GemmPanels.Part.TILES, WinogradBlockF32.turnedBetweenLength(transform, block));
    float[] out = panels.part(to);
    WinogradBlockF32.narrow(
        transform,
        block,
        channels,
        count,
        panels.band,
        panels.turned,
        panels.tiles,
        panels.tile,
        out,
        index,
        far,
        plane);
  }

  @Override
  void transform(
      WinogradTransform transform,
      GemmPanels.Part from,
      int at,
      int step,
      int next,
      GemmPanels owner,
      GemmPanels.Part to,
      int index,
      int stride,
      int far,
      int count) {
    float[] out = ((GemmPanelsF32) owner).part(to);
    WinogradBlockF32.spaced(
        transform, panels.part(from), at, step, next, out, index, stride, far, count);
  }

  @Override
  void outputTiles(
      WinogradKind kind,
      GemmPanels.Part from,
      int at,
      int step,
      GemmPanels.Part to,
      int index,
      int count) {
    WinogradBlockF32.outputTiles(kind, panels.part(from), at, step, panels.part(to), index, count);
  }

  @Override
  void finish(
      GemmPanels.Part part,
      int index,
      int length,
      MemorySegment biases,
      long channel,
      boolean relu) {
    float bias = biases == null ? 0 : biases.getAtIndex(ELEMENT, channel);
    GemmOutputF32.finish(panels.part(part), index, length, bias, relu);
  }
}
