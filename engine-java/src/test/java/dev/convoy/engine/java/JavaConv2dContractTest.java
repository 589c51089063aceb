package dev.convoy.engine.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.Conv2dAlgorithm;
import dev.convoy.Conv2dExplanation;
import dev.convoy.Conv2dSpec;
import dev.convoy.DType;
import dev.convoy.Shape;
import dev.convoy.Tensor;
import dev.convoy.Window;
import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JavaConv2dContractTest {
  private static final Conv2dSpec THREE = Conv2dSpec.of(Window.square(3).padding(1));
  private static final Shape X = Shape.of(2, 6, 9, 11);
  private static final Shape W = Shape.of(10, 6, 3, 3);
  private static final Shape Y = THREE.outputShape(X, W);

  private static JavaConv2d engine(Conv2dAlgorithm algorithm) {
    EngineConfig config = EngineConfig.defaults().threads(1).algorithm(algorithm);
    return new JavaConv2d(new Workers("test", 1), config);
  }

  @Test
  void explainNamesTheAlgorithmOfEachDirection() {
    JavaConv2d engine = engine(Conv2dAlgorithm.AUTO);
    Conv2dExplanation plain = engine.explain(THREE, X, W);
    assertEquals(Conv2dAlgorithm.GEMM, plain.forward());
    assertEquals(Conv2dAlgorithm.GEMM, plain.backwardInput());
    assertEquals(Conv2dAlgorithm.GEMM, plain.backwardWeights());
    assertEquals(3, plain.detail().lines().count());
    Conv2dExplanation depthwise = engine.explain(THREE.groups(6), X, Shape.of(6, 1, 3, 3));
    assertEquals(Conv2dAlgorithm.DEPTHWISE, depthwise.forward());
    assertEquals(Conv2dAlgorithm.DEPTHWISE, depthwise.backwardInput());
    assertEquals(Conv2dAlgorithm.DEPTHWISE, depthwise.backwardWeights());
    Conv2dExplanation oneChannel =
        engine.explain(THREE, Shape.of(2, 1, 9, 9), Shape.of(9, 1, 3, 3));
    assertEquals(Conv2dAlgorithm.DIRECT, oneChannel.forward());
    Conv2dExplanation fewOutputs =
        engine.explain(THREE, Shape.of(2, 9, 9, 9), Shape.of(3, 9, 3, 3));
    assertEquals(Conv2dAlgorithm.DIRECT, fewOutputs.forward());
    assertTrue(fewOutputs.detail().contains("forward: 7 rows of a channel"), fewOutputs.detail());
    Conv2dExplanation fewInputs = engine.explain(THREE, Shape.of(2, 3, 9, 9), Shape.of(9, 3, 3, 3));
    assertEquals(Conv2dAlgorithm.DIRECT, fewInputs.backwardInput());
    assertTrue(fewInputs.detail().contains("input: 7 rows of a channel"), fewInputs.detail());
  }

  @Test
  void forcedAlgorithmsThatDoNotApplyAreRefusedWithTheReason() {
    Tensor x = Samples.random(X, DType.F32, 1);
    Tensor w = Samples.random(W, DType.F32, 2);
    Tensor y = Samples.filled(Y, DType.F32, 0);
    JavaConv2d winograd = engine(Conv2dAlgorithm.WINOGRAD);
    Conv2dSpec strided = Conv2dSpec.of(Window.square(3).padding(1).stride(3));
    refuses("3 by 3", () -> winograd.conv2d(strided, x, w, null, y));
    refuses("3 by 3", () -> winograd.explain(strided, X, W));
    Conv2dSpec apart = Conv2dSpec.of(Window.square(3).padding(2).stride(2).dilation(2));
    refuses("no dilation", () -> winograd.explain(apart, X, W));
    Conv2dSpec uneven = Conv2dSpec.of(Window.square(3).padding(1).stride(1, 2));
    refuses("3 by 3", () -> winograd.explain(uneven, X, W));
    refuses(
        "3 by 3", () -> winograd.explain(Conv2dSpec.of(Window.of(3, 2)), X, Shape.of(12, 6, 3, 2)));
    JavaConv2d depthwise = engine(Conv2dAlgorithm.DEPTHWISE);
    refuses("1 groups and 6 channels", () -> depthwise.conv2d(THREE, x, w, null, y));
    refuses("DEPTHWISE", () -> depthwise.conv2dBackwardInput(THREE, y, w, x, false));
    refuses("DEPTHWISE", () -> depthwise.conv2dBackwardWeights(THREE, x, y, w, null, false));
    refuses("DEPTHWISE", () -> depthwise.explain(THREE, X, W));
  }

  private static void refuses(String reason, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void tensorsThatAreOnlyAlignedToTheirElementsGiveTheSameBits(DType dtype) {
    for (Conv2dAlgorithm algorithm :
        new Conv2dAlgorithm[] {Conv2dAlgorithm.GEMM, Conv2dAlgorithm.DIRECT}) {
      JavaConv2d engine = engine(algorithm);
      Tensor x = Samples.random(X, dtype, 1);
      Tensor w = Samples.random(W, dtype, 2);
      Tensor y = Samples.filled(Y, dtype, 0);
      Tensor dx = Samples.filled(X, dtype, 0);
      Tensor dw = Samples.filled(W, dtype, 0);
      engine.conv2d(THREE, x, w, null, y);
      engine.conv2dBackwardInput(THREE, y, w, dx, false);
      engine.conv2dBackwardWeights(THREE, x, y, dw, null, false);
      Tensor y2 = misaligned(Samples.filled(Y, dtype, 0));
      Tensor dx2 = misaligned(dx);
      Tensor dw2 = misaligned(dw);
      engine.conv2d(THREE, misaligned(x), misaligned(w), null, y2);
      engine.conv2dBackwardInput(THREE, misaligned(y), misaligned(w), dx2, false);
      engine.conv2dBackwardWeights(THREE, misaligned(x), misaligned(y), dw2, null, false);
      assertArrayEquals(y.toDoubleArray(), y2.toDoubleArray());
      assertArrayEquals(dx.toDoubleArray(), dx2.toDoubleArray());
      assertArrayEquals(dw.toDoubleArray(), dw2.toDoubleArray());
    }
  }

  /** A copy one element past an aligned address, with nothing behind it. */
  private static Tensor misaligned(Tensor tensor) {
    long bytes = tensor.segment().byteSize();
    int element = tensor.dtype().bytes();
    MemorySegment memory = Arena.ofAuto().allocate(bytes + element, Tensor.ALIGNMENT);
    MemorySegment segment = memory.asSlice(element, bytes);
    segment.copyFrom(tensor.segment());
    return Tensor.wrap(tensor.shape(), tensor.dtype(), segment);
  }

  @Test
  void groupsPackedSideBySideDoNotTouchEachOther() {
    Conv2dSpec spec = Conv2dSpec.of(Window.of(1, 3)).groups(64);
    Tensor x = Samples.random(Shape.of(1, 64, 1, 4), DType.F32, 1);
    Tensor w = Samples.random(Shape.of(64, 1, 1, 3), DType.F32, 2);
    Tensor y = Samples.filled(spec.outputShape(x.shape(), w.shape()), DType.F32, 0);
    engine(Conv2dAlgorithm.GEMM).conv2d(spec, x, w, null, y);
    float[] alone = y.toFloatArray();
    try (Workers workers = new Workers("test", 4)) {
      EngineConfig config = EngineConfig.defaults().algorithm(Conv2dAlgorithm.GEMM);
      JavaConv2d together = new JavaConv2d(workers, config);
      for (int i = 0; i < 2000; i++) {
        together.conv2d(spec, x, w, null, y);
        assertArrayEquals(alone, y.toFloatArray());
      }
    }
  }
}
