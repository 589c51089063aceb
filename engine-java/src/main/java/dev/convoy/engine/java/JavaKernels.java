package dev.convoy.engine.java;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import dev.convoy.spi.Workers;
import java.util.LinkedHashMap;
import java.util.Map;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/** The operations of the Java engine, each handed to the class that does it. */
final class JavaKernels implements Kernels {
  private final Workers workers;
  private final JavaConv2d conv2d;
  private final JavaMatmul matmul;
  private final JavaPool2d pool2d;
  private final JavaPointwise pointwise;

  JavaKernels(EngineConfig config) {
    workers = new Workers("convoy-java", config.threads());
    conv2d = new JavaConv2d(workers, config);
    matmul = new JavaMatmul(workers);
    pool2d = new JavaPool2d(workers);
    pointwise = new JavaPointwise(workers);
  }

  @Override
  public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    conv2d.conv2d(spec, x, w, b, y);
  }

  @Override
  public void conv2dBackwardInput(
      Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    conv2d.conv2dBackwardInput(spec, dy, w, dx, accumulate);
  }

  @Override
  public void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    conv2d.conv2dBackwardWeights(spec, x, dy, dw, db, accumulate);
  }

  @Override
  public Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    return conv2d.explain(spec, x, w);
  }

  @Override
  public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    pool2d.maxPool2d(spec, x, y, argmax);
  }

  @Override
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    pool2d.maxPool2dBackward(spec, dy, argmax, dx);
  }

  @Override
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    pool2d.maxPool2dBackward(spec, x, y, dy, dx);
  }

  @Override
  public void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
    pool2d.avgPool2d(spec, x, y);
  }

  @Override
  public void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    pool2d.avgPool2dBackward(spec, dy, dx);
  }

  @Override
  public void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    matmul.matmul(spec, a, b, bias, y);
  }

  @Override
  public void addBias(Tensor b, Tensor y) {
    pointwise.addBias(b, y);
  }

  @Override
  public void relu(Tensor x, Tensor y) {
    pointwise.relu(x, y);
  }

  @Override
  public void reluBackward(Tensor y, Tensor dy, Tensor dx) {
    pointwise.reluBackward(y, dy, dx);
  }

  @Override
  public Map<String, String> details() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put(
        "vectors",
        "%d bits: %d floats, %d doubles"
            .formatted(
                FloatVector.SPECIES_PREFERRED.vectorBitSize(),
                FloatVector.SPECIES_PREFERRED.length(),
                DoubleVector.SPECIES_PREFERRED.length()));
    details.put("fused multiply-add", JitCompiler.fusedMultiplyAdd());
    details.put("memory", Memory.describe());
    details.put("compiler", JitCompiler.mode());
    details.put("JDK", Runtime.version().toString());
    details.put("threads", Integer.toString(workers.threads()));
    return details;
  }

  @Override
  public void close() {
    workers.close();
  }
}
