package dev.convoy.bench.work;

import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.work.Workload.Kind;
import java.util.ArrayList;
import java.util.List;

/** What is timed, each by its benchmark's method. */
public enum Operation {
  /** Convolution with bias. */
  CONV_FORWARD("Conv2dBenchmark.forward", "convolution"),
  /** Its gradient of the input. */
  CONV_BACKWARD_INPUT("Conv2dBenchmark.backwardInput", "convolution, dx"),
  /** Its gradients of weights and bias. */
  CONV_BACKWARD_WEIGHTS("Conv2dBenchmark.backwardWeights", "convolution, dw and db"),
  /** Max pooling for inference. */
  MAXPOOL_FORWARD("MaxPool2dBenchmark.forward", "max pooling"),
  /** Max pooling that remembers the winners. */
  MAXPOOL_FORWARD_TRAINING("MaxPool2dBenchmark.forwardTraining", "max pooling, winners kept"),
  /** Its gradient. */
  MAXPOOL_BACKWARD("MaxPool2dBenchmark.backward", "max pooling, dx"),
  /** Average pooling. */
  AVGPOOL_FORWARD("AvgPool2dBenchmark.forward", "average pooling"),
  /** Its gradient. */
  AVGPOOL_BACKWARD("AvgPool2dBenchmark.backward", "average pooling, dx"),
  /** The matrix product that one group of one image of a convolution comes down to. */
  MATMUL("MatmulBenchmark.product", "matrix product"),
  /** A training step of the network of {@code convoy train}. */
  TRAINING_STEP("TrainingStepBenchmark.step", "training step");

  /** The network that is trained: its input, with {@code convoy train}'s batch. */
  public static final Workload FASHION =
      new Workload(Kind.CONV, "fashion", Shape.of(128, 1, 28, 28), 10, Window.square(1), 1);

  private final String benchmark;
  private final String title;

  Operation(String benchmark, String title) {
    this.benchmark = benchmark;
    this.title = title;
  }

  /** Every operation, in the order of reports. */
  public static List<Operation> all() {
    return List.of(values());
  }

  /** The benchmark's class and method, as in {@code Conv2dBenchmark.forward}. */
  public String benchmark() {
    return benchmark;
  }

  /** In words. */
  public String title() {
    return title;
  }

  /**
   * The operation that a benchmark's method times.
   *
   * @param name the end of it is class and method
   */
  public static Operation of(String name) {
    for (Operation operation : values()) {
      if (name.equals(operation.benchmark) || name.endsWith("." + operation.benchmark)) {
        return operation;
      }
    }
    throw new IllegalArgumentException(name + " times no operation");
  }

  /** Whether it can be timed at a size. */
  public boolean accepts(Workload workload) {
    return switch (this) {
      case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHTS ->
          workload.kind() == Kind.CONV && !isFashion(workload);
      case MATMUL -> // depthwise convolutions make no product worth the name
          workload.kind() == Kind.CONV && workload.groups() == 1 && !isFashion(workload);
      case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING, MAXPOOL_BACKWARD ->
          workload.kind() == Kind.MAXPOOL;
      case AVGPOOL_FORWARD, AVGPOOL_BACKWARD -> workload.kind() == Kind.AVGPOOL;
      case TRAINING_STEP -> isFashion(workload);
    };
  }

  private static boolean isFashion(Workload workload) {
    return workload.name().equals(FASHION.name()) || workload.name().startsWith("fashion@");
  }

  /** The sizes it can be timed at, in the file's order. */
  public List<Workload> workloads() {
    if (this == TRAINING_STEP) {
      return List.of(FASHION);
    }
    List<Workload> workloads = new ArrayList<>(Workload.all());
    workloads.removeIf(workload -> !accepts(workload));
    return workloads;
  }
}
