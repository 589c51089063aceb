package dev.convoy.nn;

import dev.convoy.Shape;
import dev.convoy.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * Goes through labelled images in random order, a batch at a time. Each batch is copied into a
 * tensor that this owns, so a pass allocates nothing. The last batch of a pass is smaller where the
 * number of images is no multiple.
 */
public final class Batches {
  private final Tensor images;
  private final int[] labels;
  private final int[] order;
  private final SplittableRandom random;
  private final Batch full;
  private final Batch last;
  private Batch current;
  private int position;

  private static final class Batch {
    final Tensor images;
    final int[] labels;

    Batch(Tensor images) {
      this.images = images;
      this.labels = new int[images.shape().dim(0)];
    }
  }

  /**
   * All of a set, in its own order until {@link #shuffle}.
   *
   * @param images {@code [N, …]}, N at least 1
   * @param labels the class of each image
   * @param size images of a batch, at least 1; more than N is as N
   * @param seed of the orders
   */
  public Batches(Tensor images, int[] labels, int size, long seed) {
    check(images, labels, size);
    this.images = images;
    this.labels = labels;
    this.order = new int[labels.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    this.random = new SplittableRandom(seed);
    int most = Math.min(size, labels.length);
    int rest = labels.length % most;
    Tensor memory = Tensor.zeros(withImages(images.shape(), most), images.dtype());
    this.full = new Batch(memory);
    this.last = rest == 0 ? full : new Batch(memory.slice(0, rest));
  }

  static void check(Tensor images, int[] labels, int size) {
    int n = images.shape().rank() == 0 ? 0 : images.shape().dim(0);
    if (n < 1) {
      throw new IllegalArgumentException(
          "images has shape " + images.shape() + ", must be [N, …] with N at least 1");
    }
    if (labels.length != n) {
      throw new IllegalArgumentException(
          "labels has %d elements, must have %d, one for each image".formatted(labels.length, n));
    }
    if (size < 1) {
      throw new IllegalArgumentException("the batch size is " + size + ", must be at least 1");
    }
  }

  private static Shape withImages(Shape shape, int n) {
    int[] dims = new int[shape.rank()];
    dims[0] = n;
    for (int axis = 1; axis < dims.length; axis++) {
      dims[axis] = shape.dim(axis);
    }
    return Shape.of(dims);
  }

  /** How many batches a pass has. */
  public int count() {
    return (order.length + full.labels.length - 1) / full.labels.length;
  }

  /** Begins a new pass in a new random order. */
  public void shuffle() {
    for (int i = order.length - 1; i > 0; i--) { // Fisher and Yates
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    position = 0;
  }

  /**
   * Goes to the next batch.
   *
   * @return false if the pass is over
   */
  public boolean next() {
    if (position == order.length) {
      return false;
    }
    current = order.length - position < full.labels.length ? last : full;
    long bytes = images.segment().byteSize() / labels.length;
    for (int i = 0; i < current.labels.length; i++) {
      int image = order[position + i];
      MemorySegment.copy(
          images.segment(), image * bytes, current.images.segment(), i * bytes, bytes);
      current.labels[i] = labels[image];
    }
    position += current.labels.length;
    return true;
  }

  /**
   * The images of the batch, {@code [size, …]}, valid until the next.
   *
   * @throws IllegalStateException before the first {@link #next}
   */
  public Tensor images() {
    return current().images;
  }

  /**
   * The labels of the batch, valid until the next.
   *
   * @throws IllegalStateException before the first {@link #next}
   */
  public int[] labels() {
    return current().labels;
  }

  private Batch current() {
    if (current == null) {
      throw new IllegalStateException("there is no batch before the first next()");
    }
    return current;
  }
}
