package dev.convoy.conformance;

import dev.convoy.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * A named window on an image, of those where pooling has gone wrong in one library or another.
 *
 * @param name what is special
 * @param window kernel, stride, padding, dilation and ceil mode
 * @param batch images
 * @param channels of each
 * @param height rows of the image
 * @param width columns of the image
 */
record PoolGeometry(String name, Window window, int batch, int channels, int height, int width) {

  /** The windows that vectorised kernels are written for. */
  static List<PoolGeometry> usual() {
    return List.of(
        of("2×2 stride 2", Window.square(2).stride(2), 6, 12),
        of("2×2 stride 1", Window.square(2), 5, 9),
        of("3×3 stride 2 padding 1", Window.square(3).stride(2).padding(1), 7, 11),
        of("3×3 stride 2", Window.square(3).stride(2), 9, 19),
        of("3×3 stride 1 padding 1", Window.square(3).padding(1), 5, 18),
        of("3×3 stride 3", Window.square(3).stride(3), 9, 21));
  }

  /** The rare ones. */
  static List<PoolGeometry> edges() {
    Window two = Window.square(2).stride(2);
    Window three = Window.square(3).stride(2);
    List<PoolGeometry> edges = new ArrayList<>();
    edges.add(of("1×1 kernel", Window.square(1), 4, 17));
    edges.add(of("1×1 kernel, stride 3", Window.square(1).stride(3), 7, 19));
    edges.add(of("one pixel", Window.square(1), 1, 1));
    edges.add(of("one pixel, padded", Window.square(3).padding(1), 1, 1));
    edges.add(of("kernel = input", Window.of(5, 7), 5, 7));
    edges.add(of("kernel = padded input", Window.of(5, 7).padding(1), 3, 5));
    edges.add(of("kernel = input, stride 2", Window.of(4, 4).stride(2), 4, 4));
    edges.add(of("global pooling", Window.of(13, 17), 13, 17));
    edges.add(of("one output column", Window.of(2, 9).stride(2), 8, 9));
    edges.add(of("one output row", Window.of(6, 2).stride(2), 6, 40));
    edges.add(of("row kernel", Window.of(1, 3).stride(1, 2), 4, 33));
    edges.add(of("column kernel", Window.of(3, 1).stride(2, 1), 9, 35));
    edges.add(of("stride > kernel", Window.square(2).stride(3), 11, 23));
    edges.add(of("stride > kernel, padded", Window.square(2).stride(5).padding(1), 12, 26));
    edges.add(of("stride > input", Window.square(2).stride(9), 5, 6));
    edges.add(of("stride differs", Window.of(3, 2).stride(1, 3), 6, 29));
    edges.add(of("overlapping 5×5", Window.square(5).stride(2).padding(2), 11, 21));
    edges.add(of("overlapping 7×7", Window.square(7).padding(3), 9, 12));
    edges.add(of("padding at the top", three.padding(1, 0, 0, 0), 8, 21));
    edges.add(of("padding at the left", three.padding(0, 1, 0, 0), 9, 20));
    edges.add(of("padding at the bottom", three.padding(0, 0, 2, 0), 9, 19));
    edges.add(of("padding at the right", three.padding(0, 0, 0, 2), 9, 18));
    edges.add(of("padding differs", Window.of(4, 5).padding(3, 1, 0, 2), 6, 13));
    edges.add(of("most padding", Window.square(4).padding(3), 3, 4));
    edges.add(of("dilation 2", Window.square(3).dilation(2), 9, 22));
    edges.add(of("dilation differs", Window.of(2, 3).dilation(3, 2).stride(2), 10, 19));
    edges.add(of("dilation, padded", Window.square(3).dilation(2).padding(2), 8, 11));
    edges.add(of("dilation, asymmetric", Window.square(2).dilation(3).padding(2, 1, 0, 2), 7, 9));
    edges.add(of("ceil mode, overhang of one", two.ceilMode(true), 7, 21));
    edges.add(of("ceil mode, no overhang", two.ceilMode(true), 6, 20));
    edges.add(of("ceil mode, 3×3 stride 2", three.ceilMode(true), 8, 20));
    edges.add(of("ceil mode, padded", three.padding(1).ceilMode(true), 6, 12));
    edges.add(of("ceil mode, last window in padding", two.padding(1).ceilMode(true), 3, 5));
    edges.add(
        of(
            "ceil mode, last window in right padding",
            two.padding(0, 0, 1, 1).ceilMode(true),
            4,
            8));
    edges.add(of("ceil mode, overhang of two", Window.square(3).stride(3).ceilMode(true), 7, 10));
    edges.add(of("ceil mode, 1×1 stride 2", Window.square(1).stride(2).ceilMode(true), 4, 6));
    edges.add(of("ceil mode, dilation", three.dilation(2).ceilMode(true), 10, 16));
    edges.add(of("ceil mode, kernel 2 stride 5", Window.square(2).stride(5).ceilMode(true), 8, 14));
    edges.add(of("batch of one", two, 6, 18).batch(1, 1));
    edges.add(of("large batch", two, 4, 6).batch(17, 2));
    edges.add(of("many channels", two, 2, 2).batch(2, 70));
    edges.add(of("empty batch", two, 6, 18).batch(0, 3));
    edges.add(of("empty batch, padded", three.padding(1), 5, 9).batch(0, 2));
    edges.add(of("16×16 window, the largest of one byte", Window.square(16).stride(3), 22, 25));
    edges.add(of("17×16 window, more than one byte", Window.of(17, 16).stride(3), 23, 25));
    edges.add(of("1×300 window", Window.of(1, 300).stride(1, 7), 2, 321));
    edges.add(of("20×20 window, padded", Window.square(20).stride(5).padding(9), 24, 21));
    edges.add(of("19×19 window, ceil mode", Window.square(19).stride(8).ceilMode(true), 30, 33));
    return edges;
  }

  private static PoolGeometry of(String name, Window window, int height, int width) {
    return new PoolGeometry(name, window, 2, 3, height, width);
  }

  private PoolGeometry batch(int images, int ofChannels) {
    return new PoolGeometry(name, window, images, ofChannels, height, width);
  }

  /** The same window on an image of another width, as high as gives two rows of output. */
  PoolGeometry width(int other) {
    int rows = Math.toIntExact(window.effectiveHeight()) + window.strideHeight();
    return new PoolGeometry(name + ", width " + other, window, 2, 2, rows, other);
  }

  /** Whether the window fits the image. */
  boolean fits() {
    return width + window.padLeft() + window.padRight() >= window.effectiveWidth();
  }
}
