package org.example.plain;

import dev.convoy.ArgMax;
import dev.convoy.AvgPool2dSpec;
import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.MatmulSpec;
import dev.convoy.MaxPool2dSpec;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.conformance.ReferenceConvolution;
import dev.convoy.conformance.ReferenceMath;
import dev.convoy.conformance.ReferencePooling;
import dev.convoy.conformance.Values;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** Copies in, has the reference compute, rounds and copies out. */
public class PlainKernels implements Kernels {
  private final EngineConfig config;

  /** With a configuration that makes no difference. */
  public PlainKernels(EngineConfig config) {
    this.config = config;
  }

  @Override
  public void conv2d(Conv2dSpec spec, Tensor x, Tensor w, Tensor b, Tensor y) {
    Values bias = b == null ? null : Values.of(b);
    write(ReferenceConvolution.conv2d(spec, Values.of(x), Values.of(w), bias, y.shape()), y, false);
  }

  @Override
  public void conv2dBackwardInput(
      Conv2dSpec spec, Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    write(
        ReferenceConvolution.conv2dBackwardInput(spec, Values.of(dy), Values.of(w), dx.shape()),
        dx,
        accumulate);
  }

  @Override
  public void conv2dBackwardWeights(
      Conv2dSpec spec, Tensor x, Tensor dy, Tensor dw, Tensor db, boolean accumulate) {
    Values gradients = Values.of(dy);
    if (dw != null) {
      write(
          ReferenceConvolution.conv2dBackwardWeights(spec, Values.of(x), gradients, dw.shape()),
          dw,
          accumulate);
    }
    if (db != null) {
      write(ReferenceConvolution.conv2dBackwardBias(gradients), db, accumulate);
    }
  }

  @Override
  public Conv2dExplanation explain(Conv2dSpec spec, Shape x, Shape w) {
    if (config.algorithm() != Conv2dAlgorithm.AUTO
        && config.algorithm() != Conv2dAlgorithm.DIRECT) {
      throw new IllegalArgumentException(
          "algorithm is " + config.algorithm() + ", must be DIRECT, all that this engine has");
    }
    return new Conv2dExplanation(
        Conv2dAlgorithm.DIRECT, Conv2dAlgorithm.DIRECT, Conv2dAlgorithm.DIRECT, "plain loops");
  }

  @Override
  public void maxPool2d(MaxPool2dSpec spec, Tensor x, Tensor y, ArgMax argmax) {
    Values images = Values.of(x);
    int[] winners = ReferencePooling.argmax(spec, images);
    write(ReferencePooling.maxPool2d(spec, images, winners), y, false);
    if (argmax != null) {
      write(winners, argmax);
    }
  }

  private static void write(int[] winners, ArgMax argmax) {
    MemorySegment segment = argmax.segment();
    for (int i = 0; i < winners.length; i++) {
      if (argmax.bytesPerWinner() == 1) {
        segment.set(ValueLayout.JAVA_BYTE, i, (byte) winners[i]);
      } else {
        segment.setAtIndex(ValueLayout.JAVA_INT, i, winners[i]);
      }
    }
  }

  @Override
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor dy, ArgMax argmax, Tensor dx) {
    int[] winners = new int[Math.toIntExact(argmax.shape().elements())];
    for (int i = 0; i < winners.length; i++) {
      winners[i] = argmax.get(i);
    }
    write(ReferencePooling.maxPool2dBackward(spec, Values.of(dy), winners, dx.shape()), dx, false);
  }

  @Override
  public void maxPool2dBackward(MaxPool2dSpec spec, Tensor x, Tensor y, Tensor dy, Tensor dx) {
    write(
        ReferencePooling.maxPool2dBackward(spec, Values.of(x), Values.of(y), Values.of(dy)),
        dx,
        false);
  }

  @Override
  public void avgPool2d(AvgPool2dSpec spec, Tensor x, Tensor y) {
    write(ReferencePooling.avgPool2d(spec, Values.of(x)), y, false);
  }

  @Override
  public void avgPool2dBackward(AvgPool2dSpec spec, Tensor dy, Tensor dx) {
    write(ReferencePooling.avgPool2dBackward(spec, Values.of(dy), dx.shape()), dx, false);
  }

  @Override
  public void matmul(MatmulSpec spec, Tensor a, Tensor b, Tensor bias, Tensor y) {
    Values row = bias == null ? null : Values.of(bias);
    write(ReferenceMath.matmul(spec, Values.of(a), Values.of(b), row), y, spec.accumulate());
  }

  @Override
  public void addBias(Tensor b, Tensor y) {
    write(ReferenceMath.addBias(Values.of(y), Values.of(b)), y, false);
  }

  @Override
  public void relu(Tensor x, Tensor y) {
    write(ReferenceMath.relu(Values.of(x)), y, false);
  }

  @Override
  public void reluBackward(Tensor y, Tensor dy, Tensor dx) {
    write(ReferenceMath.reluBackward(Values.of(y), Values.of(dy)), dx, false);
  }

  private static void write(Values values, Tensor tensor, boolean accumulate) {
    MemorySegment segment = tensor.segment();
    double[] data = values.data();
    for (int i = 0; i < data.length; i++) {
      if (tensor.dtype() == DType.F32) {
        float held = accumulate ? segment.getAtIndex(ValueLayout.JAVA_FLOAT, i) : -0f;
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, held + (float) data[i]);
      } else {
        double held = accumulate ? segment.getAtIndex(ValueLayout.JAVA_DOUBLE, i) : -0d;
        segment.setAtIndex(ValueLayout.JAVA_DOUBLE, i, held + data[i]);
      }
    }
  }

  @Override
  public Map<String, String> details() {
    return Map.of("loops", "plain");
  }

  @Override
  public void close() {}
}
