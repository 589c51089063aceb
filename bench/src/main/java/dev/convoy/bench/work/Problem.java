package dev.convoy.bench.work;

import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * An operation at a size, with its inputs: dense, NCHW, the same numbers in every run and for every
 * engine. They are from -1 to 1 and no two within a window are alike, so that which of tied maxima
 * wins is not asked.
 */
public final class Problem {
  /** The inputs there may be. For matrix products, X and W are the left and the right matrix. */
  private enum Role {
    X(1),
    W(2),
    B(3),
    DY(4);

    final int seed;

    Role(int seed) {
      this.seed = seed;
    }
  }

  private final Operation operation;
  private final Workload workload;
  private final DType dtype;
  private final Map<Role, Tensor> inputs = new EnumMap<>(Role.class);
  private final Shape x;
  private final Shape w;
  private final Shape y;

  /**
   * In the 32 bits of most uses.
   *
   * @throws IllegalArgumentException if the size is none for the operation
   */
  public Problem(Operation operation, Workload workload) {
    this(operation, workload, DType.F32);
  }

  /**
   * In a type.
   *
   * @throws IllegalArgumentException if the size is none for the operation
   */
  public Problem(Operation operation, Workload workload, DType dtype) {
    if (!operation.accepts(workload)) {
      throw new IllegalArgumentException(workload.name() + " is no size of " + operation);
    }
    this.operation = operation;
    this.workload = workload;
    this.dtype = dtype;
    switch (operation) {
      case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHTS -> {
        requireDivisible("C", workload.x().c());
        requireDivisible("K", workload.outputChannels());
        x = workload.x();
        w = workload.weights();
        y = conv().outputShape(x, w);
      }
      case MATMUL -> {
        Window window = workload.window();
        Shape weights = workload.weights();
        int inner = weights.c() * weights.h() * weights.w();
        int columns = window.outputHeight(workload.x().h()) * window.outputWidth(workload.x().w());
        x = Shape.of(weights.n(), inner);
        w = Shape.of(inner, columns);
        y = Shape.of(weights.n(), columns);
      }
      case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING, MAXPOOL_BACKWARD -> {
        x = workload.x();
        w = null;
        y = maxPool().outputShape(x);
      }
      case AVGPOOL_FORWARD, AVGPOOL_BACKWARD -> {
        x = workload.x();
        w = null;
        y = avgPool().outputShape(x);
      }
      case TRAINING_STEP -> {
        x = workload.x();
        w = null;
        y = Shape.of(x.n(), workload.outputChannels());
      }
      default -> throw new AssertionError(operation);
    }
  }

  private void requireDivisible(String name, int channels) {
    if (workload.groups() < 1 || channels < 1 || channels % workload.groups() != 0) {
      throw new IllegalArgumentException(
          "%s is %d, must be a multiple of groups, %d"
              .formatted(name, channels, workload.groups()));
    }
  }

  /** What is computed. */
  public Operation operation() {
    return operation;
  }

  /** At what size. */
  public Workload workload() {
    return workload;
  }

  /** The elements' type. */
  public DType dtype() {
    return dtype;
  }

  /** The convolution. */
  public Conv2dSpec conv() {
    return Conv2dSpec.of(workload.window()).groups(workload.groups());
  }

  /** The max pooling. */
  public MaxPool2dSpec maxPool() {
    return MaxPool2dSpec.of(workload.window());
  }

  /** The average pooling: padding is not counted in the divisor. */
  public AvgPool2dSpec avgPool() {
    return AvgPool2dSpec.of(workload.window());
  }

  /** Shape of {@link #x}. */
  public Shape xShape() {
    return x;
  }

  /** Shape of {@link #w}. */
  public Shape wShape() {
    return w;
  }

  /** Shape of the output, and of {@link #dy}. */
  public Shape yShape() {
    return y;
  }

  /** Images {@code [N, C, H, W]}; of a matrix product the left matrix. */
  public Tensor x() {
    return input(Role.X, x);
  }

  /** Weights {@code [K, C/groups, kh, kw]}; of a matrix product the right matrix. */
  public Tensor w() {
    return input(Role.W, w);
  }

  /** Bias {@code [K]}. */
  public Tensor b() {
    return input(Role.B, Shape.of(workload.outputChannels()));
  }

  /** Gradient of the output. */
  public Tensor dy() {
    return input(Role.DY, y);
  }

  /** The classes of a training step's images. */
  public int[] labels() {
    int[] labels = new int[x.n()];
    for (int n = 0; n < labels.length; n++) {
      labels[n] = n % workload.outputChannels();
    }
    return labels;
  }

  /** Shapes of what is computed: one, or with the bias's gradient two. */
  public List<Shape> results() {
    return switch (operation) {
      case CONV_FORWARD, MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING, AVGPOOL_FORWARD, MATMUL ->
          List.of(y);
      case CONV_BACKWARD_INPUT, MAXPOOL_BACKWARD, AVGPOOL_BACKWARD -> List.of(x);
      case CONV_BACKWARD_WEIGHTS -> List.of(w, Shape.of(workload.outputChannels()));
      case TRAINING_STEP -> List.of(Shape.of(2)); // the loss of the first step and of a later one
    };
  }

  private Tensor input(Role role, Shape shape) {
    Tensor made = inputs.get(role);
    if (made == null) {
      made = generate(shape, dtype, role.seed);
      inputs.put(role, made);
    }
    return made;
  }

  private static Tensor generate(Shape shape, DType dtype, int seed) {
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = scramble(i + seed * 0x51ED27) * 0x1p-23f - 1;
    }
    if (dtype == DType.F32) {
      return Tensor.of(shape, values);
    }
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return Tensor.of(shape, wide);
  }

  /** A permutation of the numbers of 24 bits: each step can be undone. */
  private static int scramble(int number) {
    int mask = (1 << 24) - 1;
    int mixed = number & mask;
    mixed = mixed * 0x9E3779 & mask;
    mixed ^= mixed >>> 11;
    mixed = mixed * 0x85EBCB & mask;
    mixed ^= mixed >>> 13;
    return mixed;
  }

  @Override
  public String toString() {
    return operation.benchmark() + " on " + workload.name() + " in " + dtype;
  }
}
