package dev.convoy.engine.java;

import com.sun.management.ThreadMXBean;
import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.incubator.vector.DoubleVector;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Runs every kernel of the engine until it is compiled, and prints those that go on allocating: a
 * vector operation that the compiler could not turn into instructions makes objects, and costs a
 * factor of a hundred. Of these it prints which operation, and where.
 *
 * <p>It is a program so that {@link VectorCliffTest} can run it with vectors of each width.
 */
final class VectorCliff {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final Duration SAMPLED = Duration.ofSeconds(1);
  private static final int CALLS = 20;

  private record Call(String name, Runnable run) {}

  private final Kernels kernels = new JavaKernels(EngineConfig.defaults().threads(1));
  private final List<Call> calls = new ArrayList<>();

  private VectorCliff() {}

  /** Prints the kernels that allocate, and at the end how many there were. */
  public static void main(String[] arguments) throws IOException {
    VectorCliff cliff = new VectorCliff();
    for (DType dtype : DType.values()) {
      // With two doubles a vector, the engine pools in plain loops, and the compiler knows neither
      // masks nor shuffles for what is left.
      if (dtype == DType.F32 || DoubleVector.SPECIES_PREFERRED.length() > 2) {
        cliff.addPoolings(dtype);
        cliff.addPointwise(dtype);
        cliff.addProducts(dtype);
        cliff.addConvolutions(dtype);
      }
    }
    int all = cliff.calls.size();
    for (Call call : cliff.allocating()) {
      System.out.println(call.name + " allocates: " + where(call));
    }
    System.out.println("kernels tried: " + all);
    System.out.println("memory: " + (Memory.BY_ADDRESS ? "by address" : "through segments"));
  }

  private void add(String name, DType dtype, Runnable run) {
    calls.add(new Call(dtype + " " + name, run));
  }

  private void addPoolings(DType dtype) {
    addPooling(dtype, Window.square(2).stride(2));
    addPooling(dtype, Window.square(3).stride(2).padding(1));
    addPooling(dtype, Window.square(3).padding(1));
    addPooling(dtype, Window.square(5).padding(2));
    addPooling(dtype, Window.square(3).stride(3));
    addPooling(dtype, Window.of(18, 38));
  }

  private void addPooling(DType dtype, Window window) {
    MaxPool2dSpec max = MaxPool2dSpec.of(window);
    AvgPool2dSpec average = AvgPool2dSpec.of(window);
    Tensor x = Samples.random(Shape.of(2, 3, 18, 38), dtype, 1);
    Tensor withNaN = Samples.filled(x.shape(), dtype, Double.NaN);
    Tensor dx = Tensor.zeros(x.shape(), dtype);
    Tensor y = Tensor.zeros(max.outputShape(x.shape()), dtype);
    Tensor dy = Samples.random(y.shape(), dtype, 2);
    ArgMax argmax = max.argmax(x.shape());
    String of =
        " %d×%d/%d".formatted(window.kernelHeight(), window.kernelWidth(), window.strideWidth());
    add("max pooling" + of, dtype, () -> kernels.maxPool2d(max, x, y, argmax));
    add("max pooling without places" + of, dtype, () -> kernels.maxPool2d(max, x, y, null));
    add("max pooling of NaN" + of, dtype, () -> kernels.maxPool2d(max, withNaN, y, argmax));
    add(
        "max pooling of NaN without places" + of,
        dtype,
        () -> kernels.maxPool2d(max, withNaN, y, null));
    add(
        "gradient of max pooling" + of,
        dtype,
        () -> kernels.maxPool2dBackward(max, dy, argmax, dx));
    add(
        "gradient of max pooling to ties" + of,
        dtype,
        () -> kernels.maxPool2dBackward(max, x, y, dy, dx));
    add("average pooling" + of, dtype, () -> kernels.avgPool2d(average, x, y));
    add(
        "gradient of average pooling" + of,
        dtype,
        () -> kernels.avgPool2dBackward(average, dy, dx));
  }

  private void addConvolutions(DType dtype) {
    Window three = Window.square(3).padding(1);
    addConvolution(dtype, Conv2dAlgorithm.GEMM, three, 1);
    addConvolution(dtype, Conv2dAlgorithm.DIRECT, three, 1);
    addConvolution(dtype, Conv2dAlgorithm.WINOGRAD, three, 1);
    addConvolution(dtype, Conv2dAlgorithm.WINOGRAD, Window.square(5).padding(2), 1);
    addConvolution(dtype, Conv2dAlgorithm.WINOGRAD, three.padding(2).dilation(2), 1);
    addConvolution(dtype, Conv2dAlgorithm.WINOGRAD, three.stride(2), 1);
    addConvolution(dtype, Conv2dAlgorithm.GEMM, three.stride(2), 1);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, Window.square(1), 1);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, Window.square(1), 1, 16, 64); // whole tiles
    addConvolution(dtype, Conv2dAlgorithm.AUTO, three, 1, 4);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, Window.square(4), 1, 4);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, Window.square(5).padding(2), 1, 4);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, three, 12);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, three, 12, 12, GemmPanels.lanes(dtype) * 7 / 2);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, three.stride(2), 12);
    addConvolution(dtype, Conv2dAlgorithm.AUTO, Window.square(5).padding(2), 12);
  }

  private void addConvolution(DType dtype, Conv2dAlgorithm algorithm, Window window, int groups) {
    addConvolution(dtype, algorithm, window, groups, 12);
  }

  private void addConvolution(
      DType dtype, Conv2dAlgorithm algorithm, Window window, int groups, int filters) {
    addConvolution(dtype, algorithm, window, groups, filters, 40);
  }

  private void addConvolution(
      DType dtype, Conv2dAlgorithm algorithm, Window window, int groups, int filters, int width) {
    Kernels kernels = new JavaKernels(EngineConfig.defaults().threads(1).algorithm(algorithm));
    Conv2dSpec spec = Conv2dSpec.of(window).groups(groups);
    Tensor x = Samples.random(Shape.of(1, 12, 13, width), dtype, 1);
    Tensor w =
        Samples.random(
            Shape.of(filters, 12 / groups, window.kernelHeight(), window.kernelWidth()), dtype, 2);
    Tensor b = Samples.random(Shape.of(filters), dtype, 3);
    Tensor y = Tensor.zeros(spec.outputShape(x.shape(), w.shape()), dtype);
    Tensor dy = Samples.random(y.shape(), dtype, 4);
    Tensor dx = Tensor.zeros(x.shape(), dtype);
    Tensor dw = Tensor.zeros(w.shape(), dtype);
    Tensor db = Tensor.zeros(b.shape(), dtype);
    String of =
        " %d×%d/%d, groups %d, filters %d, width %d, %s"
            .formatted(
                window.kernelHeight(),
                window.kernelWidth(),
                window.strideWidth(),
                groups,
                filters,
                width,
                algorithm);
    add("convolution" + of, dtype, () -> kernels.conv2d(spec, x, w, b, y));
    add(
        "convolution's gradient by input" + of,
        dtype,
        () -> kernels.conv2dBackwardInput(spec, dy, w, dx, false));
    add(
        "convolution's gradient by weights" + of,
        dtype,
        () -> kernels.conv2dBackwardWeights(spec, x, dy, dw, db, false));
  }

  private void addProducts(DType dtype) {
    addProduct(dtype, MatmulSpec.PLAIN, 30, 37, 41);
    addProduct(dtype, MatmulSpec.PLAIN.transposeA(true), 37, 30, 37);
    addProduct(dtype, MatmulSpec.PLAIN.transposeB(true), 30, 37, 41);
    // The layers of a small network, whose batches are rows.
    addProduct(dtype, MatmulSpec.PLAIN, 2, 16, 16);
    addProduct(dtype, MatmulSpec.PLAIN.transposeA(true), 16, 2, 10);
    addProduct(dtype, MatmulSpec.PLAIN.transposeB(true), 2, 16, 10);
  }

  private void addProduct(DType dtype, MatmulSpec spec, int rows, int depth, int columns) {
    Shape of = spec.transposeA() ? Shape.of(depth, rows) : Shape.of(rows, depth);
    Shape by = spec.transposeB() ? Shape.of(columns, depth) : Shape.of(depth, columns);
    Tensor a = Samples.random(of, dtype, 1);
    Tensor b = Samples.random(by, dtype, 2);
    Tensor bias = Samples.random(Shape.of(columns), dtype, 3);
    Tensor y = Tensor.zeros(Shape.of(rows, columns), dtype);
    String name = "product of " + of + " and " + by;
    add(name, dtype, () -> kernels.matmul(spec, a, b, null, y));
    add(name + " with bias", dtype, () -> kernels.matmul(spec, a, b, bias, y));
  }

  private void addPointwise(DType dtype) {
    Tensor y = Samples.random(Shape.of(30, 41), dtype, 1);
    Tensor dy = Samples.random(y.shape(), dtype, 2);
    Tensor b = Samples.random(Shape.of(41), dtype, 3);
    Tensor image = Samples.random(Shape.of(2, 3, 7, 9), dtype, 4);
    Tensor channels = Samples.random(Shape.of(3), dtype, 5);
    add("ReLU", dtype, () -> kernels.relu(y, y));
    add("gradient of ReLU", dtype, () -> kernels.reluBackward(y, dy, dy));
    add("bias", dtype, () -> kernels.addBias(b, y));
    add("bias of channels", dtype, () -> kernels.addBias(channels, image));
  }

  /** Those that still allocate when patience is at its end; each is tried in turn until then. */
  private List<Call> allocating() {
    List<Call> left = calls;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!left.isEmpty() && System.nanoTime() < end) {
      left = left.stream().filter(call -> allocated(call) > 0).toList();
    }
    return left;
  }

  private static long allocated(Call call) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /** What it allocates most often, and from where. */
  private static String where(Call call) throws IOException {
    Path file = Files.createTempFile("allocations", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ObjectAllocationSample").with("throttle", "1000/s").withStackTrace();
      recording.start();
      long end = System.nanoTime() + SAMPLED.toNanos();
      while (System.nanoTime() < end) {
        call.run.run();
      }
      recording.stop();
      recording.dump(file);
      Map<String, Integer> places = new TreeMap<>();
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        places.merge(place(event), 1, Integer::sum);
      }
      return places.entrySet().stream()
          .max(Map.Entry.comparingByValue())
          .map(Map.Entry::getKey)
          .orElse("at times");
    } finally {
      Files.delete(file);
    }
  }

  /** The vector operation that this package called, and the line. */
  private static String place(RecordedEvent event) {
    String operation = event.getClass("objectClass").getName();
    if (event.getStackTrace() != null) {
      for (RecordedFrame frame : event.getStackTrace().getFrames()) {
        String type = frame.getMethod().getType().getName();
        String method =
            type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethod().getName();
        if (type.startsWith("dev.convoy.engine.java.")) {
          return operation + " in " + method + ", line " + frame.getLineNumber();
        }
        operation = method;
      }
    }
    return operation;
  }
}
