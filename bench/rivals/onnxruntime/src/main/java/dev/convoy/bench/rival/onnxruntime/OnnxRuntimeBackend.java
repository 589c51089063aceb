package dev.convoy.bench.rival.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.bench.rival.Backend;
import dev.convoy.bench.rival.Task;
import dev.convoy.bench.work.Operation;
import dev.convoy.bench.work.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** ONNX Runtime on models of one node; weights are constants, outputs are written into place. */
final class OnnxRuntimeBackend implements Backend {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final int threads;

  OnnxRuntimeBackend(int threads) {
    this.threads = threads;
  }

  @Override
  public Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("version", environment.getVersion());
    details.put("threads", Integer.toString(threads));
    return details;
  }

  @Override
  public Task prepare(Problem problem) {
    Window window = problem.workload().window();
    OnnxModel model =
        switch (problem.operation()) {
          case CONV_FORWARD ->
              windowed(model("Conv", problem, List.of("x", "w", "b"), List.of("y")), window)
                  .attribute("dilations", window.dilationHeight(), window.dilationWidth())
                  .attribute("group", problem.workload().groups())
                  .constant("w", problem.w())
                  .constant("b", problem.b());
          case MAXPOOL_FORWARD ->
              windowed(model("MaxPool", problem, List.of("x"), List.of("y")), window)
                  .attribute("dilations", window.dilationHeight(), window.dilationWidth());
          case MAXPOOL_FORWARD_TRAINING ->
              windowed(model("MaxPool", problem, List.of("x"), List.of("y", "i")), window)
                  .attribute("dilations", window.dilationHeight(), window.dilationWidth())
                  .indices("i", problem.yShape());
          case AVGPOOL_FORWARD ->
              windowed(model("AveragePool", problem, List.of("x"), List.of("y")), window)
                  .attribute("count_include_pad", problem.avgPool().countIncludePad() ? 1 : 0);
          case MATMUL ->
              model("MatMul", problem, List.of("x", "w"), List.of("y"))
                  .input("w", problem.wShape());
          default -> throw new UnsupportedOperationException("ONNX Runtime infers only");
        };
    try {
      return task(problem, model);
    } catch (OrtException e) {
      throw new UnsupportedOperationException("ONNX Runtime says: " + e.getMessage(), e);
    }
  }

  private static OnnxModel model(
      String operation, Problem problem, List<String> inputs, List<String> outputs) {
    return new OnnxModel(operation, problem.dtype(), inputs, outputs)
        .input("x", problem.xShape())
        .output("y", problem.yShape());
  }

  private static OnnxModel windowed(OnnxModel model, Window window) {
    return model
        .attribute("kernel_shape", window.kernelHeight(), window.kernelWidth())
        .attribute("strides", window.strideHeight(), window.strideWidth())
        .attribute(
            "pads", window.padTop(), window.padLeft(), window.padBottom(), window.padRight());
  }

  private Task task(Problem problem, OnnxModel model) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    OrtSession session = environment.createSession(model.toByteArray(), options);
    Tensor y = Tensor.zeros(problem.yShape(), problem.dtype());
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    inputs.put("x", tensor(problem.x()));
    if (problem.operation() == Operation.MATMUL) {
      inputs.put("w", tensor(problem.w()));
    }
    Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    outputs.put("y", tensor(y));
    if (problem.operation() == Operation.MAXPOOL_FORWARD_TRAINING) {
      LongBuffer indices =
          ByteBuffer.allocateDirect(Math.toIntExact(problem.yShape().elements() * Long.BYTES))
              .order(ByteOrder.nativeOrder())
              .asLongBuffer();
      outputs.put("i", OnnxTensor.createTensor(environment, indices, sizes(problem.yShape())));
    }
    session.run(inputs, outputs).close(); // what it has no kernel for it says now
    return Task.of(
        () -> {
          try {
            session.run(inputs, outputs).close();
          } catch (OrtException e) {
            throw new IllegalStateException(e);
          }
        },
        y);
  }

  /** The memory of a tensor of Convoy's. */
  private OnnxTensor tensor(Tensor tensor) throws OrtException {
    ByteBuffer bytes = tensor.segment().asByteBuffer().order(ByteOrder.nativeOrder());
    long[] sizes = sizes(tensor.shape());
    return tensor.dtype() == DType.F32
        ? OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), sizes)
        : OnnxTensor.createTensor(environment, bytes.asDoubleBuffer(), sizes);
  }

  private static long[] sizes(Shape shape) {
    long[] sizes = new long[shape.rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = shape.dim(axis);
    }
    return sizes;
  }

  @Override
  public void close() {}
}
