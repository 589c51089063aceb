package dev.convoy.engine.java;

import dev.convoy.Shape;
import dev.convoy.Window;

/**
 * One axis, rows or columns, of a pooling: where its windows start and which of their taps lie in
 * the image. Positions are counted from the image's first; those in padding are negative.
 */
final class PoolAxis {
  int size;
  int outputs;
  int kernel;
  int stride;
  int before;
  int dilation;

  private void set(int size, int outputs, int kernel, int stride, int before, int dilation) {
    this.size = size;
    this.outputs = outputs;
    this.kernel = kernel;
    this.stride = stride;
    this.before = before;
    this.dilation = dilation;
  }

  /** Takes the rows of a pooling. */
  void setRows(Window window, Shape images, Shape pooled) {
    set(
        images.h(),
        pooled.h(),
        window.kernelHeight(),
        window.strideHeight(),
        window.padTop(),
        window.dilationHeight());
  }

  /** Takes the columns of a pooling. */
  void setColumns(Window window, Shape images, Shape pooled) {
    set(
        images.w(),
        pooled.w(),
        window.kernelWidth(),
        window.strideWidth(),
        window.padLeft(),
        window.dilationWidth());
  }

  /** Turns windows of stride 1 around: those of the gradients that reach an element. */
  void turn() {
    int inputs = size;
    size = outputs;
    outputs = inputs;
    before = kernel - 1 - before;
  }

  /** Distance from a window's first tap to its last. */
  long reach() {
    return (long) dilation * (kernel - 1);
  }

  /** Position of a window's first tap. */
  long start(int output) {
    return (long) output * stride - before;
  }

  /** A window's first tap in the image. */
  int firstTap(int output) {
    long start = start(output);
    return start >= 0 ? 0 : (int) Math.ceilDiv(-start, dilation);
  }

  /** Behind a window's last tap in the image. */
  int endTap(int output) {
    long room = size - start(output);
    return room > reach() ? kernel : (int) Math.ceilDiv(room, dilation);
  }

  /** The first position in the image that windows from this one on reach. */
  int firstInput(int output) {
    return (int) Math.max(0, start(output));
  }

  /** Behind the last position in the image that windows before this one reach. */
  int endInput(int end) {
    return (int) Math.min(size, start(end - 1) + reach() + 1);
  }

  /** The first window that reaches this position or one behind it. */
  int firstOutput(int position) {
    return (int) Math.max(0, Math.ceilDiv(position + (long) before - reach(), stride));
  }

  /** Behind the last window that reaches a position before this one. */
  int endOutput(int end) {
    return (int) Math.min(outputs, Math.floorDiv(end - 1 + (long) before, stride) + 1L);
  }

  /** Whether every window lies in the image, and they do not overlap: each is {@code of} wide. */
  boolean tiles(int of) {
    return kernel == of
        && stride == of
        && before == 0
        && dilation == 1
        && (long) outputs * of <= size;
  }

  /** Whether there is one window, of the whole image. */
  boolean isWhole() {
    return outputs == 1 && dilation == 1 && before + (long) size <= kernel;
  }
}
