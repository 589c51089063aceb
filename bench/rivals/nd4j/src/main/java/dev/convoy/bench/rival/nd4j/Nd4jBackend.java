package dev.convoy.bench.rival.nd4j;

import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.Task;
import dev.convoy.bench.work.Operation;
import dev.convoy.bench.work.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's operations, into outputs made once. It computes all gradients of a convolution in one
 * operation: that is what both of them are timed as.
 */
final class Nd4jBackend implements Backend {
  private static final int NCHW = 0;
  private static final int OUTPUTS_FIRST = 1;
  private static final int WITHOUT_PADDING = 0;

  private final int threads;

  Nd4jBackend(int threads) {
    this.threads = threads;
    Nd4j.getEnvironment().setMaxThreads(threads);
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
  }

  @Override
  public Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("backend", Nd4j.getBackend().getClass().getSimpleName());
    details.put("BLAS", String.valueOf(Nd4j.factory().blas().getBlasVendor()));
    details.put("threads", Integer.toString(threads));
    return details;
  }

  @Override
  public Task prepare(Problem problem) {
    if (problem.dtype() != DType.F32) {
      throw new UnsupportedOperationException("the adapter is written for F32");
    }
    return switch (problem.operation()) {
      case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHTS -> convolution(problem);
      case MAXPOOL_FORWARD_TRAINING ->
          throw new UnsupportedOperationException(
              "ND4J's max pooling gives no winners for backward");
      case MAXPOOL_FORWARD -> pooling(problem, "maxpool2d", false);
      case MAXPOOL_BACKWARD -> pooling(problem, "maxpool2d_bp", true);
      case AVGPOOL_FORWARD -> pooling(problem, "avgpool2d", false);
      case AVGPOOL_BACKWARD -> pooling(problem, "avgpool2d_bp", true);
      case MATMUL -> {
        INDArray a = array(problem.x());
        INDArray b = array(problem.w());
        INDArray y = zeros(problem.yShape());
        yield task(problem, () -> a.mmuli(b, y), y);
      }
      case TRAINING_STEP ->
          throw new UnsupportedOperationException("not written for ND4J: its layers are DL4J");
    };
  }

  private static INDArray array(Tensor tensor) {
    return Nd4j.create(tensor.toFloatArray(), sizes(tensor.shape()), 'c');
  }

  private static INDArray zeros(Shape shape) {
    return Nd4j.create(DataType.FLOAT, sizes(shape));
  }

  private static long[] sizes(Shape shape) {
    long[] sizes = new long[shape.rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = shape.dim(axis);
    }
    return sizes;
  }

  private static Task convolution(Problem problem) {
    Window window = problem.workload().window();
    int groups = problem.workload().groups();
    boolean depthwise = groups > 1;
    Shape ws = problem.wShape();
    if (depthwise && (groups != problem.xShape().c() || groups != ws.n())) {
      throw new UnsupportedOperationException("ND4J has no groups but depthwise");
    }
    boolean forward = problem.operation() == Operation.CONV_FORWARD;
    INDArray x = array(problem.x());
    // Depthwise weights are [multiplier, C, kh, kw]; with a multiplier of 1 the numbers lie the
    // same.
    INDArray w =
        depthwise ? array(problem.w()).reshape(1, groups, ws.h(), ws.w()) : array(problem.w());
    INDArray b = array(problem.b());
    DynamicCustomOp.DynamicCustomOpsBuilder operation =
        DynamicCustomOp.builder(
                (depthwise ? "depthwise_conv2d" : "conv2d") + (forward ? "" : "_bp"))
            .addIntegerArguments(
                window.kernelHeight(),
                window.kernelWidth(),
                window.strideHeight(),
                window.strideWidth(),
                window.padTop(),
                window.padLeft(),
                window.dilationHeight(),
                window.dilationWidth(),
                WITHOUT_PADDING,
                NCHW,
                OUTPUTS_FIRST);
    if (forward) {
      INDArray y = zeros(problem.yShape());
      DynamicCustomOp built = operation.addInputs(x, w, b).addOutputs(y).build();
      return task(problem, () -> Nd4j.getExecutioner().exec(built), y);
    }
    INDArray dx = zeros(problem.xShape());
    INDArray dw = Nd4j.create(DataType.FLOAT, w.shape());
    INDArray db = Nd4j.create(DataType.FLOAT, b.shape());
    DynamicCustomOp built =
        operation.addInputs(x, w, b, array(problem.dy())).addOutputs(dx, dw, db).build();
    return problem.operation() == Operation.CONV_BACKWARD_INPUT
        ? task(problem, () -> Nd4j.getExecutioner().exec(built), dx)
        : task(problem, () -> Nd4j.getExecutioner().exec(built), dw, db);
  }

  private static Task pooling(Problem problem, String name, boolean backward) {
    Window window = problem.workload().window();
    DynamicCustomOp.DynamicCustomOpsBuilder operation =
        DynamicCustomOp.builder(name)
            .addIntegerArguments(
                window.kernelHeight(),
                window.kernelWidth(),
                window.strideHeight(),
                window.strideWidth(),
                window.padTop(),
                window.padLeft(),
                window.dilationHeight(),
                window.dilationWidth(),
                WITHOUT_PADDING,
                problem.avgPool().countIncludePad() ? 1 : 0,
                NCHW);
    INDArray x = array(problem.x());
    INDArray result = zeros(problem.results().getFirst());
    DynamicCustomOp built =
        (backward ? operation.addInputs(x, array(problem.dy())) : operation.addInputs(x))
            .addOutputs(result)
            .build();
    return task(problem, () -> Nd4j.getExecutioner().exec(built), result);
  }

  private static Task task(Problem problem, Runnable run, INDArray... results) {
    return new Task() {
      @Override
      public void run() {
        run.run();
      }

      @Override
      public List<Tensor> results() {
        List<Tensor> copies = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
          copies.add(Tensor.of(problem.results().get(i), results[i].dup('c').data().asFloat()));
        }
        return copies;
      }
    };
  }

  @Override
  public void close() {}
}
