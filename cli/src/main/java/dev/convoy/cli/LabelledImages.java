package dev.convoy.cli;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Gray images of 28×28 pixels as the network takes them, with a class from 0 to 9 for each. */
final class LabelledImages {
  /** Pixels along either side of an image. */
  static final int SIDE = 28;

  /** Pixels of one image. */
  static final int PIXELS = SIDE * SIDE;

  private final Tensor images;
  private final int[] labels;

  private LabelledImages(Tensor images, int[] labels) {
    this.images = images;
    this.labels = labels;
  }

  /**
   * Images that fit their labels, which is the caller's to have checked.
   *
   * @param pixels {@code [count, 28, 28]}
   * @param labels {@code [count]}
   */
  static LabelledImages of(byte[] pixels, byte[] labels) {
    int[] classes = new int[labels.length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = Byte.toUnsignedInt(labels[i]);
    }
    return new LabelledImages(scaled(pixels), classes);
  }

  /**
   * Images as the network takes them, when training and predicting: black is 0, white is 1.
   *
   * @param pixels {@code [count, 28, 28]}
   * @return {@code [count, 1, 28, 28]}
   */
  static Tensor scaled(byte[] pixels) {
    Tensor images = Tensor.zeros(Shape.of(pixels.length / PIXELS, 1, SIDE, SIDE), DType.F32);
    float[] image = new float[PIXELS];
    for (int from = 0; from < pixels.length; from += PIXELS) {
      for (int i = 0; i < PIXELS; i++) {
        image[i] = Byte.toUnsignedInt(pixels[from + i]) / 255f;
      }
      MemorySegment.copy(
          image, 0, images.segment(), ValueLayout.JAVA_FLOAT, (long) from * Float.BYTES, PIXELS);
    }
    return images;
  }

  int count() {
    return labels.length;
  }

  /** {@code [count, 1, 28, 28]}, 0 to 1. */
  Tensor images() {
    return images;
  }

  /** The class of each image; not to be changed. */
  int[] labels() {
    return labels;
  }

  /** The first images, as many as there are up to a number. */
  LabelledImages limit(int most) {
    return most >= count()
        ? this
        : new LabelledImages(images.slice(0, most), Arrays.copyOf(labels, most));
  }
}
