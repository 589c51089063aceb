package dev.convoy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.convoy.spi.EngineConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The checks at the door: what is wrong is named, and never reaches a kernel. */
class EngineTest {
  private static final Conv2dSpec CONV = Conv2dSpec.of(Window.square(3).padding(1));
  private static final MaxPool2dSpec POOL = MaxPool2dSpec.of(Window.square(2).stride(2));
  private static final AvgPool2dSpec AVERAGE = AvgPool2dSpec.of(Window.square(2).stride(2));

  private final RecordingKernels kernels = new RecordingKernels();
  private final Engine engine =
      new Engine("test", EngineConfig.defaults(), kernels.kernels(), false);

  private final Tensor x = floats(2, 4, 6, 6);
  private final Tensor w = floats(8, 4, 3, 3);
  private final Tensor b = floats(8);
  private final Tensor y = floats(2, 8, 6, 6);
  private final Tensor pooled = floats(2, 4, 3, 3);

  @AfterEach
  void close() {
    engine.close();
  }

  private static Tensor floats(int... dims) {
    return Tensor.zeros(Shape.of(dims), DType.F32);
  }

  private void refused(String part, Executable call) {
    refused(IllegalArgumentException.class, part, call);
  }

  private void refused(Class<? extends Exception> type, String part, Executable call) {
    kernels.calls.clear();
    Exception e = assertThrows(type, call);
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertEquals(List.of(), kernels.calls);
  }

  @Test
  void passesOnWhatFits() {
    ArgMax argmax = POOL.argmax(x.shape());
    engine.conv2d(CONV, x, w, b, y);
    engine.conv2d(CONV, x, w, null, y);
    engine.conv2dBackwardInput(CONV, y, w, x);
    engine.conv2dBackwardWeights(CONV, x, y, w, b);
    engine.conv2dBackwardBias(CONV, y, b, true);
    engine.maxPool2d(POOL, x, pooled, argmax);
    engine.maxPool2dBackward(POOL, pooled, argmax, x);
    engine.maxPool2dBackward(
        POOL.ties(Ties.ALL), x, pooled, floats(2, 4, 3, 3), floats(2, 4, 6, 6));
    engine.avgPool2d(AVERAGE, x, pooled);
    engine.avgPool2dBackward(AVERAGE, pooled, x);
    engine.matmul(MatmulSpec.PLAIN, floats(2, 3), floats(3, 5), floats(5), floats(2, 5));
    engine.addBias(b, y);
    engine.relu(x, x);
    engine.reluBackward(x, floats(2, 4, 6, 6), floats(2, 4, 6, 6));
    assertEquals(
        List.of(
            "conv2d",
            "conv2d",
            "conv2dBackwardInput",
            "conv2dBackwardWeights",
            "conv2dBackwardWeights",
            "maxPool2d",
            "maxPool2dBackward",
            "maxPool2dBackward",
            "avgPool2d",
            "avgPool2dBackward",
            "matmul",
            "addBias",
            "relu",
            "reluBackward"),
        kernels.calls);
    assertEquals(Shape.of(2, 8, 6, 6), engine.conv2d(CONV, x, w, b).shape());
    assertEquals(Shape.of(2, 4, 3, 3), engine.maxPool2d(POOL, x).shape());
    assertEquals(Shape.of(2, 4, 3, 3), engine.avgPool2d(AVERAGE, x).shape());
  }

  @Test
  void refusesConvolutionsWhoseShapesDoNotFit() {
    refused("x has shape [4, 6, 6]", () -> engine.conv2d(CONV, floats(4, 6, 6), w, b, y));
    refused(
        "w has shape [8, 4, 3, 2], must be [K, channels of a group, 3, 3]",
        () -> engine.conv2d(CONV, x, floats(8, 4, 3, 2), b, y));
    refused(
        "w has shape [8, 3, 3, 3], must have 4 input channels",
        () -> engine.conv2d(CONV, x, floats(8, 3, 3, 3), b, y));
    refused("groups is 3, must divide", () -> engine.conv2d(CONV.groups(3), x, w, b, y));
    refused("b has shape [7], must have [8]", () -> engine.conv2d(CONV, x, w, floats(7), y));
    refused(
        "y has shape [2, 8, 6, 5], must have [2, 8, 6, 6]",
        () -> engine.conv2d(CONV, x, w, b, floats(2, 8, 6, 5)));
    refused(
        "dy has shape [2, 8, 5, 6], must have [2, 8, 6, 6]",
        () -> engine.conv2dBackwardInput(CONV, floats(2, 8, 5, 6), w, x));
    refused(
        "db has shape [4], must have [8]",
        () -> engine.conv2dBackwardWeights(CONV, x, y, w, floats(4)));
    refused(
        "effective kernel of 9",
        () -> engine.conv2d(Conv2dSpec.of(Window.square(3).dilation(4)), x, w, b, y));
  }

  @Test
  void refusesTransposedConvolutionsWhoseShapesDoNotFit() {
    ConvTranspose2dSpec spec =
        ConvTranspose2dSpec.of(Window.square(3).stride(2)).outputPadding(1, 0);
    Tensor weights = floats(4, 5, 3, 3);
    engine.convTranspose2d(spec, x, weights, floats(5), floats(2, 5, 14, 13));
    engine.convTranspose2dBackwardInput(spec, floats(2, 5, 14, 13), weights, x);
    engine.convTranspose2dBackwardWeights(spec, x, floats(2, 5, 14, 13), weights, floats(5), false);
    refused(
        "must have [2, 5, 14, 13]",
        () -> engine.convTranspose2d(spec, x, weights, null, floats(2, 5, 13, 13)));
    refused(
        "w has shape [8, 4, 3, 3], must have 4 input channels in axis 0",
        () -> engine.convTranspose2d(spec, x, w, null, y));
    refused("outputPaddingHeight is 2, must be from 0 to 1", () -> spec.outputPadding(2, 0));
  }

  @Test
  void refusesPoolingsWhoseShapesDoNotFit() {
    refused(
        "y has shape [2, 8, 6, 6], must have [2, 4, 3, 3]",
        () -> engine.maxPool2d(POOL, x, y, null));
    refused(
        "dy has shape [2, 8, 6, 6], must have [2, 4, 3, 3]",
        () -> engine.avgPool2dBackward(AVERAGE, y, x));
    refused(
        "padding of 2 and 2 must be less than the effective kernel of 2",
        () -> engine.maxPool2d(MaxPool2dSpec.of(Window.square(2).padding(2)), x, y, null));
  }

  @Test
  void refusesWinnersOfAnotherPoolingOrOfNone() {
    ArgMax other = MaxPool2dSpec.of(Window.square(2)).argmax(x.shape());
    refused("argmax is of an input", () -> engine.maxPool2d(POOL, x, pooled, other));
    ArgMax empty = POOL.argmax(x.shape());
    refused(
        IllegalStateException.class,
        "argmax has no winners yet",
        () -> engine.maxPool2dBackward(POOL, pooled, empty, x));
    refused(
        "spec has Ties.ALL", () -> engine.maxPool2dBackward(POOL.ties(Ties.ALL), pooled, empty, x));
    refused("spec has Ties.FIRST", () -> engine.maxPool2dBackward(POOL, x, pooled, pooled, x));
  }

  @Test
  void refusesMatricesThatDoNotFit() {
    MatmulSpec plain = MatmulSpec.PLAIN;
    Tensor a = floats(2, 3);
    refused(
        "b has shape [4, 5], must have an inner size of 3",
        () -> engine.matmul(plain, a, floats(4, 5), null, floats(2, 5)));
    refused(
        "y has shape [5, 2], must have [2, 5]",
        () -> engine.matmul(plain, a, floats(3, 5), null, floats(5, 2)));
    refused(
        "bias is given, must be null",
        () -> engine.matmul(plain.accumulate(true), a, floats(3, 5), floats(5), floats(2, 5)));
    refused("must be NONE", () -> plain.activation(Activation.RELU).accumulate(true));
    engine.matmul(plain.transposeA(true).transposeB(true), a, floats(5, 2), null, floats(3, 5));
  }

  @Test
  void refusesMixedTypes() {
    Tensor doubles = Tensor.zeros(w.shape(), DType.F64);
    refused("w is F64, must be F32 as x is", () -> engine.conv2d(CONV, x, doubles, b, y));
  }

  @Test
  void refusesOutputsThatShareMemoryWithAnotherArgument() {
    refused("y overlaps x", () -> engine.maxPool2d(POOL, x, firstOf(x, 2, 4, 3, 3), null));
    refused("dw overlaps db", () -> engine.conv2dBackwardWeights(CONV, x, y, w, firstOf(w, 8)));
    Tensor batch = floats(3, 4);
    refused("partly overlaps", () -> engine.relu(batch.slice(0, 2), batch.slice(1, 3)));
    engine.relu(batch.slice(0, 1), batch.slice(1, 2));
  }

  private static Tensor firstOf(Tensor tensor, int... dims) {
    Shape shape = Shape.of(dims);
    MemorySegment part = tensor.segment().asSlice(0, shape.elements() * Float.BYTES);
    return Tensor.wrap(shape, DType.F32, part);
  }

  @Test
  void refusesReadOnlyOutputs() {
    Tensor readOnly = Tensor.wrap(y.shape(), DType.F32, y.segment().asReadOnly());
    refused("y is read-only", () -> engine.conv2d(CONV, x, w, b, readOnly));
    engine.conv2dBackwardInput(CONV, readOnly, w, x);
  }

  @Test
  void refusesClosedTensorsAndEngines() {
    Tensor closed;
    ArgMax winners;
    try (Arena arena = Arena.ofShared()) {
      closed = Tensor.zeros(x.shape(), DType.F32, arena);
      winners = POOL.argmax(x.shape(), arena);
    }
    refused(IllegalStateException.class, "x is closed", () -> engine.conv2d(CONV, closed, w, b, y));
    refused(
        IllegalStateException.class,
        "argmax is closed",
        () -> engine.maxPool2d(POOL, x, pooled, winners));
    engine.close();
    refused(
        IllegalStateException.class,
        "engine test is closed",
        () -> engine.conv2d(CONV, x, w, b, y));
  }

  @Test
  void namesWhatIsNull() {
    refused(NullPointerException.class, "x", () -> engine.conv2d(CONV, null, w, b, y));
    refused(NullPointerException.class, "spec", () -> engine.conv2d(null, x, w, b, y));
    refused(
        NullPointerException.class, "dw", () -> engine.conv2dBackwardWeights(CONV, x, y, null, b));
  }

  @Test
  void answersForAnEmptyBatchWithoutAKernel() {
    Tensor none = floats(0, 4, 6, 6);
    Tensor noOutput = floats(0, 8, 6, 6);
    w.fill(7);
    b.fill(7);
    engine.conv2d(CONV, none, w, b, noOutput);
    engine.conv2dBackwardWeights(CONV, none, noOutput, w, b, true);
    assertEquals(7, b.toFloatArray()[0]);
    engine.conv2dBackwardWeights(CONV, none, noOutput, w, b);
    assertArrayEquals(new float[8], b.toFloatArray());
    assertArrayEquals(new float[8 * 4 * 9], w.toFloatArray());
    ArgMax argmax = POOL.argmax(none.shape());
    engine.maxPool2d(POOL, none, floats(0, 4, 3, 3), argmax);
    engine.maxPool2dBackward(POOL, floats(0, 4, 3, 3), argmax, none);
    Tensor product = floats(2, 3);
    product.fill(7);
    engine.matmul(MatmulSpec.PLAIN, floats(2, 0), floats(0, 3), null, product);
    assertArrayEquals(new float[6], product.toFloatArray());
    assertEquals(List.of(), kernels.calls);
  }
}
