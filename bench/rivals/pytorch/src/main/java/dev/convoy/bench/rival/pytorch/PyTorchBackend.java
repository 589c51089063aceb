package dev.convoy.bench.rival.pytorch;

import static org.bytedeco.pytorch.global.torch.from_blob;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Window;
import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.Task;
import dev.convoy.bench.rival.TrainingTask;
import dev.convoy.bench.work.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * PyTorch's C++ library. Pooling and products write to outputs made once. For convolution there are
 * only functions that return new tensors (those with an output compute into a new one and copy), so
 * it allocates; that this is not timed with page faults is the allocator's doing.
 */
final class PyTorchBackend implements Backend {
  private final boolean channelsLast;

  PyTorchBackend(boolean channelsLast, int threads) {
    this.channelsLast = channelsLast;
    torch.set_num_threads(threads);
  }

  @Override
  public Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("version", version());
    details.put("layout", channelsLast ? "channels last (NHWC)" : "contiguous (NCHW)");
    details.put("threads", Integer.toString(torch.get_num_threads()));
    details.put("build", torch.show_config().getString().replaceAll("\\s+", " ").strip());
    return details;
  }

  private static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Memory of Convoy's, by its address. */
  private static final class Address extends Pointer {
    Address(dev.convoy.Tensor tensor) {
      address = tensor.segment().address();
    }
  }

  private torch.MemoryFormat format() {
    return channelsLast ? torch.MemoryFormat.ChannelsLast : torch.MemoryFormat.Contiguous;
  }

  private static TensorOptions options(DType dtype) {
    return new TensorOptions(dtype == DType.F64 ? torch.ScalarType.Double : torch.ScalarType.Float);
  }

  private static long[] sizes(Shape shape) {
    long[] sizes = new long[shape.rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = shape.dim(axis);
    }
    return sizes;
  }

  private static Tensor view(dev.convoy.Tensor tensor) {
    return from_blob(new Address(tensor), sizes(tensor.shape()), options(tensor.dtype()));
  }

  /** A copy in this backend's layout. */
  private Tensor copy(dev.convoy.Tensor tensor) {
    Tensor copy = view(tensor).clone();
    return tensor.shape().rank() == 4 ? copy.contiguous(format()) : copy;
  }

  @Override
  public Task prepare(Problem problem) {
    if (channelsLast && problem.wShape() != null && problem.wShape().rank() == 2) {
      throw new UnsupportedOperationException("a matrix has one layout: see pytorch");
    }
    return switch (problem.operation()) {
      case CONV_FORWARD -> convolution(problem);
      case CONV_BACKWARD_INPUT -> backward(problem, true);
      case CONV_BACKWARD_WEIGHTS -> backward(problem, false);
      case MAXPOOL_FORWARD, MAXPOOL_FORWARD_TRAINING, MAXPOOL_BACKWARD -> maxPool(problem);
      case AVGPOOL_FORWARD, AVGPOOL_BACKWARD -> avgPool(problem);
      case MATMUL -> {
        Tensor a = copy(problem.x());
        Tensor b = copy(problem.w());
        Tensor y = torch.mm(a, b);
        yield into(problem, () -> torch.mm_out(y, a, b), y);
      }
      case TRAINING_STEP -> {
        FashionNetwork network =
            new FashionNetwork(
                copy(problem.x()), problem.labels(), options(problem.dtype()), format());
        yield new TrainingTask(network::step);
      }
    };
  }

  private Task convolution(Problem problem) {
    Window window = problem.workload().window();
    Tensor x = copy(problem.x());
    Tensor w = copy(problem.w());
    TensorOptional b = new TensorOptional(copy(problem.b()));
    long[] stride = stride(window);
    long[] padding = padding(window);
    long[] dilation = dilation(window);
    int groups = problem.workload().groups();
    return fresh(problem, () -> List.of(torch.conv2d(x, w, b, stride, padding, dilation, groups)));
  }

  private Task backward(Problem problem, boolean input) {
    Window window = problem.workload().window();
    Tensor x = copy(problem.x());
    Tensor w = copy(problem.w());
    Tensor dy = copy(problem.dy());
    long[] stride = stride(window);
    long[] padding = padding(window);
    long[] dilation = dilation(window);
    long[] outputPadding = {0, 0};
    long[] bias = {problem.workload().outputChannels()};
    int groups = problem.workload().groups();
    BoolPointer wanted = new BoolPointer(3);
    wanted.put(0, input).put(1, !input).put(2, !input);
    return fresh(
        problem,
        () -> {
          T_TensorTensorTensor_T gradients =
              torch.convolution_backward(
                  dy, x, w, bias, stride, padding, dilation, false, outputPadding, groups, wanted);
          return input ? List.of(gradients.get0()) : List.of(gradients.get1(), gradients.get2());
        });
  }

  private Task maxPool(Problem problem) {
    Window window = problem.workload().window();
    long[] kernel = kernel(window);
    long[] stride = stride(window);
    long[] padding = padding(window);
    long[] dilation = dilation(window);
    Tensor x = copy(problem.x());
    T_TensorTensor_T made =
        torch.max_pool2d_with_indices(x, kernel, stride, padding, dilation, false);
    Tensor y = made.get0().clone(); // what the pair holds goes with it
    Tensor indices = made.get1().clone();
    return switch (problem.operation()) {
      case MAXPOOL_BACKWARD -> {
        Tensor dy = copy(problem.dy());
        Tensor dx = torch.empty_like(x).contiguous(format());
        yield into(
            problem,
            () ->
                torch.max_pool2d_with_indices_backward_out(
                    dx, dy, x, kernel, stride, padding, dilation, false, indices),
            dx);
      }
      default -> // PyTorch always keeps the winners
          into(
              problem,
              () ->
                  torch.max_pool2d_with_indices_out(
                      y, indices, x, kernel, stride, padding, dilation, false),
              y);
    };
  }

  private Task avgPool(Problem problem) {
    Window window = problem.workload().window();
    long[] kernel = kernel(window);
    long[] stride = stride(window);
    long[] padding = padding(window);
    boolean padded = problem.avgPool().countIncludePad();
    LongOptional divisor = new LongOptional();
    Tensor x = copy(problem.x());
    return switch (problem.operation()) {
      case AVGPOOL_BACKWARD -> {
        Tensor dy = copy(problem.dy());
        Tensor dx = torch.empty_like(x).contiguous(format());
        yield into(
            problem,
            () ->
                torch.avg_pool2d_backward_out(
                    dx, dy, x, kernel, stride, padding, false, padded, divisor),
            dx);
      }
      default -> {
        Tensor y = torch.avg_pool2d(x, kernel, stride, padding, false, padded, divisor);
        yield into(
            problem,
            () -> torch.avg_pool2d_out(y, x, kernel, stride, padding, false, padded, divisor),
            y);
      }
    };
  }

  /** A task that writes to one tensor made before. */
  private static Task into(Problem problem, Supplier<Pointer> compute, Tensor result) {
    return new Task() {
      @Override
      public void run() {
        try (PointerScope scope = new PointerScope()) {
          scope.attach(compute.get());
        }
      }

      @Override
      public List<dev.convoy.Tensor> results() {
        return copies(problem, List.of(result));
      }
    };
  }

  /** A task that makes its results anew each time. */
  private static Task fresh(Problem problem, Supplier<List<Tensor>> compute) {
    return new Task() {
      @Override
      public void run() {
        try (PointerScope _ = new PointerScope()) {
          List<Tensor> _ = compute.get();
        }
      }

      @Override
      public List<dev.convoy.Tensor> results() {
        try (PointerScope _ = new PointerScope()) {
          return copies(problem, compute.get());
        }
      }
    };
  }

  private static List<dev.convoy.Tensor> copies(Problem problem, List<Tensor> results) {
    List<dev.convoy.Tensor> copies = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      var copy = dev.convoy.Tensor.zeros(problem.results().get(i), problem.dtype());
      view(copy).copy_(results.get(i));
      copies.add(copy);
    }
    return copies;
  }

  private static long[] kernel(Window window) {
    return new long[] {window.kernelHeight(), window.kernelWidth()};
  }

  private static long[] stride(Window window) {
    return new long[] {window.strideHeight(), window.strideWidth()};
  }

  private static long[] padding(Window window) {
    return new long[] {window.padTop(), window.padLeft()};
  }

  private static long[] dilation(Window window) {
    return new long[] {window.dilationHeight(), window.dilationWidth()};
  }

  @Override
  public void close() {}
}
